// Law E6: nodes that move together from one ring to the next delivered the same messages of the old one.
import type { Checker, ConfigurationFact, DeliveryFact, Ring } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { Runs } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

interface Standing {
  ring: Ring | null;
  delivered: Runs;
  transitional: ReadonlySet<number> | null;
}

interface Passage {
  readonly node: SimNode;
  readonly from: Ring;
  readonly together: ReadonlySet<number>;
  readonly delivered: Runs;
}

const nothing = (): Standing => ({ ring: null, delivered: new Runs(), transitional: null });

export class VirtualSynchrony implements Checker {
  readonly name = 'virtual synchrony';
  readonly #context: CheckerContext;
  readonly #standings: Standing[];
  readonly #passages: (Passage[] | undefined)[] = [];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#standings = context.world.nodes.map(nothing);
  }

  booted(node: SimNode): void {
    this.#standings[node.index] = nothing();
  }

  delivered(node: SimNode, _at: number, { seq }: DeliveryFact): void {
    this.#standings[node.index]?.delivered.add(seq);
  }

  configured(node: SimNode, at: number, { type, ring, members }: ConfigurationFact): void {
    const standing = (this.#standings[node.index] ??= nothing());
    if (type === 'transitional') {
      standing.transitional = new Set(members);
      return;
    }
    const { ring: from, transitional, delivered } = standing;
    if (from !== null && transitional !== null) this.#pass(ring, at, { node, from, together: transitional, delivered });
    this.#standings[node.index] = { ring, delivered: new Runs(), transitional: null };
  }

  #pass(to: Ring, at: number, own: Passage): void {
    const passages = (this.#passages[to.number] ??= []);
    const other = passages.find(({ from, together }) => from === own.from && together.has(own.node.spec.nodeid));
    passages.push(own);
    if (other === undefined || own.delivered.isSame(other.delivered)) return;
    const who = `nodes ${other.node.spec.number} and ${own.node.spec.number}`;
    this.#context.report(
      at,
      `${who} went from ${own.from.text} to ${to.text} together, ` +
        `but delivered ${other.delivered.text} and ${own.delivered.text}`,
    );
  }
}
