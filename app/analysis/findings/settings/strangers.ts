// Nodes that join and are never taken in: not in the others' nodelist (Corosync 3 over udp, where every ring then
// stops at the commit token; over udpu they are ignored), or of another cluster on the same group and port.
// Reference: specs 1.13, 7.16c, 7.16e, 7.16h.
import type { Finding, RingHistory } from '../../result.ts';
import { calmAfter } from '../engine/calm.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { timersOf } from '../engine/timers.ts';
import { capital, idsText, listed, nodesText, plural, seconds } from '../engine/words.ts';
import { usesGroup } from '../links/multicast-deaf.ts';

/** Rings that one ring is traced back over. */
const LINEAGE_MAX = 64;
/** Attempts that stop at the same place before it is said. */
const ATTEMPTS_MIN = 2;
/** Hops of a token, all seen, by which a capture shows what everybody sends. */
const HOPS_MIN = 10;

interface Stop {
  readonly ring: RingHistory;
  /** Who had the commit token last, and for whom it was. */
  readonly at: number;
  readonly stranger: number;
  /** Those who were in a ring together before, and those who never were with them. */
  readonly others: readonly number[];
  readonly odd: readonly number[];
}

/**
 * Where a commit token vanished inside a node: it was sent to that node, which took the new ring's number (its next
 * join carries it), and what it should have sent on to the next is not on the wire.
 */
function stopOf(context: FindingContext, ring: RingHistory): Stop | null {
  const { committed, firstToken, members, seq } = ring;
  if (committed === null || firstToken !== null) return null;
  const sent = new Set(
    context.transitions.filter(({ to, ring: id }) => to === 'commit' && id === ring.id).map(({ nodeid }) => nodeid),
  );
  const reached = members.findIndex((node) => !sent.has(node));
  const at = members[reached];
  const stranger = members[(reached + 1) % members.length];
  if (reached < 1 || at === undefined || stranger === undefined || !isShown(context, at)) return null;
  const took = context.joins.all.some((run) => run.node === at && run.fromNs > committed && run.ringSeq === seq);
  const others = homeOf(context, ring);
  // Who belongs together has each other's addresses: the token ends between one of theirs and a stranger.
  if (!took || others.length < 2 || others.includes(at) === others.includes(stranger)) return null;
  const odd = members.filter((node) => !others.includes(node)).toSorted((a, b) => a - b);
  return { ring, at, stranger, odd, others };
}

/** What it sends to one node is in this capture: else a commit token that it passes on is not seen either. */
function isShown({ senders, addresses, tokens }: FindingContext, node: number): boolean {
  const sends = senders.all().some(({ address, kinds }) => kinds[0]! > 0 && addresses.nodeAt(address) === node);
  return sends || tokens.all().some(({ tokens: { hops, unseen } }) => unseen === 0 && hops >= HOPS_MIN);
}

