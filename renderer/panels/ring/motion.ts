// What moves in the ring view, on a canvas over the picture: the token, how long it is held, multicasts on their way.
// Three ways to move: a chosen moment stands, running time runs, a rotation is replayed in slow motion. No React.
import { lookOf } from '../../state/looks.ts';
import type { Palette } from '../../canvas/palette.ts';
import { beginPaint } from '../../canvas/surface.ts';
import type { Moment, TokenPlace } from '../../state/moment.ts';
import type { Hop, SlowMotion } from '../../state/time/hops.ts';
import { arcOf, type PlacedRing, type Ray } from './layout.ts';
import { paintCircle, paintHold, paintHop, paintRays, paintToken } from './paint.ts';

/** Milliseconds that something takes to move when a moment is chosen. */
const MOVE = 180;
/** Milliseconds between two steps where motion is to be avoided. */
const STILL_STEP = 900;
/** Milliseconds of rest before a replay begins anew. */
const REPLAY_PAUSE = 500;

/** What the panel shows; a new one with every moment. */
export interface Scene {
  readonly moment: Moment;
  readonly rings: readonly PlacedRing[];
  readonly rays: readonly Ray[];
  readonly kind: number;
  readonly flags: number;
  /** Replayed of each ring, by its id. */
  readonly slow: ReadonlyMap<string, SlowMotion>;
  /** The moment goes on by itself: a replay is shown to its end before the next rotation takes its place. */
  readonly isGoingOn: boolean;
  /** Nanoseconds after which a token is declared lost; null where that is not known. */
  readonly timeout: number | null;
  readonly palette: Palette;
  /** The hop before a moment of running time, and when the next one comes; null where the moment stands. */
  readonly running:
    ((ring: string) => { readonly hop: Hop; readonly next: number | null; readonly time: number } | null) | null;
  /** Nanoseconds of the capture in a millisecond of the screen. */
  readonly speed: number;
}

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class RingMotion {
  private readonly canvas: HTMLCanvasElement;
  private scene: Scene | null = null;
  private shownAt = 0;
  /** What is replayed: the scene's own, or the one before while it has not come to its end. */
  private slow: ReadonlyMap<string, SlowMotion> = new Map();
  private replayFrom = 0;
  private frame: number | null = null;

  constructor(canvas: HTMLCanvasElement) {
    this.canvas = canvas;
  }

  show(scene: Scene): void {
    const isNew = this.scene?.moment !== scene.moment;
    this.scene = scene;
    const now = performance.now();
    if (isNew) this.shownAt = now;
    this.replay(scene, now);
    this.request();
  }

  private replay({ slow, isGoingOn }: Scene, now: number): void {
    const wasSlow = this.slow.size > 0;
    const longest = Math.max(0, ...[...this.slow.values()].map(({ length }) => length));
    const isAtEnd = now - this.replayFrom >= longest + REPLAY_PAUSE;
    const isOfOthers = [...slow.keys()].some((ring) => !this.slow.has(ring));
    if (isGoingOn && slow.size > 0 && !isAtEnd && !isOfOthers) return;
    this.slow = slow;
    if (slow.size > 0 && (!wasSlow || isGoingOn)) this.replayFrom = now;
  }

  stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  request(): void {
    this.frame ??= requestAnimationFrame((now) => {
      this.frame = null;
      if (this.paint(now)) this.request();
    });
  }

  /** Draws one frame; true while there is more to move. */
  private paint(now: number): boolean {
    const { scene } = this;
    const context = beginPaint(this.canvas);
    if (scene === null || context === null) return false;
    const { rings, rays, kind, flags, palette } = scene;
    const { slow } = this;
    const part = isStill() || scene.running !== null ? 1 : Math.min(1, (now - this.shownAt) / MOVE);
    let isMoving = part < 1;
    for (const placed of rings) {
      paintCircle(context, placed, palette);
      if (placed.ring === null) continue;
      const replay = slow.get(placed.ring.id);
      const isRunning = scene.running !== null;
      if (replay !== undefined) {
        this.paintSlow(context, placed, replay, now);
        isMoving = true;
      } else if (isRunning) this.paintRunning(context, placed, scene);
      else if (placed.ring.token !== null) paintMoment(context, placed, placed.ring.token, part, scene);
    }
    if (slow.size === 0) paintRays(context, rays, lookOf(kind, flags), part, palette);
    return isMoving;
  }

  private paintSlow(context: CanvasRenderingContext2D, placed: PlacedRing, slow: SlowMotion, now: number): void {
    const palette = this.scene?.palette;
    if (palette === undefined) return;
    const since = Math.max(0, now - this.replayFrom);
    const still = isStill();
    const at = still
      ? (slow.hops[Math.floor(since / STILL_STEP) % slow.hops.length]?.start ?? 0)
      : since % (slow.length + REPLAY_PAUSE);
    const current = slow.hops.findLast(({ start }) => start <= at) ?? slow.hops[0];
    if (current === undefined) return;
    const { hop, start, travel, rest } = current;
    const arc = arcOf(placed, hop.from, hop.to);
    if (arc === null) return;
    const part = still ? 1 : Math.min(1, (at - start) / Math.max(1, travel));
    if (part < 1) paintHop(context, placed, arc, palette);
    else paintHold(context, placed, arc, rest <= 0 ? 0 : Math.min(1, (at - start - travel) / rest), palette);
    paintToken(context, placed, arc, part, hop.isCopy, palette);
  }

  private paintRunning(context: CanvasRenderingContext2D, placed: PlacedRing, scene: Scene): void {
    const now = placed.ring === null ? null : (scene.running?.(placed.ring.id) ?? null);
    if (now === null) return;
    const { hop, next, time } = now;
    const arc = arcOf(placed, hop.from, hop.to);
    if (arc === null) return;
    const gap = next === null ? Infinity : next - hop.time;
    const travel = Math.min(MOVE * scene.speed, gap * 0.6);
    const part = isStill() ? 1 : Math.min(1, (time - hop.time) / Math.max(1, travel));
    if (part < 1) paintHop(context, placed, arc, scene.palette);
    else paintAge(context, placed, arc, time - hop.time, scene);
    paintToken(context, placed, arc, part, hop.isCopy, scene.palette);
  }
}

/** How long the token has rested, against the time after which it is declared lost. */
function paintAge(
  context: CanvasRenderingContext2D,
  placed: PlacedRing,
  arc: { readonly start: number; readonly way: number },
  age: number,
  { timeout, palette }: Scene,
): void {
  if (timeout !== null) paintHold(context, placed, arc, Math.min(1, age / timeout), palette);
}

/** A chosen moment: a hop that was chosen is half way, else the token rests where it came to. */
function paintMoment(
  context: CanvasRenderingContext2D,
  placed: PlacedRing,
  token: TokenPlace,
  part: number,
  scene: Scene,
): void {
  const arc = arcOf(placed, token.from, token.to);
  if (arc === null) return;
  if (token.isOnHop) {
    paintHop(context, placed, arc, scene.palette);
    paintToken(context, placed, arc, 0.5 * part, token.isCopy, scene.palette);
    return;
  }
  paintAge(context, placed, arc, token.age, scene);
  paintToken(context, placed, arc, 1, token.isCopy, scene.palette);
}
