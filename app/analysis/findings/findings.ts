// All rules in their order, run over the evidence: causes before what follows from them. Findings come out by time.
import { timeOf } from '../../store/packet-store.ts';
import { lossesText, lossesWithin, sinceStart } from '../losses.ts';
import type { Finding } from '../result.ts';
import { captureIncomplete } from './capture/capture-incomplete.ts';
import { incidentsOf } from './engine/incidents.ts';
import { Ledger } from './engine/ledger.ts';
import type { Evidence, FindingContext, Rule } from './engine/rule.ts';
import { unheardOf } from './links/deafness.ts';
import { firewall } from './links/firewall.ts';
import { linkFaultsOf } from './links/link-faults.ts';
import { merge } from './links/merge.ts';
import { multicastDeaf } from './links/multicast-deaf.ts';
import { oneWayLink } from './links/one-way-link.ts';
import { oneWayMulticast } from './links/one-way-multicast.ts';
import { partition } from './links/partition.ts';
import { ringFormed } from './links/ring-formed.ts';
import { mtuBlackHole } from './loss/mtu-black-hole.ts';
import { lossyLink, packetLoss } from './loss/packet-loss.ts';
import { tokenLoss } from './loss/token-loss.ts';
import { tokenRetransmitted } from './loss/token-retransmitted.ts';
import { cleanLeave } from './nodes/clean-leave.ts';
import { nodeDead } from './nodes/node-dead.ts';
import { processPaused } from './nodes/process-paused.ts';
import { interfaceDown } from './links/interface-down.ts';
import { linkDown } from './links/link-down.ts';
import { joinStorm } from './loss/join-storm.ts';
import { recoveryFailure } from './loss/recovery-failure.ts';
import { flappingMember } from './nodes/flapping.ts';
import { flowControlSaturated } from './nodes/flow-control.ts';
import { slowNode } from './nodes/slow-node.ts';
import { standstill } from './nodes/standstill.ts';
import { syncHang } from './nodes/sync-hang.ts';
import { sealedRing } from './sealed/sealed-ring.ts';
import { sheepLost } from './sheep/sheep-lost.ts';
import { sheepSplit } from './sheep/sheep-split.ts';
import { sheepEmptyEpoch, sheepHalted, sheepJoinRefused, sheepNoCopies, sheepWaiting } from './sheep/store-rules.ts';
import { duplicateNodeid } from './settings/duplicate-nodeid.ts';
import { ringIdAnomaly } from './settings/ring-id-anomaly.ts';
import { keyMismatch, mixedSecurity, mixedVersions } from './settings/security.ts';
import { foreignCluster, notInNodelist } from './settings/strangers.ts';
import { malformedTraffic } from './settings/malformed-traffic.ts';

/** Causes come before what they explain. */
export const RULES: readonly Rule[] = [
  mixedVersions,
  mixedSecurity,
  keyMismatch,
  duplicateNodeid,
  interfaceDown,
  notInNodelist,
  foreignCluster,
  mtuBlackHole,
  oneWayMulticast,
  multicastDeaf,
  firewall,
  standstill,
  lossyLink,
  partition,
  nodeDead,
  processPaused,
  oneWayLink,
  packetLoss,
  recoveryFailure,
  slowNode,
  flowControlSaturated,
  linkDown,
  tokenLoss,
  sealedRing,
  tokenRetransmitted,
  joinStorm,
  flappingMember,
  syncHang,
  sheepLost,
  sheepSplit,
  sheepEmptyEpoch,
  sheepHalted,
  sheepWaiting,
  sheepJoinRefused,
  sheepNoCopies,
  ringIdAnomaly,
  malformedTraffic,
  cleanLeave,
  merge,
  ringFormed,
  captureIncomplete,
];

function contextOf(evidence: Evidence): FindingContext {
  const { store } = evidence;
  const startNs = store.chunks[0]?.timeNs[0] ?? 0;
  const last = store.length - 1;
  const endNs = last < 0 ? 0 : (store.chunks[last >>> 16]?.timeNs[last & 0xffff] ?? 0);
  const incidents = incidentsOf(evidence, startNs, endNs);
  const early = { ...evidence, incidents, ledger: new Ledger(), startNs, endNs, unheard: [], linkFaults: [] };
  const withEdges = { ...early, unheard: unheardOf(early) };
  return { ...withEdges, linkFaults: linkFaultsOf(withEdges) };
}

/** What is concluded where frames are missing, as a share of what it would be. */
const HOLED_SHARE = 0.8;
/** The same where the clock of the capture went back. */
const DOUBTED_SHARE = 0.3;
/** A failure stands where a clock was set back by less than this share of its time. */
const STEP_SHARE = 0.1;
/** More steps than these are frames out of order: no clock is set so often. */
const CLOCK_STEPS_MAX = 2;

/** From the first to the last moment that a finding speaks of or rests on. */
function stretchOf({ time, until, evidence }: Finding, { store }: Evidence): readonly [from: number, to: number] {
  const moments = [time, until ?? time];
  for (const { frames } of evidence)
    for (const frame of frames)
      if (frame > store.firstRow && frame <= store.length) moments.push(timeOf(store, frame - 1));
  return moments.reduce(([from, to], at) => [Math.min(from, at), Math.max(to, at)], [time, time] as const);
}

/** Why a conclusion is less sure; null where it is not. */
function holes(finding: Finding, evidence: Evidence, startNs: number): string | null {
  const { cutFrames, losses } = evidence.facts;
  if (cutFrames > 0)
    return `${cutFrames} frames of the ring are cut by the snap length: this is less sure than it looks`;
  if (losses.list.length === 0) return null;
  const hiding = lossesWithin(losses.list, ...stretchOf(finding, evidence));
  if (hiding.length === 0) return null;
  const says = lossesText(hiding, sinceStart(startNs));
  return `${says}: this is less sure than it looks`;
}

/**
 * Why its times are not to be trusted: within it the clock of the capture went back, or frames are out of order. Null
 * where neither is so; and of a failure where a clock was set by little beside the time that it took.
 */
function clockSays(finding: Finding, evidence: Evidence): string | null {
  if (evidence.backward.length === 0) return null;
  const frames = finding.evidence.flatMap((shown) => shown.frames);
  const [fromNs, toNs] = stretchOf(finding, evidence);
  const [first, last] = [Math.min(...frames), Math.max(...frames)];
  const steps = evidence.backward.filter(
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

/** Whether something went wrong is not to be told from times that are not right: it is said, and is no warning. */
function doubted(finding: Finding, why: string | null): Finding {
  if (why === null || finding.severity === 'info') return finding;
  const confidence = Math.round(finding.confidence * DOUBTED_SHARE * 100) / 100;
  return { ...finding, severity: 'info', confidence, evidence: [...finding.evidence, { frames: [], says: why }] };
}

function weakened(finding: Finding, why: string | null): Finding {
  if (why === null || finding.severity === 'info') return finding;
  const confidence = Math.round(finding.confidence * HOLED_SHARE * 100) / 100;
  return { ...finding, confidence, evidence: [...finding.evidence, { frames: [], says: why }] };
}

export function findingsOf(evidence: Evidence): readonly Finding[] {
  const context = contextOf(evidence);
  const all = RULES.flatMap(({ run }) => run(context)).sort((a, b) => a.time - b.time);
  return all
    .map((finding) => weakened(finding, holes(finding, evidence, context.startNs)))
    .map((finding) => doubted(finding, clockSays(finding, evidence)));
}
