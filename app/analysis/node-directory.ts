// Which node speaks from which address, learnt from the packets: joins, merge detects and commit tokens name their
// sender truly; a token of old releases may carry its predecessor's id, so an address known otherwise wins.
import type { Analyzer, IndexedMessage } from '../store/indexed-message.ts';
import { PacketKind } from '../store/kinds.ts';
import type { PacketStore } from '../store/packet-store.ts';
import type { NodeEntry } from './result.ts';

/** Nodes remembered: far beyond PROCESSOR_COUNT_MAX; a hostile capture invents no more. */
export const NODES_MAX = 4096;

interface Heard {
  readonly addresses: Set<number>;
  encoding: number;
  firstSeen: number;
  lastSeen: number;
}

export class NodeDirectory implements Analyzer {
  private readonly store: PacketStore;
  private readonly heard = new Map<number, Heard>();
  /** By address number: node id + 1, 0 for unknown. */
  private readonly byAddress = new Float64Array(65_536);
  private readonly byIp = new Map<string, number>();
  private last: Heard | null = null;
  private lastNode = -1;

  constructor(store: PacketStore) {
    this.store = store;
  }

  /** The node that speaks from the address with this number, null if none was heard. */
  nodeAt(address: number): number | null {
    const known = this.byAddress[address]!;
    return known === 0 ? null : known - 1;
  }

  /** The node with this IP address (a LEAVE of Corosync 1 and 2 has no node id). */
  nodeOfIp(ip: string): number | null {
    return this.byIp.get(ip) ?? null;
  }

  isHeard(node: number): boolean {
    return this.heard.has(node);
  }

  ingest(m: IndexedMessage): void {
    if (m.kind > PacketKind.TOKEN_HOLD_CANCEL && m.kind !== PacketKind.KNET) return;
    // An mcast may be retransmitted by another node: its node id is the originator's.
    const known = this.byAddress[m.src]!;
    const names = m.kind !== PacketKind.MCAST && m.sender !== 0;
    const isWeak = m.kind === PacketKind.ORF_TOKEN || m.kind === PacketKind.MCAST;
    if (m.sender !== 0 && known !== m.sender + 1 && (known === 0 ? true : names && !isWeak)) this.learn(m);
    const node = this.byAddress[m.src]! - 1;
    if (node < 0) return;
    if (node !== this.lastNode || this.last === null) {
      this.last = this.heard.get(node) ?? null;
      this.lastNode = node;
    }
    if (this.last === null) {
      if (this.heard.size >= NODES_MAX) return;
      this.last = { addresses: new Set([m.src]), encoding: m.encoding, firstSeen: m.timeNs, lastSeen: m.timeNs };
      this.heard.set(node, this.last);
    }
    this.last.lastSeen = m.timeNs;
    if (this.last.addresses.size === 0 || !this.last.addresses.has(m.src)) this.last.addresses.add(m.src);
  }

  private learn(m: IndexedMessage): void {
    this.byAddress[m.src] = m.sender + 1;
    this.byIp.set(this.store.address(m.src), m.sender);
  }

  entries(names: ReadonlyMap<string, string>): readonly NodeEntry[] {
    return [...this.heard]
      .sort(([a], [b]) => a - b)
      .map(([nodeid, { addresses, encoding, firstSeen, lastSeen }]) => {
        const texts = [...addresses].map((id) => this.store.address(id));
        const name = texts.map((text) => names.get(text)).find((known) => known !== undefined) ?? null;
        return { nodeid, name, addresses: texts, dialect: this.store.encodings[encoding]?.dialect ?? null, firstSeen, lastSeen };
      });
  }
}
