// The membership panel: in which of the four states each node is, and what it says of itself.
import type { ReactNode } from 'react';
import { STATE_LOOKS } from '../../state/looks.ts';
import type { Moment } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useMoment } from '../../state/use-moment.ts';
import { Pane } from '../../widgets/pane.tsx';
import { BOX, BOXES, chipsIn, PICTURE, type Box } from './layout.ts';
import './membership.css';

function StateBox({ box, moment, nodes }: BoxProps): ReactNode {
  const look = STATE_LOOKS[box.state];
  const within = [...moment.states.values()].filter(({ state }) => state === box.state).map(({ nodeid }) => nodeid);
  return (
    <g>
      <title>{look.doc}</title>
      <rect {...{ x: box.x, y: box.y, ...BOX }} rx="4" className="membership-box" stroke={`var(--${look.colour})`} />
      <text x={box.x + 8} y={box.y + 16} className="membership-state">
        {box.state}
      </text>
      {chipsIn(box, within).map(({ nodeid, x, y, width }) => (
        <g key={nodeid}>
          <rect {...{ x, y, width }} height="18" rx="9" className="membership-chip" stroke={`var(--${look.colour})`} />
          <text x={x + width / 2} y={y + 13} textAnchor="middle" className="membership-chip-text">
            {nodes.label(nodeid)}
          </text>
        </g>
      ))}
    </g>
  );
}
interface BoxProps {
  readonly box: Box;
  readonly moment: Moment;
  readonly nodes: NodeDirectory;
}

export function Membership(): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const moment = useMoment();
  return (
    <Pane id="membership" title="Membership">
      {moment === null ? (
        <p className="nothing">No moment is chosen yet.</p>
      ) : (
        <div className="membership scroll" tabIndex={0} role="region" aria-label="membership of each node">
          <svg viewBox={`0 0 ${PICTURE.width} ${PICTURE.height}`} role="img" aria-label="the states of the nodes">
            {BOXES.map((box) => (
              <StateBox key={box.state} {...{ box, moment, nodes }} />
            ))}
          </svg>
          <ul className="membership-says">
            {[...moment.states.values()].map(({ nodeid, says }) => (
              <li key={nodeid}>
                <b>{nodes.label(nodeid)}</b> {says}
              </li>
            ))}
          </ul>
        </div>
      )}
    </Pane>
  );
}
