// The timeline: gestures and words round the canvas. Wheel zooms, drag pans, click selects, F and double click fit.
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import type { Analysis } from '../../../app/analysis/result.ts';
import { createFrameScheduler, type FrameScheduler } from '../../canvas/frame-scheduler.ts';
import { readPalette, type Palette } from '../../canvas/palette.ts';
import { beginPaint } from '../../canvas/surface.ts';
import { lengthText, moved, timeAt, zoomed } from '../../canvas/time-scale.ts';
import {
  fitTimeline,
  packets,
  selectFinding,
  selectRow,
  selectTime,
  showSpan,
  wholeSpan,
} from '../../state/actions.ts';
import { LEGEND, STATE_LOOKS } from '../../state/looks.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { Mark } from '../mark.tsx';
import { packetLine } from '../packets/layout.ts';
import { DensityTiles } from './density.ts';
import {
  flagAt,
  GUTTER,
  layoutTimeline,
  markAt,
  neededHeight,
  timelineFacts,
  type TimelineDrawing,
  type TimelineFacts,
} from './layout.ts';
import { paintTimeline } from './paint.ts';
import './timeline.css';

const REACH = 9;
const ZOOM = 1.2;
/** Pixels that the pointer may move in a click. */
const CLICK_SLACK = 3;

/** Everything that is behind one canvas: what is drawn, and when it is drawn again. */
class TimelineView {
  drawing: TimelineDrawing | null = null;
  private readonly canvas: HTMLCanvasElement;
  private readonly frames: FrameScheduler;
  private readonly stops: (() => void)[];
  private palette: Palette = readPalette();
  private tiles: DensityTiles | null = null;
  private facts: { readonly of: Analysis | null; readonly value: TimelineFacts } | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
    this.frames = createFrameScheduler(() => this.paint());
    const observer = new ResizeObserver(() => this.frames.request());
    observer.observe(canvas);
    this.stops = [
      useSession.subscribe(() => this.frames.request()),
      useView.subscribe((state, before) => {
        if (state.theme !== before.theme) this.palette = readPalette();
        this.frames.request();
      }),
      () => observer.disconnect(),
      () => this.frames.stop(),
    ];
    this.frames.request();
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private paint(): void {
    const { span, row, time } = useView.getState();
    const { nodes, analysis, revision } = useSession.getState();
    const context = beginPaint(this.canvas);
    if (context === null || span === null) return;
    const store = packets();
    if (this.tiles === null || !this.tiles.isCurrent(store, nodes, revision))
      this.tiles = new DensityTiles(store, nodes, revision);
    if (this.facts?.of !== analysis)
      this.facts = { of: analysis, value: timelineFacts(analysis, nodes, wholeSpan().to) };
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const facts = this.facts?.value ?? timelineFacts(null, nodes, 0);
    this.drawing = layoutTimeline({ store, directory: nodes, analysis, facts, tiles: this.tiles, span, width, height });
    paintTimeline(context, this.drawing, this.palette, span, { row, time });
  }
}

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
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<TimelineView | null>(null);
  const drag = useRef<Drag | null>(null);
  const [hover, setHover] = useState('');
  const span = useView((state) => state.span);
  const lanes = useSession((state) => state.nodes.nodes.length);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const own = new TimelineView(element);
    view.current = own;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { span: now } = useView.getState();
      if (now === null) return;
      const width = element.clientWidth - GUTTER;
      const along = event.shiftKey ? event.deltaY + event.deltaX : event.deltaX;
      if (along !== 0 && (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))) {
        showSpan(moved(now, wholeSpan(), (along / width) * (now.to - now.from)));
      } else
        showSpan(
          zoomed(now, wholeSpan(), width, Math.max(0, event.offsetX - GUTTER), event.deltaY > 0 ? ZOOM : 1 / ZOOM),
        );
    };
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
    const width = (canvas.current?.clientWidth ?? GUTTER + 1) - GUTTER;
    if (current.isMoving && now !== null)
      showSpan(moved(now, wholeSpan(), ((current.last - offsetX) / width) * (now.to - now.from)));
    current.last = offsetX;
  };
  const onPointerUp = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent<HTMLCanvasElement>): void => {
    const wasMoving = drag.current?.isMoving ?? true;
    drag.current = null;
    if (!wasMoving && view.current !== null) choose(view.current, offsetX, offsetY, canvas.current?.clientWidth ?? 0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { row, span: now } = useView.getState();
    if (now === null) return;
    const width = (canvas.current?.clientWidth ?? GUTTER + 1) - GUTTER;
    const at = width / 2;
    if (event.key === 'ArrowRight') selectRow((row ?? -1) + 1);
    else if (event.key === 'ArrowLeft') selectRow((row ?? 1) - 1);
    else if (event.key === '+' || event.key === '=') showSpan(zoomed(now, wholeSpan(), width, at, 1 / ZOOM));
    else if (event.key === '-') showSpan(zoomed(now, wholeSpan(), width, at, ZOOM));
    else return;
    event.preventDefault();
  };
  return (
    <Pane id="timeline" title="Timeline" aside={<Legend />}>
      <div className="timeline">
        <div className="timeline-scroll scroll">
          <canvas
            ref={canvas}
            tabIndex={0}
            role="img"
            aria-label={`timeline of ${lanes} nodes; arrows step from packet to packet, plus and minus zoom, F fits; the packet table has the same packets`}
            style={{ minHeight: neededHeight(lanes) }}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              const { offsetX: x, offsetY: y } = event.nativeEvent;
              drag.current = { x, y, last: x, isMoving: false };
            }}
            onPointerMove={onPointerMove}
            onPointerUp={onPointerUp}
            onPointerLeave={() => setHover('')}
            onDoubleClick={fitTimeline}
            onKeyDown={onKeyDown}
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
