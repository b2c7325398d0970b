// A sheep is gone while Corosync on its node goes on: no token was lost, the ring stays whole, and sheepdog alone
// changes. A store that is being stopped, and a node that leaves with its sheep, are none of it. Reference: sheepdog
// specs 3.6, legacy facts 4 (PROCLEAVE, reason 5).
import { timeOf, type PacketStore } from '../../../store/packet-store.ts';
import type { SheepEnd, SheepRecovery } from '../../../store/tracks/sheep-signs.ts';
import { PacketKind } from '../../../store/kinds.ts';
import type { Finding, RingHistory } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { nodeText, plural, seconds } from '../engine/words.ts';
import { storeHistory, type Departure } from './store-history.ts';
import { sheepText } from './sheep-words.ts';

/** When the last of the store's sheep follow each other so soon, the store is being stopped. */
const STOPPING_NS = 3e9;
/** A node that leaves its ring so soon after its sheep takes the sheep with it. */
const NODE_FOLLOWS_NS = 10e9;
/** Connections of a process that ends are closed at about the time at which its group hears of it. */
const CLOSING_NS = 1e9;
/** New connections are refused, and recovery begins, within this time. */
const AFTER_NS = 30e9;
/** A node that passes tokens on so long after its sheep is gone is well. */
const WELL_AFTER_NS = 3e9;
const FRAMES_MAX = 8;
/** Rows that are looked through for the next token of a node. */
const ROWS_MAX = 20_000;

/** The last of those who are left go soon after, one after the other: nobody is to blame. */
function isStopping({ sheepNotes, odd }: FindingContext, { timeNs, rest, status }: Departure): boolean {
  if (status === 'SHUTDOWN') return true;
  const left = new Set(rest.map(({ nodeid }) => nodeid));
  if (left.size === 0 && status === null) return false;
  const gone = [
    ...sheepNotes.filter(({ kind }) => kind === 'group-leave'),
    ...odd.leaves.map(({ node, timeNs: at }) => ({ nodeid: node, timeNs: at })),
  ].sort((a, b) => a.timeNs - b.timeNs);
  let last = timeNs;
  for (const { nodeid, timeNs: at } of gone) {
    if (at < timeNs || !left.has(nodeid)) continue;
    if (at - last > STOPPING_NS) break;
    left.delete(nodeid);
    last = at;
  }
  return left.size === 0;
}

/** Its node left, died or was cut off then: what became of the sheep follows from that. */
function goesWithNode({ rings, odd }: FindingContext, { sheep, timeNs }: Departure): boolean {
  const isNear = (at: number): boolean => at >= timeNs && at - timeNs < NODE_FOLLOWS_NS;
  if (odd.leaves.some((leave) => leave.node === sheep.nodeid && isNear(leave.timeNs))) return true;
  return rings.some(({ firstToken, members }) => {
    return firstToken !== null && isNear(firstToken) && !members.includes(sheep.nodeid);
  });
}

/** A token that the node passed on well after a frame, else the last one near it; null where there is none. */
function tokenAfter({ store, addresses }: FindingContext, frame: number, node: number): number | null {
  const end = Math.min(store.length, frame + ROWS_MAX);
  const wellAfter = timeOf(store, frame - 1) + WELL_AFTER_NS;
  let near: number | null = null;
  for (let row = Math.max(frame, store.firstRow); row < end; row++) {
    const columns = store.chunks[row >>> 16];
    if (columns?.kind[row & 0xffff] !== PacketKind.ORF_TOKEN) continue;
    if (addresses.nodeAt(columns.src[row & 0xffff]!) !== node) continue;
    near = row + 1;
    if (columns.timeNs[row & 0xffff]! >= wellAfter) break;
  }
  return near;
}

interface Signs {
  readonly ring: RingHistory | null;
  readonly token: number | null;
  readonly closed: readonly SheepEnd[];
  readonly refused: readonly SheepEnd[];
  readonly recovery: SheepRecovery | null;
  readonly epoch: number | null;
}

function hostOf({ sheep }: Departure, { nodes }: FindingContext): readonly string[] {
  const own = nodes.find(({ nodeid }) => nodeid === sheep.nodeid)?.addresses ?? [];
  return sheep.address === '' ? own : [sheep.address.slice(0, sheep.address.lastIndexOf(':')), ...own];
}

function signsOf(context: FindingContext, gone: Departure): Signs {
  const { rings, store, facts, sheepdog } = context;
  const { sheep, timeNs, frame } = gone;
  const hosts = hostOf(gone, context);
  const own = (facts.sheepSigns?.ends() ?? []).filter(({ at }) => hosts.includes(store.address(at)));
  const moment = sheepdog?.history.find(({ time, frame: at }) => time === timeNs && at === frame);
  const epoch = moment?.epoch ?? null;
  const until = Math.min(gone.backNs ?? Infinity, timeNs + AFTER_NS);
  return {
    ring:
      rings.findLast(
        ({ firstToken, members }) => (firstToken ?? Infinity) <= timeNs && members.includes(sheep.nodeid),
      ) ?? null,
    token: tokenAfter(context, frame, sheep.nodeid),
    closed: own.filter((end) => end.kind === 'closed' && Math.abs(end.timeNs - timeNs) < CLOSING_NS),
    refused: own.filter((end) => end.kind === 'refused' && end.timeNs > timeNs - CLOSING_NS && end.timeNs < until),
    recovery:
      facts.sheepSigns
        ?.recoveries()
        .find((one) => one.firstNs > timeNs && one.firstNs < until && (epoch === null || one.epoch === epoch)) ?? null,
    epoch,
  };
}

