// What the timeline shows, as lists of things to draw: bands of rings, waits and findings, lanes with their states and
// packets, breaks, the axis; and what lies at a point. Pure; paint.ts draws it.
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { Stretch } from '../../canvas/folds.ts';
import { axisMarks, TimeScale, type AxisMark, type Span } from '../../canvas/time-scale.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import type { Density } from '../../state/time/density.ts';
import type { FindingSpan, LaneStretch, RingSpan, TimelineFacts, WaitSpan } from '../../state/time/facts.ts';
import {
  fitting,
  layoutPackets,
  placed,
  textWidth,
  trackY,
  type Break,
  type Lane,
  type Mark,
  type PacketsDrawing,
  type Placed,
  type PlacedStop,
} from '../lanes/layout.ts';

export interface TimelineInput {
  readonly store: PacketStore;
  readonly directory: NodeDirectory;
  readonly facts: TimelineFacts;
  readonly density: Density;
  readonly span: Span;
  readonly folds: readonly Stretch[];
  readonly width: number;
  readonly height: number;
}

export interface PlacedRing extends Placed {
  readonly ring: RingSpan;
}
export interface PlacedWait extends Placed {
  readonly wait: WaitSpan;
}
export interface Flag extends Placed {
  readonly finding: FindingSpan;
}
export interface PlacedStretch extends Placed {
  readonly stretch: LaneStretch;
}

/** Where each band begins, and where the last one ends. */
export interface Bands {
  readonly rings: number;
  readonly waits: number;
  readonly findings: number;
  readonly lanes: number;
  readonly axis: number;
}

export interface TimelineDrawing extends PacketsDrawing {
  readonly width: number;
  readonly height: number;
  readonly gutter: number;
  readonly scale: TimeScale;
  readonly bands: Bands;
  readonly lanes: readonly Lane[];
  readonly stretches: readonly PlacedStretch[];
  readonly rings: readonly PlacedRing[];
  readonly waits: readonly PlacedWait[];
  readonly flags: readonly Flag[];
  readonly stops: readonly PlacedStop[];
  readonly breaks: readonly Break[];
  readonly axis: readonly AxisMark[];
}

export const RING_HEIGHT = 20;
const BAND_HEIGHT = 20;
const AXIS_HEIGHT = 22;
const LANE_GAP = 4;
const LANE_HEIGHT_MIN = 18;
const LANE_HEIGHT_MAX = 128;
const GUTTER_MIN = 72;
const GUTTER_MAX = 156;
/** Pixels between two axis labels, about. */
const AXIS_ROOM = 110;
/** Lower lanes have no room for words: their colour and pattern are in the legend. */
const WORDS_HEIGHT_MIN = 38;

/** Height of all that is above and below the lanes. */
function overhead({ ringBands, waits }: TimelineFacts): number {
  return ringBands * RING_HEIGHT + 4 + (waits.length > 0 ? BAND_HEIGHT : 0) + BAND_HEIGHT + AXIS_HEIGHT;
}

/** Pixels that the timeline needs so that each lane can be read. */
export function neededHeight(lanes: number, facts: TimelineFacts): number {
  return overhead(facts) + lanes * (LANE_HEIGHT_MIN + LANE_GAP);
}

/** Width of the names left of the lanes: the longest one's, within limits. */
export function gutterOf({ nodes }: NodeDirectory): number {
  const longest = Math.max(0, ...nodes.map(({ label }) => label.length));
  return Math.min(GUTTER_MAX, Math.max(GUTTER_MIN, Math.round(24 + longest * 7)));
}

function lanesOf({ directory, facts, height }: TimelineInput, top: number): readonly Lane[] {
  const count = Math.max(1, directory.nodes.length);
  const room = (height - overhead(facts)) / count - LANE_GAP;
  const tall = Math.min(LANE_HEIGHT_MAX, Math.max(LANE_HEIGHT_MIN, room));
  return directory.nodes.map(({ nodeid, label, says }, i) => ({
    nodeid,
    top: top + i * (tall + LANE_GAP),
    height: tall,
    label,
    says,
  }));
}

