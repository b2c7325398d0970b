// Law E11: a message is kept until two successive tokens said that everybody has it: whoever delivered or sent it
// and is asked for it before must send it.
import type { Checker, DeliveryFact, McastFact, Ring, TokenFact } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { distance, SeqTable } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

/** Anything that has a number: facts are at hand, so they are kept. */
interface Held {
  readonly seq: number;
}

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
  readonly #held: { ring: Ring | null; seqs: SeqTable<Held> }[];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#visits = context.world.nodes.map(noVisit);
    this.#held = context.world.nodes.map(() => ({ ring: null, seqs: new SeqTable<Held>() }));
  }

  booted(node: SimNode): void {
    this.#visits[node.index] = noVisit();
    this.#held[node.index] = { ring: null, seqs: new SeqTable() };
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

  mcastSent(node: SimNode, _at: number, mcast: McastFact, isFirst: boolean): void {
    this.#visit(node).sent++;
    if (isFirst && !mcast.isEncapsulated) this.#hold(node, mcast.ring, mcast);
  }

  delivered(node: SimNode, _at: number, delivery: DeliveryFact): void {
    this.#hold(node, delivery.ring, delivery);
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
      if (distance(free, seq) > 0 && held.seqs.get(seq) !== undefined && sent.requests.includes(seq))
        this.#context.report(
          at,
          `node ${node.spec.number} was asked for ${asked.ring.text} seq ${seq}, which it had, and did not send it`,
        );
  }

  #visit(node: SimNode): Visit {
    return (this.#visits[node.index] ??= noVisit());
  }

  #hold(node: SimNode, ring: Ring, held: Held): void {
    const own = this.#held[node.index];
    if (own === undefined) return;
    if (own.ring !== ring) {
      own.ring = ring;
      own.seqs = new SeqTable();
    }
    own.seqs.put(held);
  }
}

const noVisit = (): Visit => ({ ring: null, before: 0, now: 0, token: null, sent: 0, tokens: 0 });
