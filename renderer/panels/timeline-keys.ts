// What keys do in the timeline: step, choose a lane, zoom, move, mark a stretch.
import type { KeyboardEvent } from 'react';
import type { TimeScale } from '../canvas/time-scale.ts';
import { markSpan, selectNode, selectRow, showSpan } from '../state/actions.ts';
import { packets, wholeSpan } from '../state/capture.ts';
import { useSession } from '../state/session-store.ts';
import { currentScale } from '../state/time/folding.ts';
import { useView } from '../state/view-store.ts';

const ZOOM_KEY = 1.5;
/** Shares of the view that keys move it by. */
const NUDGE = 0.1;
const PAGE = 0.8;

export const shiftTimeline = (scale: TimeScale, pixels: number): void => showSpan(scale.moved(wholeSpan(), pixels));

/** Zooms round the cursor where it is in view, else round the middle. */
function zoomByKey(scale: TimeScale, factor: number): void {
  const { time } = useView.getState();
  const x = time === null ? -1 : scale.x(time);
  showSpan(scale.zoomed(wholeSpan(), x >= 0 && x <= scale.width ? x : scale.width / 2, factor));
}

/** Sets one end of the marked stretch to the cursor. */
function markTo(end: 'from' | 'to'): void {
  const { time, marked } = useView.getState();
  if (time === null) return;
  const { from, to } = { from: time, to: time, ...marked, ...(end === 'from' ? { from: time } : { to: time }) };
  markSpan({ from: Math.min(from, to), to: Math.max(from, to) });
}

function chooseLane(by: number): void {
  const { nodes } = useSession.getState().nodes;
  const { node } = useView.getState();
  const at = nodes.findIndex(({ nodeid }) => nodeid === node);
  const next = nodes[at < 0 ? (by > 0 ? 0 : nodes.length - 1) : at + by];
  if (next !== undefined) selectNode(next.nodeid);
}

const KEYS: Readonly<Record<string, (scale: TimeScale, isShifted: boolean) => void>> = {
  ArrowRight: (scale, isShifted) =>
    isShifted ? shiftTimeline(scale, NUDGE * scale.width) : selectRow((useView.getState().row ?? -1) + 1),
  ArrowLeft: (scale, isShifted) =>
    isShifted ? shiftTimeline(scale, -NUDGE * scale.width) : selectRow((useView.getState().row ?? 1) - 1),
  ArrowDown: () => chooseLane(1),
  ArrowUp: () => chooseLane(-1),
  PageDown: (scale) => shiftTimeline(scale, PAGE * scale.width),
  PageUp: (scale) => shiftTimeline(scale, -PAGE * scale.width),
  Home: () => selectRow(0),
  End: () => selectRow(packets().length - 1),
  '+': (scale) => zoomByKey(scale, 1 / ZOOM_KEY),
  '=': (scale) => zoomByKey(scale, 1 / ZOOM_KEY),
  '-': (scale) => zoomByKey(scale, ZOOM_KEY),
  '[': () => markTo('from'),
  ']': () => markTo('to'),
};

export function pressTimelineKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && useView.getState().marked !== null) {
    event.stopPropagation();
    markSpan(null);
    return;
  }
  const scale = currentScale();
  const key = KEYS[event.key];
  if (key === undefined || scale === null) return;
  event.preventDefault();
  key(scale, event.shiftKey);
}
