// The window: top bar, what the capture looks like or what to do first, status line. Panels know nothing of each other.
import { useEffect, useState, type DragEvent, type ReactNode } from 'react';
import { Group, Panel, Separator } from 'react-resizable-panels';
import { Detail } from '../panels/detail/index.tsx';
import { Findings } from '../panels/findings/index.tsx';
import { Hex } from '../panels/hex/index.tsx';
import { Membership } from '../panels/membership/index.tsx';
import { NodeCards } from '../panels/nodes/index.tsx';
import { Packets } from '../panels/packets/index.tsx';
import { Ring } from '../panels/ring/index.tsx';
import { Timeline } from '../panels/timeline/index.tsx';
import { takeDropped } from '../state/actions.ts';
import { useSession } from '../state/session-store.ts';
import { Banner } from './banner.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { startShortcuts } from './keys.ts';
import { StatusLine } from './status-line.tsx';
import { TopBar } from './top-bar.tsx';
import { Welcome } from './welcome.tsx';
import './app.css';

function Workbench(): ReactNode {
  return (
    <Group orientation="vertical" className="workbench" id="rows">
      <Panel id="panel-top" defaultSize="43%" minSize="160px">
        <Group orientation="horizontal" id="top-row">
          <Panel id="panel-timeline" minSize="320px">
            <Timeline />
          </Panel>
          <Separator className="separator" aria-label="width of the timeline" />
          <Panel id="panel-ring" defaultSize="21%" minSize="200px">
            <Ring />
          </Panel>
          <Separator className="separator" aria-label="width of the membership panel" />
          <Panel id="panel-membership" defaultSize="18%" minSize="160px">
            <Group orientation="vertical" id="membership-column">
              <Panel id="panel-states" minSize="80px">
                <Membership />
              </Panel>
              <Separator className="separator" aria-label="height of the node cards" />
              <Panel id="panel-nodes" defaultSize="30%" minSize="60px">
                <NodeCards />
              </Panel>
            </Group>
          </Panel>
          <Separator className="separator" aria-label="width of the ring view" />
          <Panel id="panel-findings" defaultSize="19%" minSize="200px">
            <Findings />
          </Panel>
        </Group>
      </Panel>
      <Separator className="separator" aria-label="height of the timeline" />
      <Panel id="panel-bottom" minSize="200px">
        <Group orientation="horizontal" id="bottom-row">
          <Panel id="panel-packets" minSize="360px">
            <Packets />
          </Panel>
          <Separator className="separator" aria-label="width of the packet table" />
          <Panel id="panel-opened" defaultSize="544px" minSize="300px" groupResizeBehavior="preserve-pixel-size">
            <Group orientation="vertical" id="opened-column">
              <Panel id="panel-detail" minSize="96px">
                <Detail />
              </Panel>
              <Separator className="separator" aria-label="height of the detail" />
              <Panel id="panel-hex" defaultSize="38%" minSize="80px">
                <Hex />
              </Panel>
            </Group>
          </Panel>
        </Group>
      </Panel>
    </Group>
  );
}

export function App(): ReactNode {
  const phase = useSession((state) => state.phase);
  const [isOver, setIsOver] = useState(false);
  useEffect(startShortcuts, []);
  const isShowing = phase === 'reading' || phase === 'done' || phase === 'cancelled';
  const onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(true);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    setIsOver(false);
    void takeDropped([...event.dataTransfer.files]);
  };
  return (
    <div
      className={`app ${isOver ? 'app-over' : ''}`}
      data-phase={phase}
      onDragOver={onDragOver}
      onDragLeave={() => setIsOver(false)}
      onDrop={onDrop}
    >
      <TopBar />
      <Banner />
      <main className="app-main">{isShowing ? <Workbench /> : <Welcome />}</main>
      <StatusLine />
      <Shortcuts />
    </div>
  );
}
