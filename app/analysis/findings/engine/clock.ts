// Where the clock of the capture cannot be right: findings that rest on times across such a step are told as info.
// Reference: specs 7.18, 7.25.
import { timeOf } from '../../../store/packet-store.ts';
import type { Finding } from '../../result.ts';
import type { StepForward } from '../../traffic/activity/clock-steps.ts';
import type { Evidence, FindingContext } from './rule.ts';
import { timersOf } from './timers.ts';

/** What is concluded across a step, as a share of what it would be. */
const DOUBTED_SHARE = 0.3;
/** A failure stands where a clock was set by less than this share of its time. */
const STEP_SHARE = 0.1;
/** More steps back than these are frames out of order: no clock is set so often. */
const CLOCK_STEPS_MAX = 2;
/** Whoever waits sends its token again after the retransmit timeout: a ring that runs is never still for so many. */
const RETRANSMITS_MIN = 1.5;
/** What is said after a step shows so soon. */
const AFTER_NS = 0.5e9;

/** From the first to the last moment that a finding speaks of or rests on. */
export function stretchOf(
  { time, until, evidence }: Finding,
  { store }: Pick<Evidence, 'store'>,
): readonly [from: number, to: number] {
  const moments = [time, until ?? time];
  for (const { frames } of evidence)
    for (const frame of frames)
      if (frame > store.firstRow && frame <= store.length) moments.push(timeOf(store, frame - 1));
  return moments.reduce<readonly [number, number]>(
    ([from, to], at) => [Math.min(from, at), Math.max(to, at)],
    [time, time],
  );
}

/** Times without any packet that no timer of the ring felt, longer than its timers let it be still. */
export function stepsOf(context: FindingContext): readonly StepForward[] {
  if (context.forward.length === 0) return [];
  const { retransmitNs } = timersOf(context, null);
  return context.forward.filter((step) => {
    const isLong = step.toNs - step.fromNs >= retransmitNs * RETRANSMITS_MIN;
    return isLong && !isFelt(context, step) && (!step.isGather || isAsBefore(context, step));
  });
}

/** Right after it the timers of nodes had run out: the time had passed, and all stood still. */
function isFelt({ incidents }: FindingContext, { toNs }: StepForward): boolean {
  return incidents.some(({ declaredNs }) => declaredNs >= toNs && declaredNs <= toNs + AFTER_NS);
}

/** What nodes say after it is what they would have said without it: nobody started, or formed a ring in the time. */
function isAsBefore({ joins, rings }: FindingContext, { fromNs, toNs }: StepForward): boolean {
  const said = joins.during(toNs, toNs + AFTER_NS);
  // Joins come each 50 ms: one that is said again had not been waited with.
  if (said.some((run) => run.fromNs <= fromNs && run.untilNs >= toNs)) return true;
  const highest = rings.reduce(
    (seq, ring) => ((ring.committed ?? ring.firstToken ?? Infinity) <= fromNs && ring.seq > seq ? ring.seq : seq),
    0n,
  );
  const isStarted = ({ node }: { readonly node: number }): boolean =>
    joins.starts.some((start) => start.node === node && start.timeNs >= toNs && start.timeNs <= toNs + AFTER_NS);
  const others = said.filter((run) => !isStarted(run));
  return others.length > 0 && others.every(({ ringSeq }) => ringSeq <= highest);
}

/** Frames out of order, or a clock that was set back, within it; a failure stands where it was set by little. */
function backSays(finding: Finding, context: FindingContext): string | null {
  const frames = finding.evidence.flatMap((shown) => shown.frames);
  const [fromNs, toNs] = stretchOf(finding, context);
  const [first, last] = [Math.min(...frames), Math.max(...frames)];
  const steps = context.backward.filter(
    (back) => (back.frame > first && back.frame <= last) || (back.toNs <= toNs && back.fromNs >= fromNs),
  );
  const [step] = steps;
  if (step === undefined) return null;
  const wentBackNs = steps.reduce((total, back) => total + back.fromNs - back.toNs, 0);
  const isSet = steps.length <= CLOCK_STEPS_MAX && wentBackNs < (toNs - fromNs) * STEP_SHARE;
  if (isSet && finding.severity === 'failure') return null;
  const back = ((step.fromNs - step.toNs) / 1e9).toFixed(2);
  const says = `frame ${step.frame} is stamped ${back} s before the one in front of it`;
  return `${says}: this rests on times that cannot be right`;
}

/** A clock that was set forward, or a capture that paused, within it, by more than a little of its time. */
function forwardSays(finding: Finding, context: FindingContext, forward: readonly StepForward[]): string | null {
  const [fromNs, toNs] = stretchOf(finding, context);
  const steps = forward.filter((step) => step.fromNs >= fromNs && step.toNs <= toNs);
  const [step] = steps;
  const steppedNs = steps.reduce((total, forward) => total + forward.toNs - forward.fromNs, 0);
  if (step === undefined || steppedNs < (toNs - fromNs) * STEP_SHARE) return null;
  const ahead = ((step.toNs - step.fromNs) / 1e9).toFixed(2);
  return (
    `frame ${step.frame} is stamped ${ahead} s after the one in front of it, and the ring goes on as if no time had ` +
    'passed: this rests on times that cannot be right'
  );
}

/** Whether something went wrong is not to be told from times that are not right: it is said, and is no warning. */
export function doubting(context: FindingContext): (finding: Finding) => Finding {
  // Once for all findings: a capture may have as many steps as findings.
  const forward = stepsOf(context);
  if (context.backward.length === 0 && forward.length === 0) return (finding) => finding;
  return (finding) => {
    if (finding.severity === 'info') return finding;
    const why = backSays(finding, context) ?? forwardSays(finding, context, forward);
    if (why === null) return finding;
    const confidence = Math.round(finding.confidence * DOUBTED_SHARE * 100) / 100;
    return { ...finding, severity: 'info', confidence, evidence: [...finding.evidence, { frames: [], says: why }] };
  };
}