/** Those of the things, in order of their starts, that are in view and not within the pixel of the one before. */
function seen<T extends { readonly from: number; readonly to: number }, P>(
  all: readonly T[],
  { scale, left }: { readonly scale: TimeScale; readonly left: number },
  keyOf: (thing: T) => number,
  place: (thing: T, x1: number, x2: number) => P,
): readonly P[] {
  const { from, to } = scale.span;
  const lastPixel: number[] = [];
  const placed: P[] = [];
  for (const thing of all) {
    if (thing.to < from || thing.from > to) continue;
    const key = keyOf(thing);
    const x2 = Math.min(left + scale.width, left + scale.x(thing.to));
    const pixel = Math.floor(x2);
    if (lastPixel[key] === pixel && thing.from !== thing.to) continue;
    lastPixel[key] = pixel;
    placed.push(place(thing, Math.max(left, left + scale.x(thing.from)), x2));
  }
  return placed;
}

/** Flags that would hide each other become one, the gravest of them; each has its words where there is room. */
function flagsOf(
  facts: TimelineFacts,
  at: { readonly scale: TimeScale; readonly left: number },
  breaks: readonly Break[],
): readonly Flag[] {
  const all = seen(
    facts.findings,
    at,
    () => 0,
    (finding, x1, x2) => ({ finding, x1, x2 }),
  );
  const flags: { finding: FindingSpan; x1: number; x2: number }[] = [];
  for (const flag of all) {
    const last = flags.at(-1);
    if (flag.finding.from < at.scale.span.from && flag.finding.to === flag.finding.from) continue;
    if (last === undefined || flag.x1 - last.x1 > FLAG_ROOM) flags.push({ ...flag });
    else if (GRAVITY.indexOf(flag.finding.severity) < GRAVITY.indexOf(last.finding.severity)) Object.assign(last, flag);
  }
  return flags.map((flag, i) => {
    const broken = breaks.find(({ x1 }) => x1 >= flag.x1)?.x1 ?? Infinity;
    const end = Math.min(flags[i + 1]?.x1 ?? Infinity, broken, at.left + at.scale.width);
    return { ...flag, text: fitting(flag.finding.texts, end - flag.x1 - 6), textX: flag.x1 + 13 };
  });
}
const FLAG_ROOM = 4;
const GRAVITY = ['failure', 'warning', 'info'];

function breaksOf(scale: TimeScale, left: number): readonly Break[] {
  return scale
    .pieces()
    .filter(({ isBreak }) => isBreak)
    .map(({ x1, x2, from, to }) => ({ x1: left + x1, x2: left + x2, from, to }));
}

const STOP_TEXTS = ['the token stops here', 'stops here'];

export function layoutTimeline(input: TimelineInput): TimelineDrawing {
  const { store, directory, density, facts, span, folds, width, height } = input;
  const gutter = gutterOf(directory);
  const scale = new TimeScale(span, width - gutter, folds);
  const at = { scale, left: gutter };
  const waits = facts.ringBands * RING_HEIGHT + 4;
  const findings = waits + (facts.waits.length > 0 ? BAND_HEIGHT : 0);
  const bands = { rings: 2, waits, findings, lanes: findings + BAND_HEIGHT, axis: height - AXIS_HEIGHT };
  const lanes = lanesOf(input, bands.lanes);
  const wordsFit = (lanes[0]?.height ?? 0) >= WORDS_HEIGHT_MIN;
  const breaks = breaksOf(scale, gutter);
  return {
    width,
    height,
    gutter,
    scale,
    bands,
    lanes,
    ...layoutPackets({ store, directory, density, scale, left: gutter, lanes }),
    stretches: seen(
      facts.stretches,
      at,
      ({ lane }) => lane,
      (stretch, x1, x2) => ({
        stretch,
        x1,
        x2,
        ...placed(wordsFit ? [stretch.state ?? 'silent'] : [], x1, x2, breaks),
      }),
    ),
    rings: seen(
      facts.rings,
      at,
      ({ band }) => band,
      (ring, x1, x2) => ({ ring, x1, x2, ...placed(ring.texts, x1, x2, breaks) }),
    ),
    waits: seen(
      facts.waits,
      at,
      ({ kind }) => (kind === 'token' ? 0 : 1),
      (wait, x1, x2) => ({ wait, x1, x2, text: fitting(wait.texts, x2 - x1 - 8), textX: x1 }),
    ),
    flags: flagsOf(facts, at, breaks),
    stops: seen(
      facts.stops,
      at,
      ({ lane }) => lane,
      (stop, x1, x2) => {
        const lane = lanes[stop.lane];
        const y = lane === undefined ? 0 : trackY(lane, 1);
        const text = wordsFit ? fitting(STOP_TEXTS, x2 - x1 - 12) : '';
        return { stop, x1, x2, y, text, textX: x1 + 10 };
      },
    ),
    breaks,
    axis: axisMarks(scale, store.chunks[0]?.timeNs[0] ?? 0, AXIS_ROOM).map(({ x, text }) => ({ x: gutter + x, text })),
  };
}

