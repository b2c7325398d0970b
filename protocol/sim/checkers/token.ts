// Laws of the token: one of each number on a ring; its seq is the last number given; its aru is no more than its sender
// received; a visit sends no more than flow control allows.
import { bytesEqual } from '../../base/bytes.ts';
import { RETRANSMIT_ENTRIES_MAX } from '../../totem/messages.ts';
import type { Checker, McastFact, Ring, TokenFact } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { Receptions } from './watching/receptions.ts';
import { distance } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

/** Tokens of a ring that are remembered: a power of two. */
const REMEMBERED_MAX = 1024;

interface Known {
  readonly tokenSeq: number;
  readonly node: SimNode;
  readonly bytes: Uint8Array;
}

export class Tokens implements Checker {
  readonly name = 'token';
  readonly #context: CheckerContext;
  readonly #receptions: Receptions;
  readonly #rings: ((Known | undefined)[] | undefined)[] = [];
  #tokensIn = 0;
  #sentNow = 0;

  constructor(context: CheckerContext, receptions: Receptions) {
    this.#context = context;
    this.#receptions = receptions;
  }

  stepBegins(): void {
    this.#tokensIn = 0;
    this.#sentNow = 0;
  }

  tokenReceived(): void {
    this.#tokensIn++;
  }

  mcastSent(node: SimNode, at: number, { ring, seq }: McastFact): void {
    const allowed = this.#context.world.options.cluster.config.maxMessages * this.#tokensIn;
    if (++this.#sentNow > allowed)
      this.#say(
        node,
        at,
        ring,
        `multicast seq ${seq}, its ${this.#sentNow}th of ${this.#tokensIn} visits of the token`,
      );
  }

  tokenSent(node: SimNode, at: number, token: TokenFact): void {
    const { ring, tokenSeq } = token;
    const known = (this.#rings[ring.number] ??= []);
    const place = tokenSeq & (REMEMBERED_MAX - 1);
    const copy = known[place];
    if (copy === undefined || copy.tokenSeq !== tokenSeq) {
      // One that was forgotten is too old to be judged again.
      if (copy !== undefined && distance(copy.tokenSeq, tokenSeq) < 0) return;
      known[place] = { tokenSeq, node, bytes: token.bytes };
      const wrong = this.#judge(node, token);
      if (wrong !== null) this.#say(node, at, ring, `token ${tokenSeq} ${wrong}`);
    } else if (copy.node !== node)
      this.#say(
        node,
        at,
        ring,
        `token ${tokenSeq} was made by node ${copy.node.spec.number} before: there are two tokens`,
      );
    else if (copy.bytes !== token.bytes && !bytesEqual(copy.bytes, token.bytes))
      this.#say(node, at, ring, `sent token ${tokenSeq} again with other octets`);
  }

  #judge(node: SimNode, { ring, seq, aru, requests }: TokenFact): string | null {
    if (requests.length > RETRANSMIT_ENTRIES_MAX) return `asks for ${requests.length} messages`;
    const last = this.#context.origins.last(ring) ?? this.#context.world.options.firstSeqno;
    if (seq !== last) return `says seq ${seq}, but ${last} was the last number given`;
    const has = this.#receptions.of(node, ring).upTo;
    return distance(has, aru) > 0 ? `says aru ${aru}, but its sender has all up to ${has} only` : null;
  }

  #say(node: SimNode, at: number, ring: Ring, says: string): void {
    this.#context.report(at, `node ${node.spec.number}, ring ${ring.text}: ${says}`);
  }
}
