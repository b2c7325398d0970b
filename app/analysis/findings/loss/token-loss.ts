// The token was declared lost. Names the node at which it stopped: the receiver of the highest token_seq that was sent
// before anyone gathered, and what the others saw of it. Losses that one fault explains are one finding. Reference:
// totemsrp.c timer_function_orf_token_timeout; specs 7.3.
import type { Finding, RingHistory } from '../../result.ts';
import type { Incident } from '../engine/incidents.ts';
import { finding, FINDINGS_PER_RULE_MAX, type FindingContext, type Rule } from '../engine/rule.ts';
import { timeoutSays } from './ring-timers.ts';
import { lastOf, type TokenBreak } from './token-break.ts';
import { capital, listed, nodeText, plural, seconds, times } from '../engine/words.ts';

/** Nodes named one by one as those that declared a loss. */
const DECLARED_SHOWN_MAX = 4;
/** That nodes gather after a loss, and not for another reason, is likely where one of them is given up in the end. */
const CONFIDENCE_BEFORE = 0.5;
/** Further losses of the same cause that are shown. */
const FURTHER_SHOWN_MAX = 6;

/** Of the nodes at which the token may have stopped: one that fell silent, else one of the cause's, else the first. */
function culpritOf(incident: Incident, cause: Finding | null): number | null {
  const suspects = incident.broken?.suspects ?? [];
  const absent = incident.absent.map(({ node }) => node);
  const silent = suspects.find((node) => absent.includes(node));
  const blamed = suspects.find((node) => cause?.culprits.includes(node) === true);
  if (suspects.length > 0) return (suspects.length > 1 ? (silent ?? blamed) : undefined) ?? suspects[0] ?? null;
  return absent[0] ?? null;
}

function whereSays(context: FindingContext, { ring, broken }: Incident, culprit: number): string {
  const name = (node: number): string => nodeText(context, node);
  const { suspects = [], to = null, last } = broken ?? {};
  if (last === undefined) return `The token of ring ${ring.id} was lost when ${name(culprit)} fell silent.`;
  if (suspects.length < 2)
    return (
      `The token of ring ${ring.id} stopped at ${name(culprit)}, which was ` +
      `sent token ${last.tokenSeq} and did not pass it on.`
    );
  return (
    `The token of ring ${ring.id} stopped at ${name(culprit)}, or near it: token ${last.tokenSeq} went to ` +
    `${name(to ?? culprit)}, and the hops between ${listed(suspects.map(name))} are not in this capture.`
  );
}

/** Who declared the loss, and how long each had been without the token. */
function declaredSays(context: FindingContext, { ring, declared, sinceNs, isBefore }: Incident): string {
  if (isBefore) return 'The capture begins while the others gather: how the token was lost lies before it.';
  const seen = context.tokens.of(ring.ring);
  const said = declared.slice(0, DECLARED_SHOWN_MAX).map(({ nodeid, time }) => {
    const token = lastOf(context, seen, nodeid, 'dst', time);
    const wait =
      token === null
        ? `${seconds(time - sinceNs)} s after that token`
        : `after ${seconds(time - token.timeNs)} s without it`;
    return `${nodeText(context, nodeid)} ${wait}`;
  });
  const more = declared.length - said.length;
  if (said.length === 0) return 'Nobody’s join is in this capture, but the timeout ran out and no token came.';
  return `Declared lost by ${listed(said)}${more > 0 ? ` and ${more} more` : ''}.`;
}

function nextSays({ next, declaredNs, sinceNs }: Incident): string {
  if (next?.firstToken == null) return 'No ring followed in this capture.';
  const turned =
    `Ring ${next.id} of ${next.members.length} turned ` +
    `${seconds(next.firstToken - sinceNs)} s after the last new token`;
  if (next.committed === null) return `${turned}.`;
  return `${turned}; ${seconds(next.committed - declaredNs)} s of that passed from the first join to its commit token.`;
}

const ONE_NETWORK =
  'The ring is redundant and one of its networks is not in this capture: the token may have gone further there.';

const CAUSES: { readonly [rule: string]: string } = {
  'node-dead': 'The node died.',
  'process-paused': 'The node stood still.',
  partition: 'The network was divided.',
  'one-way-link': 'The link to or from that node works in one direction only.',
  'multicast-deaf': 'The node does not receive multicast.',
  'packet-loss': 'So many packets were lost that the token and all its copies were among them.',
  'interface-down': 'The interface of that node went down.',
  'link-down': 'A link of that node went down, and until knet knew it, it sent on it.',
};