/** What lies at a point of the timeline. */
export type Target =
  | { readonly kind: 'finding'; readonly finding: FindingSpan }
  | { readonly kind: 'wait'; readonly wait: WaitSpan }
  | { readonly kind: 'ring'; readonly ring: RingSpan }
  | { readonly kind: 'node'; readonly lane: Lane }
  | { readonly kind: 'mark'; readonly mark: Mark }
  | { readonly kind: 'break'; readonly fold: Break }
  | { readonly kind: 'stretch'; readonly stretch: LaneStretch };

/** The mark nearest to a point, within reach; null where there is none. */
export function markAt({ marks }: TimelineDrawing, x: number, y: number, reach: number): Mark | null {
  let nearest: Mark | null = null;
  let least = reach * reach;
  for (const mark of marks) {
    const distance = (mark.x - x) ** 2 + (mark.y - y) ** 2;
    if (distance <= least) {
      nearest = mark;
      least = distance;
    }
  }
  return nearest;
}

const REACH = 9;
const FLAG_WIDTH = 12;

export function targetAt(drawing: TimelineDrawing, x: number, y: number): Target | null {
  const { bands, gutter, lanes } = drawing;
  const lane = lanes.find(({ top, height }) => y >= top && y <= top + height);
  if (x < gutter) return lane === undefined ? null : { kind: 'node', lane };
  const fold = drawing.breaks.find(({ x1, x2 }) => x >= x1 && x <= x2);
  if (fold !== undefined) return { kind: 'break', fold };
  const isOver = ({ x1, x2 }: Placed): boolean => x >= x1 - 1 && x <= x2 + 1;
  if (y < bands.waits) {
    const band = Math.floor((y - bands.rings) / RING_HEIGHT);
    const ring = drawing.rings.find((placed) => placed.ring.band === band && isOver(placed))?.ring;
    return ring === undefined ? null : { kind: 'ring', ring };
  }
  if (y < bands.findings) {
    const wait = drawing.waits.findLast(isOver)?.wait;
    return wait === undefined ? null : { kind: 'wait', wait };
  }
  if (y < bands.lanes) {
    const isAt = ({ x1, x2, text }: Placed): boolean =>
      x >= x1 - 4 && x <= Math.max(x2, x1 + FLAG_WIDTH + (text === '' ? 0 : textWidth(text)));
    const finding = drawing.flags.findLast(isAt)?.finding;
    return finding === undefined ? null : { kind: 'finding', finding };
  }
  const mark = markAt(drawing, x, y, REACH);
  if (mark !== null) return { kind: 'mark', mark };
  const stretch = drawing.stretches.findLast(
    (placed) => lanes[placed.stretch.lane] === lane && isOver(placed),
  )?.stretch;
  return stretch === undefined ? null : { kind: 'stretch', stretch };
}
