// A ring is formed of those who agreed (specs/totem.md 2.4): its representative has heard a join with its own lists
// from every other member since it last entered GATHER, and a node takes a commit token for exactly the nodes that
// it wants.
import type { MembershipState } from '../../totem/engine/contract.ts';
import type { Checker, CommitFact, JoinFact, NodeSum } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { isSameSum } from './watching/read-facts.ts';
import type { CheckerContext } from './watching/watch.ts';

interface Gathering {
  /** The lists that it sent last. */
  own: JoinFact | null;
  /** Joins heard since it entered GATHER, by sender. */
  heard: Map<number, JoinFact[]>;
  /** Those of this step: they may have come before or after what else happened in it. */
  now: JoinFact[];
  hasEnteredNow: boolean;
  isCommitting: boolean;
}

const noGathering = (): Gathering => ({
  own: null,
  heard: new Map(),
  now: [],
  hasEnteredNow: false,
  isCommitting: false,
});
/** Different joins of one sender that are remembered. */
const JOINS_MAX = 8;

const isSameLists = (a: JoinFact, b: JoinFact): boolean => isSameSum(a.proc, b.proc) && isSameSum(a.failed, b.failed);
const isSame = (a: NodeSum, b: NodeSum): boolean => isSameSum(a, b);

export class Consensus implements Checker {
  readonly name = 'consensus';
  readonly #context: CheckerContext;
  readonly #gatherings: Gathering[];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#gatherings = context.world.nodes.map(noGathering);
  }

  booted(node: SimNode): void {
    this.#gatherings[node.index] = noGathering();
  }

  stepBegins(node: SimNode): void {
    const gathering = this.#of(node);
    if (gathering.now.length > 0) gathering.now = [];
    gathering.hasEnteredNow = false;
  }

  joinReceived(node: SimNode, _at: number, join: JoinFact): void {
    if (!join.isLeave) this.#of(node).now.push(join);
  }

  stateEntered(node: SimNode, _at: number, state: MembershipState): void {
    const gathering = this.#of(node);
    if (state === 'gather') {
      gathering.heard = new Map();
      gathering.hasEnteredNow = true;
    }
    gathering.isCommitting = state === 'commit';
  }

  joinSent(node: SimNode, _at: number, join: JoinFact): void {
    if (!join.isLeave) this.#of(node).own = join;
  }

  /** The first commit token that it sends after it entered COMMIT. */
  commitSent(node: SimNode, at: number, commit: CommitFact): void {
    const gathering = this.#of(node);
    if (!gathering.isCommitting || commit.members.length === 1) return;
    gathering.isCommitting = false;
    // With send_join the lists of a gathering are told later than they are formed.
    if (gathering.own === null || this.#context.world.options.cluster.config.sendJoin > 0) return;
    const wrong = this.#judge(node, gathering, gathering.own, commit);
    if (wrong !== null) this.#context.report(at, `node ${node.spec.number}, ring ${commit.ring.text}: ${wrong}`);
  }

  stepEnds(node: SimNode): void {
    const { heard, now } = this.#of(node);
    if (now.length === 0) return;
    for (const join of now) {
      const known = heard.get(join.from) ?? [];
      if (known.length === 0) heard.set(join.from, known);
      if (!known.some((other) => isSameLists(other, join))) known.push(join);
      if (known.length > JOINS_MAX) known.shift();
    }
  }

  #judge(node: SimNode, gathering: Gathering, own: JoinFact, commit: CommitFact): string | null {
    if (!isSame(own.wanted, commit.memberSum)) return 'its members are not those that the node wanted last';
    if (commit.ring.rep !== node.spec.nodeid) return null;
    const { now, heard, hasEnteredNow } = gathering;
    const silent = commit.members.find((member) => {
      if (member === node.spec.nodeid) return false;
      if (now.some((join) => join.from === member && isSameLists(join, own))) return false;
      const earlier = hasEnteredNow ? [] : (heard.get(member) ?? []);
      return !earlier.some((join) => isSameLists(join, own));
    });
    return silent === undefined ? null : `formed without a join of ${silent} that has the same lists`;
  }

  #of(node: SimNode): Gathering {
    return (this.#gatherings[node.index] ??= noGathering());
  }
}
