// The rings of a capture: one track for each id that a token or commit token names, and what is reported of them.
import { ringIdText } from '../../../../protocol/totem/identity.ts';
import type { MembCommitToken } from '../../../../protocol/totem/decode.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';
import type { PacketStore } from '../../../store/packet-store.ts';
import type { RingCause, RingHistory } from '../../result.ts';
import { readIpAddress, type NodeTable } from './node-table.ts';
import type { NodeTrack } from './node-track.ts';
import { RingTrack } from './ring-track.ts';

/** Places of members over all rings; a capture that names more is hostile, and its later rings keep no members. */
export const MEMBER_PLACES_MAX = 1_000_000;

export class RingTable {
  private readonly store: PacketStore;
  private readonly nodes: NodeTable;
  private readonly byIndex: (RingTrack | undefined)[] = [];
  private places = 0;

  constructor(store: PacketStore, nodes: NodeTable) {
    this.store = store;
    this.nodes = nodes;
  }

  get(index: number): RingTrack | undefined {
    return this.byIndex[index];
  }

  seqOf(index: number): bigint {
    return this.store.rings[index]?.seq ?? 0n;
  }

  repOf(index: number): number {
    return this.store.rings[index]?.rep ?? 0;
  }

  idOf(index: number): string | null {
    return index === 0 ? null : (this.store.rings[index]?.id ?? null);
  }

  /** The ring of a token or commit token, null where the store could not number it. */
  of(m: IndexedMessage, ringIdAt: number): RingTrack | null {
    const known = this.byIndex[m.ring];
    if (known !== undefined) return known;
    if (m.ring === 0 || m.dialect === null) return null;
    if (m.dialect.id !== 'corosync-3') {
      const rep = readIpAddress(m.bytes, m.at + ringIdAt, m.end, m.littleEndian);
      if (rep !== null) this.nodes.learn(rep);
    }
    const ring = new RingTrack(m.ring);
    this.byIndex[m.ring] = ring;
    return ring;
  }

  /** Takes from a commit token who the members are and where each comes from. */
  commit(ring: RingTrack, { addr, membList, membIndex }: MembCommitToken, { timeNs, row }: IndexedMessage): void {
    if (ring.committed === null) {
      ring.committed = timeNs;
      ring.commitRow = row;
      ring.isFromStart = ring.firstToken === null;
      if (this.places + addr.length > MEMBER_PLACES_MAX) return;
      this.places += addr.length;
      ring.order = addr.map((node) => node.nodeid);
      ring.cause = this.causeOf(ring.order);
    }
    if (ring.order === null) return;
    for (let i = 0; i < Math.min(membIndex, ring.order.length); i++) {
      const entry = membList[i];
      if (entry === undefined || (entry.ringId.rep === 0 && entry.ringId.seq === 0n)) continue;
      ring.origins.set(ring.order[i] ?? 0, entry.ringId);
    }
  }

  /** Why the members of a ring that forms now have left their old rings: the first of their reasons. */
  causeOf(members: readonly number[]): RingCause {
    const moved = members
      .map((id) => this.nodes.get(id))
      .filter((node): node is NodeTrack => node !== undefined && node.episode !== null);
    const first = moved.toSorted((a, b) => (a.episode?.timeNs ?? 0) - (b.episode?.timeNs ?? 0))[0];
    const cause = first?.episode?.cause ?? 'unknown';
    if (cause !== 'start' && cause !== 'join') return cause;
    // A ring of nodes that have all just started was started; where one had settled before, others joined it.
    const hasSettled = members.some((id) => this.nodes.get(id)?.hasSettled === true);
    return hasSettled || moved.some((node) => node.startedAt === null) ? 'join' : 'start';
  }

  /** In order of the first token, else of the first commit token. */
  histories(): readonly RingHistory[] {
    const tracks = this.byIndex.filter((ring): ring is RingTrack => ring !== undefined);
    const since = (ring: RingTrack): number => ring.firstToken ?? ring.committed ?? 0;
    return tracks.sort((a, b) => since(a) - since(b)).map((ring) => this.history(ring));
  }

  private history(ring: RingTrack): RingHistory {
    const entry = this.store.rings[ring.index];
    const rep = entry?.rep ?? 0;
    return {
      ring: ring.index,
      id: entry?.id ?? '0:0',
      rep,
      seq: entry?.seq ?? 0n,
      members: ring.order ?? membersSeen(ring, rep),
      committed: ring.committed,
      firstToken: ring.firstToken,
      lastToken: ring.lastToken,
      tokens: ring.tokens,
      cause: ring.cause,
      origins: new Map([...ring.origins].map(([node, origin]) => [node, ringIdText(origin)])),
      frames: [ring.commitRow, ring.firstTokenRow].filter((row) => row >= 0).map((row) => row + 1),
    };
  }
}

/** Members of a ring whose commit token was not captured: along the hops from the representative, then the others. */
export function membersSeen({ successors, speakers }: RingTrack, rep: number): readonly number[] {
  const order: number[] = [];
  const targets = new Set(successors.values());
  const heads = [...successors.keys()].filter((id) => !targets.has(id));
  const known = successors.has(rep) || targets.has(rep) || speakers.has(rep);
  for (const start of [...(known ? [rep] : []), ...heads, ...successors.keys(), ...speakers]) {
    let at: number | undefined = start;
    while (at !== undefined && !order.includes(at)) {
      order.push(at);
      at = successors.get(at);
    }
  }
  return order;
}
