// Law E11: a message is kept until two successive tokens said that everybody has it: whoever delivered or sent it
// and is asked for it before must send it.
import type { Checker, DeliveryFact, McastFact, Ring, TokenFact } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { distance } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

/** Numbers of a node that are remembered: what its sort queue can hold. */
const HELD_MAX = 16_384;

interface Visit {
  ring: Ring | null;
  /** aru of the token before and of this one. */
  before: number;
  now: number;
  token: TokenFact | null;
  /** Multicasts sent in this step. */
  sent: number;
  tokens: number;
}

export class KeptMessages implements Checker {
  readonly name = 'kept messages';
  readonly #context: CheckerContext;
  readonly #visits: Visit[];
  /** Numbers that a node delivered or gave, of its ring. */
  readonly #held: { ring: Ring | null; seqs: Set<number> }[];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#visits = context.world.nodes.map(noVisit);
    this.#held = context.world.nodes.map(() => ({ ring: null, seqs: new Set<number>() }));
  }

  booted(node: SimNode): void {
    this.#visits[node.index] = noVisit();
    this.#held[node.index] = { ring: null, seqs: new Set() };
  }

  stepBegins(node: SimNode): void {
    const visit = this.#visit(node);
    visit.token = null;
    visit.sent = 0;
    visit.tokens = 0;
  }

  tokenReceived(node: SimNode, _at: number, token: TokenFact): void {
    const visit = this.#visit(node);
    visit.tokens++;
    visit.token = token;
  }

  mcastSent(node: SimNode, _at: number, { ring, seq, isEncapsulated }: McastFact, isFirst: boolean): void {
    this.#visit(node).sent++;
    if (isFirst && !isEncapsulated) this.#hold(node, ring, seq);
  }

  delivered(node: SimNode, _at: number, { ring, seq }: DeliveryFact): void {
    this.#hold(node, ring, seq);
  }

  tokenSent(node: SimNode, at: number, sent: TokenFact): void {
    const visit = this.#visit(node);
    const { token } = visit;
    const isAnswer = token !== null && visit.tokens === 1 && token.ring === sent.ring;
    if (!isAnswer || sent.tokenSeq !== (token.tokenSeq + 1) >>> 0) return;
    if (visit.ring !== sent.ring) {
      visit.ring = sent.ring;
      visit.before = token.aru;
    } else visit.before = visit.now;
    visit.now = token.aru;
    this.#judge(node, at, visit, token, sent);
  }

  #judge(node: SimNode, at: number, visit: Visit, asked: TokenFact, sent: TokenFact): void {
    if (visit.sent > 0 || asked.requests.length === 0) return;
    if (asked.fcc >= this.#context.world.options.cluster.config.windowSize) return;
    const held = this.#held[node.index];
    if (held?.ring !== asked.ring) return;
    const free = distance(visit.before, visit.now) < 0 ? visit.now : visit.before;
    for (const seq of asked.requests)
      if (distance(free, seq) > 0 && held.seqs.has(seq) && sent.requests.includes(seq))
        this.#context.report(
          at,
          `node ${node.spec.number} was asked for ${asked.ring.text} seq ${seq}, which it had, and did not send it`,
        );
  }

  #visit(node: SimNode): Visit {
    return (this.#visits[node.index] ??= noVisit());
  }

  #hold(node: SimNode, ring: Ring, seq: number): void {
    const held = this.#held[node.index];
    if (held === undefined) return;
    if (held.ring !== ring) {
      held.ring = ring;
      held.seqs.clear();
    }
    held.seqs.add(seq);
    if (held.seqs.size > HELD_MAX) {
      const [oldest = 0] = held.seqs;
      held.seqs.delete(oldest);
    }
  }
}

const noVisit = (): Visit => ({ ring: null, before: 0, now: 0, token: null, sent: 0, tokens: 0 });
