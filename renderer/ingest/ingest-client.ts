// The page's end of the ingest worker: applies deltas to the mirror, asks for single rows, drops what is out of date.
import type { Key } from '../../protocol/crypto/keyring.ts';
import type { FilterProblem, FromWorker, ToWorker } from './messages.ts';
import { StoreMirror } from './store-mirror.ts';

type Told = Extract<FromWorker, { readonly kind: 'analysis' | 'ended' | 'dissected' | 'not-dissected' }>;

export interface IngestListener {
  /** New rows are in the mirror; `done` and `total` are octets of the source. */
  grown(mirror: StoreMirror, done: number, total: number): void;
  /** The source is read again from the start: the mirror is a new one. */
  reset(mirror: StoreMirror): void;
  told(message: Told): void;
}

export type Filtered = { readonly rows: Uint32Array } | { readonly problem: FilterProblem };

export class IngestClient {
  mirror = new StoreMirror();
  private readonly worker: Worker;
  private readonly listener: IngestListener;
  private readonly filters = new Map<number, (filtered: Filtered) => void>();
  private run = 0;
  private nextId = 1;
  /** The last row asked for: answers for earlier ones are dropped. */
  private asked = 0;

  constructor(port: MessagePort, keys: readonly Key[], listener: IngestListener) {
    this.listener = listener;
    this.worker = new Worker(new URL('./ingest.worker.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.heard(data);
    this.worker.onerror = (event) => {
      const says = `the reading stopped: ${event.message}`;
      this.listener.told({ kind: 'ended', run: this.run, how: 'broken', says, damage: null });
    };
    this.tell({ kind: 'open', port, keys }, [port]);
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

  filter(expression: string): Promise<Filtered> {
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.filters.set(id, resolve);
      this.tell({ kind: 'filter', id, expression });
    });
  }

  close(): void {
    this.worker.terminate();
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
        this.listener.reset(this.mirror);
        break;
      case 'analysis':
      case 'ended':
        if (message.run === this.run) this.listener.told(message);
        break;
      case 'dissected':
      case 'not-dissected':
        if (message.id === this.asked) this.listener.told(message);
        break;
      case 'filtered':
      case 'not-filtered':
        this.filters.get(message.id)?.(
          message.kind === 'filtered' ? { rows: message.rows } : { problem: message.problem },
        );
        this.filters.delete(message.id);
    }
  }
}
