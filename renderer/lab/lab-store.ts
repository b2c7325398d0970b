// The lab of this window as it was last told of, and the commands said to it. Changed by lab-actions.ts alone.
import { create } from 'zustand';
import type { LabSnapshot } from '../../app/lab/lab-view.ts';

export interface LabLogEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** A line of the lab's prompt. */
  readonly line: string;
}

export interface LabState {
  /** Null while there is no lab. */
  readonly snapshot: LabSnapshot | null;
  readonly log: readonly LabLogEntry[];
}

/** Commands kept; the oldest go first. */
export const LAB_LOG_MAX = 1000;

export const useLab = create<LabState>(() => ({ snapshot: null, log: [] }));
