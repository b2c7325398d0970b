// What the window shows of one capture, in small numbers: packets stay in the mirror, which actions.ts holds.
import type { CaptureNews, OpenedSource, RecentFile } from '../../app/ipc/contract.ts';
import type { LabMark } from '../../app/lab/lab-mark.ts';
import { NO_LOSSES, type Losses } from '../../app/analysis/losses.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import type { Dissection } from '../../protocol/dissect/dissection.ts';
import type { FilterProblem } from '../ingest/messages.ts';
import { createNodeDirectory, type NodeDirectory } from './node-directory.ts';
import { createPaced } from './turns/paced-store.ts';

/** `live`: the capture goes on while it is shown. */
export type Phase = 'empty' | 'opening' | 'reading' | 'live' | 'done' | 'cancelled' | 'failed';

/** True while there are packets to show, or soon will be. */
export const isShown = (phase: Phase): boolean =>
  phase === 'reading' || phase === 'live' || phase === 'done' || phase === 'cancelled';

/** An expression over packets, and what it found. */
export interface Query {
  readonly text: string;
  readonly problem: FilterProblem | null;
  /** Rows that match, rising; null where nothing is asked for. */
  readonly rows: Uint32Array | null;
  readonly isRunning: boolean;
}

export interface OpenedRowView {
  readonly row: number;
  readonly dissection: Dissection | null;
  readonly says: string | null;
}

export interface SessionState {
  readonly phase: Phase;
  readonly source: Pick<OpenedSource, 'name' | 'path' | 'byteLength' | 'isCompressed' | 'live'> | null;
  /** Why nothing could be opened. */
  readonly problem: string | null;
  /** What a command of the person came to, where that was nothing. */
  readonly notice: string | null;
  /** True where the capture came with the program and nobody asked for it. */
  readonly isFirstShow: boolean;
  /** What marred the reading; what came before is shown. */
  readonly damage: string | null;
  readonly done: number;
  readonly total: number;
  /** Bumped with every delta: what panels depend on instead of packets. */
  readonly revision: number;
  readonly analysis: Analysis | null;
  /** What was done to the lab that the capture is of, in order of time. */
  readonly marks: readonly LabMark[];
  /** Packets that the capturing side says it dropped. */
  readonly losses: Losses;
  /** How the capture goes on; null where it is not one of an interface. */
  readonly news: CaptureNews | null;
  /** Findings that the capture carries and its packets no longer show, by id. */
  readonly remembered: ReadonlySet<string>;
  readonly nodes: NodeDirectory;
  /** Keys at hand, without their octets. */
  readonly keys: readonly { readonly name: string; readonly octets: number }[];
  /** Only what matches is in the table. */
  readonly filter: Query;
  /** What matches is marked in the table, which shows everything all the same. */
  readonly highlight: Query;
  readonly opened: OpenedRowView | null;
  readonly recent: readonly RecentFile[];
}

export const NO_QUERY: Query = { text: '', problem: null, rows: null, isRunning: false };

export const EMPTY_SESSION: SessionState = {
  phase: 'empty',
  source: null,
  problem: null,
  notice: null,
  isFirstShow: false,
  damage: null,
  done: 0,
  total: 0,
  revision: 0,
  analysis: null,
  marks: [],
  losses: NO_LOSSES,
  news: null,
  remembered: new Set(),
  nodes: createNodeDirectory([], []),
  keys: [],
  filter: NO_QUERY,
  highlight: NO_QUERY,
  opened: null,
  recent: [],
};

export const useSession = createPaced<SessionState>(() => EMPTY_SESSION);
