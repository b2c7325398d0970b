// All rules in their order, run over the evidence: causes before what follows from them. Findings come out by time.
import { lossesText, lossesWithin, sinceStart } from '../losses.ts';
import type { Finding } from '../result.ts';
import { captureIncomplete } from './capture/capture-incomplete.ts';
import { doubting, stretchOf } from './engine/clock.ts';
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

function weakened(finding: Finding, why: string | null): Finding {
  if (why === null || finding.severity === 'info') return finding;
  const confidence = Math.round(finding.confidence * HOLED_SHARE * 100) / 100;
  return { ...finding, confidence, evidence: [...finding.evidence, { frames: [], says: why }] };
}

export function findingsOf(evidence: Evidence): readonly Finding[] {
  const context = contextOf(evidence);
  const all = RULES.flatMap(({ run }) => run(context)).sort((a, b) => a.time - b.time);
  return all.map((finding) => weakened(finding, holes(finding, evidence, context.startNs))).map(doubting(context));
}
