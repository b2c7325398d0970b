// What each node can have of each ring's messages: those that reached its process and those that it sent. More than the
// engine may hold, since it may refuse some; never less.
import type { Checker, McastFact, Ring } from './facts.ts';
import type { SimNode } from '../../world/sim-node.ts';
import { Contiguous } from './seqs.ts';
import type { CheckerContext } from './watch.ts';

export class Receptions {
  readonly #first: number;
  readonly #nodes: Map<number, Contiguous>[];

  constructor({ world }: CheckerContext) {
    this.#first = world.options.firstSeqno;
    this.#nodes = world.nodes.map(() => new Map());
  }

  of(node: SimNode, ring: Ring): Contiguous {
    const rings = (this.#nodes[node.index] ??= new Map());
    let known = rings.get(ring.number);
    if (known === undefined) rings.set(ring.number, (known = new Contiguous(this.#first)));
    return known;
  }

  add(node: SimNode, { ring, seq, inner }: McastFact): void {
    this.of(node, ring).add(seq);
    if (inner !== null) this.of(node, inner.ring).add(inner.seq);
  }
}

/** Keeps receptions current; judges nothing. */
export class Receiver implements Checker {
  readonly name = 'receptions';
  readonly #receptions: Receptions;

  constructor(receptions: Receptions) {
    this.#receptions = receptions;
  }

  mcastReceived(node: SimNode, _at: number, mcast: McastFact): void {
    this.#receptions.add(node, mcast);
  }

  mcastSent(node: SimNode, _at: number, mcast: McastFact): void {
    this.#receptions.add(node, mcast);
  }
}
