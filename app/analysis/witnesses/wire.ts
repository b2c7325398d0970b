// What the packets show of one node about a time: what it sent, which tokens went to it. Looks rows up by time; rows
// are taken to be in time order.
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import { keptChunks, rowAt, type PacketStore } from '../../store/packet-store.ts';
import type { Analysis, NodeEntry } from '../result.ts';

/** Rows that one question looks through. */
const LOOKED_AT_MAX = 200_000;
/** Addresses of a capture are numbered from 0. */
const ADDRESSES_MAX = 65_536;

export interface WirePacket {
  readonly timeNs: number;
  readonly frame: number;
}

export class NodeWire {
  readonly store: PacketStore;
  readonly analysis: Analysis;
  readonly nodeid: number;
  private readonly addresses = new Set<number>();

  constructor(store: PacketStore, analysis: Analysis, node: NodeEntry) {
    this.store = store;
    this.analysis = analysis;
    this.nodeid = node.nodeid;
    const known = new Set<number>();
    for (const { columns, rows } of keptChunks(store))
      for (let i = 0, { src, dst } = columns; i < rows && known.size < ADDRESSES_MAX; i++) {
        known.add(src[i]!);
        known.add(dst[i]!);
      }
    for (const id of known) if (node.addresses.includes(store.address(id))) this.addresses.add(id);
  }

  get endNs(): number {
    const last = this.store.length - 1;
    return last < 0 ? 0 : (this.store.chunks[last >>> 16]?.timeNs[last & 0xffff] ?? 0);
  }

  get startNs(): number {
    return this.store.chunks[0]?.timeNs[0] ?? 0;
  }

  private *rows(fromNs: number, untilNs: number): Generator<number> {
    const first = rowAt(this.store, fromNs as CaptureNs);
    const end = Math.min(this.store.length, first + LOOKED_AT_MAX);
    for (let row: number = first; row < end; row++) {
      if ((this.store.chunks[row >>> 16]?.timeNs[row & 0xffff] ?? Infinity) > untilNs) return;
      yield row;
    }
  }

  /** Totem messages that the node sent in the time. */
  sent(fromNs: number, untilNs: number): readonly WirePacket[] {
    const found: WirePacket[] = [];
    for (const row of this.rows(fromNs, untilNs)) {
      const chunk = this.store.chunks[row >>> 16];
      const at = row & 0xffff;
      if (chunk === undefined || !this.addresses.has(chunk.src[at]!) || chunk.kind[at]! > PacketKind.TOKEN_HOLD_CANCEL)
        continue;
      found.push({ timeNs: chunk.timeNs[at]!, frame: row + 1 });
    }
    return found;
  }

  /** The last new token sent to the node before the moment: copies do not count for the node either. */
  lastTokenTo(timeNs: number): WirePacket | null {
    for (let row = rowAt(this.store, timeNs as CaptureNs) - 1, n = 0; row >= 0 && n < LOOKED_AT_MAX; row--, n++) {
      const chunk = this.store.chunks[row >>> 16];
      const at = row & 0xffff;
      const isNew = chunk?.kind[at] === PacketKind.ORF_TOKEN && (chunk.flags[at]! & RowFlag.REPEATED) === 0;
      if (chunk !== undefined && isNew && this.addresses.has(chunk.dst[at]!))
        return { timeNs: chunk.timeNs[at]!, frame: row + 1 };
    }
    return null;
  }
}
