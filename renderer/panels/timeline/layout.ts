// What the timeline shows, as lists of things to draw: lanes with their states, marks or densities, the token's path,
// ring ids, findings, the axis. Pure; paint.ts draws it.
import type { Analysis, MembershipState, Severity } from '../../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import { axisMarks, positionOf, resolutionOf, type AxisMark, type Span } from '../../canvas/time-scale.ts';
import { lookOf, TRACK_OF_KIND, TRACKS, type Look } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { laneOf, type DensityTiles } from './density.ts';

/** Packets in view up to which each has its own mark. */
export const MARKS_MAX = 3000;
export const GUTTER = 92;
const RINGS_HEIGHT = 22;
const FINDINGS_HEIGHT = 18;
const AXIS_HEIGHT = 22;
const LANE_GAP = 4;
/** Pixels between two flags at least. */
const FLAG_ROOM = 4;
const LANE_HEIGHT_MIN = 24;
const LANE_HEIGHT_MAX = 128;

export interface TimelineInput {
  readonly store: PacketStore;
  readonly directory: NodeDirectory;
  readonly analysis: Analysis | null;
  readonly facts: TimelineFacts;
  readonly tiles: DensityTiles;
  readonly span: Span;
  readonly width: number;
  readonly height: number;
}

export interface Lane {
  readonly top: number;
  readonly height: number;
  readonly label: string;
  readonly says: string;
}
export interface Stretch {
  readonly lane: number;
  readonly state: MembershipState;
  readonly from: number;
  readonly to: number;
}
export interface RingSpan {
  readonly id: string;
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Which of the bands above the lanes: rings at the same time stand below each other. */
  readonly band: number;
}
export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly look: Look;
  readonly row: number;
}
export interface TimelineFlag {
  readonly x: number;
  readonly severity: Severity;
  readonly id: string;
}
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly isBroken: boolean;
}
/** Neighbouring columns of pixels that are equally full. */
export interface Density {
  readonly x: number;
  readonly width: number;
  readonly y: number;
  readonly height: number;
  readonly track: number;
  /** 0 to DENSITY_LEVELS - 1. */
  readonly level: number;
}
export const DENSITY_LEVELS = 8;

/** What depends on the analysis alone: found once, drawn often. */
export interface TimelineFacts {
  readonly stretches: readonly Stretch[];
  readonly rings: readonly RingSpan[];
}

export interface TimelineDrawing {
  readonly width: number;
  readonly height: number;
  readonly bands: { readonly rings: number; readonly findings: number; readonly lanes: number; readonly axis: number };
  readonly lanes: readonly Lane[];
  readonly stretches: readonly Stretch[];
  readonly rings: readonly RingSpan[];
  readonly marks: readonly Mark[];
  readonly path: readonly Segment[];
  readonly densities: readonly Density[];
  readonly flags: readonly TimelineFlag[];
  readonly axis: readonly (AxisMark & { readonly x: number })[];
}

/** Height of a lane where so many share a height. */
function laneHeight(count: number, height: number): number {
  const room = (height - RINGS_HEIGHT - FINDINGS_HEIGHT - AXIS_HEIGHT) / Math.max(1, count) - LANE_GAP;
  return Math.min(LANE_HEIGHT_MAX, Math.max(LANE_HEIGHT_MIN, room));
}

/** Pixels that the timeline needs so that each lane can be read. */
export function neededHeight(lanes: number): number {
  return RINGS_HEIGHT + FINDINGS_HEIGHT + AXIS_HEIGHT + lanes * (LANE_HEIGHT_MIN + LANE_GAP);
}

export function xOf(span: Span, width: number, time: number): number {
  return GUTTER + positionOf(span, width - GUTTER, time);
}

const trackY = (lane: Lane, track: number): number => lane.top + ((track + 0.5) / TRACKS) * lane.height;

/** Nanoseconds of silence after which a node is no longer taken to be in the state it was last in. */
const SILENCE = 2e9;

/** Where a stretch really ends: a ring whose token no longer turns keeps nobody operational. */
function silentFrom(
  analysis: Analysis,
  nodeid: number,
  { state, from }: { readonly state: MembershipState; readonly from: number },
  to: number,
): number {
  if (state !== 'operational') return to;
  let end = from;
  for (const { members, firstToken, lastToken } of analysis.rings)
    if (
      members.includes(nodeid) &&
      firstToken !== null &&
      lastToken !== null &&
      firstToken <= to &&
      lastToken >= from &&
      lastToken <= to
    )
      end = Math.max(end, lastToken);
  return end > from && to - end > SILENCE ? end : to;
}

