// What is behind the timeline's two canvases: what is drawn, and when it is drawn again. No gestures, no React.
import type { Annotation } from '../../../app/annotations/annotation.ts';
import { createFrameScheduler, type FrameScheduler } from '../../canvas/frame-scheduler.ts';
import { readPalette, type Palette } from '../../canvas/palette.ts';
import { beginPaint } from '../../canvas/surface.ts';
import type { Span } from '../../canvas/time-scale.ts';
import { annotationsNow, timesOfAnnotation, useAnnotations } from '../../session/annotations.ts';
import { evidenceRows } from '../../session/evidence.ts';
import { packets, wholeSpan } from '../../state/capture.ts';
import { cursorTime, onCursor } from '../../state/playback.ts';
import { useSession } from '../../state/session-store.ts';
import { Density } from '../../state/time/density.ts';
import { timelineFacts, type TimelineFacts } from '../../state/time/facts.ts';
import { LaneHits } from '../lanes/lane-hits.ts';
import { currentFolds, currentWaits, noteTimelineWidth } from '../../state/time/folding.ts';
import { turns, type Taker } from '../../state/turns/turns.ts';
import { useView } from '../../state/view-store.ts';
import { gutterOf, layoutTimeline, type TimelineDrawing } from './layout.ts';
import { layoutPins, paintPins, pinAt, type Pin } from '../lanes/pins.ts';
import { layoutNotes, noteAt, paintNotes, type PlacedNote } from '../lanes/notes.ts';
import { paintOverlay, paintTimeline } from './paint.ts';

/** Rows that are counted in one frame, so that no frame is late for them. */
const COUNTED_AT_ONCE = 150_000;
const HITS_AT_ONCE = 300_000;
/** Where in the view the cursor stands when the view has turned a page after it. */
const PAGE_START = 0.1;

/** What the picture is made from; all else is drawn over it. */
const SESSION_PARTS = ['revision', 'phase', 'analysis', 'nodes'] as const;
const VIEW_PARTS = ['span', 'theme', 'isFolding', 'openedFolds', 'finding', 'node'] as const;

export class TimelineView {
  drawing: TimelineDrawing | null = null;
  pins: readonly Pin[] = [];
  notes: readonly PlacedNote[] = [];
  /** What the person is marking just now, and what the pointer is at. */
  marking: Span | null = null;
  hoverRow: number | null = null;
  private readonly canvas: HTMLCanvasElement;
  private readonly overlay: HTMLCanvasElement;
  /** Scrolls the lanes. */
  private readonly scroller: Element;
  private readonly frames: FrameScheduler;
  private readonly overFrames: FrameScheduler;
  /** Its part in what a capture that goes on brings. */
  private readonly turn: Taker = { take: () => this.frames.paint() };
  private readonly requests = (): void => this.frames.request();
  private readonly stops: (() => void)[];
  private palette: Palette = readPalette();
  private density: Density | null = null;
  private hits: LaneHits | null = null;

  constructor(canvas: HTMLCanvasElement, overlay: HTMLCanvasElement, scroller: Element) {
    this.canvas = canvas;
    this.scroller = scroller;
    this.overlay = overlay;
    this.frames = createFrameScheduler(() => this.paint());
    this.overFrames = createFrameScheduler(() => this.paintOver());
    const observer = new ResizeObserver(() => this.frames.request());
    observer.observe(canvas);
    const onScroll = (): void => this.frames.request();
    scroller.addEventListener('scroll', onScroll);
    this.stops = [
      useSession.subscribe((state, before) => {
        // A packet that was opened, for one, changes nothing here.
        const isHighlighted = state.highlight.rows !== before.highlight.rows;
        if (isHighlighted || SESSION_PARTS.some((part) => state[part] !== before[part]))
          turns.changed(this.turn, this.requests);
      }),
      useView.subscribe((state, before) => {
        if (state.theme !== before.theme) this.palette = readPalette();
        if (state.node !== before.node) this.revealLane(state.node);
        const isSame = VIEW_PARTS.every((part) => state[part] === before[part]);
        if (isSame) this.overFrames.request();
        else turns.changed(this.turn, this.requests);
      }),
      useAnnotations.subscribe(() => this.frames.request()),
      onCursor(() => {
        this.follow();
        this.overFrames.request();
      }),
      () => scroller.removeEventListener('scroll', onScroll),
      () => observer.disconnect(),
      () => turns.leave(this.turn),
      () => this.frames.stop(),
      () => this.overFrames.stop(),
    ];
    this.frames.request();
  }

