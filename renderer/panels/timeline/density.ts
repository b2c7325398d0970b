// How many packets of each lane and track fall into each stretch of time, far out: counted once per power-of-two
// resolution in tiles, so that panning and zooming count nothing twice. Pure.
import type { PacketStore } from '../../../app/store/packet-store.ts';
import { rowAt } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import { TRACK_OF_KIND, TRACKS } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';

/** Stretches of one tile. */
export const TILE_BINS = 512;
/** Tiles kept; the oldest go first. */
const TILES_MAX = 256;

interface Tile {
  readonly counts: Uint32Array;
  /** Row to go on from: a capture that grows is counted on, not anew. */
  next: number;
}

export class DensityTiles {
  private readonly tiles = new Map<string, Tile>();
  private readonly store: PacketStore;
  private readonly directory: NodeDirectory;
  private readonly isWhole: boolean;

  /** `isWhole` false while the capture is still read: what is known late may then change rows that were counted. */
  constructor(store: PacketStore, directory: NodeDirectory, isWhole: boolean) {
    this.store = store;
    this.directory = directory;
    this.isWhole = isWhole;
  }

  /** True while what was counted holds; rows may have been added. */
  isCurrent(store: PacketStore, directory: NodeDirectory, isWhole: boolean): boolean {
    return this.store === store && this.directory === directory && this.isWhole === isWhole;
  }

  /**
   * Counts of the bins from `first` on, `bins` of them, each `resolution` ns long: bin × lane × track. Bin n covers
   * [n × resolution, (n + 1) × resolution).
   */
  counts(resolution: number, first: number, bins: number): Uint32Array {
    const width = Math.max(1, this.directory.nodes.length) * TRACKS;
    const counts = new Uint32Array(bins * width);
    for (let bin = 0; bin < bins;) {
      const number = Math.floor((first + bin) / TILE_BINS);
      const within = first + bin - number * TILE_BINS;
      const length = Math.min(TILE_BINS - within, bins - bin);
      counts.set(this.tile(resolution, number, width).subarray(within * width, (within + length) * width), bin * width);
      bin += length;
    }
    return counts;
  }

  private tile(resolution: number, number: number, width: number): Uint32Array {
    const key = `${resolution} ${number}`;
    let tile = this.tiles.get(key);
    if (tile === undefined) {
      const from = rowAt(this.store, (number * TILE_BINS * resolution) as CaptureNs);
      tile = { counts: new Uint32Array(TILE_BINS * width), next: from };
      this.tiles.set(key, tile);
      const [oldest] = this.tiles.keys();
      if (this.tiles.size > TILES_MAX && oldest !== undefined) this.tiles.delete(oldest);
    }
    this.countOn(tile, resolution, number * TILE_BINS * resolution, width);
    return tile.counts;
  }

  private countOn(tile: Tile, resolution: number, from: number, width: number): void {
    const { store, directory } = this;
    const end = rowAt(store, (from + TILE_BINS * resolution) as CaptureNs);
    for (let row = tile.next; row < end; row++) {
      const { kind, src, sender, timeNs } = store.chunks[row >>> 16]!;
      const index = row & 0xffff;
      const track = TRACK_OF_KIND[kind[index]!]!;
      if (track < 0) continue;
      const lane = laneOf(directory, src[index]!, sender[index]!);
      const bin = Math.floor((timeNs[index]! - from) / resolution);
      // Times may step back in a capture: such a packet is counted where its neighbours are.
      if (lane >= 0 && bin >= 0 && bin < TILE_BINS) tile.counts[bin * width + lane * TRACKS + track]!++;
    }
    tile.next = Math.max(tile.next, end);
  }
}

/** The lane of a packet: of the address that sent it, else of the node it names. */
export function laneOf(directory: NodeDirectory, src: number, sender: number): number {
  const lane = directory.laneOfAddress[src] ?? -1;
  return lane >= 0 ? lane : directory.laneOfNode(sender);
}
