// What the window's page and its ingest worker say to each other. Types only; the memory of columns is shared.
import type { Losses } from '../../app/analysis/losses.ts';
import type { Timers } from '../../app/analysis/report/conf.ts';
import type { Annotations } from '../../app/annotations/list.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import type { LabMark } from '../../app/lab/lab-mark.ts';
import type { Damage } from '../../app/session/ingest.ts';
import type { RowFacts } from '../../app/session/row-facts.ts';
import type { Encoding, PacketColumns, RingEntry } from '../../app/store/packet-store.ts';
import type { Key } from '../../protocol/crypto/keyring.ts';
import type { Dissection } from '../../protocol/dissect/dissection.ts';
import type { Difference } from './difference.ts';
import type { ExportOrder } from './exporting.ts';

export type ToWorker =
  /** Starts on a new source; its port is transferred with this. `isLive`: it grows while it is read. */
  | {
      readonly kind: 'open';
      /** What is said of it bears this number. */
      readonly session: number;
      readonly port: MessagePort;
      readonly keys: readonly Key[];
      readonly isLive: boolean;
    }
  /** The source is shown no more. */
  | { readonly kind: 'close' }
  /** Reads the source again, with these keys. */
  | { readonly kind: 'keys'; readonly keys: readonly Key[] }
  /** Timers by a configuration: what is found takes them for granted from now on; null: as the packets tell. */
  | { readonly kind: 'timers'; readonly timers: Timers | null }
  /** The page has applied a delta and is ready for the next. */
  | { readonly kind: 'ack' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'dissect'; readonly id: number; readonly row: number }
  /** What the rows say beyond their columns. */
  | { readonly kind: 'describe'; readonly id: number; readonly rows: readonly number[] }
  /** Writes an export; each portion waits for its `export-more`. */
  | { readonly kind: 'export'; readonly id: number; readonly order: ExportOrder }
  | { readonly kind: 'export-more'; readonly id: number }
  | { readonly kind: 'export-stop'; readonly id: number }
  /** Rows from `from` on that match; a later one of the same slot takes the place of an earlier one. */
  | {
      readonly kind: 'filter';
      readonly id: number;
      readonly slot: QuerySlot;
      readonly expression: string;
      readonly from: number;
    };

/** Two questions may be open at a time. */
export type QuerySlot = 'filter' | 'highlight';

/** A chunk whose memory both sides have: the worker writes, the page reads the rows that it was told of. */
export interface SharedChunk {
  /** Its place in the store. */
  readonly number: number;
  readonly columns: PacketColumns;
}

export interface Delta {
  readonly kind: 'delta';
  /** Counts the readings of this source: what belongs to an earlier one is dropped. */
  readonly run: number;
  /** Those that were not told before. */
  readonly chunks: readonly SharedChunk[];
  /** Rows before it are written; late knowledge may change them. */
  readonly length: number;
  /** Rows before it are forgotten. */
  readonly firstRow: number;
  readonly frames: number;
  readonly epochNs: bigint;
  /** Texts of the addresses from number `addressFrom` on. */
  readonly addressFrom: number;
  readonly addresses: readonly string[];
  readonly ringFrom: number;
  readonly rings: readonly RingEntry[];
  readonly encodings: readonly Encoding[];
  readonly done: number;
  readonly total: number;
}

/** What is concluded so far. */
export interface Conclusions {
  /** Its findings are those found now and those that the capture carries from an export. */
  readonly analysis: Analysis;
  /** What was done to the lab that the capture is of. */
  readonly marks: readonly LabMark[];
  /** Packets that the capturing side says it dropped. */
  readonly losses: Losses;
  /** Ids of findings that the capture carries and its packets no longer show. */
  readonly remembered: ReadonlySet<string>;
  /** Annotations that the capture carries. */
  readonly annotations: Annotations;
}

export type ReadingEnd = 'whole' | 'cancelled' | 'broken';

export interface DissectionProblem {
  readonly says: string;
}

export interface FilterProblem {
  /** Position in the expression, from 1. */
  readonly column: number;
  readonly says: string;
}

export type FromWorker =
  | Delta
  | { readonly kind: 'reset'; readonly run: number }
  /** What makes the conclusions of those that were told before, of none at first. */
  | { readonly kind: 'concluded'; readonly run: number; readonly difference: Difference }
  | {
      readonly kind: 'ended';
      readonly run: number;
      readonly how: ReadingEnd;
      readonly says: string | null;
      readonly damage: Damage | null;
    }
  | { readonly kind: 'export-portion'; readonly id: number; readonly bytes: Uint8Array }
  /** `says` is null where the export is whole. */
  | { readonly kind: 'exported'; readonly id: number; readonly says: string | null }
  | { readonly kind: 'dissected'; readonly id: number; readonly row: number; readonly dissection: Dissection }
  | { readonly kind: 'not-dissected'; readonly id: number; readonly row: number; readonly says: string }
  | { readonly kind: 'described'; readonly id: number; readonly facts: readonly (RowFacts | null)[] }
  /** Rows below `upTo` were looked at. */
  | { readonly kind: 'filtered'; readonly id: number; readonly rows: Uint32Array; readonly upTo: number }
  | { readonly kind: 'unfiltered'; readonly id: number }
  | { readonly kind: 'not-filtered'; readonly id: number; readonly problem: FilterProblem };

/** All that the worker says. */
export interface Told {
  /** As the page opened it: what is said of an earlier one is dropped. */
  readonly session: number;
  readonly message: FromWorker;
}
