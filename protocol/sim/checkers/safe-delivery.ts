// Safe delivery (Amir et al. 1995, 5): a message submitted as safe is delivered once every member of the configuration
// has received it.
import type { Checker, ConfigurationFact, DeliveryFact } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { Receptions } from './watching/receptions.ts';
import type { CheckerContext } from './watching/watch.ts';

export class SafeDelivery implements Checker {
  readonly name = 'safe delivery';
  readonly #context: CheckerContext;
  readonly #receptions: Receptions;
  /** Places in the world of the members of each node's configuration. */
  readonly #members: (readonly number[])[];
  readonly #places: ReadonlyMap<number, number>;

  constructor(context: CheckerContext, receptions: Receptions) {
    this.#context = context;
    this.#receptions = receptions;
    this.#members = context.world.nodes.map(() => []);
    this.#places = new Map(context.world.nodes.map(({ spec, index }) => [spec.nodeid, index]));
  }

  configured(node: SimNode, _at: number, { members }: ConfigurationFact): void {
    this.#members[node.index] = members.map((id) => this.#places.get(id) ?? -1);
  }

  delivered(node: SimNode, at: number, { ring, seq }: DeliveryFact): void {
    if (this.#context.origins.find(ring, seq)?.isSafe !== true) return;
    const lacking = this.#members[node.index]?.find((place) => {
      const member = this.#context.world.nodes[place];
      return member !== undefined && !this.#receptions.of(member, ring).has(seq);
    });
    if (lacking !== undefined)
      this.#context.report(
        at,
        `node ${node.spec.number} delivered ${ring.text} seq ${seq} as safe, which node ${lacking + 1} does not have`,
      );
  }
}
