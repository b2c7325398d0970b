// The window: top bar, what the capture looks like or what to do first, status line. Panels know nothing of each other.
import { useEffect, useLayoutEffect, useState, type DragEvent, type ReactNode } from 'react';
import { Overlays } from '../overlays/overlays.tsx';
import { takeDropped } from '../session/dropped.ts';
import { TakesTurns } from '../state/turns/paced-store.ts';
import { isShown, useSession } from '../state/session-store.ts';
import { TipHost } from '../widgets/tip.tsx';
import { watchPaneFocus } from '../workbench/pane-actions.ts';
import { Workbench } from '../workbench/workbench.tsx';
import { Banner } from './banner.tsx';
import { startKeys } from './keys.ts';
import { StatusLine } from './status-line.tsx';
import { TopBar } from './top-bar.tsx';
import { Welcome } from './welcome.tsx';
import './app.css';
import './start.css';

export function App(): ReactNode {
  const phase = useSession((state) => state.phase);
  const [isOver, setIsOver] = useState(false);
  // Before it is seen: the first key and the first command of the menu count.
  useLayoutEffect(startKeys, []);
  useEffect(watchPaneFocus, []);
  const isShowing = isShown(phase);
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
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node)) setIsOver(false);
      }}
      onDrop={onDrop}
    >
      <TakesTurns>
        <TopBar />
        <Banner />
      </TakesTurns>
      <main className="app-main">
        {isShowing ? <Workbench /> : <Welcome />}
        <TipHost />
      </main>
      <TakesTurns>
        <StatusLine />
      </TakesTurns>
      <Overlays />
    </div>
  );
}
