// Laws E1, E2, E7, E8 and E9 (specs/totem.md 2.9): one message under each number of a ring, delivered by every node
// as it was sent, in ascending order, only on the ring that is installed; without a gap while the ring is whole, and
// behind a gap only messages of those who come along.
import { bytesEqual } from '../../base/bytes.ts';
import type { Checker, ConfigurationFact, DeliveryFact, McastFact, Ring } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { after, distance } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

interface Standing {
  /** Ring of the last regular configuration. */
  ring: Ring | null;
  /** Last delivered of it; null before the first. */
  last: number | null;
  /** Members of the transitional configuration, once it was told: gaps may follow. */
  together: ReadonlySet<number> | null;
  hasGap: boolean;
}

const nothing = (ring: Ring | null): Standing => ({ ring, last: null, together: null, hasGap: false });

export class AgreedOrder implements Checker {
  readonly name = 'agreed order';
  readonly #context: CheckerContext;
  readonly #standings: Standing[];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#standings = context.world.nodes.map(() => nothing(null));
  }

  booted(node: SimNode): void {
    this.#standings[node.index] = nothing(null);
  }

  configured(node: SimNode, _at: number, { type, ring, members }: ConfigurationFact): void {
    const standing = this.#standings[node.index];
    if (standing === undefined) return;
    if (type === 'transitional') standing.together = new Set(members);
    else this.#standings[node.index] = nothing(ring);
  }

  /** E9, and one message under a number: a copy is the same octets, and numbers are given in order. */
  mcastSent(node: SimNode, at: number, mcast: McastFact, isFirst: boolean): void {
    const { origins, report } = this.#context;
    const { ring, seq } = mcast;
    const say = (says: string): void => report(at, `node ${node.spec.number}: ${says}`);
    if (!isFirst) {
      const first = origins.find(ring, seq);
      if (first !== null && first !== mcast && !bytesEqual(first.bytes, mcast.bytes))
        say(`multicast ${ring.text} seq ${seq} again with other octets`);
      return;
    }
    if (mcast.from !== node.spec.nodeid) say(`multicast ${ring.text} seq ${seq} of another node, which never sent it`);
    const standing = this.#standings[node.index];
    if (standing?.ring === ring && standing.last !== null && distance(standing.last, seq) <= 0)
      say(`gave ${ring.text} seq ${seq} to a new message after it had delivered ${standing.last}`);
  }

  delivered(node: SimNode, at: number, delivery: DeliveryFact): void {
    const standing = this.#standings[node.index];
    if (standing === undefined) return;
    const wrong = this.#judge(standing, delivery);
    if (wrong !== null) this.#context.report(at, `node ${node.spec.number}: ${wrong}`);
    standing.last = delivery.seq;
  }

  #judge(standing: Standing, { ring, seq, from, packet }: DeliveryFact): string | null {
    const what = `${ring.text} seq ${seq}`;
    if (standing.ring !== ring) return `delivered ${what} while on ring ${standing.ring?.text ?? 'none'}`;
    const { last, together } = standing;
    if (last !== null && distance(last, seq) <= 0) return `delivered ${what} after ${last}`;
    const gap = last === null ? this.#firstMissing(ring, seq) : after(last) === seq ? null : after(last);
    if (gap !== null && together === null) return `delivered ${what} without ${gap} before it`;
    if (gap !== null) standing.hasGap = true;
    if (standing.hasGap && together?.has(from) === false)
      return `delivered ${what} behind a gap, from ${from}, which is not a transitional member`;
    const origin = this.#context.origins.find(ring, seq);
    if (origin === null) return `delivered ${what}, which nobody sent`;
    if (origin.isEncapsulated) return `delivered ${what}, which carries a message of an older ring`;
    if (origin.from !== from) return `delivered ${what} as from ${from}, but ${origin.from} sent it`;
    return isPayload(origin, packet) ? null : `delivered ${what} with other octets than were sent`;
  }

  /** All before the first message of an application are recovered ones; the number of one that is not, or null. */
  #firstMissing(ring: Ring, seq: number): number | null {
    const { origins } = this.#context;
    const begin = this.#context.world.options.firstSeqno;
    for (let before = (seq - 1) >>> 0; before !== begin; before = (before - 1) >>> 0)
      if (origins.find(ring, before)?.isEncapsulated !== true) return before;
    return null;
  }
}

function isPayload({ bytes, payloadAt }: McastFact, packet: Uint8Array): boolean {
  if (bytes.length - payloadAt !== packet.length) return false;
  if (bytes.buffer === packet.buffer && bytes.byteOffset + payloadAt === packet.byteOffset) return true;
  for (let i = 0; i < packet.length; i++) if (bytes[payloadAt + i] !== packet[i]) return false;
  return true;
}
