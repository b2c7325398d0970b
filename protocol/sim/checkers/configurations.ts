// Laws E4 and E5: every node that installs a ring installs the same one, its lowest node represents it, ring sequence
// numbers rise; one transitional configuration between two regular ones, made of those who come from the same ring.
import type { Checker, ConfigurationFact, Ring } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { CheckerContext } from './watching/watch.ts';

interface Standing {
  ring: Ring | null;
  members: readonly number[];
  transitional: ConfigurationFact | null;
}

/** How one node came to a ring. */
interface Arrival {
  readonly node: number;
  readonly from: Ring | null;
  readonly together: ReadonlySet<number>;
}

const nothing = (): Standing => ({ ring: null, members: [], transitional: null });
const without = (list: readonly number[], others: readonly number[]): readonly number[] =>
  list.filter((id) => !others.includes(id));
const isSameSet = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((id) => b.includes(id));

export class Configurations implements Checker {
  readonly name = 'configurations';
  readonly #context: CheckerContext;
  readonly #standings: Standing[];
  /** Highest ring sequence number that each node ever installed, over its restarts. */
  readonly #highest: (bigint | undefined)[] = [];
  readonly #members: (readonly number[] | undefined)[] = [];
  readonly #arrivals: (Arrival[] | undefined)[] = [];
  readonly #places: ReadonlyMap<number, number>;

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#standings = context.world.nodes.map(nothing);
    this.#places = new Map(context.world.nodes.map(({ spec, index }) => [spec.nodeid, index]));
  }

  booted(node: SimNode): void {
    this.#standings[node.index] = nothing();
  }

  diskLost(node: SimNode): void {
    this.#highest[node.index] = undefined;
  }

  configured(node: SimNode, at: number, configuration: ConfigurationFact): void {
    const standing = (this.#standings[node.index] ??= nothing());
    const wrong =
      configuration.type === 'transitional'
        ? this.#judgeTransitional(standing, configuration)
        : this.#judgeRegular(node, standing, configuration);
    const { text } = configuration.ring;
    if (wrong !== null) this.#context.report(at, `node ${node.spec.number}, ${configuration.type} ${text}: ${wrong}`);
    if (configuration.type === 'transitional') standing.transitional = configuration;
    else this.#standings[node.index] = { ring: configuration.ring, members: configuration.members, transitional: null };
  }

  #judgeTransitional({ members, transitional }: Standing, fact: ConfigurationFact): string | null {
    if (transitional !== null) return `a second one after ${transitional.ring.text}`;
    if (fact.joined.length > 0) return 'somebody joined';
    if (without(fact.members, members).length > 0) return 'a member was not on the old ring';
    if (!isSameSet(fact.left, without(members, fact.members))) return 'who left is not who is missing';
    return null;
  }

  #judgeRegular(node: SimNode, standing: Standing, fact: ConfigurationFact): string | null {
    const { ring, members, joined, left } = fact;
    const { transitional } = standing;
    if (transitional === null) return 'no transitional configuration before it';
    if (transitional.ring !== ring) return `the transitional configuration was of ${transitional.ring.text}`;
    if (left.length > 0) return 'somebody left';
    if (without(transitional.members, members).length > 0) return 'a transitional member is missing';
    if (!isSameSet(joined, without(members, transitional.members))) return 'who joined is not who is new';
    const highest = this.#highest[node.index];
    if (highest !== undefined && ring.seq <= highest) return `its sequence number is not above ${highest}`;
    this.#highest[node.index] = ring.seq;
    return this.#judgeMembers(node, fact) ?? this.#judgeArrival(node, standing, transitional, ring);
  }

  #judgeMembers(node: SimNode, { ring, members }: ConfigurationFact): string | null {
    if (!members.includes(node.spec.nodeid)) return 'the node itself is no member';
    const lowest = Math.min(...members.map((id) => this.#places.get(id) ?? Infinity));
    if (this.#places.get(ring.rep) !== lowest) return `node ${lowest + 1} is lower than the representative`;
    const known = (this.#members[ring.number] ??= members);
    return known.length === members.length && known.every((id, i) => id === members[i])
      ? null
      : `others installed it with members ${known.join(' ')}`;
  }

  /** Who comes from the same ring is in the other's transitional configuration. */
  #judgeArrival(node: SimNode, standing: Standing, transitional: ConfigurationFact, ring: Ring): string | null {
    const own = { node: node.spec.nodeid, from: standing.ring, together: new Set(transitional.members) };
    const arrivals = (this.#arrivals[ring.number] ??= []);
    arrivals.push(own);
    for (const other of arrivals) {
      if (other === own) continue;
      const number = (this.#places.get(other.node) ?? -1) + 1;
      const isTogether = own.together.has(other.node) && other.together.has(own.node);
      if (this.#isReborn(own, other) || this.#isReborn(other, own)) continue;
      if (own.from === null || other.from !== own.from) {
        const isOdd = own.together.has(other.node) || other.together.has(own.node);
        if (isOdd) return `node ${number} came from ${other.from?.text ?? 'nowhere'}, and is a transitional member`;
      } else if (!isTogether)
        return `node ${number} came from ${own.from.text} too, and is not in the transitional configuration`;
      else if (other.together.size !== own.together.size) return `node ${number} moved with others`;
    }
    return null;
  }

  /**
   * A representative of Corosync 1 that died and came again before the others noticed has the id of their ring on its
   * disk, and nothing tells them that it is another process: they count it as coming along. A start adds 1 to that
   * number since 2.4.6 and 3.0.3.
   */
  #isReborn(fresh: Arrival, other: Arrival): boolean {
    const { dialect } = this.#context.world.options.cluster;
    return dialect === 'corosync-1' && fresh.from === null && other.from?.rep === fresh.node;
  }
}
