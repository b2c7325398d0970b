// Has a node say numbered messages to a process group, as fast as it takes them or at a rate, and counts what comes
// back: the load of the lab and of the benchmark.
import type { NodeInput } from '../../../protocol/node/contract.ts';

export interface GroupLoadOrder {
  readonly group: string;
  readonly pid: number;
  /** Octets of each message. */
  readonly size: number;
  /** Messages a second; 0: as many as the node takes. */
  readonly rate: number;
  readonly seconds: number;
}

export interface LoadCounts {
  readonly sent: number;
  readonly refused: number;
}

/** Messages that are said in one turn of the event loop, so that the ring turns between them. */
const BURST = 64;
const IDLE_MS = 1;
/** Small messages are cut from buffers of so many octets. */
const SLAB_OCTETS = 65_536;
const JOIN_MS = 20;

export class GroupLoad {
  private readonly order: GroupLoadOrder;
  private readonly input: (input: NodeInput) => void;
  private readonly message: Uint8Array;
  private readonly startedMs = performance.now();
  private slab = new Uint8Array(0);
  private used = 0;
  private sent = 0;
  private refusals = 0;
  private isRefused = false;
  private isEnded = false;

  constructor(order: GroupLoadOrder, input: (input: NodeInput) => void) {
    this.order = order;
    this.input = input;
    this.message = new Uint8Array(order.size).fill(0x78);
    this.speak();
  }

  /** The node refused the message of this step. It says when it takes more, unless its process is no member yet. */
  refused(why: string): void {
    this.isRefused = true;
    this.refusals++;
    if (why !== 'try-again') setTimeout(() => this.ready(), JOIN_MS);
  }

  /** The node takes messages again. */
  ready(): void {
    if (!this.isRefused) return;
    this.isRefused = false;
    this.later(0);
  }

  counts(): LoadCounts {
    return { sent: this.sent, refused: this.refusals };
  }

  stop(): void {
    this.isEnded = true;
  }

  /** A number in front tells messages apart; the node keeps the octets, so each has its own. */
  private next(): Uint8Array {
    const { size } = this.order;
    if (this.used + size > this.slab.length) {
      this.slab = new Uint8Array(Math.max(size, SLAB_OCTETS));
      this.used = 0;
    }
    const message = this.slab.subarray(this.used, this.used + size);
    this.used += size;
    message.set(this.message);
    for (let i = 0; i < Math.min(4, size); i++) message[i] = this.sent >>> (8 * i);
    return message;
  }

  private later(ms: number): void {
    if (ms === 0) setImmediate(() => this.speak());
    else setTimeout(() => this.speak(), ms);
  }

  private due(): number {
    const { rate } = this.order;
    if (rate === 0) return BURST;
    return Math.floor(((performance.now() - this.startedMs) / 1000) * rate) - this.sent;
  }

  private speak(): void {
    const { group, pid, seconds } = this.order;
    if (this.isEnded || this.isRefused) return;
    if (performance.now() - this.startedMs >= seconds * 1000) {
      this.isEnded = true;
      return;
    }
    const due = Math.min(BURST, this.due());
    for (let i = 0; i < due && !this.isRefused; i++) {
      const message = this.next();
      this.sent++;
      this.input({ kind: 'cpg-mcast', group, pid, message });
      if (this.isRefused) this.sent--;
    }
    if (!this.isRefused) this.later(due > 0 ? 0 : IDLE_MS);
  }
}
