// The token was declared lost. Names the node at which it stopped: the receiver of the highest token_seq that was sent
// before anyone gathered, and what the others saw of it. Reference: totemsrp.c timer_function_orf_token_timeout.
import type { Finding, RingHistory, Transition } from '../result.ts';
import { timeoutSays } from './ring-timers.ts';
import { finding, FINDINGS_PER_RULE_MAX, nodeText, seconds, type FindingContext, type Rule } from './rule.ts';
import { breakOf, lastOf, type TokenBreak } from './token-break.ts';

/** The GATHER reasons by which a node's own token timer speaks. */
const GATHER_TOKEN_LOSSES: readonly number[] = [2, 4, 5];
const GATHER_TOKEN_LOST_RECOVERY = 5;
const GATHER_JOIN_RECOVERY = 14;
const AT_ONCE_NS = 20e6;
/** Nodes named one by one as those that declared a loss. */
const DECLARED_SHOWN_MAX = 4;

interface Loss {
  readonly ring: RingHistory;
  /** Who declared the token lost by its own timer, in order of time. */
  readonly declared: readonly Transition[];
}

/** In RECOVERY a join is taken for a token loss by the code, and the join's own reason follows at once. */
function followsJoin({ gatherFrom, nodeid, time }: Transition, transitions: readonly Transition[]): boolean {
  const isJoin = (other: Transition): boolean =>
    other.gatherFrom === GATHER_JOIN_RECOVERY && other.nodeid === nodeid && Math.abs(other.time - time) < AT_ONCE_NS;
  return gatherFrom === GATHER_TOKEN_LOST_RECOVERY && transitions.some(isJoin);
}

/** One loss for each ring whose token some node's timer declared lost. */
function losses({ transitions, rings }: FindingContext): readonly Loss[] {
  const byRing = new Map<string, Transition[]>();
  for (const transition of transitions) {
    const { gatherFrom, ring } = transition;
    if (ring === null || gatherFrom === null || !GATHER_TOKEN_LOSSES.includes(gatherFrom)) continue;
    if (followsJoin(transition, transitions)) continue;
    const known = byRing.get(ring);
    if (known === undefined) byRing.set(ring, [transition]);
    else known.push(transition);
  }
  return [...byRing].flatMap(([id, declared]) => {
    const ring = rings.find((other) => other.id === id);
    return ring === undefined ? [] : [{ ring, declared }];
  });
}

/** What the node at which the token stopped did afterwards, as far as the capture shows it. */
function aftermath(
  context: FindingContext,
  node: number,
  since: number,
  declared: number,
): { readonly says: string; readonly cause: string } {
  const entry = context.nodes.find(({ nodeid }) => nodeid === node);
  const own = context.transitions.filter(({ nodeid, time }) => nodeid === node && time > since);
  const [first] = own;
  if (entry === undefined || entry.lastSeen <= since + 1e6)
    return {
      says: 'Nothing more of that node is in this capture.',
      cause: 'The node died, froze, or was cut off from the others.',
    };
  if (first !== undefined && first.time < declared + 0.2e9)
    return {
      says: 'That node went on sending joins like the others.',
      cause: 'The token did not reach it, though it lives: look at the unicast path to it.',
    };
  const back = first?.time ?? entry.lastSeen;
  const isNewborn = first?.gatherFrom === 15;
  return {
    says: `That node was next heard of ${seconds(back - since)} s later${isNewborn ? ', newly started' : ''}.`,
    cause: isNewborn
      ? 'The process died and was started again.'
      : 'The node was frozen, overloaded or cut off for that time.',
  };
}

/** The ring that the survivors formed: one that some of its members came to from the lost one, else the next one. */
function nextRing({ rings }: FindingContext, lost: RingHistory, since: number): RingHistory | null {
  const later = rings.filter(({ firstToken, committed }) => firstToken !== null && (committed ?? firstToken) > since);
  return later.find(({ origins }) => [...origins.values()].includes(lost.id)) ?? later[0] ?? null;
}

/** Of the nodes at which the token may have stopped, the first that nothing shows alive before the next ring. */
function culpritOf(context: FindingContext, suspects: readonly number[], since: number, until: number): number | null {
  const isSilent = (node: number): boolean =>
    !context.transitions.some(({ nodeid, time }) => nodeid === node && time > since && time < until);
  return (suspects.length > 1 ? suspects.find(isSilent) : undefined) ?? suspects[0] ?? null;
}

function whereSays(context: FindingContext, ring: RingHistory, broken: TokenBreak | null, culprit: number): string {
  const name = (node: number): string => nodeText(context, node);
  const token = broken?.last.tokenSeq ?? 0;
  const { suspects = [], to = null } = broken ?? {};
  if (suspects.length < 2)
    return (
      `The token of ring ${ring.id} stopped at ${name(culprit)}, ` +
      `which was sent token ${token} and did not pass it on.`
    );
  return (
    `The token of ring ${ring.id} stopped at ${name(culprit)}, or near it: ` +
    `token ${token} went to ${name(to ?? culprit)}, ` +
    `and the hops between ${suspects.map(name).join(', ')} are not in this capture.`
  );
}

