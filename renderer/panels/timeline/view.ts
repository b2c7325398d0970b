// What is behind one timeline canvas: what is drawn, and when it is drawn again. No gestures, no React.
import type { Analysis } from '../../../app/analysis/result.ts';
import { createFrameScheduler, type FrameScheduler } from '../../canvas/frame-scheduler.ts';
import { readPalette, type Palette } from '../../canvas/palette.ts';
import { beginPaint } from '../../canvas/surface.ts';
import { packets, wholeSpan } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { DensityTiles } from './density.ts';
import { layoutTimeline, timelineFacts, type TimelineDrawing, type TimelineFacts } from './layout.ts';
import { paintTimeline } from './paint.ts';

/** Everything that is behind one canvas: what is drawn, and when it is drawn again. */
export class TimelineView {
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
    const { nodes, analysis, phase } = useSession.getState();
    const context = beginPaint(this.canvas);
    if (context === null || span === null) return;
    const store = packets();
    const isWhole = phase !== 'reading';
    if (this.tiles === null || !this.tiles.isCurrent(store, nodes, isWhole))
      this.tiles = new DensityTiles(store, nodes, isWhole);
    if (this.facts?.of !== analysis)
      this.facts = { of: analysis, value: timelineFacts(analysis, nodes, wholeSpan().to) };
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const facts = this.facts?.value ?? timelineFacts(null, nodes, 0);
    this.drawing = layoutTimeline({ store, directory: nodes, analysis, facts, tiles: this.tiles, span, width, height });
    paintTimeline(context, this.drawing, this.palette, span, { row, time });
  }
}
