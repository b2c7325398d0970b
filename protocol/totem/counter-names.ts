// The counters that Corosync keeps of Totem, by their bare names: one list for engines, for what captures show, and for
// the tools of a node's shell (specs/totem.md 6).

/** What only grows, by events, in the order in which Corosync prints it. */
export const EVENT_COUNTERS = [
  'orf_token_tx',
  'orf_token_rx',
  'memb_merge_detect_tx',
  'memb_merge_detect_rx',
  'memb_join_tx',
  'memb_join_rx',
  'mcast_tx',
  'mcast_retx',
  'mcast_rx',
  'memb_commit_token_tx',
  'memb_commit_token_rx',
  'token_hold_cancel_tx',
  'token_hold_cancel_rx',
  'operational_entered',
  'operational_token_lost',
  'gather_entered',
  'gather_token_lost',
  'commit_entered',
  'commit_token_lost',
  'recovery_entered',
  'recovery_token_lost',
  'consensus_timeouts',
] as const;

/** All of 1.4, in the order of corosync-objctl, but for those that its libraries keep. */
export const COUNTERS_OF_ONE = [
  ...EVENT_COUNTERS,
  'mtt_rx_token',
  'avg_token_workload',
  'avg_backlog_calc',
  'rx_msg_dropped',
  'continuous_gather',
  'firewall_enabled_or_nic_failure',
] as const;

/** All of any generation. */
export const COUNTER_NAMES = [
  ...COUNTERS_OF_ONE,
  'continuous_sendmsg_failures',
  'msg_queue_avail',
  'msg_reserved',
  'time_since_token_last_received',
] as const;

export type CounterName = (typeof COUNTER_NAMES)[number];