/** Who declared the loss, and how long each had been without the token. */
function declaredSays(context: FindingContext, { ring, declared }: Loss, since: number): string {
  const seen = context.tokens.of(ring.ring);
  const said = declared.slice(0, DECLARED_SHOWN_MAX).map(({ nodeid, time }) => {
    const token = lastOf(context, seen, nodeid, 'dst', time);
    const wait =
      token === null
        ? `${seconds(time - since)} s after that token`
        : `after ${seconds(time - token.timeNs)} s without it`;
    return `${nodeText(context, nodeid)} ${wait}`;
  });
  const more = declared.length - said.length;
  return `Declared lost by ${said.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function nextSays(next: RingHistory | null, declaredAt: number, since: number): readonly string[] {
  if (next?.firstToken == null) return ['No ring followed in this capture.'];
  const when = `${seconds(next.firstToken - since)} s after the last new token`;
  const turned = `Ring ${next.id} of ${next.members.length} turned ${when}`;
  if (next.committed === null) return [`${turned}.`];
  return [
    `${turned}; ${seconds(next.committed - declaredAt)} s of that passed from the first join to its commit token.`,
  ];
}

function story(context: FindingContext, loss: Loss): Finding {
  const { ring, declared } = loss;
  const [first] = declared as [Transition];
  const next = nextRing(context, ring, first.time);
  const until = next?.committed ?? next?.firstToken ?? Infinity;
  const broken = breakOf(context, ring, first.time, until);
  const since = broken?.last.timeNs ?? ring.lastToken ?? first.time;
  const culprit = culpritOf(context, broken?.suspects ?? [], since, until);
  const copies = broken?.copies.length ?? 0;
  const after = culprit === null ? null : aftermath(context, culprit, since, first.time);
  const parts = [
    culprit === null ? `The token of ring ${ring.id} was lost.` : whereSays(context, ring, broken, culprit),
    ...(copies > 0 ? [`It was sent again ${copies === 1 ? 'once' : `${copies} times`}, in vain.`] : []),
    declaredSays(context, loss, since),
    ...nextSays(next, first.time, since),
    ...(after === null ? [] : [after.says]),
  ];
  return finding('token-loss', 'failure', {
    time: first.time,
    until: next?.firstToken ?? null,
    culprits: culprit === null ? [] : [culprit],
    says: parts.join(' '),
    evidence: evidenceOf(context, loss, broken, culprit, next),
    cause: after?.cause ?? null,
    advice:
      culprit === null
        ? null
        : `${nodeText(context, culprit)}: is its process alive, was it scheduled, does its link work? ` +
          'Raise token only if pauses are proven.',
    confidence: confidenceOf(context, ring, broken),
  });
}

/** Surest where every hop of the ring is in the capture; several suspects are no certainty about one. */
function confidenceOf({ tokens }: FindingContext, ring: RingHistory, broken: TokenBreak | null): number {
  if (broken === null || broken.suspects.length === 0) return 0.5;
  if (broken.suspects.length > 1) return 0.6;
  return tokens.of(ring.ring)?.unseen === 0 ? 0.95 : 0.8;
}

type Evidence = { readonly frames: readonly number[]; readonly says: string };

function breakEvidence(context: FindingContext, { last, copies, from, to }: TokenBreak): readonly Evidence[] {
  const name = (node: number | null, address: number): string =>
    node === null ? context.store.address(address) : nodeText(context, node);
  const hop = `${name(from, last.src)} to ${name(to, last.dst)}`;
  const list: Evidence[] = [{ frames: [last.frame], says: `the last new token, ${last.tokenSeq}, from ${hop}` }];
  const spacing = copies.length === 0 ? 0 : ((copies.at(-1)?.timeNs ?? 0) - last.timeNs) / copies.length;
  if (copies.length > 0)
    list.push({ frames: copies.map(({ frame }) => frame), says: `its copies, one each ${seconds(spacing)} s` });
  return list;
}

function evidenceOf(
  context: FindingContext,
  { ring, declared }: Loss,
  broken: TokenBreak | null,
  culprit: number | null,
  next: RingHistory | null,
): Finding['evidence'] {
  const [first] = declared as [Transition];
  const since = broken?.last.timeNs ?? first.time;
  const list: Evidence[] = broken === null ? [] : [...breakEvidence(context, broken)];
  const seen = context.tokens.of(ring.ring);
  const own = culprit === null ? null : lastOf(context, seen, culprit, 'src', since);
  if (own !== null && culprit !== null) {
    const before = `${seconds(since - own.timeNs)} s before`;
    const says = `the last token of ${nodeText(context, culprit)}, ${own.tokenSeq}, ${before}`;
    list.push({ frames: [own.frame], says });
  }
  for (const { nodeid, time, frames } of declared) {
    const when = broken === null ? '' : `, ${seconds(time - since)} s after the last new token`;
    list.push({ frames, says: `${nodeText(context, nodeid)} gathers${when}` });
  }
  const had = lastOf(context, seen, first.nodeid, 'dst', first.time);
  const timeout = timeoutSays(context, ring, had === null ? null : (first.time - had.timeNs) / 1e6);
  if (timeout !== null) list.push({ frames: [], says: timeout });
  if (next !== null) list.push({ frames: next.frames, says: `ring ${next.id} is committed and turns` });
  return list;
}

export const tokenLoss: Rule = {
  name: 'token-loss',
  run: (context) =>
    losses(context)
      .slice(0, FINDINGS_PER_RULE_MAX)
      .map((loss) => story(context, loss)),
};
