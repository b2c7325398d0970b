// Node cards: what the capture tells of each node at the chosen moment.
import type { ReactNode } from 'react';
import { STATE_LOOKS } from '../../state/looks.ts';
import { useSession } from '../../state/session-store.ts';
import { useMoment } from '../../state/use-moment.ts';
import { Pane } from '../../widgets/pane.tsx';
import './nodes.css';

export function NodeCards(): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const moment = useMoment();
  return (
    <Pane id="nodes" title="Nodes" aside={<span>{nodes.nodes.length} in this capture</span>}>
      <ul className="nodes scroll" aria-label="nodes" tabIndex={0}>
        {nodes.nodes.map(({ nodeid, label, says }) => {
          const now = moment?.states.get(nodeid);
          const state = now?.state ?? null;
          return (
            <li key={nodeid} className="node-card" title={says}>
              <b>{label}</b>
              {state === null ? null : (
                <span className={`state state-${state}`} title={STATE_LOOKS[state].doc}>
                  {state}
                </span>
              )}
              <span className="node-says">{now?.says ?? ''}</span>
            </li>
          );
        })}
      </ul>
    </Pane>
  );
}
