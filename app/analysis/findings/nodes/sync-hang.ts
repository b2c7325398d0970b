// A ring turns and nothing is delivered on it: its synchronisation waits for a barrier that one member does not send.
// Reference: specs 5.4, 7.23.
import type { Finding } from '../../result.ts';
import type { RingSync } from '../../traffic/services/sync-watch.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, idsText, nodesText, plural, seconds } from '../engine/words.ts';

/** Services may take their time; longer than this is a hang (specs 7.23). */
const HANG_NS = 5e9;
/** A multicast so soon after the last barrier was on its way. */
const AFTER_NS = 0.5e9;

/** Members that owe what the others have sent; none where nobody, or nobody else, does. */
function owing({ seats }: RingSync, members: readonly number[]): readonly number[] {
  const barriers = members.map((node) => seats.get(node)?.barriers ?? 0);
  const most = Math.max(...barriers);
  if (most > 0) {
    // Others that are two ahead had its barrier: then it is the capture that lacks it.
    if (barriers.some((count) => count < most - 1)) return [];
    return members.filter((_, i) => (barriers[i] ?? 0) < most);
  }
  const without = members.filter((node) => (seats.get(node)?.builds ?? 0) === 0);
  return without.length < members.length ? without : [];
}

function hang(context: FindingContext, sync: RingSync): Finding | null {
  const ring = context.rings.find((other) => other.id === sync.id);
  if (ring === undefined || ring.committed === null || ring.firstToken === null || ring.lastToken === null) return null;
  const { members, lastToken } = ring;
  const until = lastToken;
  const last = context.synced.lastMcastOf(ring.ring);
  const owes = owing(sync, members);
  if (owes.length === 0 || owes.length === members.length || until - sync.lastNs < HANG_NS) return null;
  if (last > sync.lastNs + AFTER_NS || context.multicasts.missingOf(ring.ring) > 0) return null;
  if (context.synced.isHoled(ring.ring)) return null;
  if (context.ledger.covering(sync.lastNs + HANG_NS) !== null) return null;
  const waiting = members.filter((node) => !owes.includes(node));
  const first = owes.filter((node) => !sync.seats.has(node));
  return finding('sync-hang', 'failure', {
    time: sync.lastNs,
    until,
    culprits: owes,
    says:
      `Ring ${ring.id} turns, but its synchronisation hangs for ${seconds(until - sync.lastNs)} s: ` +
      `${nodesText(context, owes)} ${owes.length === 1 ? 'owes' : 'owe'} a ` +
      `${first.length === owes.length ? 'service list or barrier' : 'barrier'} that ${idsText(waiting)} ` +
      `${waiting.length === 1 ? 'waits' : 'wait'} for. No message of an application passes meanwhile.`,
    evidence: [
      ...[...sync.seats.values()].slice(0, 8).map(({ node, barriers, builds, frames }) => ({
        frames,
        says:
          `node ${node} sent ${plural(barriers, 'barrier')}` +
          (builds > 0 ? ` and ${plural(builds, 'list')} of its services` : ''),
      })),
      ...first.map((node) => ({ frames: [], says: `node ${node} sent nothing of this synchronisation` })),
    ],
    cause:
      `${capital(idsText(owes))}: busy in a service, waiting for a quorum device, or with other services ` +
      'than the rest.',
    advice:
      `${idsText(owes)}: its log, its quorum device (up to 30 s are legitimate), services loaded in ` +
      'corosync.conf; restart Corosync there if it stays so.',
    confidence: 0.85,
  });
}

export const syncHang: Rule = {
  name: 'sync-hang',
  run: (context) => context.synced.all().flatMap((sync) => hang(context, sync) ?? []),
};
