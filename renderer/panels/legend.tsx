// What the marks and the states of the pictures mean.
import type { ReactNode } from 'react';
import { LEGEND, STATE_LOOKS } from '../state/looks.ts';
import { useSession } from '../state/session-store.ts';
import { Mark } from './mark.tsx';

/** The kinds that a person meets in every capture. */
const COMMON = 6;

export function MarkLegend(): ReactNode {
  return (
    <div className="legend">
      {LEGEND.slice(0, COMMON).map(({ look, word, doc }) => (
        <span key={word} title={doc}>
          <Mark look={look} /> {word}
        </span>
      ))}
    </div>
  );
}

export function StateLegend(): ReactNode {
  const isHighlighting = useSession((state) => state.highlight.rows !== null);
  return (
    <span className="legend">
      {isHighlighting ? (
        <span className="legend-hit" title="a strip at the foot of a lane: there packets of its node are highlighted">
          highlighted
        </span>
      ) : null}
      {Object.entries(STATE_LOOKS).map(([state, { doc }]) => (
        <span key={state} className={`state state-${state}`} title={doc}>
          {state}
        </span>
      ))}
    </span>
  );
}
