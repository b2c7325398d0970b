// The packets in view: a mark each and the token's path where they are few, else how full each pixel is. Pure.
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import { LEVELS } from '../../canvas/level-image.ts';
import { resolutionOf, type Piece, type TimeScale } from '../../canvas/time-scale.ts';
import { lookOf, TRACK_OF_KIND, TRACKS, type Look } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { laneOf, type Density } from '../../state/time/density.ts';
import type { LaneHits } from './lane-hits.ts';
import type { Stop } from '../../state/time/facts.ts';

/** Packets in view up to which each has its own mark. */
export const MARKS_MAX = 2000;

export interface Placed {
  readonly x1: number;
  readonly x2: number;
  /** The longest text that fits; empty where none does. */
  readonly text: string;
  /** Where the room for the text begins. */
  readonly textX: number;
}
export interface PlacedStop extends Placed {
  readonly stop: Stop;
  readonly y: number;
}
export interface Break {
  readonly x1: number;
  readonly x2: number;
  readonly from: number;
  readonly to: number;
}
export interface Lane {
  readonly nodeid: number;
  readonly top: number;
  readonly height: number;
  readonly label: string;
  readonly says: string;
}
export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly look: Look;
  readonly row: number;
}
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}
/** Pixels of a lane in which packets are highlighted. */
export interface HitRun {
  readonly lane: number;
  readonly x1: number;
  readonly x2: number;
}
export interface Levels {
  readonly columns: number;
  /** Lane × track. */
  readonly bands: number;
  readonly levels: Uint8Array;
}
export interface PacketsInput {
  readonly store: PacketStore;
  readonly directory: NodeDirectory;
  readonly density: Density;
  /** Null where nothing is highlighted. */
  readonly hits: LaneHits | null;
  readonly scale: TimeScale;
  /** Left end of the time in pixels. */
  readonly left: number;
  readonly lanes: readonly Lane[];
}
export interface PacketsDrawing {
  readonly hits: readonly HitRun[];
  readonly marks: readonly Mark[];
  readonly path: readonly Segment[];
  /** Null where each packet has its mark. */
  readonly levels: Levels | null;
}

/** Pixels of a letter in the small face, about. */
const LETTER = 6.1;

export const textWidth = (text: string): number => text.length * LETTER;

/** The first of the texts that fits into so many pixels. */
export function fitting(texts: readonly string[], room: number): string {
  return texts.find((text) => textWidth(text) + 10 <= room) ?? '';
}

/** The first of the texts that fits between the breaks from x1 to x2, in the widest room there; and where it is. */
export function placed(
  texts: readonly string[],
  x1: number,
  x2: number,
  breaks: readonly Break[],
): Pick<Placed, 'text' | 'textX'> {
  let textX = x1;
  let room = 0;
  let start = x1;
  const offer = (end: number): void => {
    if (end - start <= room) return;
    textX = start;
    room = end - start;
  };
  for (const fold of breaks) {
    if (fold.x2 <= x1) continue;
    if (fold.x1 >= x2) break;
    offer(fold.x1);
    start = fold.x2;
  }
  offer(x2);
  return { text: fitting(texts, room), textX };
}

export const trackY = (lane: Lane, track: number): number => lane.top + ((track + 0.5) / TRACKS) * lane.height;

interface Rows {
  readonly first: number;
  readonly end: number;
}

/** The rows of each open piece, one more on each side of it, so that lines lead out of the picture. */
function rowsOf(store: PacketStore, pieces: readonly Piece[]): readonly Rows[] {
  return pieces.map(({ from, to }) => ({
    first: Math.max(store.firstRow, rowAt(store, from as CaptureNs) - 1),
    end: Math.min(store.length, rowAt(store, to as CaptureNs) + 1),
  }));
}

function marksOf({ store, directory, scale, left, lanes }: PacketsInput, rows: readonly Rows[]): readonly Mark[] {
  const marks: Mark[] = [];
  for (const { first, end } of rows)
    for (let row = first; row < end; row++) {
      const { kind, flags, src, sender, timeNs } = store.chunks[row >>> 16]!;
      const index = row & 0xffff;
      const track = TRACK_OF_KIND[kind[index]!]!;
      const lane = lanes[laneOf(directory, src[index]!, sender[index]!)];
      if (track < 0 || lane === undefined) continue;
      const look = lookOf(kind[index]!, flags[index]!);
      marks.push({ x: left + scale.x(timeNs[index]!), y: trackY(lane, track), look, row });
    }
  return marks;
}

/**
 * The token's way: along a lane while a node holds it, from lane to lane when it hops. Of hops between the same lanes
 * in one pixel there is one.
 */
