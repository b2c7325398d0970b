// Reads one source into a store and tells the page what is new: a delta now and then, the next only after the page has
// taken the last. Opens single rows on demand, with their bytes from the source.
import type { Timers } from '../../app/analysis/report/conf.ts';
import { createIngest, type Ingest } from '../../app/session/ingest.ts';
import { readLabMark, type LabMark } from '../../app/lab/lab-mark.ts';
import { LIVE_ROWS_KEPT } from '../../app/store/packet-store.ts';
import { RANGES_MAX } from '../../app/ipc/stream.ts';
import { dissectRow } from '../../app/session/dissect-row.ts';
import { rowsNeeded } from '../../app/session/rows-needed.ts';
import { rowFacts } from '../../app/session/row-facts.ts';
import type { Row } from '../../protocol/base/brand.ts';
import type { Key } from '../../protocol/crypto/keyring.ts';
import { addressCount, letGo, newChunks } from './delta.ts';
import { differenceOf } from './difference.ts';
import { compileFilter } from '../../app/filter/filter.ts';
import { conclusionsOf } from '../../app/export/prepare.ts';
import { exportPortions, type ExportOrder } from './exporting.ts';
import { forgottenText } from './forgotten.ts';
import { filterRows } from './filter-rows.ts';
import type { Conclusions, FromWorker, QuerySlot, ReadingEnd, ToWorker } from './messages.ts';
import { SourcePort } from './source-port.ts';

/** Milliseconds between two deltas at least: what the page does for each takes time from the reading. */
const DELTA_INTERVAL = 100;
/** The same of a capture that goes on: they are smaller, and are shown more seldom. */
const LIVE_DELTA_INTERVAL = 50;
/** Milliseconds between two analyses of a capture that is still being read. */
const ANALYSIS_INTERVAL = 1000;
/** Milliseconds that an analysis may take to be made again before the end. */
const ANALYSIS_COST_MAX = 60;

/** The same of a capture that goes on: it is analysed for ever, but never for more than a share of the time. */
const LIVE_ANALYSIS_INTERVAL = 250;
const LIVE_ANALYSIS_SHARE = 8;

const says = (error: unknown): string => (error instanceof Error ? error.message : String(error));

type Post = (message: FromWorker, transfer?: Transferable[]) => void;

export class Reading {
  private readonly post: Post;
  private readonly source: SourcePort;
  private ingest: Ingest;
  private run = 0;
  private ending: { readonly how: ReadingEnd; readonly says: string | null } | null = null;
  private isEndTold = false;
  private published = 0;
  /** The page has looked at all rows since the end. */
  private isEndShown = false;
  private addresses = 0;
  private rings = 0;
  private done = 0;
  private total = 0;
  private isAwaitingAck = false;
  private scheduled: ReturnType<typeof setTimeout> | null = null;
  private lastDelta = 0;
  private lastAnalysis = 0;
  private analysisCost = 0;
  /** Exports that wait for their last portion to be written. */
  private readonly exports = new Map<number, (goesOn: boolean) => void>();
  private readonly lastQuery: Record<QuerySlot, number> = { filter: 0, highlight: 0 };

  /** The source goes on while it is read. */
  private readonly isLive: boolean;
  private keys: readonly Key[];
  private timers: Timers | null = null;
  private isClosed = false;
  private isAnalysisComing = false;
  /** As the page has them. */
  private told: Conclusions | null = null;

  constructor({ port, keys, isLive }: Extract<ToWorker, { kind: 'open' }>, post: Post) {
    this.post = post;
    this.isLive = isLive;
    this.keys = keys;
    this.ingest = this.createIngest();
    this.source = new SourcePort(port, {
      chunk: (bytes, done, total) => this.chunk(bytes, done, total),
      ended: (says) => this.ended(says === null ? 'whole' : 'broken', says),
      anew: () => this.restart(this.keys),
    });
    this.source.start();
  }

  heard(message: Exclude<ToWorker, { readonly kind: 'open' | 'close' }>): void {
    switch (message.kind) {
      case 'ack':
        this.isAwaitingAck = false;
        this.schedule();
        break;
      case 'keys':
        this.restart(message.keys);
        break;
      case 'timers':
        this.timers = message.timers;
        if (this.isEndTold) this.tellAnalysis();
        break;
      case 'cancel':
        if (this.ending !== null) return;
        this.source.stop();
        this.ended('cancelled', null);
        break;
      case 'dissect':
        void this.dissect(message.id, message.row as Row);
        break;
      case 'describe':
        void this.describe(message.id, message.rows as readonly Row[]);
        break;
      case 'filter':
        void this.filter(message);
        break;
      case 'export':
        void this.export(message.id, message.order);
        break;
      case 'export-more':
        this.exports.get(message.id)?.(true);
        break;
      case 'export-stop':
        this.exports.get(message.id)?.(false);
    }
  }

