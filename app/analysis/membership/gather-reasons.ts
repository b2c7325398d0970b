// Why a node enters GATHER: Corosync's codes 0 to 15, the words for a person, and what each means for the ring that
// comes out of it. A table; which code it was is concluded in explain-gather.ts.
import type { RingCause } from '../result.ts';

/** The codes of "entering GATHER state from N" (specs/totem.md 2.2), by the name of what happened. */
export const Gather = {
  CONSENSUS_TIMEOUT: 0,
  TOKEN_LOST_IN_OPERATIONAL: 2,
  TOKEN_LOST_IN_GATHER: 3,
  TOKEN_LOST_IN_COMMIT: 4,
  TOKEN_LOST_IN_RECOVERY: 5,
  FAILED_TO_RECEIVE: 6,
  FOREIGN_MCAST_IN_OPERATIONAL: 7,
  FOREIGN_MCAST_IN_GATHER: 8,
  MERGE_IN_OPERATIONAL: 9,
  MERGE_IN_GATHER: 10,
  JOIN_CHANGED_LISTS: 11,
  JOIN_IN_OPERATIONAL: 12,
  JOIN_IN_COMMIT: 13,
  JOIN_IN_RECOVERY: 14,
  INTERFACE_CHANGE: 15,
} as const;
export type Gather = (typeof Gather)[keyof typeof Gather];

/** What the sentence of a reason may speak of. */
export interface GatherStory {
  /** The node whose message moved this one, where one did. */
  readonly trigger: number | null;
  /** The message was a LEAVE. */
  readonly isLeave: boolean;
  /** Seconds without a token, where the token was lost and its last arrival was captured. */
  readonly silence: number | null;
  /** Nodes that are in the failed list from now on. */
  readonly gaveUp: readonly number[];
  /** The node had been running: an interface came up again, no process started. */
  readonly wasRunning: boolean;
}

export interface GatherReason {
  readonly code: Gather;
  /** Follows the node's name, precedes ": gathering". */
  readonly says: (story: GatherStory) => string;
  readonly cause: RingCause;
}

const named = (nodeid: number | null): string => (nodeid === null ? 'another node' : `node ${nodeid}`);
const noToken = (silence: number | null): string => (silence === null ? '' : ` (no token for ${silence.toFixed(2)} s)`);
const listed = (ids: readonly number[]): string =>
  ids.length === 0 ? 'nobody' : ids.map((id) => `node ${id}`).join(', ');

/** What has to be said of a message with which a node joins or leaves. */
function ofJoin({ trigger, isLeave, gaveUp }: GatherStory): string {
  if (isLeave) return `heard that ${named(trigger)} leaves`;
  const gone = gaveUp.length === 0 ? '' : `, which gives up ${listed(gaveUp)}`;
  return `heard a join of ${named(trigger)}${gone}`;
}

const table: readonly GatherReason[] = [
  {
    code: Gather.CONSENSUS_TIMEOUT,
    says: ({ gaveUp }) => `had no agreement before the consensus timeout and gives up ${listed(gaveUp)}`,
    cause: 'unknown',
  },
  {
    code: Gather.TOKEN_LOST_IN_OPERATIONAL,
    says: ({ silence }) => `lost the token${noToken(silence)}`,
    cause: 'token-loss',
  },
  {
    code: Gather.TOKEN_LOST_IN_GATHER,
    says: () => 'agreed with the others, but got no commit token in time',
    cause: 'unknown',
  },
  {
    code: Gather.TOKEN_LOST_IN_COMMIT,
    says: () => 'did not see the commit token come round again in time',
    cause: 'token-loss',
  },
  {
    code: Gather.TOKEN_LOST_IN_RECOVERY,
    says: ({ silence, trigger }) => {
      if (trigger !== null) return `breaks its recovery off for ${named(trigger)}`;
      return `lost the token during recovery${noToken(silence)}`;
    },
    cause: 'token-loss',
  },
  {
    code: Gather.FAILED_TO_RECEIVE,
    says: () => 'found that it cannot receive multicasts and gives itself up',
    cause: 'failed-to-receive',
  },
  {
    code: Gather.FOREIGN_MCAST_IN_OPERATIONAL,
    says: ({ trigger }) => `heard a multicast of ${named(trigger)} from another ring`,
    cause: 'foreign-message',
  },
  {
    code: Gather.FOREIGN_MCAST_IN_GATHER,
    says: ({ trigger }) => `heard a multicast of ${named(trigger)} from another ring while gathering`,
    cause: 'foreign-message',
  },
  {
    code: Gather.MERGE_IN_OPERATIONAL,
    says: ({ trigger }) => `heard the merge detection of ${named(trigger)} from another ring`,
    cause: 'merge',
  },
  {
    code: Gather.MERGE_IN_GATHER,
    says: ({ trigger }) => `heard the merge detection of ${named(trigger)} while gathering`,
    cause: 'merge',
  },
  { code: Gather.JOIN_CHANGED_LISTS, says: ofJoin, cause: 'join' },
  { code: Gather.JOIN_IN_OPERATIONAL, says: ofJoin, cause: 'join' },
  {
    code: Gather.JOIN_IN_COMMIT,
    says: ({ trigger }) => `heard a join of ${named(trigger)} before its new ring was committed`,
    cause: 'join',
  },
  {
    code: Gather.JOIN_IN_RECOVERY,
    says: ({ trigger }) => `heard a join of ${named(trigger)} during recovery`,
    cause: 'join',
  },
  {
    code: Gather.INTERFACE_CHANGE,
    says: ({ wasRunning }) => (wasRunning ? 'has its interface up again' : 'started'),
    cause: 'start',
  },
];

const byCode = new Map<number, GatherReason>(table.map((reason) => [reason.code, reason]));

/** The reason with this code, or null where it could not be told. */
export function gatherReason(code: number | null): GatherReason | null {
  return code === null ? null : (byCode.get(code) ?? null);
}

/** "Node 1879156928 lost the token (no token for 1.00 s): gathering". */
export function sayGather(nodeid: number, code: number | null, story: GatherStory): string {
  const reason = gatherReason(code);
  return `Node ${nodeid} ${reason === null ? 'left its ring for a reason not seen' : reason.says(story)}: gathering`;
}
