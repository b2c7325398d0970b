// What arrived where: packets by kind, of those to a group for all and of unicasts for each address. From this follows
// what a node has received, as far as the wire tells: a packet lost behind the capture point counts as received.
import type { IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind } from '../../store/kinds.ts';
import type { NodeTrack } from './tracked/node-track.ts';

/** Totem's own message types, 0 to 5. */
export const TOTEM_KINDS = 6;

export class Reception {
  private unicasts = new Uint32Array(64 * TOTEM_KINDS);
  private readonly groups = new Uint32Array(TOTEM_KINDS);

  count({ toGroup, kind, dst }: IndexedMessage): void {
    if (toGroup) {
      this.groups[kind]!++;
      return;
    }
    const at = dst * TOTEM_KINDS + kind;
    if (at >= this.unicasts.length) this.grow(at);
    this.unicasts[at]!++;
  }

  /** Packets of a kind that have reached the node, or passed by as multicasts, since the capture began. */
  total({ addresses }: NodeTrack, kind: number): number {
    let sum = this.groups[kind]!;
    for (const address of addresses) sum += this.unicasts[address * TOTEM_KINDS + kind] ?? 0;
    return sum;
  }

  /** Called with every packet of the node, before it is counted. */
  heard({ addresses, receivedWhenHeard: sums }: NodeTrack): void {
    const { groups, unicasts } = this;
    for (let kind = 0; kind < TOTEM_KINDS; kind++) sums[kind] = groups[kind]!;
    for (let i = 0; i < addresses.length; i++) {
      const at = addresses[i]! * TOTEM_KINDS;
      if (at >= unicasts.length) continue;
      for (let kind = 0; kind < TOTEM_KINDS; kind++) sums[kind]! += unicasts[at + kind]!;
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

  private grow(at: number): void {
    const larger = new Uint32Array(Math.max(at + TOTEM_KINDS, this.unicasts.length * 2));
    larger.set(this.unicasts);
    this.unicasts = larger;
  }
}