/** The states of each lane over time; a state lasts until the next one. */
export function stateStretches(analysis: Analysis, directory: NodeDirectory, end: number): readonly Stretch[] {
  const stretches: Stretch[] = [];
  const open = new Map<number, { state: MembershipState; from: number }>();
  const close = (lane: number, to: number): void => {
    const last = open.get(lane);
    if (last !== undefined)
      stretches.push({ lane, ...last, to: silentFrom(analysis, directory.nodes[lane]?.nodeid ?? -1, last, to) });
    open.delete(lane);
  };
  for (const { nodeid, time, to } of [...analysis.transitions].sort((a, b) => a.time - b.time)) {
    const lane = directory.laneOfNode(nodeid);
    if (lane < 0) continue;
    close(lane, time);
    open.set(lane, { state: to, from: time });
  }
  // A ring that turns when the capture starts has no transition: its members are operational from its first token on.
  for (const [lane, { nodeid }] of directory.nodes.entries()) {
    const first = stretches.find((stretch) => stretch.lane === lane)?.from ?? open.get(lane)?.from ?? end;
    const ring = analysis.rings.find(
      ({ members, firstToken, committed }) => committed === null && firstToken !== null && members.includes(nodeid),
    );
    if (ring?.firstToken !== undefined && ring.firstToken !== null && ring.firstToken < first)
      stretches.push({ lane, state: 'operational', from: ring.firstToken, to: first });
  }
  const lastSeen = new Map(analysis.nodes.map((node) => [node.nodeid, node.lastSeen]));
  for (const [lane, { state, from }] of open) {
    const seen = lastSeen.get(directory.nodes[lane]?.nodeid ?? -1) ?? end;
    // Silent to the end of the capture: what it does then is not known.
    stretches.push({ lane, state, from, to: Math.max(from, end - seen > SILENCE ? seen : end) });
  }
  return stretches;
}

/** Ring ids with their members; rings that turn at the same time get bands of their own. */
export function ringSpans(analysis: Analysis, directory: NodeDirectory): readonly RingSpan[] {
  const ends: number[] = [];
  const spans: RingSpan[] = [];
  for (const { id, rep, seq, members, firstToken, committed, lastToken } of analysis.rings) {
    const from = committed ?? firstToken;
    if (from === null || firstToken === null) continue;
    const to = lastToken ?? from;
    const free = ends.findIndex((end) => end <= from);
    const band = free < 0 ? ends.length : free;
    ends[band] = to;
    const who = members.map((member) => directory.label(member).replace(/^node /, '')).join(' ');
    spans.push({ id, text: `${directory.label(rep).replace(/^node /, '')}:${seq}  ·  ${who}`, from, to, band });
  }
  return spans;
}

function marksOf(
  { store, directory, span, width }: TimelineInput,
  lanes: readonly Lane[],
  first: number,
  end: number,
): readonly Mark[] {
  const marks: Mark[] = [];
  for (let row = first; row < end; row++) {
    const { kind, flags, src, sender, timeNs } = store.chunks[row >>> 16]!;
    const index = row & 0xffff;
    const track = TRACK_OF_KIND[kind[index]!]!;
    const lane = lanes[laneOf(directory, src[index]!, sender[index]!)];
    if (track < 0 || lane === undefined) continue;
    marks.push({
      x: xOf(span, width, timeNs[index]!),
      y: trackY(lane, track),
      look: lookOf(kind[index]!, flags[index]!),
      row,
    });
  }
  return marks;
}

/** The token's way: along a lane while a node holds it, from lane to lane when it hops; broken off where it is lost. */
function tokenPath(
  { store, directory, span, width }: TimelineInput,
  lanes: readonly Lane[],
  first: number,
  end: number,
): readonly Segment[] {
  const path: Segment[] = [];
  const holders = new Map<number, { readonly lane: number; readonly x: number }>();
  const yOf = (lane: number): number => trackY(lanes[lane]!, 1);
  for (let row = first; row < end; row++) {
    const { kind, flags, src, dst, ring, sender, timeNs } = store.chunks[row >>> 16]!;
    const index = row & 0xffff;
    if (kind[index] !== PacketKind.ORF_TOKEN || (flags[index]! & (RowFlag.FANOUT_COPY | RowFlag.REPEATED)) !== 0)
      continue;
    const from = laneOf(directory, src[index]!, sender[index]!);
    const to = directory.laneOfAddress[dst[index]!] ?? -1;
    if (from < 0 || to < 0) continue;
    const x = xOf(span, width, timeNs[index]!);
    const holder = holders.get(ring[index]!);
    if (holder !== undefined && holder.lane === from)
      path.push({ x1: holder.x, y1: yOf(from), x2: x, y2: yOf(from), isBroken: false });
    path.push({ x1: x, y1: yOf(from), x2: x, y2: yOf(to), isBroken: false });
    holders.set(ring[index]!, { lane: to, x });
  }
  for (const { lane, x } of holders.values())
    path.push({ x1: x, y1: yOf(lane), x2: Math.min(x + 28, width), y2: yOf(lane), isBroken: true });
  return path;
}

/** Counts of each pixel column: the bins that start in it, together. */
function columnCounts({ tiles, span, directory }: TimelineInput, columns: number): Uint32Array {
  const resolution = resolutionOf(span, columns);
  const first = Math.floor(span.from / resolution);
  const bins = Math.ceil(span.to / resolution) - first;
  const counts = tiles.counts(resolution, first, bins);
  const cells = Math.max(1, directory.nodes.length) * TRACKS;
  const sums = new Uint32Array(columns * cells);
  const scale = columns / (span.to - span.from);
  for (let bin = 0; bin < bins; bin++) {
    const column = Math.floor(((first + bin) * resolution - span.from) * scale);
    if (column < 0 || column >= columns) continue;
    for (let cell = 0; cell < cells; cell++) sums[column * cells + cell]! += counts[bin * cells + cell]!;
  }
  return sums;
}

