// What a person does with the timeline: wheel zooms, drag marks a stretch, Shift and drag moves, click selects, keys do
// the same. Draws nothing.
import { useEffect, useRef, useState, type PointerEvent, type RefObject } from 'react';
import { lengthText } from '../../canvas/time-scale.ts';
import {
  fitTimeline,
  markSpan,
  openFold,
  selectFinding,
  selectNode,
  selectRing,
  selectRow,
  selectTime,
  showSpan,
} from '../../state/actions.ts';
import { editAnnotation } from '../../session/annotations.ts';
import { packets, wholeSpan } from '../../state/capture.ts';
import { useSession } from '../../state/session-store.ts';
import { currentScale } from '../../state/time/folding.ts';
import { rowsIn } from '../../state/time/span-figures.ts';
import { useView } from '../../state/view-store.ts';
import { packetLine } from '../packets/layout.ts';
import { pressTimelineKey, shiftTimeline } from '../timeline-keys.ts';
import { targetAt, type Target } from './layout.ts';
import { pinAt } from '../lanes/pins.ts';
import { TimelineView } from './view.ts';

const ZOOM = 1.2;
/** Pixels that the pointer may move in a click. */
const CLICK_SLACK = 3;

interface Drag {
  readonly x: number;
  readonly y: number;
  readonly isPan: boolean;
  last: number;
  isMoving: boolean;
}

function choose(view: TimelineView, x: number, y: number): void {
  const { drawing, pins } = view;
  if (drawing === null) return;
  const pin = pinAt(pins, drawing, x, y);
  if (pin !== null) return selectTime(pin.time);
  const note = view.noteAt(x, y);
  if (note !== null) return editAnnotation(note.id);
  const target = targetAt(drawing, x, y);
  const { analysis } = useSession.getState();
  if (target?.kind === 'finding') {
    const finding = analysis?.findings.find(({ id }) => id === target.finding.id);
    if (finding !== undefined) selectFinding(finding);
  } else if (target?.kind === 'ring') {
    const ring = analysis?.rings.find(({ id }) => id === target.ring.id);
    if (ring === undefined) selectTime(target.ring.from);
    else selectRing(ring);
  } else if (target?.kind === 'wait') markSpan({ from: target.wait.from, to: target.wait.to });
  else if (target?.kind === 'node')
    selectNode(useView.getState().node === target.lane.nodeid ? null : target.lane.nodeid);
  else if (target?.kind === 'mark') selectRow(target.mark.row);
  else if (target?.kind === 'break') openFold(target.fold.from);
  else if (x >= drawing.gutter) selectTime(drawing.scale.time(x - drawing.gutter));
}

/** One line on what lies at a point. */
function sayTarget(target: Target | null): string {
  const { nodes } = useSession.getState();
  switch (target?.kind) {
    case undefined:
      return '';
    case 'finding':
      return target.finding.says;
    case 'ring':
      return target.ring.says;
    case 'wait':
      return `${target.wait.says} · click marks it`;
    case 'node':
      return target.lane.says;
    case 'break':
      return `idle for ${lengthText(target.fold.to - target.fold.from)}, folded · click opens it, I opens all`;
    case 'stretch': {
      const { lane, says } = target.stretch;
      return `${nodes.nodes[lane]?.label ?? ''}: ${says}`;
    }
    case 'mark': {
      const line = packetLine(packets(), nodes, target.mark.row, -1, 'start');
      if (line === null) return '';
      return `${line.number} · ${line.time} s · ${line.source} → ${line.target} · ${line.kind} · ${line.says}`;
    }
  }
}

/** What was done to the lab, or written by a person, at a point. */
function sayPinned(view: TimelineView, x: number, y: number): string | null {
  const pin = view.pinAt(x, y);
  if (pin !== null) return `done to the lab: ${pin.words}`;
  const note = view.noteAt(x, y);
  return note === null ? null : [note.text, ...note.tags.map((tag) => `#${tag}`), '· click changes it'].join(' ');
}

