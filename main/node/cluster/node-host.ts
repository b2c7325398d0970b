// Runs one LabNode on real sockets and a real clock: carries out its effects in their order, feeds it what arrives and
// what falls due. Knows nothing of what the node does.
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { LabNode, NodeEffect, NodeInput } from '../../../protocol/node/contract.ts';
import type { Micros } from '../../../protocol/totem/engine/contract.ts';
import { createFaultGate, type FaultGate } from './fault-gate.ts';
import { createInbox, type Inbox } from './inbox.ts';
import type { NodeProblem } from './node-problem.ts';
import type { RingIdFile } from './ring-id-file.ts';
import { openTransport, type Transport, type TransportOptions } from './transport.ts';

/** Effects that are the host's to carry out; all others are told to `onEffect`. */
type HostEffect = Extract<NodeEffect, { kind: 'persist-ring-id' | 'send-token' | 'send-mcast' }>;
export type ToldEffect = Exclude<NodeEffect, HostEffect>;

export interface NodeHostOptions {
  readonly node: LabNode;
  readonly transport: Omit<TransportOptions, 'onDatagram'>;
  readonly ringIds: RingIdFile;
  /** Chance for lost datagrams, from 0 up to, not including, 1. */
  readonly random: () => number;
  readonly onEffect: (effect: ToldEffect) => void;
  /** The node cannot go on, and has stopped: its ring id could not be kept, or a broken invariant. */
  readonly onEnd: (problem: NodeProblem) => void;
}

export interface NodeHost {
  /** Hands an input to the node as soon as it has finished what it is at. */
  input(input: NodeInput): void;
  /** False while a ring id is being written: inputs wait. */
  isReady(): boolean;
  readonly gate: FaultGate;
  /** The longest that a step and what came of it at once has taken since this was asked last, ms on the wall. */
  takeLongestStepMs(): number;
  /** Sends a LEAVE, then closes. */
  leave(): Promise<void>;
  close(): void;
}

/** Microseconds on the monotonic clock. */
export function monotonicMicros(): Micros {
  return Math.floor(performance.now() * 1000) as Micros;
}

/** Inputs that wait while a ring id is being written. */
const WAITING_INPUTS_MAX = 65_536;

class Host implements NodeHost {
  readonly gate: FaultGate;
  private readonly options: NodeHostOptions;
  private readonly inbox: Inbox;
  private transport: Transport | null = null;
  private waiting: NodeInput[] = [];
  private isBusy = false;
  private isClosed = false;
  private timer: NodeJS.Timeout | null = null;
  private timerAt = Infinity;
  private whenIdle: (() => void) | null = null;
  private longestMs = 0;

  constructor(options: NodeHostOptions) {
    this.options = options;
    this.inbox = createInbox((batch) => this.input({ kind: 'datagrams', batch }));
    this.gate = createFaultGate((bytes, isMulticast) => this.inbox.add(bytes, isMulticast), options.random);
  }

  async start(): Promise<Result<NodeHost, NodeProblem>> {
    const onDatagram = (bytes: Uint8Array, from: string, isMulticast: boolean): void =>
      this.gate.arrived(bytes, from, isMulticast);
    const opened = await openTransport({ ...this.options.transport, onDatagram });
    if (!opened.ok) return fail(opened.problem);
    this.transport = opened.value;
    this.input({ kind: 'interface', up: true });
    return ok(this);
  }

  isReady(): boolean {
    return !this.isBusy && !this.isClosed;
  }

  input(input: NodeInput): void {
    if (this.isClosed) return;
    if (this.isBusy) {
      if (this.waiting.length < WAITING_INPUTS_MAX) this.waiting.push(input);
      return;
    }
    this.step(input);
    this.drain();
  }

  takeLongestStepMs(): number {
    const longest = this.longestMs;
    this.longestMs = 0;
    return longest;
  }

  private step(input: NodeInput): void {
    const begunMs = performance.now();
    this.carryOut(this.options.node.step(Math.floor(begunMs * 1000) as Micros, input), 0);
    const tookMs = performance.now() - begunMs;
    if (tookMs > this.longestMs) this.longestMs = tookMs;
  }

  private drain(): void {
    while (!this.isBusy && !this.isClosed) {
      const next = this.waiting.shift();
      if (next === undefined) break;
      this.step(next);
    }
    if (this.isClosed || this.isBusy) return;
    this.arm();
    this.whenIdle?.();
  }

  /** Effects from `first` on; stops at one that takes time and goes on when it is done. */
  private carryOut(effects: readonly NodeEffect[], first: number): void {
    for (let i = first; i < effects.length; i++) {
      const effect = effects[i];
      if (effect === undefined || this.isClosed) return;
      switch (effect.kind) {
        case 'persist-ring-id':
          this.isBusy = true;
          void this.options.ringIds.store(effect.seq).then((stored) => this.persisted(stored, effects, i + 1));
          return;
        case 'send-token':
          if (effect.to.nodeid === this.options.transport.self.nodeid) this.inbox.add(effect.bytes, false);
          else if (this.gate.mayLeave()) this.transport?.sendToken(effect.to, effect.bytes);
          break;
        case 'send-mcast':
          this.inbox.add(effect.bytes, true);
          if (this.gate.mayLeave()) this.transport?.sendMcast(effect.bytes);
          break;
        default:
          this.options.onEffect(effect);
      }
    }
  }

  private persisted(stored: Result<void, NodeProblem>, effects: readonly NodeEffect[], next: number): void {
    if (this.isClosed) return;
    this.isBusy = false;
    if (!stored.ok) {
      this.close();
      this.options.onEnd(stored.problem);
      return;
    }
    this.carryOut(effects, next);
    this.drain();
  }

  /** One timer for all deadlines. A later deadline leaves it as it is: it finds nothing due, and is armed again. */
  private arm(): void {
    const deadline = this.options.node.nextDeadline();
    if (deadline === null || deadline >= this.timerAt) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timerAt = deadline;
    this.timer = setTimeout(() => this.due(), Math.max(0, Math.ceil((deadline - monotonicMicros()) / 1000)));
  }

  private due(): void {
    this.timer = null;
    this.timerAt = Infinity;
    if (this.isClosed) return;
    const deadline = this.options.node.nextDeadline();
    if (deadline !== null && deadline <= monotonicMicros()) this.input({ kind: 'deadline' });
    else if (!this.isBusy) this.arm();
  }

  leave(): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    return new Promise((done) => {
      this.input({ kind: 'leave' });
      const end = (): void => {
        this.whenIdle = null;
        // The LEAVE is with the kernel once the turn is over.
        setImmediate(() => {
          this.close();
          done();
        });
      };
      if (this.isBusy) this.whenIdle = end;
      else end();
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.inbox.clear();
    this.gate.close();
    this.transport?.close();
    this.waiting = [];
  }
}

/** Opens the node's sockets and starts it. No socket is left open where that fails. */
export function startNodeHost(options: NodeHostOptions): Promise<Result<NodeHost, NodeProblem>> {
  return new Host(options).start();
}
