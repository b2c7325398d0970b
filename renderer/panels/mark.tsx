// One mark of the legend as a small picture beside a word.
import type { ReactNode } from 'react';
import { isOutline, markPath } from '../canvas/marks.ts';
import type { Look } from '../state/looks.ts';

export function Mark({ look: { shape, colour } }: { readonly look: Look }): ReactNode {
  const paint = `var(--${colour})`;
  const isStroked = isOutline(shape) || shape === 'tail';
  return (
    <svg className="mark" width="14" height="12" viewBox="0 0 14 12" aria-hidden="true">
      <path
        d={markPath(shape, shape === 'tail' ? 9 : 7, 6, 4.5)}
        fill={isOutline(shape) ? 'none' : paint}
        stroke={isStroked ? paint : 'none'}
        strokeWidth={1.6}
      />
    </svg>
  );
}
