// Corosync's own counters for each node, as the node would have counted what the capture shows (specs/totem.md 6).
// Null where the capture cannot tell: what stays inside the node, or what its vantage point did not see.
import { COUNTER_NAMES, type CounterName } from '../../../protocol/totem/counter-names.ts';
import { PacketKind } from '../../store/kinds.ts';
import type { Counters } from '../result.ts';
import { Gather } from './gather-reasons.ts';
import type { NodeTrack } from './tracked/node-track.ts';
import type { Reception } from './reception.ts';

/** Corosync reports a firewall or broken interface from more than this many continuous gathers. */
const CONTINUOUS_GATHER_MAX = 3;
/** Tokens of the node that may be missing from the capture before it is taken not to see them at all. */
const UNSEEN_SHARE_MAX = 0.05;
const NS_PER_MS = 1_000_000;

/** A commit token goes round twice, also when a node forms a ring with itself. */
const ROTATIONS = 2;

function tokensReceived(node: NodeTrack, reception: Reception): number | null {
  const seen = reception.received(node, PacketKind.ORF_TOKEN);
  // Alone, a node passes the token to itself, never over the wire.
  if (node.tally.alone > 0 || node.lateTokens > 0) return null;
  const isUnseen = node.unseenTokens > seen * UNSEEN_SHARE_MAX || (seen === 0 && node.state === 'operational');
  return isUnseen ? null : seen;
}

function commitTokensReceived(node: NodeTrack, reception: Reception): number | null {
  const tokens = reception.received(node, PacketKind.ORF_TOKEN);
  // Where its tokens pass unseen, its commit tokens do.
  if (node.lateCommits > 0 || node.unseenTokens > tokens * UNSEEN_SHARE_MAX) return null;
  return reception.received(node, PacketKind.MEMB_COMMIT_TOKEN) + ROTATIONS * node.tally.alone;
}

function consensusTimeouts({ tally }: NodeTrack): number {
  // Token lost in GATHER: the timer ran because an earlier consensus timeout had found agreement, and runs it again.
  return tally.reasons[Gather.CONSENSUS_TIMEOUT]! + 2 * tally.reasons[Gather.TOKEN_LOST_IN_GATHER]!;
}

function ofMembership(node: NodeTrack): Partial<Record<CounterName, number | null>> {
  const { tally } = node;
  return {
    gather_entered: tally.gather,
    commit_entered: tally.commit + tally.alone,
    recovery_entered: tally.recovery + tally.alone,
    operational_entered: tally.operational + tally.alone,
    operational_token_lost: tally.reasons[Gather.TOKEN_LOST_IN_OPERATIONAL]!,
    gather_token_lost: tally.reasons[Gather.TOKEN_LOST_IN_GATHER]!,
    commit_token_lost: tally.reasons[Gather.TOKEN_LOST_IN_COMMIT]!,
    recovery_token_lost: tally.reasons[Gather.TOKEN_LOST_IN_RECOVERY]!,
    consensus_timeouts: consensusTimeouts(node),
    continuous_gather: tally.continuousGather,
    firewall_enabled_or_nic_failure: tally.continuousGather > CONTINUOUS_GATHER_MAX ? 1 : 0,
  };
}

function ofTraffic(node: NodeTrack, reception: Reception): Partial<Record<CounterName, number | null>> {
  const { tally } = node;
  const received = (kind: number): number => reception.received(node, kind);
  const ifWhole = (count: number): number | null => (node.isMissing ? null : count);
  const queued = tally.lastSeqno < 0 ? 0 : tally.lastSeqno - tally.firstSeqno + 1 - tally.encapsulatedTx;
  return {
    orf_token_tx: tally.ringsStarted + tally.alone,
    orf_token_rx: tokensReceived(node, reception),
    memb_merge_detect_tx: tally.mergeTx,
    memb_merge_detect_rx: ifWhole(received(PacketKind.MEMB_MERGE_DETECT)),
    memb_join_tx: tally.joinTx,
    memb_join_rx: ifWhole(received(PacketKind.MEMB_JOIN)),
    mcast_tx: queued,
    mcast_retx: tally.mcastRetx,
    mcast_rx: ifWhole(received(PacketKind.MCAST)),
    memb_commit_token_tx: tally.commitTx + ROTATIONS * tally.alone,
    memb_commit_token_rx: commitTokensReceived(node, reception),
    token_hold_cancel_tx: tally.holdCancelTx,
    token_hold_cancel_rx: ifWhole(received(PacketKind.TOKEN_HOLD_CANCEL)),
    rx_msg_dropped: ifWhole(tally.droppedRx),
  };
}

/** The counters of one node; `now` is the time of the last packet, nanoseconds since the store's epoch. */
export function countersOf(node: NodeTrack, reception: Reception, now: number): Counters {
  const values: Partial<Record<CounterName, number | null>> = node.isBlind
    ? {}
    : { ...ofMembership(node), ...ofTraffic(node, reception) };
  const mean = node.tokenPeriods.mean;
  if (mean !== null && values.orf_token_rx !== null) values.mtt_rx_token = Math.floor(mean);
  if (node.dialect === 'corosync-3' && node.lastTokenIn > 0 && !node.isBlind)
    values.time_since_token_last_received = Math.floor((now - node.lastTokenIn) / NS_PER_MS);
  return Object.fromEntries(COUNTER_NAMES.map((name) => [name, values[name] ?? null]));
}
