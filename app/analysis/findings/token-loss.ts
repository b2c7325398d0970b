// The token was declared lost. Names the node at which it stopped: the receiver of the highest token_seq that was sent
// before anyone gathered, and what the others saw of it. Reference: totemsrp.c timer_function_orf_token_timeout.
import type { Finding, RingHistory, Transition } from '../result.ts';
import type { TokenSeen } from '../traffic/token-watch.ts';
import {
  finding,
  FINDINGS_PER_RULE_MAX,
  nodesText,
  nodeText,
  seconds,
  type FindingContext,
  type Rule,
} from './rule.ts';

/** The GATHER reasons by which a node's own token timer speaks. */
const GATHER_TOKEN_LOSSES: readonly number[] = [2, 4, 5];
const GATHER_TOKEN_LOST_RECOVERY = 5;
const GATHER_JOIN_RECOVERY = 14;
const AT_ONCE_NS = 20e6;

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

interface Break {
  readonly last: TokenSeen;
  /** Copies of the last token, sent in vain. */
  readonly copies: readonly TokenSeen[];
  readonly at: number | null;
  readonly from: number | null;
}

function breakOf({ tokens, addresses }: FindingContext, ring: number, until: number): Break | null {
  const seen = tokens.of(ring);
  const last = seen?.fresh.filter(({ timeNs }) => timeNs <= until).at(-1);
  if (seen === null || last === undefined) return null;
  const copies = seen.copies.filter(
    ({ timeNs, tokenSeq }) => tokenSeq === last.tokenSeq && timeNs <= until && timeNs > last.timeNs,
  );
  return { last, copies, at: addresses.nodeAt(last.dst), from: addresses.nodeAt(last.src) };
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
      says: 'Nothing more of it is in this capture.',
      cause: 'The node died, froze, or was cut off from the others.',
    };
  if (first !== undefined && first.time < declared + 0.2e9)
    return {
      says: 'It went on sending joins like the others.',
      cause: 'The token did not reach it, though it lives: look at the unicast path to it.',
    };
  const back = first?.time ?? entry.lastSeen;
  const isNewborn = first?.gatherFrom === 15;
  return {
    says: `It was next heard of ${seconds(back - since)} s later${isNewborn ? ', newly started' : ''}.`,
    cause: isNewborn
      ? 'The process died and was started again.'
      : 'The node was frozen, overloaded or cut off for that time.',
  };
}

function story(context: FindingContext, { ring, declared }: Loss): Finding {
  const [first] = declared as [Transition];
  const broken = breakOf(context, ring.ring, first.time);
  const since = broken?.last.timeNs ?? ring.lastToken ?? first.time;
  const who = nodesText(context, new Set(declared.map(({ nodeid }) => nodeid)));
  const next = context.rings.find(
    ({ firstToken, committed }) => firstToken !== null && (committed ?? firstToken) > first.time,
  );
  const stopped = broken?.at ?? null;
  const parts: string[] = [];
  if (broken !== null && stopped !== null)
    parts.push(
      `The token of ring ${ring.id} stopped at ${nodeText(context, stopped)}, ` +
        `which was sent token ${broken.last.tokenSeq} and did not pass it on.`,
    );
  else parts.push(`The token of ring ${ring.id} was lost.`);
  const copies = broken?.copies.length ?? 0;
  if (copies > 0) parts.push(`It was sent again ${copies === 1 ? 'once' : `${copies} times`}, in vain.`);
  parts.push(`${seconds(first.time - since)} s after that token it was declared lost by ${who}.`);
  if (next?.firstToken != null)
    parts.push(
      `Ring ${next.id} of ${next.members.length} turned ` +
        `${seconds(next.firstToken - since)} s after the last new token.`,
    );
  const after = stopped === null ? null : aftermath(context, stopped, since, first.time);
  if (after !== null) parts.push(after.says);
  const isSeen = broken !== null && context.tokens.of(ring.ring)?.unseen === 0;
  return finding('token-loss', 'failure', {
    time: first.time,
    until: next?.firstToken ?? null,
    culprits: stopped === null ? [] : [stopped],
    says: parts.join(' '),
    evidence: evidenceOf(context, broken, declared, next ?? null),
    cause: after?.cause ?? null,
    advice:
      stopped === null
        ? null
        : `${nodeText(context, stopped)}: is its process alive, was it scheduled, does its link work? ` +
          'Raise token only if pauses are proven.',
    confidence: stopped === null ? 0.5 : isSeen ? 0.95 : 0.6,
  });
}

const after = (ns: number): string => `, ${seconds(ns)} s after the last new token`;

function evidenceOf(
  context: FindingContext,
  broken: Break | null,
  declared: readonly Transition[],
  next: RingHistory | null,
): Finding['evidence'] {
  const list: { frames: readonly number[]; says: string }[] = [];
  if (broken !== null) {
    const { last, copies, from, at } = broken;
    const name = (node: number | null, address: number): string =>
      node === null ? context.store.address(address) : nodeText(context, node);
    const hop = `${name(from, last.src)} to ${name(at, last.dst)}`;
    list.push({ frames: [last.frame], says: `the last new token, ${last.tokenSeq}, from ${hop}` });
    const spacing = copies.length === 0 ? 0 : ((copies.at(-1)?.timeNs ?? 0) - last.timeNs) / copies.length;
    if (copies.length > 0)
      list.push({ frames: copies.map(({ frame }) => frame), says: `its copies, one each ${seconds(spacing)} s` });
  }
  for (const { nodeid, time, frames } of declared)
    list.push({
      frames,
      says: `${nodeText(context, nodeid)} gathers${broken === null ? '' : after(time - broken.last.timeNs)}`,
    });
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
