// The silent waits of the membership protocol: for a token that does not come, and for an agreement that is not
// reached. Pure, from the analysis and the columns.
import type { Analysis, Transition } from '../../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { rowAt, type PacketStore } from '../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../protocol/base/brand.ts';
import type { NodeDirectory } from '../node-directory.ts';

export type WaitKind = 'token' | 'consensus';

export interface Wait {
  readonly kind: WaitKind;
  /** The node that waited: of several on one ring the one whose wait ended the others'. */
  readonly nodeid: number;
  readonly from: number;
  readonly to: number;
}

/** The GATHER reasons by which a node's own token timer speaks. */
const TOKEN_LOSSES: readonly (number | null)[] = [2, 4, 5];
/** The one by which a consensus timer speaks. */
const CONSENSUS_TIMEOUT = 0;
/** A node that gives up a token sooner had no timer run out: a join broke its recovery off. */
const TOKEN_MIN = 20e6;
/** An agreement that takes so long was waited for, also where the missing node came before the timer ran out. */
const CONSENSUS_MIN = 0.25e9;
/** Waits of one capture that are looked for. */
export const WAITS_MAX = 2000;
/** Packets before a loss among which its last token is looked for. */
const SEARCH_MAX = 20_000;
/** Packets that are looked at for all losses together. */
const SEARCH_ALL_MAX = 4_000_000;

/** Looks for the last token that reached a node, within limits. */
interface Search {
  readonly store: PacketStore;
  readonly directory: NodeDirectory;
  left: number;
}

/** When a token last reached a lane before a row; null where none is found. */
function lastTokenTo(search: Search, lane: number, from: number): number | null {
  const { store, directory } = search;
  const { laneOfAddress } = directory;
  const first = Math.max(0, from - Math.min(SEARCH_MAX, search.left));
  for (let row = from - 1; row >= first; row--) {
    search.left--;
    const columns = store.chunks[row >>> 16];
    const index = row & 0xffff;
    if (columns?.kind[index] !== PacketKind.ORF_TOKEN || (columns.flags[index]! & RowFlag.REPEATED) !== 0) continue;
    if (laneOfAddress[columns.dst[index]!] === lane) return columns.timeNs[index]!;
  }
  return null;
}

function tokenWait(search: Search, { nodeid, time }: Transition): Wait | null {
  const row = rowAt(search.store, time as CaptureNs);
  const from = lastTokenTo(search, search.directory.laneOfNode(nodeid), row);
  return from === null || time - from < TOKEN_MIN ? null : { kind: 'token', nodeid, from, to: time };
}

/** A node that gathers: since when, and when its consensus timer, or another's, last ran out. */
interface Gathering {
  readonly from: number;
  expired: number | null;
}

/** The waits of each node for agreement that a consensus timer ended: from its first join to its commit token. */
function consensusWaits(transitions: readonly Transition[]): readonly Wait[] {
  const gathering = new Map<number, Gathering>();
  const waits: Wait[] = [];
  const end = (nodeid: number, to: number | null): void => {
    const known = gathering.get(nodeid);
    gathering.delete(nodeid);
    const until = to ?? known?.expired ?? null;
    if (known === undefined || until === null) return;
    if (known.expired !== null || until - known.from >= CONSENSUS_MIN)
      waits.push({ kind: 'consensus', nodeid, from: known.from, to: until });
  };
  for (const { nodeid, time, to, from, gatherFrom } of transitions) {
    if (to === 'commit') end(nodeid, time);
    if (to !== 'gather') continue;
    // Where it was operational or newly started, an earlier wait ended in a ring that the capture does not show.
    if (from !== 'gather') end(nodeid, null);
    if (!gathering.has(nodeid)) gathering.set(nodeid, { from: time, expired: null });
    if (gatherFrom === CONSENSUS_TIMEOUT) for (const each of gathering.values()) each.expired = time;
  }
  for (const nodeid of gathering.keys()) end(nodeid, null);
  return waits;
}

/** Of waits of one kind that overlap only the first to end: the others waited for the same. */
function distinct(waits: readonly Wait[]): readonly Wait[] {
  const kept: Wait[] = [];
  for (const wait of [...waits].sort((a, b) => a.to - b.to || a.from - b.from))
    if (wait.from >= (kept.at(-1)?.to ?? -Infinity)) kept.push(wait);
  return kept;
}

/** The waits of a capture in order of time, one for each loss and each agreement. */
export function waitsOf({ transitions }: Analysis, store: PacketStore, directory: NodeDirectory): readonly Wait[] {
  const losses = transitions.filter(({ gatherFrom }) => TOKEN_LOSSES.includes(gatherFrom)).slice(0, WAITS_MAX);
  const search = { store, directory, left: SEARCH_ALL_MAX };
  const tokens = losses.flatMap((loss) => tokenWait(search, loss) ?? []);
  const all = [...distinct(tokens), ...distinct(consensusWaits(transitions))];
  return all.sort((a, b) => a.from - b.from).slice(0, WAITS_MAX);
}
