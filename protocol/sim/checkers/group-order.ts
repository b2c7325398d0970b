// Process groups, the messages: every node delivers a group's messages in the same order, each as it was sent, none
// twice; while the ring is whole nobody skips one; who moves on together stops at the same one; senders get their own.
import { bytesEqual } from '../../base/bytes.ts';
import type { ProgramEffect } from '../program.ts';
import type { Checker, ConfigurationFact, GroupEffect, Ring } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import { distance } from './watching/seqs.ts';
import type { CheckerContext } from './watching/watch.ts';

type Delivery = Extract<ProgramEffect, { readonly kind: 'cpg-deliver' }>;
type Change = Extract<ProgramEffect, { readonly kind: 'cpg-confchg' }>;

/** A message in the order of its group on one ring. */
interface Item {
  readonly seq: number;
  /** Which of the messages that end in this mcast. */
  readonly place: number;
  readonly from: Delivery['from'];
  readonly message: Uint8Array;
  /** What its process sent, once that was found, and which of its messages. */
  sent: Sent | null;
  sentAt: number;
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
  heard: Map<Sent, number>;
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

const processText = ({ nodeid, pid }: Delivery['from']): string => `${nodeid}.${pid}`;

const isBefore = (a: Item, seq: number, place: number): boolean => {
  const gap = distance(a.seq, seq);
  return gap > 0 || (gap === 0 && a.place < place);
};

export class GroupOrder implements Checker {
  readonly name = 'group order';
  readonly #context: CheckerContext;
  readonly #readers: Reader[];
  /** By ring and group. */
  readonly #logs: (Map<string, GroupLog> | undefined)[] = [];
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
    const process = processText({ nodeid, pid });
    const key = sentKey(process, node.life, group);
    let sent = this.#sent.get(key);
    if (sent === undefined) {
      sent = { process, nodeid, life: node.life, messages: [], ownDelivered: 0 };
      this.#sent.set(key, sent);
    }
    sent.messages.push(message);
  }

  grouped(node: SimNode, at: number, effect: GroupEffect): void {
    if (effect.kind === 'cpg-confchg') this.#changed(node, effect);
    if (effect.kind !== 'cpg-deliver') return;
    const item = this.#judge(node, effect);
    const wrong = typeof item === 'string' ? item : this.#judgeSender(node, effect, item);
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

  /** A node without a process in a group does not hear of it: with the first one that joins it begins anew. */
  #changed(node: SimNode, { group, members, joined }: Change): void {
    const isNew = (pid: number): boolean => joined.some((one) => one.nodeid === node.spec.nodeid && one.pid === pid);
    const own = members.filter(({ nodeid }) => nodeid === node.spec.nodeid);
    if (own.length > 0 && own.every(({ pid }) => isNew(pid))) this.#reader(node).at.delete(group);
  }

  /** Puts the message into the order of its group, or finds it there. */
  #judge(node: SimNode, effect: Delivery): Item | string {
    const reader = this.#reader(node);
    const { ring } = reader;
    if (ring === null || effect.ringId.seq !== ring.seq || effect.ringId.rep !== ring.rep)
      return 'delivered on another ring than is installed';
    const { group, seq, from, message } = effect;
    const previous = reader.at.get(group) ?? null;
    const place = previous?.seq === seq ? previous.place + 1 : 0;
    if (previous !== null && !isBefore(previous, seq, place)) return `delivered after seq ${previous.seq}`;
    const logs = (this.#logs[ring.number] ??= new Map());
    let log = logs.get(group);
    if (log === undefined) logs.set(group, (log = { last: null }));
    const item = this.#place(log, seq, place, effect);
    if (typeof item === 'string') return item;
    reader.at.set(group, item);
    const isSame = item.from.nodeid === from.nodeid && item.from.pid === from.pid && bytesEqual(item.message, message);
    if (!isSame) return 'others delivered another message here';
    if (previous === null || reader.isTransitional) return item;
    const skipped = item.before;
    if (skipped !== previous)
      return skipped === null ? 'skipped nothing' : `skipped seq ${skipped.seq} of ${processText(skipped.from)}`;
    item.isJoint = true;
    return item;
  }

  #place(log: GroupLog, seq: number, place: number, { from, message }: Delivery): Item | string {
    let next: Item | null = null;
    let at = log.last;
    while (at !== null && !isBefore(at, seq, place)) {
      if (at.seq === seq && at.place === place) return at;
      next = at;
      at = at.before;
    }
    if (next?.isJoint === true && at !== null) return 'a node that was there has skipped it';
    const item: Item = { seq, place, from, message, sent: null, sentAt: 0, before: at, isJoint: false };
    if (next === null) log.last = item;
    else next.before = item;
    return item;
  }

  /** Messages of one process come in the order in which it sent them, octet by octet. */
  #judgeSender(node: SimNode, delivery: Delivery, item: Item): string | null {
    const { heard } = this.#reader(node);
    // What the first node to deliver it found is so for all, unless this one has heard more of the same.
    if (item.sent === null || (heard.get(item.sent) ?? 0) > item.sentAt) {
      const wrong = this.#findSent(delivery, item, heard);
      if (wrong !== null) return wrong;
    }
    const { sent, sentAt } = item;
    if (sent === null) return null;
    heard.set(sent, sentAt + 1);
    if (sent.nodeid === node.spec.nodeid) sent.ownDelivered++;
    return null;
  }

  #findSent({ group, from, message }: Delivery, item: Item, heard: ReadonlyMap<Sent, number>): string | null {
    const { world } = this.#context;
    const sender = world.nodes.find(({ spec }) => spec.nodeid === from.nodeid);
    if (sender === undefined) return `comes from ${from.nodeid}, which is no node`;
    const process = processText(from);
    // It may have died since: its last lives are tried, the youngest first.
    for (let life = sender.life; life >= 0; life--) {
      const sent = this.#sent.get(sentKey(process, life, group));
      if (sent === undefined) continue;
      for (let i = heard.get(sent) ?? 0; i < sent.messages.length; i++) {
        if (!bytesEqual(sent.messages[i] ?? message.subarray(1), message)) continue;
        item.sent = sent;
        item.sentAt = i;
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
