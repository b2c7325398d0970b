// Process groups, the messages: every node delivers a group's messages in the same order, each as it was sent, none
// twice; while the ring is whole nobody skips one; who moves on together stops at the same one; senders get their own.
import { bytesEqual } from '../../base/bytes.ts';
import type { ProgramEffect } from '../program.ts';
import type { Checker, ConfigurationFact, GroupEffect, Ring } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { distance } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

type Delivery = Extract<ProgramEffect, { readonly kind: 'cpg-deliver' }>;

/** A message in the order of its group on one ring. */
interface Item {
  readonly seq: number;
  /** Which of the messages that end in this mcast. */
  readonly place: number;
  readonly sender: string;
  readonly message: Uint8Array;
  before: Item | null;
  /** A node went from `before` to this one while its ring was whole: nothing can lie between. */
  isJoint: boolean;
}

interface GroupLog {
  last: Item | null;
}

interface Reader {
  /** Ring of the last regular configuration. */
  ring: Ring | null;
  isTransitional: boolean;
  together: ReadonlySet<number>;
  /** Last message of each group on this ring. */
  at: Map<string, Item>;
  /** How far each sender's messages were delivered here. */
  heard: Map<string, number>;
}

interface Sent {
  /** Node id and pid of the sender, and its node's life then. */
  readonly process: string;
  readonly nodeid: number;
  readonly life: number;
  readonly messages: Uint8Array[];
  ownDelivered: number;
}

const newReader = (): Reader => ({
  ring: null,
  isTransitional: false,
  together: new Set(),
  at: new Map(),
  heard: new Map(),
});

const sentKey = (process: string, life: number, group: string): string => `${process}#${life} ${group}`;

interface Passage {
  readonly node: SimNode;
  readonly from: Ring;
  readonly together: ReadonlySet<number>;
  readonly at: ReadonlyMap<string, Item>;
}

const isBefore = (a: Item, seq: number, place: number): boolean => {
  const gap = distance(a.seq, seq);
  return gap > 0 || (gap === 0 && a.place < place);
};