function densitiesOf(input: TimelineInput, lanes: readonly Lane[]): readonly Density[] {
  const columns = Math.max(1, Math.floor(input.width - GUTTER));
  const counts = columnCounts(input, columns);
  const cells = Math.max(1, input.directory.nodes.length) * TRACKS;
  const most = counts.reduce((max, count) => Math.max(max, count), 1);
  const levelOf = (count: number): number =>
    count === 0 ? -1 : Math.round((Math.log1p(count) / Math.log1p(most)) * (DENSITY_LEVELS - 1));
  const densities: Density[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const lane = lanes[Math.floor(cell / TRACKS)];
    if (lane === undefined) continue;
    const track = cell % TRACKS;
    const height = Math.max(3, lane.height / TRACKS - 4);
    const y = trackY(lane, track) - height / 2;
    for (let from = 0; from < columns;) {
      const level = levelOf(counts[from * cells + cell]!);
      let to = from + 1;
      while (to < columns && levelOf(counts[to * cells + cell]!) === level) to++;
      if (level >= 0) densities.push({ x: GUTTER + from, width: to - from, y, height, track, level });
      from = to;
    }
  }
  return densities;
}

/** Flags that would hide each other become one, the gravest of them. */
function flagsOf({ analysis, span, width }: TimelineInput): readonly TimelineFlag[] {
  const order: readonly Severity[] = ['failure', 'warning', 'info'];
  const flags: TimelineFlag[] = [];
  const findings = (analysis?.findings ?? []).filter(({ time }) => time >= span.from && time <= span.to);
  for (const { time, severity, id } of findings.sort((a, b) => a.time - b.time)) {
    const flag = { x: xOf(span, width, time), severity, id };
    const last = flags.at(-1);
    if (last === undefined || flag.x - last.x > FLAG_ROOM) flags.push(flag);
    else if (order.indexOf(severity) < order.indexOf(last.severity)) flags[flags.length - 1] = flag;
  }
  return flags;
}

/** Those that can be seen: in view, and not within the pixel of the one before. */
function seen<T extends { readonly from: number; readonly to: number }>(
  all: readonly T[],
  { span, width }: TimelineInput,
  keyOf: (item: T) => number,
): readonly T[] {
  const lastPixel: number[] = [];
  return all.filter((item) => {
    if (item.to < span.from || item.from > span.to) return false;
    const key = keyOf(item);
    const pixel = Math.floor(xOf(span, width, item.to));
    if (lastPixel[key] === pixel) return false;
    lastPixel[key] = pixel;
    return true;
  });
}

export function timelineFacts(analysis: Analysis | null, directory: NodeDirectory, end: number): TimelineFacts {
  if (analysis === null) return { stretches: [], rings: [] };
  const stretches = [...stateStretches(analysis, directory, end)].sort((a, b) => a.from - b.from);
  return { stretches, rings: ringSpans(analysis, directory) };
}

export function layoutTimeline(input: TimelineInput): TimelineDrawing {
  const { store, directory, facts, span, width, height } = input;
  const tall = laneHeight(directory.nodes.length, height);
  const bands = { rings: 0, findings: RINGS_HEIGHT, lanes: RINGS_HEIGHT + FINDINGS_HEIGHT, axis: height - AXIS_HEIGHT };
  const lanes = directory.nodes.map(({ label, says }, i) => ({
    top: bands.lanes + i * (tall + LANE_GAP),
    height: tall,
    label,
    says,
  }));
  const first = Math.max(0, rowAt(store, span.from as CaptureNs) - 1);
  const end = Math.min(store.length, rowAt(store, span.to as CaptureNs) + 1);
  const isNear = end - first <= MARKS_MAX;
  const zero = store.chunks[0]?.timeNs[0] ?? 0;
  return {
    width,
    height,
    bands,
    lanes,
    stretches: seen(facts.stretches, input, ({ lane }) => lane),
    rings: seen(facts.rings, input, ({ band }) => band),
    marks: isNear ? marksOf(input, lanes, first, end) : [],
    path: isNear && lanes.length > 0 ? tokenPath(input, lanes, first, end) : [],
    densities: isNear ? [] : densitiesOf(input, lanes),
    flags: flagsOf(input),
    axis: axisMarks(span, width - GUTTER, zero, 110).map((mark) => ({ ...mark, x: xOf(span, width, mark.time) })),
  };
}

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

/** The finding whose flag stands at a point; null where there is none. */
export function flagAt({ flags, bands }: TimelineDrawing, x: number, y: number): TimelineFlag | null {
  if (y < bands.findings || y > bands.lanes) return null;
  return flags.findLast((flag) => x >= flag.x - 4 && x <= flag.x + 12) ?? null;
}
