// Law E3: a node delivers its own messages, in the configuration in which they got their numbers or in the transitional
// one after it, in the order in which it was given them; and at rest everything that it took was delivered.
import type { Checker, ConfigurationFact, DeliveryFact, McastFact, Ring } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { CheckerContext } from './watching/watch.ts';

interface Own {
  readonly ring: Ring;
  readonly seq: number;
}

interface Account {
  /** Sent and not yet delivered, in order. */
  readonly due: Own[];
  taken: number;
  delivered: number;
}

const newAccount = (): Account => ({ due: [], taken: 0, delivered: 0 });

export class SelfDelivery implements Checker {
  readonly name = 'self-delivery';
  readonly #context: CheckerContext;
  readonly #accounts: Account[];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#accounts = context.world.nodes.map(newAccount);
  }

  booted(node: SimNode): void {
    this.#accounts[node.index] = newAccount();
  }

  submitted(node: SimNode, _at: number, isTaken: boolean): void {
    if (isTaken) this.#account(node).taken++;
  }

  mcastSent(node: SimNode, _at: number, { ring, seq, from, isEncapsulated }: McastFact, isFirst: boolean): void {
    if (isFirst && !isEncapsulated && from === node.spec.nodeid && this.#watches)
      this.#account(node).due.push({ ring, seq });
  }

  delivered(node: SimNode, at: number, { ring, seq, from }: DeliveryFact): void {
    if (from !== node.spec.nodeid) return;
    const account = this.#account(node);
    account.delivered++;
    const own = account.due.shift();
    if (own === undefined || own.ring !== ring || own.seq !== seq)
      this.#say(node, at, `delivered its own ${ring.text} seq ${seq} before ${own?.ring.text} seq ${own?.seq}`);
  }

  configured(node: SimNode, at: number, { type, ring }: ConfigurationFact): void {
    if (type !== 'regular') return;
    const [own] = this.#account(node).due;
    if (own !== undefined)
      this.#say(node, at, `installed ring ${ring.text} and never delivered its own ${own.ring.text} seq ${own.seq}`);
    this.#account(node).due.length = 0;
  }

  rested(nodes: readonly SimNode[], at: number): void {
    for (const node of nodes) {
      const { taken, delivered } = this.#account(node);
      if (node.phase === 'running' && this.#watches && taken !== delivered)
        this.#say(node, at, `took ${taken} messages of its application and delivered ${delivered} of them`);
    }
  }

  /** A whole node does not tell of single deliveries: groups.ts watches it. */
  get #watches(): boolean {
    return this.#context.stack === 'totem';
  }

  #account(node: SimNode): Account {
    return (this.#accounts[node.index] ??= newAccount());
  }

  #say(node: SimNode, at: number, says: string): void {
    this.#context.report(at, `node ${node.spec.number} ${says}`);
  }
}
