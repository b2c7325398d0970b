// The page's end of the ingest worker: applies deltas to the mirror, asks for single rows, drops what is out of date.
import type { Timers } from '../../app/analysis/report/conf.ts';
import type { Key } from '../../protocol/crypto/keyring.ts';
import type { RowFacts } from '../../app/session/row-facts.ts';
import type { ExportOrder } from './exporting.ts';
import { applied } from './difference.ts';
import type { Conclusions, FilterProblem, FromWorker, QuerySlot, Told, ToWorker } from './messages.ts';
import { StoreMirror } from './store-mirror.ts';

type Answer = Extract<FromWorker, { readonly kind: 'ended' | 'dissected' | 'not-dissected' }>;

export interface IngestListener {
  /** New rows are in the mirror; `done` and `total` are octets of the source. */
  grown(mirror: StoreMirror, done: number, total: number): void;
  /** The source is read again from the start: the mirror is a new one. */
  reset(mirror: StoreMirror): void;
  /** What did not change since they were told before is the same object. */
  concluded(conclusions: Conclusions): void;
  told(message: Answer): void;
}

/** Null where the question was overtaken by a later one. */
export type Filtered =
  { readonly rows: Uint32Array; readonly upTo: number } | { readonly problem: FilterProblem } | null;

interface Exporting {
  write(bytes: Uint8Array): Promise<string | null>;
  resolve(problem: string | null): void;
}

/** One that waits for a capture: what its engine has made of its code for the one before serves the next, too. */
let spare: Worker | null = null;
let sessions = 0;

const newWorker = (): Worker => new Worker(new URL('./ingest.worker.ts', import.meta.url), { type: 'module' });

/** No capture is about to come: the memory of the last one is given back. */
export function releaseWorker(): void {
  spare?.terminate();
  spare = null;
}

function keep(worker: Worker): void {
  spare = worker;
  worker.onmessage = null;
  worker.onerror = releaseWorker;
}

/** Has a worker ready for a capture that is about to come. */
export function prepareWorker(): void {
  if (spare === null) keep(newWorker());
}

export class IngestClient {
  mirror = new StoreMirror();
  private readonly worker: Worker;
  private readonly listener: IngestListener;
  private readonly filters = new Map<number, (filtered: Filtered) => void>();
  private readonly exports = new Map<number, Exporting>();
  private readonly descriptions = new Map<number, (facts: readonly (RowFacts | null)[]) => void>();
  private isBroken = false;
  private run = 0;
  private conclusions: Conclusions | null = null;
  private nextId = 1;
  /** The last row asked for: answers for earlier ones are dropped. */
  private asked = 0;

  constructor(port: MessagePort, keys: readonly Key[], isLive: boolean, listener: IngestListener) {
    this.listener = listener;
    this.worker = spare ?? newWorker();
    spare = null;
    const session = ++sessions;
    this.worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.session === session) this.heard(data.message);
    };
    this.worker.onerror = (event) => {
      this.isBroken = true;
      const says = `the reading stopped: ${event.message}`;
      this.listener.told({ kind: 'ended', run: this.run, how: 'broken', says, damage: null });
    };
    this.tell({ kind: 'open', session, port, keys, isLive }, [port]);
  }

  setTimers(timers: Timers | null): void {
    this.tell({ kind: 'timers', timers });
  }

  readAgain(keys: readonly Key[]): void {
    this.tell({ kind: 'keys', keys });
  }

  cancel(): void {
    this.tell({ kind: 'cancel' });
  }

  dissect(row: number): void {
    this.asked = this.nextId++;
    this.tell({ kind: 'dissect', id: this.asked, row });
  }

  /** Facts of rows in the order asked for; fewer where they cannot be told. */
  describe(rows: readonly number[]): Promise<readonly (RowFacts | null)[]> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.descriptions.set(id, resolve);
      this.tell({ kind: 'describe', id, rows });
    });
  }

  filter(slot: QuerySlot, expression: string, from: number): Promise<Filtered> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.filters.set(id, resolve);
      this.tell({ kind: 'filter', id, slot, expression, from });
    });
  }

  /** Writes an export; `write` takes a portion, and stops it by a sentence. Null, or why there is none. */
  export(order: ExportOrder, write: (bytes: Uint8Array) => Promise<string | null>): Promise<string | null> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.exports.set(id, { write, resolve });
      this.tell({ kind: 'export', id, order });
    });
  }

  close(): void {
    this.tell({ kind: 'close' });
    if (this.isBroken || spare !== null) this.worker.terminate();
    else keep(this.worker);
    for (const { resolve } of this.exports.values()) resolve('the capture was closed');
  }

  private async portion(id: number, bytes: Uint8Array): Promise<void> {
    const own = this.exports.get(id);
    if (own === undefined) return;
    const problem = await own.write(bytes);
    if (problem !== null) {
      this.exports.delete(id);
      own.resolve(problem);
    }
    this.tell({ kind: problem === null ? 'export-more' : 'export-stop', id });
  }

  private tell(message: ToWorker, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private heard(message: FromWorker): void {
    switch (message.kind) {
      case 'delta':
        if (message.run !== this.run) return;
        this.mirror.apply(message);
        this.listener.grown(this.mirror, message.done, message.total);
        // The worker may go on once the page has had its turn; a hidden page has no frames, so this waits for none.
        setTimeout(() => this.tell({ kind: 'ack' }));
        break;
      case 'reset':
        this.run = message.run;
        this.mirror = new StoreMirror();
        this.conclusions = null;
        this.listener.reset(this.mirror);
        break;
      case 'concluded':
        if (message.run !== this.run) return;
        this.conclusions = applied(this.conclusions, message.difference) as Conclusions;
        this.listener.concluded(this.conclusions);
        break;
      case 'ended':
        if (message.run === this.run) this.listener.told(message);
        break;
      case 'dissected':
      case 'not-dissected':
        if (message.id === this.asked) this.listener.told(message);
        break;
      case 'described':
        this.descriptions.get(message.id)?.(message.facts);
        this.descriptions.delete(message.id);
        break;
      case 'export-portion':
        void this.portion(message.id, message.bytes);
        break;
      case 'exported':
        this.exports.get(message.id)?.resolve(message.says);
        this.exports.delete(message.id);
        break;
      case 'filtered':
      case 'unfiltered':
      case 'not-filtered':
        this.filters.get(message.id)?.(answerOf(message));
        this.filters.delete(message.id);
    }
  }
}

function answerOf(message: Extract<FromWorker, { kind: 'filtered' | 'unfiltered' | 'not-filtered' }>): Filtered {
  if (message.kind === 'unfiltered') return null;
  return message.kind === 'filtered' ? { rows: message.rows, upTo: message.upTo } : { problem: message.problem };
}
