// What the transport does to the time of a virtual lab: each deed a line of its prompt.
import { packets } from '../../state/capture.ts';
import { followAgain, useFollow } from '../../state/following.ts';
import { useSession } from '../../state/session-store.ts';
import type { Direction, StepKind } from '../../state/steps.ts';
import { useView } from '../../state/view-store.ts';
import { copyText } from '../../widgets/copy.ts';
import { labActions } from '../lab-actions.ts';
import { useLab } from '../lab-store.ts';

/** Milliseconds of rest after which a speed is said: dragging the slider is one deed. */
const SPEED_REST = 250;
let speedTimer: ReturnType<typeof setTimeout> | null = null;

/** How the time of the virtual lab of this window passes; null where there is none, or it has ended. */
export function virtualPace(): { readonly isRunning: boolean; readonly beganNs: bigint } | null {
  const live = useSession.getState().source?.live ?? null;
  if (live?.kind !== 'lab' || live.lab !== 'virtual' || useSession.getState().phase !== 'live') return null;
  return useLab.getState().snapshot?.virtual ?? null;
}

/** Lets the time of a virtual lab pass, or stand; false where there is no such lab, or the person looks at its past. */
export function toggleVirtual(): boolean {
  const pace = virtualPace();
  if (pace === null || !useFollow.getState().isGlued) return false;
  void labActions.command(pace.isRunning ? 'pause' : 'run');
  return true;
}

/** Steps a virtual lab on from its present; false where the step is one in what was captured. */
export function stepVirtual(kind: StepKind | 'event', direction: Direction): boolean {
  const pace = virtualPace();
  if (pace === null || !useFollow.getState().isGlued || kind === 'change') return false;
  if (direction < 0) {
    if (pace.isRunning) void labActions.command('pause');
    return false;
  }
  void labActions.command(`step ${kind}s`);
  return true;
}

/** Says how fast virtual time passes, as a power of ten. */
export function setVirtualSpeed(power: number): void {
  if (virtualPace() === null) return;
  if (speedTimer !== null) clearTimeout(speedTimer);
  speedTimer = setTimeout(() => void labActions.command(`speed ${Number((10 ** power).toPrecision(3))}`), SPEED_REST);
}

/** Takes a virtual lab back to the chosen moment: what is done from there on begins another future. */
export async function goOnFromHere(): Promise<void> {
  const pace = virtualPace();
  const { time } = useView.getState();
  if (pace === null || time === null) return;
  const seconds = Number(packets().epochNs - pace.beganNs + BigInt(Math.round(time))) / 1e9;
  followAgain();
  await labActions.command(`goto ${seconds.toFixed(6)}`);
}

/** Copies the virtual lab as a scenario, so that another can run it. */
export async function copyScenario(): Promise<void> {
  if (virtualPace() === null) return;
  const { output } = await labActions.command('scenario');
  copyText(output);
  useSession.setState({ notice: 'The scenario is copied: totemlab simulate FILE runs it.' });
}