/** Zooms at the pointer, or moves where the wheel goes sideways. */
function wheel(event: WheelEvent, view: TimelineView): void {
  event.preventDefault();
  const scale = currentScale();
  if (scale === null || view.drawing === null) return;
  const along = event.shiftKey ? event.deltaY + event.deltaX : event.deltaX;
  const isSideways = along !== 0 && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY));
  const at = Math.max(0, event.offsetX - view.drawing.gutter);
  if (isSideways) shiftTimeline(scale, along);
  else showSpan(scale.zoomed(wholeSpan(), at, event.deltaY > 0 ? ZOOM : 1 / ZOOM));
}

/** The wheel must not scroll the page, which React's listener could not keep it from. */
function binds(element: HTMLElement, view: TimelineView): () => void {
  const onWheel = (event: WheelEvent): void => wheel(event, view);
  element.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    element.removeEventListener('wheel', onWheel);
    view.stop();
  };
}

function begins(event: PointerEvent<HTMLCanvasElement>, gutter: number): Drag {
  event.currentTarget.setPointerCapture(event.pointerId);
  const { offsetX: x, offsetY: y } = event.nativeEvent;
  return { x, y, last: x, isPan: event.shiftKey || event.button === 1 || x < gutter, isMoving: false };
}

function drags(view: TimelineView, drag: Drag, offsetX: number): string {
  const { drawing } = view;
  if (drawing === null) return '';
  const { scale, gutter } = drawing;
  if (drag.isPan) {
    const now = currentScale();
    if (now !== null) shiftTimeline(now, drag.last - offsetX);
    drag.last = offsetX;
    return '';
  }
  const [a, b] = [scale.time(Math.max(0, drag.x - gutter)), scale.time(Math.max(0, offsetX - gutter))];
  view.marking = { from: Math.min(a, b), to: Math.max(a, b) };
  view.requestOver();
  return `${lengthText(Math.abs(b - a))} · ${rowsIn(packets(), view.marking).toLocaleString('en')} packets`;
}

export interface TimelineGestures {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly overlay: RefObject<HTMLCanvasElement | null>;
  readonly scroller: RefObject<HTMLDivElement | null>;
  /** One line on what the pointer is at. */
  readonly hover: string;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => void;
    readonly onPointerUp: (event: PointerEvent<HTMLCanvasElement>) => void;
    readonly onPointerLeave: () => void;
    readonly onKeyDown: typeof pressTimelineKey;
    readonly onDoubleClick: () => void;
  };
}

/** Binds the canvases to their view and to what a person does with them. */
export function useTimeline(): TimelineGestures {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const view = useRef<TimelineView | null>(null);
  const drag = useRef<Drag | null>(null);
  const [hover, setHover] = useState('');

  useEffect(() => {
    if (canvas.current === null || overlay.current === null || scroller.current === null) return undefined;
    view.current = new TimelineView(canvas.current, overlay.current, scroller.current);
    return binds(canvas.current, view.current);
  }, []);

  const hoverAt = (own: TimelineView, target: Target | null): void => {
    const row = target?.kind === 'mark' ? target.mark.row : null;
    if (own.hoverRow !== row) {
      own.hoverRow = row;
      own.requestOver();
    }
    setHover(sayTarget(target));
  };
  const onPointerMove = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>): void => {
    const own = view.current;
    if (own === null) return;
    const { current } = drag;
    if (current === null) {
      const said = sayPinned(own, offsetX, offsetY);
      if (said !== null) return setHover(said);
      hoverAt(own, own.drawing === null ? null : targetAt(own.drawing, offsetX, offsetY));
      return;
    }
    current.isMoving ||= Math.abs(offsetX - current.x) > CLICK_SLACK;
    if (current.isMoving) setHover(drags(own, current, offsetX));
  };
  const onPointerUp = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>): void => {
    const own = view.current;
    const { current } = drag;
    drag.current = null;
    if (own === null || current === null) return;
    if (!current.isMoving) choose(own, offsetX, offsetY);
    else if (own.marking !== null) markSpan(own.marking);
    own.marking = null;
    setHover('');
  };
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.button <= 1) drag.current = begins(event, view.current?.drawing?.gutter ?? 0);
  };
  const onPointerLeave = (): void => {
    if (view.current !== null && drag.current === null) hoverAt(view.current, null);
  };
  const handlers = { onPointerDown, onPointerMove, onPointerUp, onPointerLeave };
  return {
    canvas,
    overlay,
    scroller,
    hover,
    handlers: { ...handlers, onKeyDown: pressTimelineKey, onDoubleClick: fitTimeline },
  };
}