function ringText(context: FindingContext, { timeNs }: Departure, { ring, token }: Signs): string {
  if (ring === null || token === null) return 'while its node was in the ring';
  const isLost = context.incidents.some(({ sinceNs, untilNs }) => sinceNs < timeNs + 1e9 && untilNs > timeNs - 1e9);
  const noLoss = isLost ? '' : ', no token was lost';
  return `while Corosync there went on: ring ${ring.id} of ${ring.members.length} stayed whole${noLoss}`;
}

function storeText(
  { startNs, endNs }: FindingContext,
  { status, rest, copies, backNs }: Departure,
  signs: Signs,
): string {
  const { epoch, recovery } = signs;
  const at = (ns: number): string => `${seconds(ns - startNs)} s`;
  const without = status === 'WAIT_FOR_FORMAT' || status === null || rest.length === 0;
  const next = epoch === null || without ? '' : ` sheepdog goes on to epoch ${epoch} with ${sheepText(rest)}.`;
  const isOn = recovery !== null && endNs - recovery.lastNs < 1e9 && backNs === null;
  const ends = isOn ? 'goes on at the end of the capture' : `ends at ${at(recovery?.lastNs ?? 0)}`;
  const moved =
    recovery === null
      ? ''
      : ` Recovery begins at ${at(recovery.firstNs)} and ${ends}: ${plural(recovery.objects, 'answer')} with ` +
        `${(recovery.octets / 1e6).toFixed(1)} MB between those who are left.`;
  const alone = copies === 1 && !without ? ' With one copy of each object, those that it had are out of reach.' : '';
  const back = backNs === null ? '' : ` A sheep of that node is in the store again from ${at(backNs)} on.`;
  return `${next}${moved}${alone}${back}`;
}

function evidenceOf(gone: Departure, signs: Signs, store: PacketStore): Finding['evidence'] {
  const { frame, reason, timeNs } = gone;
  const { closed, refused, recovery, token, ring } = signs;
  const framesOf = (ends: readonly SheepEnd[]): readonly number[] => ends.slice(0, FRAMES_MAX).map((end) => end.frame);
  const why = reason === 5 ? ', reason 5: the process ended' : reason === 2 ? ', reason 2: it left the group' : '';
  const later = token === null ? '' : ` ${seconds(timeOf(store, token - 1) - timeNs)} s later`;
  return [
    { frames: [frame], says: `its node multicasts PROCLEAVE of pid ${gone.sheep.pid}${why}` },
    ...(token === null || ring === null
      ? []
      : [
          {
            frames: [token],
            says: `the same node passes on the token of ring ${ring.id}${later}: it was no token loss`,
          },
        ]),
    ...(closed.length === 0
      ? []
      : [
          {
            frames: framesOf(closed),
            says: `${plural(closed.length, 'connection')} to its port 7000 ended from its side`,
          },
        ]),
    ...(refused.length === 0
      ? []
      : [
          { frames: framesOf(refused), says: 'its machine refuses new connections to port 7000: nobody listens there' },
        ]),
    ...(recovery === null
      ? []
      : [
          {
            frames: [...new Set([recovery.firstFrame, recovery.lastFrame])],
            says: `first and last recovery of objects in epoch ${recovery.epoch}`,
          },
        ]),
  ];
}

function lost(context: FindingContext, gone: Departure): Finding {
  const signs = signsOf(context, gone);
  const { sheep, timeNs, status, reason, backNs } = gone;
  const isServing = (status !== null && status !== 'WAIT_FOR_FORMAT') || signs.recovery !== null;
  const why = isServing
    ? ''
    : status === null
      ? ' Whether a store ran on it was said before this capture.'
      : ' No store was formatted yet, so no copies are lost.';
  const found = finding('sheep-lost', isServing ? 'warning' : 'info', {
    time: timeNs,
    until: signs.recovery?.lastNs ?? backNs,
    culprits: [sheep.nodeid],
    says:
      `The sheep of ${nodeText(context, sheep.nodeid)} with pid ${sheep.pid} ` +
      `${reason === 2 ? 'left its process group' : 'ended and left its process group'} ` +
      `${ringText(context, gone, signs)}.${storeText(context, gone, signs)}${why}`,
    evidence: evidenceOf(gone, signs, context.store),
    cause:
      'Its process was stopped (service sheepdog stop, pkill), killed (kill -9, out of memory) or crashed: the group ' +
      'is told the same of all of them.',
    advice:
      `see the end of sheep.log on ${nodeText(context, sheep.nodeid)} and its kernel log, unless somebody ` +
      'stopped it; stop no other sheep before recovery has ended; start it again (service sheepdog start): it joins ' +
      'with the next epoch.',
    confidence: signs.token === null ? 0.8 : 0.95,
  });
  // What the store does at that moment follows from it: it halts, or asks for others.
  context.ledger.cover({ finding: found, fromNs: timeNs, untilNs: timeNs, nodes: [sheep.nodeid] });
  return found;
}

export const sheepLost: Rule = {
  name: 'sheep-lost',
  run: (context) =>
    context.sheepNotes.length === 0
      ? []
      : storeHistory(context)
          .departures.filter((gone) => !isStopping(context, gone) && !goesWithNode(context, gone))
          .map((gone) => lost(context, gone)),
};
