// What the window shows of one capture, in small numbers: packets stay in the mirror, which actions.ts holds.
import { create } from 'zustand';
import type { OpenedSource, RecentFile } from '../../app/ipc/contract.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import type { Dissection } from '../../protocol/dissect/dissection.ts';
import type { FilterProblem } from '../ingest/messages.ts';
import { createNodeDirectory, type NodeDirectory } from './node-directory.ts';

export type Phase = 'empty' | 'opening' | 'reading' | 'done' | 'cancelled' | 'failed';

export interface Filter {
  readonly text: string;
  readonly problem: FilterProblem | null;
  /** Rows that match; null where all rows are shown. */
  readonly rows: Uint32Array | null;
}

export interface OpenedRowView {
  readonly row: number;
  readonly dissection: Dissection | null;
  readonly says: string | null;
}

export interface SessionState {
  readonly phase: Phase;
  readonly source: Pick<OpenedSource, 'name' | 'path' | 'byteLength' | 'isCompressed'> | null;
  /** Why nothing could be opened. */
  readonly problem: string | null;
  /** What marred the reading; what came before is shown. */
  readonly damage: string | null;
  readonly done: number;
  readonly total: number;
  /** Bumped with every delta: what panels depend on instead of packets. */
  readonly revision: number;
  readonly analysis: Analysis | null;
  readonly nodes: NodeDirectory;
  readonly keyNames: readonly string[];
  readonly filter: Filter;
  readonly opened: OpenedRowView | null;
  readonly recent: readonly RecentFile[];
}

export const NO_FILTER: Filter = { text: '', problem: null, rows: null };

export const EMPTY_SESSION: SessionState = {
  phase: 'empty',
  source: null,
  problem: null,
  damage: null,
  done: 0,
  total: 0,
  revision: 0,
  analysis: null,
  nodes: createNodeDirectory([], []),
  keyNames: [],
  filter: NO_FILTER,
  opened: null,
  recent: [],
};

export const useSession = create<SessionState>(() => EMPTY_SESSION);
