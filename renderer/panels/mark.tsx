// One mark of the legend as a small picture beside a word; and the representative's crown.
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

/** The representative's mark, round (0, 0). */
export const CROWN = 'M-7 3L-7 -4L-3.5 -1L0 -6L3.5 -1L7 -4L7 3Z';

export function Crown({ says }: { readonly says: string }): ReactNode {
  return (
    <svg width="14" height="10" viewBox="-7 -6.5 14 10" role="img" aria-label={says}>
      <title>{says}</title>
      <path d={CROWN} fill="currentColor" />
    </svg>
  );
}
