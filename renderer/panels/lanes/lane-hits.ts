// Highlighted packets by lane, however many: where the next one of a lane is. Pure.
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { laneOf } from '../../state/time/density.ts';

/** A list of rows that grows. */
class Rows {
  length = 0;
  private rows = new Uint32Array(64);

  add(row: number): void {
    if (this.length === this.rows.length) {
      const larger = new Uint32Array(this.length * 2);
      larger.set(this.rows);
      this.rows = larger;
    }
    this.rows[this.length++] = row;
  }

  at(i: number): number {
    return this.rows[i]!;
  }
}

export class LaneHits {
  private readonly store: PacketStore;
  private readonly directory: NodeDirectory;
  private readonly hits: Uint32Array;
  private readonly lanes: readonly Rows[];
  /** Hits that have their lane. */
  private placed = 0;

  constructor(store: PacketStore, directory: NodeDirectory, hits: Uint32Array) {
    this.store = store;
    this.directory = directory;
    this.hits = hits;
    this.lanes = directory.nodes.map(() => new Rows());
  }

  /** True while these are the packets, the nodes and the hits that it was made for. */
  isCurrent(store: PacketStore, directory: NodeDirectory, hits: Uint32Array): boolean {
    return this.store === store && this.directory === directory && this.hits === hits;
  }

  /** Gives at most so many further hits their lane; true once all have it. */
  prepare(hitsMax: number): boolean {
    const { store, directory, hits } = this;
    const end = Math.min(hits.length, this.placed + hitsMax);
    for (; this.placed < end; this.placed++) {
      const row = hits[this.placed]!;
      const columns = store.chunks[row >>> 16];
      if (columns === undefined) continue;
      this.lanes[laneOf(directory, columns.src[row & 0xffff]!, columns.sender[row & 0xffff]!)]?.add(row);
    }
    return this.placed >= hits.length;
  }

  /**
   * Position of the first hit of a lane not earlier than a time, from position `from` on; -1 where there is none.
   * Looks near `from` first: one stretch after the other costs little.
   */
  next(lane: number, time: number, from = 0): number {
    const rows = this.lanes[lane];
    if (rows === undefined) return -1;
    let step = 1;
    let low = from;
    while (low + step <= rows.length && this.timeOf(rows.at(low + step - 1)) < time) {
      low += step;
      step *= 2;
    }
    let high = Math.min(rows.length, low + step);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.timeOf(rows.at(middle)) < time) low = middle + 1;
      else high = middle;
    }
    return low < rows.length ? low : -1;
  }

  /** Time of the hit at a position of a lane. */
  timeAt(lane: number, position: number): number {
    return this.timeOf(this.lanes[lane]?.at(position) ?? 0);
  }

  private timeOf(row: number): number {
    return this.store.chunks[row >>> 16]!.timeNs[row & 0xffff]!;
  }
}