/** The most members of the ring that were in rings together before it; the others are strangers to them. */
function homeOf({ rings }: FindingContext, { members, committed }: RingHistory): readonly number[] {
  const before = rings.filter(
    (ring) => ring.members.length > 1 && ring.firstToken !== null && ring.firstToken < (committed ?? Infinity),
  );
  const groups = members.map((node) => {
    const group = new Set([node]);
    // In order of time: who joined later joined those who were there.
    for (const ring of before)
      if (ring.members.some((member) => group.has(member))) ring.members.forEach((member) => group.add(member));
    return members.filter((member) => group.has(member));
  });
  return groups.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

function wasEverMember({ rings }: FindingContext, node: number, others: readonly number[]): boolean {
  return rings.some(
    ({ members, firstToken }) =>
      firstToken !== null &&
      members.includes(node) &&
      members.some((member) => member !== node && others.includes(member)),
  );
}

function unlisted(context: FindingContext): readonly Finding[] {
  const stops = context.rings.flatMap((ring) => stopOf(context, ring) ?? []);
  return [...new Set(stops.map(({ odd }) => odd.join(' ')))].flatMap((key) => {
    const its = stops.filter(({ odd }) => odd.join(' ') === key);
    const [first] = its;
    if (first === undefined || its.length < ATTEMPTS_MIN) return [];
    const { at, stranger: next, odd, others } = first;
    const [join] = odd.flatMap((node) => context.joins.of(node, -Infinity, Infinity).slice(0, 1));
    const since = Math.min(join?.fromNs ?? Infinity, first.ring.committed ?? Infinity);
    const last = its.at(-1)?.ring.committed ?? since;
    const until = calmAfter(context, others.slice(0, 2), last);
    const made = finding('not-in-nodelist', 'failure', {
      time: since,
      until,
      culprits: odd,
      says:
        `${capital(nodesText(context, odd))} ${odd.length === 1 ? 'is' : 'are'} not in one nodelist with ` +
        `${nodesText(context, others)}: they agree on a ring, ` +
        `and node ${at} cannot pass the commit token on to node ${next}. ` +
        `${plural(its.length, 'attempt')} in ${seconds(last - since)} s failed so, ` +
        'and meanwhile no ring turns at all.',
      evidence: [
        ...(join === undefined ? [] : [{ frames: [join.firstFrame], says: `the first join of node ${join.node}` }]),
        ...its.slice(0, 4).map(({ ring: { id, members, frames }, at: last, stranger: to }) => ({
          frames,
          says:
            `commit token of ring ${id} (${plural(members.length, 'member')}): it ends ` +
            `at node ${last}, which has no address for node ${to}`,
        })),
      ],
      cause: 'Over udp anybody on the group and port is heard, but tokens go to addresses of the nodelist only.',
      advice:
        `${idsText(odd)}: meant to belong to this cluster? Then ids and addresses are missing in the nodelist of the ` +
        'one or the other; ' +
        'else give it another multicast group, port or network: cluster_name alone does not part clusters.',
      confidence: its.length > 2 ? 0.95 : 0.85,
      reference: 'corosync.conf(5): cluster_name, mcastaddr, mcastport',
    });
    context.ledger.cover({ finding: made, fromNs: since - 0.1e9, untilNs: until + 1e9, nodes: null });
    for (const incident of context.incidents)
      if (incident.declaredNs >= since && incident.declaredNs <= until) context.ledger.explain(incident, made);
    return [made];
  });
}

export const notInNodelist: Rule = { name: 'not-in-nodelist', run: unlisted };

/** The same nodes as strangers: on the wire a foreign cluster and a forgotten entry look alike. */
function ofUnlisted(context: FindingContext): readonly Finding[] {
  return unlistedSaid(context).map(({ culprits, time, until, evidence, id }) =>
    finding('foreign-cluster', 'warning', {
      time,
      until,
      culprits,
      says:
        `${capital(nodesText(context, culprits))} may be of another ` +
        'cluster that shares group and port with this one: ' +
        `${culprits.length === 1 ? 'it was' : 'they were'} in no ring with the others in this capture.`,
      evidence: evidence.slice(0, 2),
      cause: 'Two clusters use the same multicast address and port.',
      advice: 'mcastaddr, mcastport and the networks of both clusters.',
      confidence: 0.6,
      because: id,
      reference: 'corosync.conf(5): nodelist',
    }),
  );
}

/** What not-in-nodelist has said in this run. */
function unlistedSaid(context: FindingContext): readonly Finding[] {
  return context.ledger.said('not-in-nodelist');
}

/** Rings of several that were never together and now are, where nothing but group and port brings nodes together. */
function met(context: FindingContext): readonly Finding[] {
  if (!usesGroup(context) || context.nodes.some(({ dialect }) => dialect === 'corosync-3')) return [];
  return context.rings.flatMap((ring) => {
    const groups = new Map<string, number[]>();
    for (const [node, id] of ring.origins) groups.set(id, [...(groups.get(id) ?? []), node]);
    const several = [...groups].filter(([, members]) => members.length > 1);
    const [home, ...strangers] = several.sort(([, a], [, b]) => b.length - a.length || Math.min(...a) - Math.min(...b));
    if (home === undefined || strangers.length === 0 || ring.firstToken === null || ring.committed === null) return [];
    const guests = strangers.flatMap(([, members]) => members);
    const { committed } = ring;
    const before = context.rings.filter((other) => (other.committed ?? other.firstToken ?? Infinity) < committed);
    const together = before.some(
      ({ members }) => guests.some((node) => members.includes(node)) && home[1].some((node) => members.includes(node)),
    );
    // The home ring must have been seen to grow from its first nodes: else the capture began after a partition.
    if (together || !isSeenGrown(context, home[0])) return [];
    return [
      finding('foreign-cluster', 'warning', {
        time: committed,
        until: ring.firstToken,
        culprits: guests.sort((a, b) => a - b),
        says:
          'Two clusters share group and port: ' +
          `${listed(several.map(([id, members]) => `${idsText(members)} of ring ${id}`))} ` +
          'had formed apart, were never together in this capture, and are one ring now.',
        evidence: [{ frames: ring.frames, says: `the commit token of ring ${ring.id} names both old rings` }],
        cause: 'Whoever speaks on the same group and port, with the same key, merges.',
        advice:
          'mcastaddr, mcastport and key of both clusters, if they are meant to be two. If they ' +
          'are one: they had started while the network was divided.',
        confidence: 0.6,
        reference: 'corosync.conf(5): nodelist',
      }),
    ];
  });
}

/** Every ring that led to this one is in the capture, back to nodes that were alone. */
function isSeenGrown({ rings }: Pick<FindingContext, 'rings'>, id: string, depth = 0): boolean {
  const ring = rings.find((other) => other.id === id);
  if (ring === undefined || ring.committed === null || depth > LINEAGE_MAX) return false;
  const groups = new Map<string, number>();
  for (const origin of ring.origins.values()) groups.set(origin, (groups.get(origin) ?? 0) + 1);
  return [...groups].every(([origin, count]) => count < 2 || isSeenGrown({ rings }, origin, depth + 1));
}

/** Senders of joins that nobody sends anything to: over udpu and knet they are in nobody's list. */
function ignored(context: FindingContext): readonly Finding[] {
  if (usesGroup(context)) return [];
  const all = context.senders.all();
  const addressed = new Set(all.flatMap(({ destinations }) => [...destinations.keys()]));
  const { consensusNs } = timersOf(context, null);
  return all.flatMap((facts) => {
    const node = context.addresses.nodeAt(facts.address);
    const runs = node === null ? [] : context.joins.of(node, -Infinity, Infinity);
    const [first] = runs;
    const isStranger = !addressed.has(facts.address) && facts.lastNs - facts.firstNs > consensusNs;
    const others = context.nodes.map(({ nodeid }) => nodeid).filter((id) => id !== node);
    if (node === null || first === undefined || !isStranger || wasEverMember(context, node, others)) return [];
    const made = finding('foreign-cluster', 'warning', {
      time: facts.firstNs,
      until: facts.lastNs,
      culprits: [node],
      says:
        `${capital(nodesText(context, [node]))} sends joins to the members, and nobody answers or sends it anything: ` +
        'it is in no nodelist of theirs. Their ring is not disturbed.',
      evidence: [{ frames: [first.firstFrame, first.lastFrame], says: `joins of node ${node}` }],
      cause: 'Another cluster’s node, or one that is missing in the nodelist; block_unlisted_ips keeps it out.',
      advice:
        `should node ${node} belong to this cluster, add it to the ` +
        'nodelist of all; else correct its own nodelist.',
      confidence: 0.75,
      reference: 'corosync.conf(5): nodelist',
    });
    context.ledger.cover({ finding: made, fromNs: facts.firstNs, untilNs: facts.lastNs + 1e9, nodes: [node] });
    return [made];
  });
}

export const foreignCluster: Rule = {
  name: 'foreign-cluster',
  run: (context) => [...ofUnlisted(context), ...met(context), ...ignored(context)],
};
