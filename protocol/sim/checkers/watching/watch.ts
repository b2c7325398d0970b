// Watches a world and tells its checkers what they want to know: reads messages once, numbers the rings, keeps what was
// sent first. The checkers do the judging.
import { DIALECTS } from '../../../totem/dialect.ts';
import type { RingRef } from '../../../totem/identity.ts';
import type { ProgramEffect, ProgramInput, Stack } from '../../program.ts';
import type { Fault } from '../../fault.ts';
import type { WorldObserver } from '../../world/observer.ts';
import type { SimNode } from '../../world/sim-node.ts';
import type { World } from '../../world/world.ts';
import type { Checker, McastFact, Report, Ring, TokenFact, Violation } from './facts.ts';
import { Origins } from './origins.ts';
import { FactReader } from './read-facts.ts';

/** Violations that are kept: the first says what is wrong. */
export const VIOLATIONS_MAX = 100;

type Told = Exclude<keyof Checker, 'name'>;
type Listeners = { readonly [K in Told]: NonNullable<Checker[K]>[] };

/** What a checker is made of. */
export interface CheckerContext {
  readonly world: World;
  readonly stack: Stack;
  readonly origins: Origins;
  readonly report: Report;
}
export type MakeChecker = (context: CheckerContext) => Checker;

const noListeners = (): Listeners => ({
  booted: [],
  died: [],
  diskLost: [],
  stepBegins: [],
  stepEnds: [],
  tokenReceived: [],
  mcastReceived: [],
  joinReceived: [],
  tokenSent: [],
  mcastSent: [],
  joinSent: [],
  commitSent: [],
  persisted: [],
  stateEntered: [],
  configured: [],
  delivered: [],
  submitted: [],
  grouped: [],
  groupSent: [],
  groupAsked: [],
  rested: [],
});

const ORF_TOKEN = 0;
const MCAST = 1;
const MEMB_JOIN = 3;
const COMMIT_TOKEN = 4;
const U32 = 0x1_0000_0000;

export class Watch implements WorldObserver {
  readonly violations: Violation[] = [];
  readonly names: readonly string[];
  /** Told of each violation as it is found. */
  onViolation: (violation: Violation) => void = () => {};
  readonly #listeners = noListeners();
  readonly #origins = new Origins();
  readonly #reader: FactReader;
  readonly #typeAt: number;
  readonly #world: World;
  readonly #rings = new Map<number, Map<number, Ring>>();
  #ringCount = 0;
  #lastRing: Ring = { number: -1, rep: -1, seq: -1n, text: '' };
  #lastSeqNumber = -1;
  /** The token read last: what is sent is soon received. */
  #lastToken: TokenFact | null = null;
  readonly #diskLosses: number[];

  constructor(world: World, makers: readonly (readonly [name: string, make: MakeChecker])[]) {
    this.#world = world;
    const dialect = DIALECTS[world.options.cluster.dialect];
    this.#typeAt = dialect.at.type;
    this.#reader = new FactReader(dialect, (rep, low, high) => this.#ring(rep, high * U32 + low));
    this.#diskLosses = world.nodes.map(({ diskLosses }) => diskLosses);
    this.names = makers.map(([name]) => name);
    for (const [name, make] of makers) {
      const report: Report = (at, says) => this.#violate({ checker: name, at, says });
      this.#enlist(make({ world, stack: world.options.stack, origins: this.#origins, report }));
    }
  }

