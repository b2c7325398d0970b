// How many packets of each lane and track fall into each stretch of time, far out: counted once per power-of-two
// resolution in tiles, and for that once per block of rows, so that scrolling and zooming count little. Pure.
import { CHUNK_ROWS, type PacketStore } from '../../../app/store/packet-store.ts';
import { TRACK_OF_KIND, TRACKS } from '../looks.ts';
import type { NodeDirectory } from '../node-directory.ts';

/** Stretches of one tile. */
export const TILE_BINS = 512;
/** Octets of the tiles that are kept; the oldest go first. */
const TILES_OCTETS_MAX = 48 * 1024 * 1024;
/** Rows that are counted together. */
const BLOCK_ROWS = 256;
const BLOCKS = CHUNK_ROWS / BLOCK_ROWS;

interface Tile {
  readonly counts: Uint32Array;
  /** Rows that had been counted when this was made, the first row in it and the one behind the last. */
  readonly counted: number;
  readonly from: number;
  readonly end: number;
}

/** Cell of a row that is not drawn. */
const NO_CELL = 0xffff;

/** What is known of one chunk of rows. */
interface ChunkCounts {
  /** Cell of each row. */
  readonly cellOf: Uint16Array;
  /** Counts of each block, and of all together. */
  readonly blocks: Uint16Array;
  readonly all: Uint32Array;
  /** Time of the first row of each block. */
  readonly starts: Float64Array;
}

export class Density {
  /** Counts of a bin: lane × track. */
  readonly cells: number;
  private readonly tiles = new Map<string, Tile>();
  private readonly chunks: (ChunkCounts | undefined)[] = [];
  private readonly store: PacketStore;
  private readonly directory: NodeDirectory;
  private readonly isWhole: boolean;
  /** Rows in blocks: a multiple of a block's rows, but for the last of a whole capture. */
  private counted = 0;
  /** Rows before it were forgotten. */
  private first = 0;

  /** `isWhole` false while the capture is still read: what is known late may then change rows that were counted. */
  constructor(store: PacketStore, directory: NodeDirectory, isWhole: boolean) {
    this.store = store;
    this.directory = directory;
    this.isWhole = isWhole;
    this.cells = Math.max(1, directory.nodes.length) * TRACKS;
  }

  /** True while what was counted holds; rows may have been added. */
  isCurrent(store: PacketStore, directory: NodeDirectory, isWhole: boolean): boolean {
    return this.store === store && this.directory === directory && this.isWhole === isWhole;
  }

  /** Counts at most so many further rows; true once all that there are have been counted. */
  prepare(rowsMax: number): boolean {
    const { store } = this;
    this.forget(store.firstRow);
    const end = Math.min(store.length, this.counted + rowsMax);
    while (this.counted < end) {
      const until = Math.min(end, (Math.floor(this.counted / BLOCK_ROWS) + 1) * BLOCK_ROWS);
      this.countInto(this.chunkOf(this.counted), this.counted, until);
      this.counted = until;
    }
    return this.counted >= store.length;
  }

  /** What is counted of rows before one is let go with them. */
  private forget(first: number): void {
    for (let row = this.first; row < first; row += CHUNK_ROWS) this.chunks[row >>> 16] = undefined;
    this.first = first;
    this.counted = Math.max(this.counted, first);
  }

  private chunkOf(row: number): ChunkCounts {
    const number = Math.floor(row / CHUNK_ROWS);
    let chunk = this.chunks[number];
    if (chunk === undefined) {
      chunk = {
        cellOf: new Uint16Array(CHUNK_ROWS),
        blocks: new Uint16Array(BLOCKS * this.cells),
        all: new Uint32Array(this.cells),
        starts: new Float64Array(BLOCKS).fill(Infinity),
      };
      this.chunks[number] = chunk;
    }
    return chunk;
  }

  /** Counts the rows [from, to), which lie in one block. */
  private countInto({ cellOf, blocks, all, starts }: ChunkCounts, from: number, to: number): void {
    const { kind, src, sender, timeNs } = this.store.chunks[from >>> 16]!;
    const block = Math.floor((from % CHUNK_ROWS) / BLOCK_ROWS);
    if (from % BLOCK_ROWS === 0) starts[block] = timeNs[from & 0xffff]!;
    for (let row = from; row < to; row++) {
      const index = row & 0xffff;
      const track = TRACK_OF_KIND[kind[index]!]!;
      const lane = track < 0 ? -1 : laneOf(this.directory, src[index]!, sender[index]!);
      const cell = lane < 0 ? NO_CELL : lane * TRACKS + track;
      cellOf[index] = cell;
      if (cell === NO_CELL) continue;
      blocks[block * this.cells + cell]!++;
      all[cell]!++;
    }
  }

