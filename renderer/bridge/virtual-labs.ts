// The virtual lab of this window, from the page's side: a worker that runs it takes the main process's place.
import type { CallName, EventName, Events, OpenedSource, OpenProblem, StreamId } from '../../app/ipc/contract.ts';
import type { LabOptions, LabReply, LabSnapshot } from '../../app/lab/lab-view.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import type { FromVirtual, ToVirtual } from '../lab/virtual/messages.ts';

/** Streams of virtual labs are numbered from here, far from all others. */
const FIRST_STREAM = 2_000_000_000;

interface Running {
  readonly stream: StreamId;
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly waiting: Map<number, (answer: LabReply | Uint8Array) => void>;
}

export class VirtualLabs {
  private running: Running | null = null;
  private streams = 0;
  private asked = 0;
  private readonly listeners = new Set<(snapshot: LabSnapshot) => void>();

  /** Tells the listener of the lab, if that is what it wants to hear of, until the returned function is called. */
  on<K extends EventName>(name: K, listener: (event: Events[K]) => void): () => void {
    if (name !== 'lab.snapshot') return () => undefined;
    const told = (snapshot: LabSnapshot): void => listener({ snapshot } as Events[K]);
    this.listeners.add(told);
    return () => this.listeners.delete(told);
  }

  get isRunning(): boolean {
    return this.running !== null;
  }

  holds(stream: StreamId): boolean {
    return this.running?.stream === stream;
  }

  port(stream: StreamId): MessagePort | null {
    return this.running?.stream === stream ? this.running.port : null;
  }

  start(options: LabOptions): Promise<Result<OpenedSource, OpenProblem>> {
    this.close();
    const worker = new Worker(new URL('../lab/virtual/virtual.worker.ts', import.meta.url), { type: 'module' });
    const { port1, port2 } = new MessageChannel();
    const stream = FIRST_STREAM + this.streams++;
    const own: Running = { stream, worker, port: port2, waiting: new Map() };
    this.running = own;
    return new Promise((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<FromVirtual>) => {
        if (data.kind === 'opened') resolve(this.opened(own, options, data.problem));
        else this.heard(own, data);
      };
      this.tell({ kind: 'open', options, port: port1 }, [port1]);
    });
  }

  say(line: string): Promise<LabReply> {
    return this.ask((id) => ({ kind: 'line', id, line }));
  }

  /** All that was captured, as a file. */
  whole(): Promise<Uint8Array> {
    return this.ask((id) => ({ kind: 'whole', id }));
  }

  /** The lab stands still for good; its capture stays. */
  end(): void {
    if (this.running !== null) this.tell({ kind: 'end' });
  }

  close(): void {
    this.running?.worker.terminate();
    this.running = null;
  }

  /** A call that the lab of this window answers in the main process's place; null for all others. */
  route(name: CallName, args: readonly unknown[]): Promise<unknown> | null {
    const [first] = args;
    if (name === 'lab.start') return (first as LabOptions).kind === 'virtual' ? this.start(first as LabOptions) : null;
    if (!this.isRunning) return null;
    if (name === 'lab.command') return this.say(first as string);
    if (name === 'lab.end') return Promise.resolve(this.end());
    if (name === 'session.close' && this.holds(first as StreamId)) return Promise.resolve(this.close());
    return null;
  }

  private opened(own: Running, options: LabOptions, problem: string | null): Result<OpenedSource, OpenProblem> {
    if (problem !== null) {
      this.close();
      return fail({ kind: 'not-allowed', says: problem });
    }
    const name = `virtual lab of ${options.nodes}`;
    const live = { kind: 'lab', lab: 'virtual' } as const;
    return ok({ stream: own.stream, name, path: '', byteLength: 0, isCompressed: false, live });
  }

  private heard({ waiting }: Running, message: Exclude<FromVirtual, { kind: 'opened' }>): void {
    if (message.kind === 'snapshot') {
      for (const listener of this.listeners) listener(message.snapshot);
      return;
    }
    waiting.get(message.id)?.(message.kind === 'reply' ? message.reply : message.bytes);
    waiting.delete(message.id);
  }

  private ask<T extends LabReply | Uint8Array>(question: (id: number) => ToVirtual): Promise<T> {
    const { running } = this;
    if (running === null) return Promise.reject(new Error('there is no virtual lab in this window'));
    const id = this.asked++;
    return new Promise((resolve) => {
      running.waiting.set(id, resolve as (answer: LabReply | Uint8Array) => void);
      this.tell(question(id));
    });
  }

  private tell(message: ToVirtual, transfer: Transferable[] = []): void {
    this.running?.worker.postMessage(message, transfer);
  }
}
