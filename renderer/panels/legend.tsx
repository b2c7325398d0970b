// What the marks and the states of the pictures mean.
import type { ReactNode } from 'react';
import { LEGEND, STATE_LOOKS } from '../state/looks.ts';
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