  /** Row of the first counted packet not earlier than a time. */
  private rowAt(time: number): number {
    const { chunks, store, counted, first } = this;
    const lowest = first / BLOCK_ROWS;
    let low = lowest;
    let high = Math.ceil(counted / BLOCK_ROWS);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (chunks[Math.floor(middle / BLOCKS)]!.starts[middle % BLOCKS]! < time) low = middle + 1;
      else high = middle;
    }
    if (low === lowest) return first;
    let row = (low - 1) * BLOCK_ROWS;
    let end = Math.min(counted, row + BLOCK_ROWS);
    const { timeNs } = store.chunks[row >>> 16]!;
    while (row < end) {
      const middle = (row + end) >>> 1;
      if (timeNs[middle & 0xffff]! < time) row = middle + 1;
      else end = middle;
    }
    return row;
  }

  /**
   * Counts of the bins from `first` on, `bins` of them, each `resolution` ns long: bin × lane × track. Bin n covers
   * [n × resolution, (n + 1) × resolution). Rows that prepare() has not come to are not in it.
   */
  counts(resolution: number, first: number, bins: number): Uint32Array {
    const { cells } = this;
    const counts = new Uint32Array(bins * cells);
    for (let bin = 0; bin < bins;) {
      const number = Math.floor((first + bin) / TILE_BINS);
      const within = first + bin - number * TILE_BINS;
      const length = Math.min(TILE_BINS - within, bins - bin);
      counts.set(this.tile(resolution, number).subarray(within * cells, (within + length) * cells), bin * cells);
      bin += length;
    }
    return counts;
  }

  private tile(resolution: number, number: number): Uint32Array {
    const key = `${resolution} ${number}`;
    const known = this.tiles.get(key);
    // More rows were counted since, and this tile had reached the last of them.
    const isKept = known !== undefined && (known.from >= this.first || known.end === known.from);
    if (isKept && (known.end < known.counted || known.counted === this.counted)) return known.counts;
    const tile = this.countTile(resolution, number * TILE_BINS);
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    const [oldest] = this.tiles.keys();
    if (this.tiles.size * tile.counts.byteLength > TILES_OCTETS_MAX && oldest !== undefined) this.tiles.delete(oldest);
    return tile.counts;
  }

  private countTile(resolution: number, firstBin: number): Tile {
    const { cells, counted } = this;
    const counts = new Uint32Array(TILE_BINS * cells);
    const from = this.rowAt(firstBin * resolution);
    let row = from;
    for (let bin = 0; bin < TILE_BINS; bin++) {
      const end = this.rowAt((firstBin + bin + 1) * resolution);
      if (end > row) this.sum(counts.subarray(bin * cells, (bin + 1) * cells), row, end);
      row = Math.max(row, end);
      if (row >= counted) break;
    }
    return { counts, counted, from, end: row };
  }

  /** Adds the counts of the rows [from, to): of whole chunks and blocks at once. */
  private sum(into: Uint32Array, from: number, to: number): void {
    for (let row = from; row < to;) {
      const chunk = this.chunks[row >>> 16]!;
      if (row % CHUNK_ROWS === 0 && row + CHUNK_ROWS <= to) {
        add(into, chunk.all, 0);
        row += CHUNK_ROWS;
      } else if (row % BLOCK_ROWS === 0 && row + BLOCK_ROWS <= to) {
        add(into, chunk.blocks, ((row % CHUNK_ROWS) / BLOCK_ROWS) * this.cells);
        row += BLOCK_ROWS;
      } else {
        const end = Math.min(to, (Math.floor(row / BLOCK_ROWS) + 1) * BLOCK_ROWS);
        for (; row < end; row++) {
          const cell = chunk.cellOf[row & 0xffff]!;
          if (cell !== NO_CELL) into[cell]!++;
        }
      }
    }
  }
}

function add(into: Uint32Array, counts: Uint16Array | Uint32Array, from: number): void {
  for (let cell = 0; cell < into.length; cell++) into[cell]! += counts[from + cell]!;
}

/** The lane of a packet: of the address that sent it, else of the node it names. */
export function laneOf(directory: NodeDirectory, src: number, sender: number): number {
  const lane = directory.laneOfAddress[src] ?? -1;
  return lane >= 0 ? lane : directory.laneOfNode(sender);
}
