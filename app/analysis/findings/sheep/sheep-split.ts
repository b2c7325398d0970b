// A sheep was cut off, the ring and the process group healed, and the store did not: sheepdog 0.3 waits for an
// introduction that a running sheep never sends again. Reference: sheepdog specs 3.9 A.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { plural, seconds } from '../engine/words.ts';
import { storeHistory, type Stranded } from './store-history.ts';
import { sheepText } from './sheep-words.ts';

/** A sheep that is restarted so soon was so by its own supervisor: the lists differed for a moment. */
const RESTART_NS = 1e9;

/** Stranded by the same ring are one finding. */
function together(all: readonly Stranded[]): readonly (readonly Stranded[])[] {
  const groups = new Map<string, Stranded[]>();
  for (const stranded of all) {
    const key = stranded.back.id;
    groups.set(key, [...(groups.get(key) ?? []), stranded]);
  }
  return [...groups.values()];
}

function said(context: FindingContext, group: readonly Stranded[]): Finding | null {
  const since = group[0]?.back.firstToken ?? 0;
  const still = group.filter(({ askedNs }) => askedNs === null || askedNs - since > RESTART_NS);
  const [first] = still;
  if (first === undefined) return null;
  const asked = still.map(({ askedNs }) => askedNs);
  const until = asked.every((ns) => ns !== null) ? Math.max(...asked) : null;
  const waiting = context.sheepNotes.filter(
    ({ kind, timeNs }) => kind === 'block' && timeNs > since && (until === null || timeNs < until),
  );
  const cause = context.ledger.covering(first.awayNs) ?? context.ledger.covering(since);
  const who = sheepText(still.map(({ sheep }) => sheep));
  return finding('sheep-split', 'failure', {
    time: since,
    until,
    culprits: still.map(({ sheep }) => sheep.nodeid).sort((a, b) => a - b),
    says:
      `The store is split: ${who} ${still.length === 1 ? 'was' : 'were'} given up with ring ${first.without.id} and ` +
      `${still.length === 1 ? 'is' : 'are'} in the ring and in the process group again, yet not in the store: ` +
      'no sheep introduces itself a second time while it runs. Corosync looks complete, sheepdog’s lists differ' +
      (until === null ? '.' : ` for ${seconds(until - since)} s, until it was restarted.`) +
      (waiting.length > 0 ? ` ${plural(waiting.length, 'operation')} since then may wait behind it.` : ''),
    evidence: [
      { frames: first.without.frames, says: `ring ${first.without.id} without it: the others’ sheep drop it` },
      { frames: first.back.frames, says: `ring ${first.back.id} with it again` },
      ...still.flatMap(({ listed, sheep }) =>
        listed === null
          ? []
          : [{ frames: [listed], says: `node ${sheep.nodeid} lists its sheep in the group, the same process` }],
      ),
    ],
    cause: 'sheepdog 0.3 takes nobody back after a partition, a pause or a lost interface: only a start makes it ask.',
    advice:
      `restart the sheep on ${still.map(({ sheep }) => `node ${sheep.nodeid}`).join(' and ')} (not on the side with ` +
      'the better data), after a look at the epochs of all nodes; leave no format or shutdown waiting meanwhile.',
    confidence: still.some(({ listed }) => listed !== null) ? 0.95 : 0.8,
    because: cause?.id ?? null,
  });
}

export const sheepSplit: Rule = {
  name: 'sheep-split',
  run: (context) =>
    context.sheepNotes.length === 0
      ? []
      : together(storeHistory(context).stranded).flatMap((group) => said(context, group) ?? []),
};