  pinAt(x: number, y: number): Pin | null {
    return this.drawing === null ? null : pinAt(this.pins, this.drawing, x, y);
  }

  noteAt(x: number, y: number): Annotation | null {
    return this.drawing === null ? null : noteAt(this.notes, this.drawing, x, y);
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  /** Draws the pointer's and the cursor's part anew. */
  requestOver(): void {
    this.overFrames.request();
  }

  /** Scrolls the lanes so that a node's is seen. */
  private revealLane(nodeid: number | null): void {
    const lane = this.drawing?.lanes.find((own) => own.nodeid === nodeid);
    if (lane === undefined || this.drawing === null) return;
    const { lanes, axis } = this.drawing.bands;
    if (lane.top < lanes) this.scroller.scrollTop -= lanes - lane.top;
    else if (lane.top + lane.height > axis) this.scroller.scrollTop += lane.top + lane.height - axis;
  }

  /** Turns a page where the running cursor has left the view. */
  private follow(): void {
    const time = cursorTime();
    const scale = this.drawing?.scale;
    if (time === null || scale === undefined || (time >= scale.span.from && time <= scale.span.to)) return;
    useView.setState({ span: scale.moved(wholeSpan(), scale.x(time) - PAGE_START * scale.width) });
  }

  private currentFacts(): TimelineFacts {
    const { nodes, analysis } = useSession.getState();
    return timelineFacts(analysis, packets(), nodes, currentWaits());
  }

  /** What is highlighted, by lane; null where nothing is. */
  private currentHits(): LaneHits | null {
    const { nodes, highlight } = useSession.getState();
    const { rows } = highlight;
    if (rows === null) this.hits = null;
    else if (this.hits?.isCurrent(packets(), nodes, rows) !== true) this.hits = new LaneHits(packets(), nodes, rows);
    return this.hits;
  }

  private paint(): void {
    const { span, finding, node } = useView.getState();
    const { nodes, phase } = useSession.getState();
    const { clientWidth: width, clientHeight: height } = this.canvas;
    noteTimelineWidth(width - gutterOf(nodes));
    const context = beginPaint(this.canvas);
    if (context === null || span === null) return;
    const store = packets();
    const isWhole = phase !== 'reading' && phase !== 'live';
    if (this.density === null || !this.density.isCurrent(store, nodes, isWhole))
      this.density = new Density(store, nodes, isWhole);
    const { density } = this;
    const hits = this.currentHits();
    const isCounted = [density.prepare(COUNTED_AT_ONCE), hits?.prepare(HITS_AT_ONCE) ?? true].every(Boolean);
    const facts = this.currentFacts();
    const folds = currentFolds();
    const scroll = this.scroller.scrollTop;
    this.drawing = layoutTimeline({
      store,
      directory: nodes,
      facts,
      density,
      hits,
      span,
      folds,
      width,
      height,
      scroll,
    });
    paintTimeline(context, this.drawing, this.palette, { finding, node });
    this.pins = layoutPins(useSession.getState().marks, store.epochNs, this.drawing);
    paintPins(context, this.pins, this.drawing, this.palette);
    this.notes = layoutNotes(annotationsNow(), timesOfAnnotation, this.drawing);
    paintNotes(context, this.notes, this.drawing, this.palette);
    this.paintOver();
    if (!isCounted) this.frames.request();
  }

  private paintOver(): void {
    const context = beginPaint(this.overlay);
    if (context === null || this.drawing === null) return;
    const { row, marked, finding } = useView.getState();
    const { hoverRow } = this;
    const evidence = evidenceRows(finding);
    const now = { row, time: cursorTime(), marked: this.marking ?? marked, hoverRow, evidence };
    paintOverlay(context, this.drawing, this.palette, now);
  }
}
