// Time that runs: play, pause, speed and steps. The cursor moves with the frames of the screen and tells only those who
// paint by hand; the panels follow some ten times a second.
import { create } from 'zustand';
import { setVirtualSpeed, stepVirtual, toggleVirtual } from '../lab/virtual/controls.ts';
import { selectRow, selectTime } from './actions.ts';
import { packets, timeOfRow, wholeSpan } from './capture.ts';
import { rowBefore } from './moment.ts';
import { goLive, stand, useFollow } from './following.ts';
import { useSession } from './session-store.ts';
import { currentFolds } from './time/folding.ts';
import { laterBy } from './time/running.ts';
import { stepChange, stepRow, type Direction, type StepKind } from './steps.ts';
import { useView } from './view-store.ts';

/** Speeds as powers of ten: a thousandth of the real speed to a hundred times it. */
export const SPEED_MIN = -3;
export const SPEED_MAX = 2;
/** Milliseconds between two updates of the panels while time runs. */
const PANELS_INTERVAL = 100;
/** The same where motion is to be avoided: time goes on in steps. */
const STILL_INTERVAL = 500;

export interface PlaybackState {
  readonly isPlaying: boolean;
  /** Power of ten. */
  readonly speed: number;
  /** The ring view replays the last rotation slowly, whatever time does. */
  readonly isSlow: boolean;
}

export const usePlayback = create<PlaybackState>(() => ({ isPlaying: false, speed: 0, isSlow: false }));

const listeners = new Set<() => void>();
let frame: number | null = null;
let lastFrame = 0;
let lastPanels = 0;
let running: number | null = null;

/** The moment to draw: that of the frame while time runs, else the chosen one. */
export function cursorTime(): number | null {
  return running ?? useView.getState().time;
}

/** Calls `listener` in every frame in which time has moved on, until the returned function is called. */
export function onCursor(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const isStill = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

function showPanels(time: number): void {
  const row = rowBefore(packets(), time);
  if (row >= 0 && row !== useView.getState().row) selectRow(row);
  useView.setState({ time });
}

function advance(now: number): void {
  frame = null;
  if (running === null) return;
  const { to } = wholeSpan();
  const interval = isStill() ? STILL_INTERVAL : PANELS_INTERVAL;
  const elapsed = now - lastFrame;
  if (!isStill() || elapsed >= interval) {
    running = Math.min(to, laterBy(running, elapsed, usePlayback.getState().speed, currentFolds()));
    lastFrame = now;
    for (const listener of listeners) listener();
  }
  if (now - lastPanels >= interval || running >= to) {
    lastPanels = now;
    showPanels(running);
  }
  if (running >= to) caughtUp();
  else frame = requestAnimationFrame(advance);
}

/** The cursor has come to the last packet there is: of a source that goes on, it goes on with it. */
function caughtUp(): void {
  pause();
  goLive();
}

export function play(): void {
  if (packets().length === 0 || running !== null) return;
  const { from, to } = wholeSpan();
  const time = useView.getState().time ?? from;
  if (useFollow.getState().isLive && time >= to) return goLive();
  running = time >= to ? from : time;
  lastFrame = lastPanels = performance.now();
  usePlayback.setState({ isPlaying: true });
  frame = requestAnimationFrame(advance);
}

export function pause(): void {
  if (frame !== null) cancelAnimationFrame(frame);
  if (running !== null) showPanels(running);
  frame = running = null;
  usePlayback.setState({ isPlaying: false });
}

export function togglePlay(): void {
  if (toggleVirtual()) return;
  if (useFollow.getState().isGlued) stand();
  else if (running === null) play();
  else pause();
}

export function setSpeed(speed: number): void {
  const kept = Math.min(SPEED_MAX, Math.max(SPEED_MIN, speed));
  usePlayback.setState({ speed: kept });
  setVirtualSpeed(kept);
}

/** Replays the last rotation in the ring view, or shows the moment again. */
export function toggleSlow(): void {
  usePlayback.setState({ isSlow: !usePlayback.getState().isSlow });
}

/** Goes to the next hop, rotation or change of membership, or back; stays where there is none. */
export function step(kind: StepKind, direction: Direction): void {
  pause();
  if (stepVirtual(kind, direction)) return;
  const store = packets();
  const { row, time } = useView.getState();
  const { nodes, analysis } = useSession.getState();
  if (kind !== 'change') {
    const next = stepRow(store, nodes, row ?? (direction > 0 ? -1 : store.length), kind, direction);
    if (next !== null) selectRow(next);
    return;
  }
  const transitions = analysis?.transitions ?? [];
  const change = stepChange(transitions, time ?? (direction > 0 ? -1 : Infinity), direction);
  if (change === null) return;
  const own = change.frames.map((number) => number - 1).find((candidate) => timeOfRow(candidate) === change.time);
  if (own === undefined) selectTime(change.time);
  else selectRow(own);
}
