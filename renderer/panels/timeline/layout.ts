// What the timeline shows, as lists of things to draw: bands of rings, waits and findings, lanes with their states and
// packets, breaks, the axis; and what lies at a point. Pure; paint.ts draws it.
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { Stretch } from '../../canvas/folds.ts';
import { axisMarks, TimeScale, type AxisMark, type Span } from '../../canvas/time-scale.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import type { Density } from '../../state/time/density.ts';
import type { LaneHits } from '../lanes/lane-hits.ts';
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
import {
  firstEndingAfter,
  seen,
  stretchesOf,
  WORDS_HEIGHT_MIN,
  type At,
  type PlacedStretch,
  type Strips,
} from '../lanes/stretches.ts';

export interface TimelineInput {
  readonly store: PacketStore;
  readonly directory: NodeDirectory;
  readonly facts: TimelineFacts;
  readonly density: Density;
  /** Null where nothing is highlighted. */
  readonly hits: LaneHits | null;
  readonly span: Span;
  readonly folds: readonly Stretch[];
  readonly width: number;
  readonly height: number;
  /** Pixels by which the lanes are scrolled: what is above and below them stays. */
  readonly scroll: number;
}

export interface PlacedRing extends Placed {
  readonly ring: RingSpan;
  /** Which of the bands above the lanes: rings at the same time stand below each other. */
  readonly band: number;
}
export interface PlacedWait extends Placed {
  readonly wait: WaitSpan;
}
export interface Flag extends Placed {
  readonly finding: FindingSpan;
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
  /** Those with room for a pattern. */
  readonly stretches: readonly PlacedStretch[];
  /** All narrower ones; null where there are none. */
  readonly strips: Strips | null;
  /** What all this was made from. */
  readonly facts: TimelineFacts;
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
/** Between lanes that are low. */
const LANE_GAP_MIN = 2;
const LANE_HEIGHT_MIN = 10;
const LANE_HEIGHT_MAX = 128;
const GUTTER_MIN = 72;
const GUTTER_MAX = 156;
/** Pixels between two axis labels, about. */
const AXIS_ROOM = 110;

/** Height of all that is above and below the lanes. */
function overhead({ rings, waits }: TimelineFacts): number {
  return Math.max(1, rings.length) * RING_HEIGHT + 4 + (waits.length > 0 ? BAND_HEIGHT : 0) + BAND_HEIGHT + AXIS_HEIGHT;
}

/** Pixels that the timeline needs so that each lane can be read. */
export function neededHeight(lanes: number, facts: TimelineFacts): number {
  return overhead(facts) + lanes * (LANE_HEIGHT_MIN + LANE_GAP_MIN);
}

/** Width of the names left of the lanes: the longest one's, within limits. */
export function gutterOf({ nodes }: NodeDirectory): number {
  const longest = Math.max(0, ...nodes.map(({ label }) => label.length));
  return Math.min(GUTTER_MAX, Math.max(GUTTER_MIN, Math.round(24 + longest * 7)));
}

function lanesOf({ directory, facts, height, scroll }: TimelineInput, top: number): readonly Lane[] {
  const count = Math.max(1, directory.nodes.length);
  const room = (height - overhead(facts)) / count;
  const gap = room - LANE_GAP >= 2 * LANE_HEIGHT_MIN ? LANE_GAP : LANE_GAP_MIN;
  const tall = Math.min(LANE_HEIGHT_MAX, Math.max(LANE_HEIGHT_MIN, room - gap));
  return directory.nodes.map(({ nodeid, label, says }, i) => ({
    nodeid,
    top: top - scroll + i * (tall + gap),
    height: tall,
    label,
    says,
  }));
}

/** Flags that would hide each other become one, the gravest of them; each has its words where there is room. */
function flagsOf({ findings }: TimelineFacts, { scale, left }: At, breaks: readonly Break[]): readonly Flag[] {
  const flags: { finding: FindingSpan; x1: number; x2: number }[] = [];
  /** Up to here the last flag stands in the way. */
  let taken = -Infinity;
  for (const finding of findings) {
    if (finding.from > scale.span.to) break;
    if (finding.to < scale.span.from) continue;
    const last = flags.at(-1);
    const isFree = last === undefined || finding.from > taken;
    if (!isFree && GRAVITY.indexOf(finding.severity) >= GRAVITY.indexOf(last.finding.severity)) continue;
    const x1 = scale.x(finding.from);
    const flag = { finding, x1: left + x1, x2: left + Math.min(scale.width, scale.x(finding.to)) };
    if (isFree) flags.push(flag);
    else Object.assign(last, flag);
    taken = scale.time(x1 + FLAG_ROOM);
  }
  return flags.map((flag, i) => {
    const broken = breaks.find(({ x1 }) => x1 >= flag.x1)?.x1 ?? Infinity;
    const end = Math.min(flags[i + 1]?.x1 ?? Infinity, broken, left + scale.width);
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
const UNSURE_TEXTS = ['the token stops here, or near', 'stops here or near'];

/** Tops of the bands. */
function bandsOf({ rings, waits }: TimelineFacts, height: number): Bands {
  const first = Math.max(1, rings.length) * RING_HEIGHT + 4;
  const findings = first + (waits.length > 0 ? BAND_HEIGHT : 0);
  return { rings: 2, waits: first, findings, lanes: findings + BAND_HEIGHT, axis: height - AXIS_HEIGHT };
}

function stopsOf({ stops }: TimelineFacts, { scale, left }: At, lanes: readonly Lane[]): readonly PlacedStop[] {
  return stops.flatMap((stop) => {
    const lane = lanes[stop.lane];
    if (lane === undefined || stop.to < scale.span.from || stop.from > scale.span.to) return [];
    const [x1, x2] = [left + scale.x(stop.from), left + scale.x(stop.to)];
    const text = lane.height >= WORDS_HEIGHT_MIN ? fitting(stop.isSure ? STOP_TEXTS : UNSURE_TEXTS, x2 - x1 - 12) : '';
    return [{ stop, x1, x2, y: trackY(lane, 1), text, textX: x1 + 10 }];
  });
}

export function layoutTimeline(input: TimelineInput): TimelineDrawing {
  const { store, directory, density, hits, facts, span, folds, width, height } = input;
  const gutter = gutterOf(directory);
  const scale = new TimeScale(span, width - gutter, folds);
  const at = { scale, left: gutter };
  const bands = bandsOf(facts, height);
  const lanes = lanesOf(input, bands.lanes);
  const breaks = breaksOf(scale, gutter);
  return {
    width,
    height,
    gutter,
    scale,
    bands,
    lanes,
    breaks,
    ...layoutPackets({ store, directory, density, hits, scale, left: gutter, lanes }),
    facts,
    ...stretchesOf(facts.stretches, at, lanes, breaks),
    rings: facts.rings.flatMap((row, band) =>
      seen(row, at, (ring, x1, x2) => ({ ring, band, x1, x2, ...placed(ring.texts, x1, x2, breaks) })),
    ),
    waits: facts.waits.flatMap((row) =>
      seen(row, at, (wait, x1, x2) => ({ wait, x1, x2, text: fitting(wait.texts, x2 - x1 - 8), textX: x1 })),
    ),
    flags: flagsOf(facts, at, breaks),
    stops: stopsOf(facts, at, lanes),
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
  const isInLanes = y >= bands.lanes && y < bands.axis;
  const lane = isInLanes ? lanes.find(({ top, height }) => y >= top && y <= top + height) : undefined;
  if (x < gutter) return lane === undefined ? null : { kind: 'node', lane };
  const fold = drawing.breaks.find(({ x1, x2 }) => x >= x1 && x <= x2);
  if (fold !== undefined) return { kind: 'break', fold };
  const isOver = ({ x1, x2 }: Placed): boolean => x >= x1 - 1 && x <= x2 + 1;
  if (y < bands.waits) {
    const band = Math.floor((y - bands.rings) / RING_HEIGHT);
    const ring = drawing.rings.find((own) => own.band === band && isOver(own))?.ring;
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
  if (!isInLanes) return null;
  const mark = markAt(drawing, x, y, REACH);
  if (mark !== null) return { kind: 'mark', mark };
  const row = lane === undefined ? [] : (drawing.facts.stretches[lanes.indexOf(lane)] ?? []);
  const time = drawing.scale.time(x - gutter);
  const stretch = row[firstEndingAfter(row, time, 0)];
  return stretch === undefined || stretch.from > time ? null : { kind: 'stretch', stretch };
}
