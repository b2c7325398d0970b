// The timeline: the canvas with its legend and the line below it. Gestures are in gestures.ts, drawing in view.ts.
import type { ReactNode } from 'react';
import { lengthText } from '../../canvas/time-scale.ts';
import { fitTimeline } from '../../state/actions.ts';
import { LEGEND, STATE_LOOKS } from '../../state/looks.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { Mark } from '../mark.tsx';
import { useTimeline } from './gestures.ts';
import { neededHeight } from './layout.ts';
import './timeline.css';

const KEYS = 'arrows step from packet to packet, plus and minus zoom, F fits; the packet table has the same packets';
const spanText = (length: number): string => `${lengthText(length)} in view`;

function Legend(): ReactNode {
  return (
    <div className="legend">
      {LEGEND.slice(0, 6).map(({ look, word, doc }) => (
        <span key={word} title={doc}>
          <Mark look={look} /> {word}
        </span>
      ))}
    </div>
  );
}

function States(): ReactNode {
  return (
    <span className="legend">
      {Object.entries(STATE_LOOKS).map(([state, { doc }]) => (
        <span key={state} className={`state state-${state}`} title={doc}>
          {state}
        </span>
      ))}
    </span>
  );
}

export function Timeline(): ReactNode {
  const { canvas, hover, handlers } = useTimeline();
  const span = useView((state) => state.span);
  const lanes = useSession((state) => state.nodes.nodes.length);
  return (
    <Pane id="timeline" title="Timeline" aside={<Legend />}>
      <div className="timeline">
        <div className="timeline-scroll scroll">
          <canvas
            ref={canvas}
            tabIndex={0}
            role="img"
            aria-label={`timeline of ${lanes} nodes; ${KEYS}`}
            style={{ minHeight: neededHeight(lanes) }}
            {...handlers}
            onDoubleClick={fitTimeline}
          />
        </div>
        <p className="timeline-says">
          <span>{hover === '' ? (span === null ? '' : spanText(span.to - span.from)) : hover}</span>
          {hover === '' ? <States /> : null}
        </p>
      </div>
    </Pane>
  );
}