export class GroupOrder implements Checker {
  readonly name = 'group order';
  readonly #context: CheckerContext;
  readonly #readers: Reader[];
  readonly #logs = new Map<string, GroupLog>();
  readonly #sent = new Map<string, Sent>();
  readonly #passages: (Passage[] | undefined)[] = [];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#readers = context.world.nodes.map(newReader);
  }

  booted(node: SimNode): void {
    this.#readers[node.index] = newReader();
  }

  configured(node: SimNode, at: number, { type, ring, members }: ConfigurationFact): void {
    const reader = this.#reader(node);
    if (type === 'transitional') {
      reader.isTransitional = true;
      reader.together = new Set(members);
      return;
    }
    if (reader.ring !== null) this.#pass(node, at, reader, reader.ring, ring);
    this.#readers[node.index] = { ...newReader(), ring, heard: reader.heard };
  }

  groupSent(node: SimNode, group: string, pid: number, message: Uint8Array): void {
    const { nodeid } = node.spec;
    const process = `${nodeid}.${pid}`;
    const key = sentKey(process, node.life, group);
    let sent = this.#sent.get(key);
    if (sent === undefined) {
      sent = { process, nodeid, life: node.life, messages: [], ownDelivered: 0 };
      this.#sent.set(key, sent);
    }
    sent.messages.push(message);
  }

  grouped(node: SimNode, at: number, effect: GroupEffect): void {
    if (effect.kind !== 'cpg-deliver') return;
    const wrong = this.#judge(node, effect) ?? this.#judgeSender(node, effect);
    if (wrong === null) return;
    const place = `group ${effect.group}, ring ${this.#reader(node).ring?.text ?? 'none'} seq ${effect.seq}`;
    this.#context.report(at, `node ${node.spec.number}, ${place}: ${wrong}`);
  }

  rested(nodes: readonly SimNode[], at: number): void {
    for (const { process, nodeid, life, messages, ownDelivered } of this.#sent.values()) {
      const node = nodes.find(({ spec }) => spec.nodeid === nodeid);
      if (node?.phase === 'running' && node.life === life && messages.length !== ownDelivered)
        this.#context.report(
          at,
          `${process} sent ${messages.length} messages and was delivered ${ownDelivered} of them`,
        );
    }
  }

  #reader(node: SimNode): Reader {
    return (this.#readers[node.index] ??= newReader());
  }

  /** Puts the message into the order of its group, or finds it there. */
  #judge(node: SimNode, effect: Delivery): string | null {
    const reader = this.#reader(node);
    const { ring } = reader;
    if (ring === null || effect.ringId.seq !== ring.seq || effect.ringId.rep !== ring.rep)
      return 'delivered on another ring than is installed';
    const { group, seq, message } = effect;
    const previous = reader.at.get(group) ?? null;
    const place = previous?.seq === seq ? previous.place + 1 : 0;
    if (previous !== null && !isBefore(previous, seq, place)) return `delivered after seq ${previous.seq}`;
    const key = `${ring.number} ${group}`;
    let log = this.#logs.get(key);
    if (log === undefined) this.#logs.set(key, (log = { last: null }));
    const sender = `${effect.from.nodeid}.${effect.from.pid}`;
    const item = this.#place(log, { seq, place, sender, message });
    if (typeof item === 'string') return item;
    reader.at.set(group, item);
    if (item.sender !== sender || !bytesEqual(item.message, message)) return 'others delivered another message here';
    if (previous === null || reader.isTransitional) return null;
    if (item.before !== previous) return `skipped seq ${item.before?.seq} of ${item.before?.sender}`;
    item.isJoint = true;
    return null;
  }

  #place(log: GroupLog, { seq, place, sender, message }: Omit<Item, 'before' | 'isJoint'>): Item | string {
    let next: Item | null = null;
    let at = log.last;
    while (at !== null && !isBefore(at, seq, place)) {
      if (at.seq === seq && at.place === place) return at;
      next = at;
      at = at.before;
    }
    if (next?.isJoint === true && at !== null) return 'a node that was there has skipped it';
    const item: Item = { seq, place, sender, message, before: at, isJoint: false };
    if (next === null) log.last = item;
    else next.before = item;
    return item;
  }

  /** Messages of one process come in the order in which it sent them, octet by octet. */
  #judgeSender(node: SimNode, { group, from, message }: Delivery): string | null {
    const { world } = this.#context;
    const sender = world.nodes.find(({ spec }) => spec.nodeid === from.nodeid);
    if (sender === undefined) return `comes from ${from.nodeid}, which is no node`;
    const process = `${from.nodeid}.${from.pid}`;
    // It may have died since: its last lives are tried, the youngest first.
    for (let life = sender.life; life >= 0; life--) {
      const key = sentKey(process, life, group);
      const sent = this.#sent.get(key);
      if (sent === undefined) continue;
      const heard = this.#reader(node).heard;
      for (let i = heard.get(key) ?? 0; i < sent.messages.length; i++) {
        if (!bytesEqual(sent.messages[i] ?? message.subarray(1), message)) continue;
        heard.set(key, i + 1);
        if (sender === node) sent.ownDelivered++;
        return null;
      }
    }
    return `${process} did not send this message, or it was delivered before`;
  }

  /** Who moves on together delivered the same last message of each group in which both took part. */
  #pass(node: SimNode, at: number, reader: Reader, from: Ring, to: Ring): void {
    const passages = (this.#passages[to.number] ??= []);
    const own = { node, from, together: reader.together, at: reader.at };
    for (const other of passages) {
      if (other.from !== from || !other.together.has(node.spec.nodeid)) continue;
      for (const [group, item] of own.at) {
        const theirs = other.at.get(group);
        if (theirs !== undefined && theirs !== item)
          this.#context.report(
            at,
            `nodes ${other.node.spec.number} and ${node.spec.number} went from ${from.text} to ${to.text} together, ` +
              `but the last of group ${group} was seq ${theirs.seq} and ${item.seq}`,
          );
      }
    }
    passages.push(own);
  }
}
