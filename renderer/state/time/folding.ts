// What is folded now, and how the timeline's pixels and times belong together: for the timeline itself and for those
// who move it.
import { NO_FOLDS, type Stretch } from '../../canvas/folds.ts';
import { TimeScale, type Span } from '../../canvas/time-scale.ts';
import type { Analysis } from '../../../app/analysis/result.ts';
import { packets } from '../capture.ts';
import { useSession } from '../session-store.ts';
import { useView } from '../view-store.ts';
import { idleStretches } from './idle.ts';
import { waitsOf, type Wait } from './waits.ts';

interface Known {
  readonly of: Analysis;
  readonly waits: readonly Wait[];
  readonly idle: readonly Stretch[];
}

let known: Known | null = null;
let open: {
  readonly of: readonly Stretch[];
  readonly opened: ReadonlySet<number>;
  readonly folds: readonly Stretch[];
} = {
  of: NO_FOLDS,
  opened: new Set(),
  folds: NO_FOLDS,
};
/** Pixels of the timeline; what moves it before it is drawn takes it for this wide. */
let width = 1000;

export function noteTimelineWidth(pixels: number): void {
  width = Math.max(1, pixels);
}

function found(analysis: Analysis): Known {
  if (known?.of !== analysis) {
    const waits = waitsOf(analysis, packets(), useSession.getState().nodes);
    known = { of: analysis, waits, idle: idleStretches(packets(), analysis, waits) };
  }
  return known;
}

/** Null while the capture is read: what is idle is known at its end. */
function settled(): Analysis | null {
  const { analysis, phase } = useSession.getState();
  return phase === 'done' || phase === 'cancelled' ? analysis : null;
}

const NO_WAITS: readonly Wait[] = [];

/** The silent waits of the capture; the same list until it is read again. */
export function currentWaits(): readonly Wait[] {
  const analysis = settled();
  return analysis === null ? NO_WAITS : found(analysis).waits;
}

/** The stretches that are folded, in order. */
export function currentFolds(): readonly Stretch[] {
  const analysis = settled();
  const { isFolding, openedFolds } = useView.getState();
  if (analysis === null || !isFolding) return NO_FOLDS;
  const { idle } = found(analysis);
  if (open.of !== idle || open.opened !== openedFolds)
    open = { of: idle, opened: openedFolds, folds: idle.filter(({ from }) => !openedFolds.has(from)) };
  return open.folds;
}

/** The scale of the timeline; null before there is anything to show. */
export function currentScale(span: Span | null = useView.getState().span): TimeScale | null {
  return span === null ? null : new TimeScale(span, width, currentFolds());
}