  /** The worker goes on with another source: nothing of this one is wanted any more. */
  close(): void {
    this.isClosed = true;
    if (this.scheduled !== null) clearTimeout(this.scheduled);
    this.source.close();
    for (const goOn of this.exports.values()) goOn(false);
  }

  private createIngest(): Ingest {
    const { keys, isLive } = this;
    return createIngest({ keys, isShared: true, ...(isLive ? { rowsKept: LIVE_ROWS_KEPT } : {}) });
  }

  private restart(keys: readonly Key[]): void {
    this.run++;
    this.keys = keys;
    this.ingest = this.createIngest();
    this.ending = null;
    this.told = null;
    this.isEndTold = false;
    this.isEndShown = false;
    this.published = this.addresses = this.rings = this.done = 0;
    this.isAwaitingAck = false;
    this.post({ kind: 'reset', run: this.run });
    this.source.start();
  }

  private chunk(bytes: Uint8Array, done: number, total: number): void {
    this.ingest.push(bytes);
    letGo(bytes);
    this.done = done;
    this.total = total;
    // What follows damage cannot be read: there is no use in fetching it.
    if (this.ingest.damage !== null && this.ingest.damage.kind !== 'limit') {
      this.source.stop();
      this.ended('whole', null);
    } else this.schedule();
  }

  private ended(how: ReadingEnd, says: string | null): void {
    this.ending = { how, says };
    // A capture that a person cut short is not a damaged one: its last record waits for octets that nobody asks for.
    if (how !== 'cancelled') this.ingest.finish();
    this.schedule();
  }

  private schedule(): void {
    const { isLive, ending, scheduled } = this;
    // Nothing more comes after the end: what waits for its time is told now.
    if (this.isAwaitingAck || (scheduled !== null && ending === null)) return;
    if (scheduled !== null) clearTimeout(scheduled);
    const interval = ending !== null ? 0 : isLive ? LIVE_DELTA_INTERVAL : DELTA_INTERVAL;
    const publish = (): void => {
      this.scheduled = null;
      if (!this.isAwaitingAck) this.publish();
    };
    this.scheduled = setTimeout(publish, Math.max(0, interval - (performance.now() - this.lastDelta)));
  }

  private publish(): void {
    const { ingest, ending } = this;
    const { store } = ingest;
    // Late knowledge changes rows that were told before: at the end they are looked at again.
    const isLast = ending !== null && !this.isEndShown && store.length > 0;
    if (this.published === store.length && !isLast) {
      this.conclude();
      return;
    }
    const { firstRow, length, frames, epochNs, encodings } = store;
    // What was forgotten before the page had it, a slow or hidden one, the page never has.
    const from = Math.max(this.published, firstRow);
    const chunks = newChunks(store, from, length);
    const addressTo = addressCount(store, from, length, this.addresses);
    const addresses = Array.from({ length: addressTo - this.addresses }, (_, i) => store.address(this.addresses + i));
    const { done, total, run } = this;
    const rings = store.rings.slice(this.rings);
    const delta = { chunks, length, firstRow, frames, epochNs, encodings: [...encodings], done, total, run } as const;
    this.post({ kind: 'delta', ...delta, addressFrom: this.addresses, addresses, ringFrom: this.rings, rings });
    this.isEndShown ||= isLast;
    this.published = length;
    this.addresses = addressTo;
    this.rings = store.rings.length;
    this.lastDelta = performance.now();
    this.isAwaitingAck = true;
    if (ending === null) this.analyseSometimes();
  }

  private analyseSometimes(): void {
    const since = performance.now() - this.lastAnalysis;
    const isDue = this.isLive
      ? since >= Math.max(LIVE_ANALYSIS_INTERVAL, this.analysisCost * LIVE_ANALYSIS_SHARE)
      : since >= ANALYSIS_INTERVAL && this.analysisCost <= ANALYSIS_COST_MAX;
    if (isDue) this.tellAnalysis();
    else if (this.isLive) this.analyseLater();
  }

  /** The last packets for some time are concluded from too. */
  private analyseLater(): void {
    if (this.isAnalysisComing) return;
    this.isAnalysisComing = true;
    setTimeout(() => {
      this.isAnalysisComing = false;
      if (this.ending === null && !this.isClosed) this.analyseSometimes();
    }, LIVE_ANALYSIS_INTERVAL);
  }

  private marks(): readonly LabMark[] {
    return this.ingest.comments.map(({ text }) => readLabMark(text)).filter((mark) => mark !== null);
  }