function story(context: FindingContext, incidents: readonly Incident[]): Finding {
  const [incident, ...further] = incidents as [Incident, ...Incident[]];
  const { ring, broken, next, declaredNs, absent } = incident;
  const cause = context.ledger.causeOf(incident);
  const culprit = culpritOf(incident, cause);
  const copies = broken?.copies.length ?? 0;
  const parts = [
    culprit === null ? `The token of ring ${ring.id} was lost.` : whereSays(context, incident, culprit),
    ...(copies > 0 ? [`It was sent again ${times(copies)}, in vain.`] : []),
    declaredSays(context, incident),
    nextSays(incident),
    ...(context.redundancy === 'one-seen' ? [ONE_NETWORK] : []),
    ...(further.length > 0 ? [`It was lost ${plural(further.length, 'more time')} while the same went on.`] : []),
  ];
  const isAlive = culprit !== null && !absent.some(({ node }) => node === culprit);
  return finding('token-loss', 'failure', {
    time: declaredNs,
    until: incidents.at(-1)?.next?.firstToken ?? next?.firstToken ?? null,
    culprits: culprit === null ? [] : [culprit],
    says: parts.join(' '),
    evidence: [...evidenceOf(context, incident, culprit), ...furtherEvidence(further)],
    cause:
      cause === null
        ? isAlive
          ? 'The token did not reach that node, though it lives: look at the unicast path to it.'
          : 'The node died, froze, or was cut off from the others.'
        : (CAUSES[cause.rule] ?? null),
    advice: culprit === null ? null : adviceFor(context, culprit),
    confidence: incident.isBefore ? CONFIDENCE_BEFORE : confidenceOf(context, ring, broken),
    because: cause?.id ?? null,
    reference: 'corosync.conf(5): token; totemsrp.c timer_function_orf_token_timeout',
  });
}

function adviceFor(context: FindingContext, culprit: number): string {
  return (
    `${capital(nodeText(context, culprit))}: is its process alive, was it scheduled, does its link work? ` +
    'Raise token only if pauses are proven.'
  );
}

/** Surest where every hop of the ring is in the capture; several suspects are no certainty about one. */
function confidenceOf({ tokens, redundancy }: FindingContext, ring: RingHistory, broken: TokenBreak | null): number {
  if (redundancy === 'one-seen' || broken === null || broken.suspects.length === 0) return 0.5;
  if (broken.suspects.length > 1) return 0.6;
  return tokens.of(ring.ring)?.unseen === 0 ? 0.95 : 0.8;
}

type Evidence = { readonly frames: readonly number[]; readonly says: string };

function furtherEvidence(further: readonly Incident[]): readonly Evidence[] {
  return further.slice(0, FURTHER_SHOWN_MAX).map(({ ring, broken, declared }) => ({
    frames: [...(broken === null ? [] : [broken.last.frame]), ...(declared[0]?.frames ?? [])],
    says: `the token of ring ${ring.id} too: its last new one, and the first join`,
  }));
}

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

function evidenceOf(context: FindingContext, incident: Incident, culprit: number | null): Finding['evidence'] {
  const { ring, declared, broken, next, sinceNs } = incident;
  const list: Evidence[] = broken === null ? [] : [...breakEvidence(context, broken)];
  const seen = context.tokens.of(ring.ring);
  const own = culprit === null ? null : lastOf(context, seen, culprit, 'src', sinceNs);
  if (own !== null && culprit !== null) {
    const before = `${seconds(sinceNs - own.timeNs)} s before`;
    list.push({
      frames: [own.frame],
      says: `the last token of ${nodeText(context, culprit)}, ${own.tokenSeq}, ${before}`,
    });
  }
  for (const { nodeid, time, frames } of declared) {
    const when = broken === null ? '' : `, ${seconds(time - sinceNs)} s after the last new token`;
    list.push({ frames, says: `${nodeText(context, nodeid)} gathers${when}` });
  }
  const [first] = declared;
  const had = first === undefined ? null : lastOf(context, seen, first.nodeid, 'dst', first.time);
  const timeout = timeoutSays(
    context,
    ring,
    had === null || first === undefined ? null : (first.time - had.timeNs) / 1e6,
  );
  if (timeout !== null) list.push({ frames: [], says: timeout });
  if (next !== null) list.push({ frames: next.frames, says: `ring ${next.id} is committed and turns` });
  return list;
}

/** Losses of one cause together, in order of time; each without a known cause by itself. */
function together({ incidents, ledger }: FindingContext): readonly (readonly Incident[])[] {
  const groups: Incident[][] = [];
  const byCause = new Map<Finding, Incident[]>();
  for (const incident of incidents) {
    const cause = ledger.causeOf(incident);
    const known = cause === null ? undefined : byCause.get(cause);
    if (known !== undefined) {
      known.push(incident);
      continue;
    }
    const group = [incident];
    groups.push(group);
    if (cause !== null) byCause.set(cause, group);
  }
  return groups;
}

export const tokenLoss: Rule = {
  name: 'token-loss',
  run: (context) =>
    together(context)
      .slice(0, FINDINGS_PER_RULE_MAX)
      .map((incidents) => story(context, incidents)),
};
