// What a person does with the timeline: wheel zooms, drag pans, click selects, keys step and zoom. Draws nothing.
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type RefObject } from 'react';
import { moved, timeAt, zoomed } from '../../canvas/time-scale.ts';
import { packets, selectFinding, selectRow, selectTime, showSpan, wholeSpan } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { packetLine } from '../packets/layout.ts';
import { flagAt, GUTTER, markAt } from './layout.ts';
import { TimelineView } from './view.ts';

const REACH = 9;
const ZOOM = 1.2;
/** Pixels that the pointer may move in a click. */
const CLICK_SLACK = 3;

interface Drag {
  readonly x: number;
  readonly y: number;
  last: number;
  isMoving: boolean;
}

function choose(view: TimelineView, x: number, y: number, width: number): void {
  const { span } = useView.getState();
  if (view.drawing === null || span === null || x < GUTTER) return;
  const flag = flagAt(view.drawing, x, y);
  const finding = useSession.getState().analysis?.findings.find(({ id }) => id === flag?.id);
  const mark = markAt(view.drawing, x, y, REACH);
  if (finding !== undefined) selectFinding(finding);
  else if (mark !== null) selectRow(mark.row);
  else selectTime(timeAt(span, width - GUTTER, x - GUTTER));
}

/** One line on what the pointer is at. */
function hoverText(view: TimelineView, x: number, y: number): string {
  if (view.drawing === null) return '';
  const { nodes, analysis } = useSession.getState();
  const flag = flagAt(view.drawing, x, y);
  if (flag !== null) return analysis?.findings.find(({ id }) => id === flag.id)?.says ?? '';
  if (x < GUTTER) return view.drawing.lanes.find(({ top, height }) => y >= top && y <= top + height)?.says ?? '';
  const mark = markAt(view.drawing, x, y, REACH);
  const line = mark === null ? null : packetLine(packets(), nodes, mark.row, -1, 'start');
  return line === null
    ? ''
    : `${line.number} · ${line.time} s · ${line.source} → ${line.target} · ${line.kind} · ${line.says}`;
}

/** Zooms at the pointer, or pans where the wheel goes sideways. */
function wheel(event: WheelEvent, element: HTMLCanvasElement): void {
  event.preventDefault();
  const { span: now } = useView.getState();
  if (now === null) return;
  const width = element.clientWidth - GUTTER;
  const along = event.shiftKey ? event.deltaY + event.deltaX : event.deltaX;
  const isSideways = along !== 0 && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY));
  const at = Math.max(0, event.offsetX - GUTTER);
  const factor = event.deltaY > 0 ? ZOOM : 1 / ZOOM;
  if (isSideways) showSpan(moved(now, wholeSpan(), (along / width) * (now.to - now.from)));
  else showSpan(zoomed(now, wholeSpan(), width, at, factor));
}

function pressKey(event: KeyboardEvent, width: number): void {
  const { row, span: now } = useView.getState();
  if (now === null) return;
  const at = width / 2;
  if (event.key === 'ArrowRight') selectRow((row ?? -1) + 1);
  else if (event.key === 'ArrowLeft') selectRow((row ?? 1) - 1);
  else if (event.key === '+' || event.key === '=') showSpan(zoomed(now, wholeSpan(), width, at, 1 / ZOOM));
  else if (event.key === '-') showSpan(zoomed(now, wholeSpan(), width, at, ZOOM));
  else return;
  event.preventDefault();
}

export interface TimelineGestures {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  /** One line on what the pointer is at. */
  readonly hover: string;
  readonly handlers: {
    readonly onPointerDown: (event: PointerEvent<HTMLCanvasElement>) => void;
    readonly onPointerMove: (event: PointerEvent<HTMLCanvasElement>) => void;
    readonly onPointerUp: (event: PointerEvent<HTMLCanvasElement>) => void;
    readonly onPointerLeave: () => void;
    readonly onKeyDown: (event: KeyboardEvent) => void;
  };
}

/** Binds a canvas to its view and to what a person does with it. */
export function useTimeline(): TimelineGestures {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<TimelineView | null>(null);
  const drag = useRef<Drag | null>(null);
  const [hover, setHover] = useState('');
  const width = (): number => (canvas.current?.clientWidth ?? GUTTER + 1) - GUTTER;

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const own = new TimelineView(element);
    view.current = own;
    const onWheel = (event: WheelEvent): void => wheel(event, element);
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
      own.stop();
    };
  }, []);

  const onPointerMove = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>): void => {
    const { current } = drag;
    if (current === null) {
      setHover(view.current === null ? '' : hoverText(view.current, offsetX, offsetY));
      return;
    }
    current.isMoving ||= Math.abs(offsetX - current.x) > CLICK_SLACK;
    const { span: now } = useView.getState();
    if (current.isMoving && now !== null)
      showSpan(moved(now, wholeSpan(), ((current.last - offsetX) / width()) * (now.to - now.from)));
    current.last = offsetX;
  };
  const onPointerUp = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>): void => {
    const wasMoving = drag.current?.isMoving ?? true;
    drag.current = null;
    if (!wasMoving && view.current !== null) choose(view.current, offsetX, offsetY, canvas.current?.clientWidth ?? 0);
  };
  const onPointerDown = (event: PointerEvent<HTMLCanvasElement>): void => {
    event.currentTarget.setPointerCapture(event.pointerId);
    const { offsetX: x, offsetY: y } = event.nativeEvent;
    drag.current = { x, y, last: x, isMoving: false };
  };
  const onKeyDown = (event: KeyboardEvent): void => pressKey(event, width());
  const onPointerLeave = (): void => setHover('');
  return { canvas, hover, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerLeave, onKeyDown } };
}