  booted(node: SimNode, at: number): void {
    this.#noticeDisk(node);
    for (const tell of this.#listeners.booted) tell(node, at);
  }

  died(node: SimNode, at: number, how: 'killed' | 'left' | 'crashed', says: string): void {
    this.#noticeDisk(node);
    for (const tell of this.#listeners.died) tell(node, at, how, says);
  }

  faulted(_fault: Fault): void {
    for (const node of this.#world.nodes) this.#noticeDisk(node);
  }

  stepped(node: SimNode, at: number, input: ProgramInput, effects: readonly ProgramEffect[]): void {
    const listeners = this.#listeners;
    for (const tell of listeners.stepBegins) tell(node, at);
    if (input.kind === 'datagrams') for (const bytes of input.batch) this.#received(node, at, bytes);
    else if (input.kind !== 'deadline') this.#asked(node, at, input, effects);
    for (const effect of effects) this.#effect(node, at, effect);
    for (const tell of listeners.stepEnds) tell(node, at);
  }

  /** The world has come to rest. */
  rest(at: number): void {
    for (const tell of this.#listeners.rested) tell(this.#world.nodes, at);
  }

  #enlist(checker: Checker): void {
    for (const name of Object.keys(this.#listeners) as Told[]) {
      const tell = checker[name];
      if (tell !== undefined) (this.#listeners[name] as unknown[]).push(tell.bind(checker));
    }
  }

  #violate(violation: Violation): void {
    if (this.violations.length >= VIOLATIONS_MAX) return;
    this.violations.push(violation);
    this.onViolation(violation);
  }

  #received(node: SimNode, at: number, bytes: Uint8Array): void {
    const listeners = this.#listeners;
    switch (bytes[this.#typeAt]) {
      case ORF_TOKEN: {
        const token = this.#token(bytes);
        if (token !== null) for (const tell of listeners.tokenReceived) tell(node, at, token);
        return;
      }
      case MCAST: {
        if (listeners.mcastReceived.length === 0) return;
        const mcast = this.#mcast(bytes);
        if (mcast !== null) for (const tell of listeners.mcastReceived) tell(node, at, mcast);
        return;
      }
      case MEMB_JOIN: {
        const join = this.#reader.join(bytes);
        if (join !== null) for (const tell of listeners.joinReceived) tell(node, at, join);
        return;
      }
      default:
        return;
    }
  }

  #effect(node: SimNode, at: number, effect: ProgramEffect): void {
    const listeners = this.#listeners;
    switch (effect.kind) {
      case 'send-token':
      case 'send-mcast':
        return this.#sent(node, at, effect.bytes);
      case 'persist-ring-id':
        for (const tell of listeners.persisted) tell(node, at, effect.seq);
        return;
      case 'deliver': {
        const { seq, from, packet } = effect;
        const delivery = { ring: this.#ringOf(effect.ringId), seq, from, packet };
        for (const tell of listeners.delivered) tell(node, at, delivery);
        return;
      }
      case 'configuration': {
        const ids = (list: readonly { readonly nodeid: number }[]): number[] => list.map(({ nodeid }) => nodeid);
        const { type, members, left, joined } = effect;
        const ring = this.#ringOf(effect.ringId);
        const fact = { type, ring, members: ids(members), left: ids(left), joined: ids(joined) };
        for (const tell of listeners.configured) tell(node, at, fact);
        return;
      }
      case 'note':
        if (effect.note.kind === 'state') for (const tell of listeners.stateEntered) tell(node, at, effect.note.state);
        return;
      case 'cpg-ready':
        return;
      default:
        for (const tell of listeners.grouped) tell(node, at, effect);
    }
  }

  #sent(node: SimNode, at: number, bytes: Uint8Array): void {
    const listeners = this.#listeners;
    switch (bytes[this.#typeAt]) {
      case ORF_TOKEN: {
        const token = this.#token(bytes);
        if (token !== null) for (const tell of listeners.tokenSent) tell(node, at, token);
        return;
      }
      case MCAST: {
        const mcast = this.#mcast(bytes);
        if (mcast === null) return;
        const isFirst = this.#origins.add(mcast) === null;
        for (const tell of listeners.mcastSent) tell(node, at, mcast, isFirst);
        return;
      }
      case MEMB_JOIN: {
        const join = this.#reader.join(bytes);
        if (join !== null) for (const tell of listeners.joinSent) tell(node, at, join);
        return;
      }
      case COMMIT_TOKEN: {
        const commit = this.#reader.commit(bytes);
        if (commit !== null) for (const tell of listeners.commitSent) tell(node, at, commit);
        return;
      }
      default:
        return;
    }
  }

  /** What an application asks for counts where it is not refused. */
  #asked(node: SimNode, at: number, input: ProgramInput, effects: readonly ProgramEffect[]): void {
    const { submitted, groupSent, groupAsked } = this.#listeners;
    const isTaken = !effects.some(isRefusal);
    switch (input.kind) {
      case 'submit':
        for (const tell of submitted) tell(node, at, isTaken);
        return;
      case 'cpg-mcast':
        if (isTaken) for (const tell of groupSent) tell(node, input.group, input.pid, input.message);
        return;
      case 'cpg-join':
        if (isTaken) for (const tell of groupAsked) tell(node, 'join', input.group, input.pid);
        return;
      case 'cpg-leave':
        if (isTaken) for (const tell of groupAsked) tell(node, 'leave', input.group, input.pid);
        return;
      case 'cpg-exit':
        if (isTaken) for (const tell of groupAsked) tell(node, 'exit', '', input.pid);
        return;
      default:
        return;
    }
  }

  #token(bytes: Uint8Array): TokenFact | null {
    if (this.#lastToken?.bytes !== bytes) this.#lastToken = this.#reader.token(bytes);
    return this.#lastToken;
  }

  /** Octets do not change once they are sent: what every node receives is read once. */
  #mcast(bytes: Uint8Array): McastFact | null {
    const place = this.#reader.placeOf(bytes);
    const known = place === null ? null : this.#origins.find(place, this.#reader.seqOf(bytes));
    return known?.bytes === bytes ? known : this.#reader.mcast(bytes);
  }

  #ringOf({ rep, seq }: RingRef): Ring {
    return this.#ring(rep, Number(seq));
  }

  /** `seq` is exact below 2^53, which no run reaches. */
  #ring(rep: number, seq: number): Ring {
    const last = this.#lastRing;
    if (last.rep === rep && this.#lastSeqNumber === seq) return last;
    let ofRep = this.#rings.get(rep);
    if (ofRep === undefined) this.#rings.set(rep, (ofRep = new Map()));
    let ring = ofRep.get(seq);
    if (ring === undefined) {
      const name = this.#world.nodes.find(({ spec }) => spec.nodeid === rep)?.spec.number ?? `#${rep}`;
      ring = { number: this.#ringCount++, rep, seq: BigInt(seq), text: `${name}/${seq}` };
      ofRep.set(seq, ring);
    }
    this.#lastRing = ring;
    this.#lastSeqNumber = seq;
    return ring;
  }

  /** A node whose disk was lost may make its ring ids again: they are other rings. */
  #noticeDisk(node: SimNode): void {
    if (this.#diskLosses[node.index] === node.diskLosses) return;
    this.#diskLosses[node.index] = node.diskLosses;
    this.#rings.delete(node.spec.nodeid);
    this.#lastSeqNumber = -1;
    this.#lastToken = null;
    for (const tell of this.#listeners.diskLost) tell(node);
  }
}

const isRefusal = (effect: ProgramEffect): boolean =>
  effect.kind === 'cpg-refused' || (effect.kind === 'note' && effect.note.kind === 'refused');