function tokenPath({ store, directory, scale, left, lanes }: PacketsInput, rows: readonly Rows[]): readonly Segment[] {
  const path: Segment[] = [];
  const pixels = new Int32Array(lanes.length * lanes.length).fill(-1);
  const holders = new Map<number, { readonly lane: number; readonly x: number }>();
  const yOf = (lane: number): number => trackY(lanes[lane]!, 1);
  for (const { first, end } of rows)
    for (let row = first; row < end; row++) {
      const { kind, flags, src, dst, ring, sender, timeNs } = store.chunks[row >>> 16]!;
      const index = row & 0xffff;
      if (kind[index] !== PacketKind.ORF_TOKEN || (flags[index]! & (RowFlag.FANOUT_COPY | RowFlag.REPEATED)) !== 0)
        continue;
      const from = laneOf(directory, src[index]!, sender[index]!);
      const to = directory.laneOfAddress[dst[index]!] ?? -1;
      if (from < 0 || to < 0) continue;
      const x = left + scale.x(timeNs[index]!);
      const holder = holders.get(ring[index]!);
      if (holder !== undefined && holder.lane === from && x - holder.x >= 1)
        path.push({ x1: holder.x, y1: yOf(from), x2: x, y2: yOf(from) });
      const pixel = Math.round(x);
      const hop = from * lanes.length + to;
      if (from !== to && pixels[hop] !== pixel) path.push({ x1: x, y1: yOf(from), x2: x, y2: yOf(to) });
      pixels[hop] = pixel;
      holders.set(ring[index]!, { lane: to, x });
    }
  return path;
}

/** Packets of each pixel column, a bin that lies in two columns shared between them. */
function columnCounts({ density, scale }: PacketsInput, pieces: readonly Piece[], columns: number): Float32Array {
  const { cells } = density;
  const sums = new Float32Array(columns * cells);
  const resolution = resolutionOf(scale.nsPerPx);
  for (const piece of pieces) {
    const first = Math.floor(piece.from / resolution);
    const bins = Math.ceil(piece.to / resolution) - first;
    const counts = density.counts(resolution, first, bins);
    for (let bin = 0; bin < bins; bin++) {
      const x1 = piece.x1 + ((first + bin) * resolution - piece.from) / scale.nsPerPx;
      const x2 = x1 + resolution / scale.nsPerPx;
      const column = Math.floor(x1);
      const beyond = Math.floor(x2) > column && x2 > x1 ? (x2 - Math.floor(x2)) / (x2 - x1) : 0;
      for (let cell = 0; cell < cells; cell++) {
        const count = counts[bin * cells + cell]!;
        if (count === 0) continue;
        if (column >= 0 && column < columns) sums[column * cells + cell]! += count * (1 - beyond);
        if (beyond > 0 && column + 1 < columns && column + 1 >= 0) sums[(column + 1) * cells + cell]! += count * beyond;
      }
    }
  }
  return sums;
}

/** Levels are packets a second, half a decade each, so that zooming does not change what a shade means. */
const LEVEL_STEPS = 2;
/** Less than this of a packet in a column is the edge of its neighbour's. */
const FAINT = 0.02;

function levelsOf(input: PacketsInput, pieces: readonly Piece[]): Levels {
  const columns = Math.max(1, Math.floor(input.scale.width));
  const counts = columnCounts(input, pieces, columns);
  const levels = new Uint8Array(counts.length);
  const perSecond = 1e9 / input.scale.nsPerPx;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count > FAINT)
      levels[i] = Math.min(LEVELS, Math.max(1, Math.round(LEVEL_STEPS * Math.log10(count * perSecond))));
  }
  return { columns, bands: input.density.cells, levels };
}

/** Where packets are highlighted, pixel by pixel: what is looked at grows with the pixels, not with the packets. */
function hitRuns({ hits, scale, left, lanes }: PacketsInput, pieces: readonly Piece[]): readonly HitRun[] {
  if (hits === null) return [];
  return lanes.flatMap((_, lane) => {
    const runs: { lane: number; x1: number; x2: number }[] = [];
    let position = 0;
    for (const { from, to, x1 } of pieces) {
      position = hits.next(lane, from, position);
      while (position >= 0) {
        const time = hits.timeAt(lane, position);
        if (time > to) break;
        const pixel = Math.floor(x1 + (time - from) / scale.nsPerPx);
        const last = runs.at(-1);
        if (last !== undefined && left + pixel <= last.x2) last.x2 = left + pixel + 1;
        else runs.push({ lane, x1: left + pixel, x2: left + pixel + 1 });
        position = hits.next(lane, Math.max(from + (pixel + 1 - x1) * scale.nsPerPx, time + 1), position);
      }
      if (position < 0) break;
    }
    return runs;
  });
}

export function layoutPackets(input: PacketsInput): PacketsDrawing {
  const { store, scale, lanes } = input;
  const pieces = scale.pieces().filter(({ isBreak }) => !isBreak);
  const rows = rowsOf(store, pieces);
  if (lanes.length === 0) return { marks: [], path: [], levels: null, hits: [] };
  const hits = hitRuns(input, pieces);
  if (rows.reduce((sum, { first, end }) => sum + end - first, 0) > MARKS_MAX)
    return { marks: [], path: [], levels: levelsOf(input, pieces), hits };
  return { marks: marksOf(input, rows), path: tokenPath(input, rows), levels: null, hits };
}