  private tellAnalysis(): void {
    const start = performance.now();
    const { ingest, run } = this;
    const { losses } = ingest;
    const analysis = ingest.analysis(this.timers === null ? {} : { timers: this.timers });
    // What the capture carries is shown as what is found: its findings may need a key that is not at hand.
    const { findings, remembered, annotations } = conclusionsOf(ingest, analysis);
    const now = { analysis: { ...analysis, findings }, marks: this.marks(), losses, remembered, annotations };
    this.post({ kind: 'concluded', run, difference: differenceOf(this.told, now) });
    this.told = now;
    this.lastAnalysis = performance.now();
    this.analysisCost = this.lastAnalysis - start;
  }

  private conclude(): void {
    const { ending, run, ingest } = this;
    if (ending === null || this.isEndTold) return;
    this.isEndTold = true;
    this.tellAnalysis();
    this.post({ kind: 'ended', run, ...ending, damage: ingest.damage });
  }

  /** The octets of frames, from the source. */
  private async frames(rows: readonly Row[]): Promise<ReadonlyMap<Row, Uint8Array>> {
    const { table } = this.ingest;
    const frames = new Map<Row, Uint8Array>();
    for (let from = 0; from < rows.length; from += RANGES_MAX) {
      const portion = rows.slice(from, from + RANGES_MAX);
      const ranges = portion.map((row) => {
        const columns = table.columnsOf(row);
        return { offset: columns.offset[row & 0xffff]!, length: columns.captured[row & 0xffff]! };
      });
      const pieces = await this.source.read(ranges);
      for (const [i, row] of portion.entries()) {
        const piece = pieces[i];
        if (piece === undefined || piece.length < ranges[i]!.length)
          throw new Error('the file has become shorter than it was: open it again');
        frames.set(row, piece);
      }
    }
    return frames;
  }

  private async dissect(id: number, row: Row): Promise<void> {
    const { ingest } = this;
    try {
      if (row >= ingest.table.length) return;
      if (row < ingest.table.firstRow) throw new Error(forgottenText(row));
      const frames = await this.frames(rowsNeeded(ingest.table, row));
      if (ingest !== this.ingest) return;
      const dissection = dissectRow(ingest, row, (needed) => frames.get(needed) ?? new Uint8Array());
      this.post({ kind: 'dissected', id, row, dissection });
    } catch (error) {
      this.post({ kind: 'not-dissected', id, row, says: says(error) });
    }
  }

  private async describe(id: number, rows: readonly Row[]): Promise<void> {
    const { ingest } = this;
    const known = rows.filter((row) => row >= ingest.table.firstRow && row < ingest.table.length);
    const needed = [...new Set(known.flatMap((row) => rowsNeeded(ingest.table, row)))];
    try {
      const frames = await this.frames(needed);
      if (ingest !== this.ingest) return;
      const facts = known.map((row) => rowFacts(ingest, row, (part) => frames.get(part) ?? new Uint8Array()));
      this.post({ kind: 'described', id, facts });
    } catch {
      // Such a row is said by its columns alone; what is wrong with the source is said where it is opened.
      this.post({ kind: 'described', id, facts: [] });
    }
  }

  private async export(id: number, order: ExportOrder): Promise<void> {
    try {
      for await (const bytes of exportPortions(this.ingest, (rows) => this.frames(rows), order)) {
        const goesOn = new Promise<boolean>((resolve) => this.exports.set(id, resolve));
        this.post({ kind: 'export-portion', id, bytes });
        if (!(await goesOn)) throw new Error('the export was stopped');
      }
      this.post({ kind: 'exported', id, says: null });
    } catch (error) {
      this.post({ kind: 'exported', id, says: says(error) });
    }
    this.exports.delete(id);
  }

  private async filter({ id, slot, expression, from }: Extract<ToWorker, { kind: 'filter' }>): Promise<void> {
    const { ingest } = this;
    const filter = compileFilter(expression);
    this.lastQuery[slot] = id;
    if (!filter.ok) {
      this.post({ kind: 'not-filtered', id, problem: filter.problem });
      return;
    }
    try {
      const isWanted = (): boolean => this.lastQuery[slot] === id && ingest === this.ingest && !this.isClosed;
      const found = await filterRows(ingest, filter.value, (needed) => this.frames(needed), from, isWanted);
      if (found === null) this.post({ kind: 'unfiltered', id });
      else this.post({ kind: 'filtered', id, ...found }, [found.rows.buffer]);
    } catch (error) {
      this.post({ kind: 'not-filtered', id, problem: { column: 1, says: says(error) } });
    }
  }
}
