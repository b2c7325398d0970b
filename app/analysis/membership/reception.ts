// What arrived where: packets by kind, of those to a group for all and of unicasts for each address. From this follows
// what a node has received, as far as the wire tells: a packet lost behind the capture point counts as received.
import type { IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind } from '../../store/kinds.ts';
import type { PacketStore } from '../../store/packet-store.ts';
import type { NodeTrack } from './tracked/node-track.ts';

/** Totem's own message types, 0 to 5. */
export const TOTEM_KINDS = 6;

/** What was sent under one security. */
class Heard {
  unicasts = new Uint32Array(64 * TOTEM_KINDS);
  readonly groups = new Uint32Array(TOTEM_KINDS);

  unicast(at: number): void {
    if (at >= this.unicasts.length) {
      const larger = new Uint32Array(Math.max(at + TOTEM_KINDS, this.unicasts.length * 2));
      larger.set(this.unicasts);
      this.unicasts = larger;
    }
    this.unicasts[at]!++;
  }
}

export class Reception {
  private readonly store: PacketStore;
  /** By number of the encoding: nodes drop what is not under their own security before they count it. */
  private readonly under: (Heard | undefined)[] = [];
  /** By number of a node's encoding: what was sent under those that it hears. */
  private readonly audible: (Heard[] | undefined)[] = [];

  constructor(store: PacketStore) {
    this.store = store;
  }

  /** Whether a node that sends under the first encoding takes what is sent under the second. */
  hears(own: number, other: number): boolean {
    if (own === other) return true;
    const [mine, theirs] = [this.store.encodings[own], this.store.encodings[other]];
    // Without security, Corosync 2 takes a hash in clear for octets left over, and does not mind.
    const isClear = mine?.dialect === 'corosync-2' && mine.security === 'none';
    return isClear && theirs?.dialect === 'corosync-2' && theirs.security.startsWith('none-');
  }

  private begin(encoding: number): Heard {
    const heard = new Heard();
    this.under[encoding] = heard;
    this.audible.length = 0;
    return heard;
  }

  private heardUnder(encoding: number): readonly Heard[] {
    return (this.audible[encoding] ??= this.under.filter(
      (heard, other): heard is Heard => heard !== undefined && this.hears(encoding, other),
    ));
  }

  count({ toGroup, kind, src, dst, encoding }: IndexedMessage): void {
    // What a node sends to itself beside the others' copies is counted with what it sent.
    if (src === dst && kind !== PacketKind.ORF_TOKEN && kind !== PacketKind.MEMB_COMMIT_TOKEN) return;
    const heard = this.under[encoding] ?? this.begin(encoding);
    if (toGroup) heard.groups[kind]!++;
    else heard.unicast(dst * TOTEM_KINDS + kind);
  }

  /** Packets of a kind that have reached the node, or passed by as multicasts, since the capture began. */
  total({ addresses, encoding }: NodeTrack, kind: number): number {
    let sum = 0;
    for (const { groups, unicasts } of this.heardUnder(encoding)) {
      sum += groups[kind]!;
      for (const address of addresses) sum += unicasts[address * TOTEM_KINDS + kind] ?? 0;
    }
    return sum;
  }

  /** Called with every packet of the node, before it is counted: in place, without iterators. */
  heard({ addresses, encoding, receivedWhenHeard: sums }: NodeTrack): void {
    const audible = this.audible[encoding] ?? this.heardUnder(encoding);
    const only = audible[0];
    if (audible.length === 1 && addresses.length === 1 && only !== undefined) {
      const { groups, unicasts } = only;
      const at = addresses[0]! * TOTEM_KINDS;
      if (at < unicasts.length) {
        for (let kind = 0; kind < TOTEM_KINDS; kind++) sums[kind] = groups[kind]! + unicasts[at + kind]!;
        return;
      }
    }
    for (let kind = 0; kind < TOTEM_KINDS; kind++) sums[kind] = 0;
    for (let h = 0; h < audible.length; h++) {
      const { groups, unicasts } = audible[h]!;
      for (let kind = 0; kind < TOTEM_KINDS; kind++) sums[kind]! += groups[kind]!;
      for (let i = 0; i < addresses.length; i++) {
        const at = addresses[i]! * TOTEM_KINDS;
        if (at < unicasts.length) for (let kind = 0; kind < TOTEM_KINDS; kind++) sums[kind]! += unicasts[at + kind]!;
      }
    }
  }

  /** Joins that have reached the node since it was last heard. */
  unanswered(node: NodeTrack): number {
    return this.total(node, PacketKind.MEMB_JOIN) - node.receivedWhenHeard[PacketKind.MEMB_JOIN]!;
  }

  started(node: NodeTrack): void {
    for (let kind = 0; kind < TOTEM_KINDS; kind++) node.receivedAtStart[kind] = this.total(node, kind);
  }

  /** What the node's process received; of one that is gone, until it was last heard. */
  received(node: NodeTrack, kind: number): number {
    const isGone = node.hasLeft || node.excludedAt !== null;
    const until = isGone ? node.receivedWhenHeard[kind]! : this.total(node, kind);
    return until - node.receivedAtStart[kind]! + node.tally.ownCopies[kind]!;
  }
}
