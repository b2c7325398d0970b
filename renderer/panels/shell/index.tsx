// The shell panel: a terminal for each node of the lab, one in view.
import { useEffect, useRef, type ReactNode } from 'react';
import { useLab } from '../../lab/lab-store.ts';
import { selectNode } from '../../state/actions.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { NodeTerminal } from './terminal.ts';
import '@xterm/xterm/css/xterm.css';
import './shell.css';

/** Terminals of the lab that runs, by the number of the node. */
const terminals = new Map<number, NodeTerminal>();

useLab.subscribe(({ snapshot }, before) => {
  if (snapshot !== null && before.snapshot !== null) return;
  for (const terminal of terminals.values()) terminal.dispose();
  terminals.clear();
});

function terminalOf(number: number): NodeTerminal {
  const terminal = terminals.get(number) ?? new NodeTerminal(number);
  terminals.set(number, terminal);
  return terminal;
}

function Screen({ number }: { readonly number: number }): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  const theme = useView((state) => state.theme);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const terminal = terminalOf(number);
    terminal.show(element);
    const observer = new ResizeObserver(() => terminal.resize());
    observer.observe(element);
    return () => observer.disconnect();
  }, [number]);
  useEffect(() => terminals.get(number)?.theme(), [number, theme]);
  return (
    <div className="shell-screen" ref={place} role="tabpanel" id="shell-screen" aria-labelledby={`shell-${number}`} />
  );
}

export function Shell(): ReactNode {
  const snapshot = useLab((state) => state.snapshot);
  const chosen = useView((state) => state.node);
  const nodes = snapshot?.nodes ?? [];
  const shown = nodes.find(({ spec }) => spec.nodeid === chosen) ?? nodes[0];
  if (shown === undefined)
    return (
      <Pane id="shell" title="Shell">
        <p className="nothing">A shell on every node stands here once a lab runs. Start a lab.</p>
      </Pane>
    );
  return (
    <Pane id="shell" title="Shell" aside={<span>{shown.condition === 'running' ? '' : shown.condition}</span>}>
      <div className="shell">
        <div className="shell-tabs" role="tablist" aria-label="nodes" aria-orientation="vertical">
          {nodes.map(({ spec: { number, nodeid, ip } }) => (
            <button
              key={number}
              id={`shell-${number}`}
              type="button"
              role="tab"
              aria-selected={number === shown.spec.number}
              aria-controls="shell-screen"
              title={`node ${number}, ${ip}`}
              onClick={() => {
                selectNode(nodeid);
                requestAnimationFrame(() => terminalOf(number).focus());
              }}
            >
              n{number}
            </button>
          ))}
        </div>
        <Screen number={shown.spec.number} />
      </div>
    </Pane>
  );
}
