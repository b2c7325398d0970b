// The moment of a capture that goes on: glued to now, or standing where the person looks while the source goes on.
import { create } from 'zustand';
import type { Span } from '../canvas/time-scale.ts';
import { live } from '../session/live.ts';
import { packets, timeOfRow } from './capture.ts';
import { useSession } from './session-store.ts';
import { useView } from './view-store.ts';

export interface FollowState {
  /** The source goes on. */
  readonly isLive: boolean;
  /** The moment is the last packet, whatever comes. */
  readonly isGlued: boolean;
}

export const useFollow = create<FollowState>(() => ({ isLive: false, isGlued: false }));

/** Nanoseconds of the timeline that are shown at first. */
const FIRST_WIDTH = 10e9;
/** Share of the view that lies behind now. */
const AIR = 0.03;
/** Milliseconds between two packets that are taken apart while the moment runs with the source. */
const DISSECT_INTERVAL = 600;
/** A view is moved back where its end leaves now by this share of its length. */
const BACK_SHARE = 0.02;

let width = FIRST_WIDTH;
let lastDissected = 0;

export function startFollowing(): void {
  width = FIRST_WIDTH;
  useFollow.setState({ isLive: true, isGlued: true });
}

export function endFollowing(): void {
  useFollow.setState({ isLive: false, isGlued: false });
}

/** The moment stands from now on. */
export function stand(): void {
  if (useFollow.getState().isGlued) useFollow.setState({ isGlued: false });
}

/** Glues the moment to what comes, as what is there may be forgotten. */
export function followAgain(): void {
  if (useFollow.getState().isLive) useFollow.setState({ isGlued: true });
}

/** Glues the moment to now again. */
export function goLive(): void {
  if (!useFollow.getState().isLive) return;
  useFollow.setState({ isGlued: true });
  lastDissected = 0;
  followNow();
}

/** Up to now, or from the first packet on while there is less than that. */
function spanAt(time: number): Span {
  const from = Math.max(time - width * (1 - AIR), timeOfRow(packets().firstRow) - width * AIR);
  return { from, to: from + width };
}

/** Shows the last packet where the moment is glued to now. */
export function followNow(): void {
  const { length } = packets();
  if (!useFollow.getState().isGlued || length === 0) return;
  const row = length - 1;
  const time = timeOfRow(row);
  useView.setState({ row, time, field: null, finding: null, span: spanAt(time) });
  const now = performance.now();
  if (now - lastDissected < DISSECT_INTERVAL) return;
  lastDissected = now;
  live()?.dissect(row);
}

/** A packet that has left the window is chosen no longer; its time still is. */
export function letGo(): void {
  const { row } = useView.getState();
  if (row === null || row >= packets().firstRow) return;
  useView.setState({ row: null, field: null });
  useSession.setState({ opened: null });
}

/** The person has moved the timeline: as wide it stays, and moved back it stands. */
export function followView(span: Span): void {
  if (!useFollow.getState().isGlued) return;
  const { length } = packets();
  const newest = length === 0 ? 0 : timeOfRow(length - 1);
  const before = useView.getState().span;
  const isAsWide = before !== null && Math.abs(span.to - span.from - (before.to - before.from)) < 1;
  if (isAsWide && newest - span.to > (span.to - span.from) * BACK_SHARE) stand();
  else width = span.to - span.from;
}
