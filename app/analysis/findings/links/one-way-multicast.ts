// Multicasts of one node do not reach one other, those of the rest do: that one asks for what the first sends, and only
// for that. It gets it when a third sends it again, and never where the first itself does. Reference: specs 7.19.
import { keptChunks } from '../../../store/packet-store.ts';
import type { Finding } from '../../result.ts';
import { calmAfter } from '../engine/calm.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { nodeText, seconds } from '../engine/words.ts';
import { isInVain, missesOf, type Miss } from '../loss/miss.ts';
import { usesGroup } from './multicast-deaf.ts';
import { ONE_WAY_ADVICE } from './one-way-link.ts';

/** Losses of one sender at one receiver that are no chance. */
const MISSED_MIN = 8;
const MISSED_SHARE_MIN = 0.8;
const MCAST = 1;
const AGAIN = 2 | 4 | 1024;

/** Multicasts that an address sent for the first time in the span. */
function firstSent({ store }: FindingContext, from: number, fromNs: number, untilNs: number): number {
  let count = 0;
  for (const { columns, rows } of keptChunks(store)) {
    const { kind, src, flags, timeNs } = columns;
    if (timeNs[rows - 1]! < fromNs || timeNs[0]! > untilNs) continue;
    for (let i = 0; i < rows; i++)
      if (
        kind[i] === MCAST &&
        src[i] === from &&
        (flags[i]! & AGAIN) === 0 &&
        timeNs[i]! >= fromNs &&
        timeNs[i]! <= untilNs
      )
        count++;
  }
  return count;
}

function said(context: FindingContext, miss: Miss): Finding | null {
  const { requester, alone } = miss;
  const { node, asked, firstNs, lastNs, passedFrom } = requester;
  if (asked < MISSED_MIN || context.ledger.covering(firstNs) !== null) return null;
  const [most] = [...alone].sort((a, b) => b.count - a.count);
  const from = most === undefined ? null : context.addresses.nodeAt(most.src);
  if (most === undefined || from === null || from === node || most.count < asked * MISSED_SHARE_MIN) return null;
  // What others sent meanwhile arrived; of that one, nearly all is lost.
  if (![...passedFrom].some(([origin, count]) => origin !== from && count > 0)) return null;
  const inVain = isInVain(miss);
  // While all waits for what is lost, its sender goes on: what it sent last was not asked for yet.
  const fresh = firstSent(context, most.src, firstNs - 0.2e9, lastNs);
  if (!inVain && most.count < fresh * MISSED_SHARE_MIN) return null;
  if (inVain && (passedFrom.get(from) ?? 0) > most.count * (1 - MISSED_SHARE_MIN)) return null;
  const until = inVain ? calmAfter(context, [from, node], lastNs) : lastNs;
  const made = finding('one-way-link', 'failure', {
    time: firstNs,
    until: lastNs,
    culprits: [from, node],
    says:
      `Multicasts of ${nodeText(context, from)} do not reach ${nodeText(context, node)}: it asks for ` +
      `${most.count} of them in ${seconds(lastNs - firstNs)} s and ` +
      (inVain
        ? `never gets them, since node ${from} itself sends them again`
        : 'gets them when others send them again') +
      '; what others send arrives.',
    evidence: [
      { frames: most.frames, says: `multicasts of node ${from} as they were first sent` },
      { frames: requester.frames, says: `tokens by which node ${node} asks for them` },
    ],
    cause: 'Frames to the group are lost from that one sender to that one receiver.',
    advice: ONE_WAY_ADVICE,
    confidence: 0.85,
  });
  context.ledger.cover({ finding: made, fromNs: firstNs - 0.1e9, untilNs: until + 1e9, nodes: null });
  for (const incident of context.incidents)
    if (incident.declaredNs >= firstNs && incident.declaredNs <= until) context.ledger.explain(incident, made);
  return made;
}

export const oneWayMulticast: Rule = {
  name: 'one-way-link',
  run: (context) => (usesGroup(context) ? missesOf(context).flatMap((miss) => said(context, miss) ?? []) : []),
};
