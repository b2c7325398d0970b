// The lab that this window shows, as it was last told of, and the commands said to it. One that is no longer shown is
// forgotten.
import type { LabSnapshot } from '../../app/lab/lab-view.ts';
import { createPaced } from '../state/turns/paced-store.ts';
import { turns } from '../state/turns/turns.ts';

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

export const useLab = createPaced<LabState>(() => ({ snapshot: null, log: [] }));

/** Whether what is told of a lab is told of one that the window shows. */
let isShown = false;

/** A lab begins in this window. */
export function beginLab(): void {
  isShown = true;
  useLab.setState({ snapshot: null, log: [] });
}

/** The window shows something else from now on: what is still told of the lab is of no interest. */
export function forgetLab(): void {
  isShown = false;
  useLab.setState({ snapshot: null, log: [] });
}

/** Takes over what is told of the lab; false where the window shows no lab. */
export function keepSnapshot(snapshot: LabSnapshot | null): boolean {
  if (isShown) turns.inTurns(() => useLab.setState({ snapshot }));
  return isShown;
}
