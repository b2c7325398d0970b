// What sheepdog's own messages say of a store that does not serve: it waits for nodes, halts, refuses a joiner, runs
// without copies, or a sheep left it by itself. Reference: sheepdog specs 3.1, 3.6, 3.7, 3.9.
import type { Finding } from '../../result.ts';
import type { SheepNote } from '../../traffic/services/sheep-notes.ts';
import { finding, FINDINGS_PER_RULE_MAX, type FindingContext, type Rule } from '../engine/rule.ts';
import { listed, nodeText, plural, seconds } from '../engine/words.ts';
import { storeHistory, type StoreSpan } from './store-history.ts';
import { sheepText } from './sheep-words.ts';

/** A store that is stopped for less is one that is just being started or shut down. */
const STOPPED_NS_MIN = 1e9;
/** When all leave within this time, the store is being stopped. */
const STOPPING_NS = 3e9;

function spansOf(context: FindingContext, status: StoreSpan['status']): readonly StoreSpan[] {
  if (context.sheepNotes.length === 0) return [];
  return storeHistory(context).spans.filter(
    (span) => span.status === status && (span.untilNs ?? context.endNs) - span.fromNs >= STOPPED_NS_MIN,
  );
}

const lasted = (context: FindingContext, { fromNs, untilNs }: StoreSpan): string =>
  untilNs === null
    ? `to the end of the capture, ${seconds(context.endNs - fromNs)} s`
    : `for ${seconds(untilNs - fromNs)} s`;

/** The last of the store's sheep went soon after: nobody is left who would wait. */
function isStopping({ sheepNotes }: FindingContext, { fromNs, members }: StoreSpan): boolean {
  const gone = sheepNotes.filter(
    ({ kind, timeNs }) => kind === 'group-leave' && timeNs >= fromNs && timeNs - fromNs < STOPPING_NS,
  );
  return members.every(({ nodeid }) => gone.some((note) => note.nodeid === nodeid));
}

export const sheepHalted: Rule = {
  name: 'sheep-halted',
  run: (context) =>
    spansOf(context, 'HALT')
      .filter((span) => !isStopping(context, span))
      .map((span) => {
        const { fromNs, untilNs, frames, members, copies } = span;
        return finding('sheep-halted', 'warning', {
          time: fromNs,
          until: untilNs,
          says:
            `The store halts ${lasted(context, span)}: ${plural(members.length, 'node')} ` +
            `(${sheepText(members)}) for ${plural(copies, 'copy', 'copies')} of each object. ` +
            'Status: "IO has halted as there are too few living nodes".',
          evidence: [{ frames, says: 'from here on fewer nodes are left than copies are wanted' }],
          cause: 'Nodes left the store, or it was formatted with more copies than it has nodes.',
          advice: 'bring the missing nodes back; 0.3.0 goes on writing with too few copies while it says so.',
          confidence: 0.9,
          because: context.ledger.covering(fromNs)?.id ?? null,
        });
      }),
};

export const sheepWaiting: Rule = {
  name: 'sheep-waiting',
  run: (context) =>
    spansOf(context, 'WAIT_FOR_JOIN').map((span) => {
      const { fromNs, untilNs, frames, members, wanted, byRecover } = span;
      const missing = wanted.filter((address) => !members.some((sheep) => sheep.address === address));
      return finding('sheep-waiting', 'warning', {
        time: fromNs,
        until: untilNs,
        says:
          `The store waits for other nodes to join ${lasted(context, span)}: it has ${sheepText(members)}` +
          (missing.length > 0 ? `, and its latest epoch names ${listed(missing)} besides.` : '.') +
          (byRecover ? ' "cluster recover" ended that, which does not recover data by itself.' : ''),
        evidence: [{ frames, says: 'the answer to a join, with the status "Waiting for other nodes to join cluster"' }],
        cause: 'The store was stopped, and not all nodes of its latest epoch are back; or its epochs disagree.',
        advice:
          'start the sheep of the missing nodes, the one with the highest epoch first (collie cluster info, ' +
          'epoch/ in the store); recover only where a node is gone for good.',
        confidence: 0.9,
        because: context.ledger.covering(fromNs)?.id ?? null,
      });
    }),
};

const REFUSALS: { readonly [result: string]: { readonly says: string; readonly advice: string } } = {
  FAIL: {
    says: 'and its sheep exits',
    advice: 'the store on that node is of another cluster, or its epoch differs: compare config and epoch/.',
  },
  JOIN_LATER: {
    says: 'which asks it to retry later; its sheep exits',
    advice: 'its epoch is ahead of the master’s: start the node with the highest epoch first.',
  },
  MASTER_TRANSFER: {
    says: 'which hands the mastership over and exits, since the joiner has the higher epoch',
    advice:
      'the store was started in the wrong order: stop all sheep, start the one with the highest epoch first and wait ' +
      'for "running". Check the number of copies, byte 10 of config: it may be 0 now.',
  },
};

function refusal({ nodeid, address, result, resultSays, members, timeNs, frame }: SheepNote): Finding {
  const { says, advice } = REFUSALS[result ?? ''] ?? { says: `with the result ${result}`, advice: '' };
  const master = members.find(({ isGone }) => !isGone)?.address ?? 'the master';
  return finding('sheep-join-refused', 'warning', {
    time: timeNs,
    culprits: [nodeid],
    says: `${address} is not taken into the store by ${master}, ${says}. Reason: ${resultSays ?? 'none'}.`,
    evidence: [{ frames: [frame], says: `the answer to its join: ${result}` }],
    cause: 'The two stores disagree on their past: creation time, epoch, or members of the latest epoch.',
    advice: advice === '' ? null : advice,
    confidence: 1,
  });
}

export const sheepJoinRefused: Rule = {
  name: 'sheep-join-refused',
  run: ({ sheepNotes }) =>
    sheepNotes
      .filter(({ kind }) => kind === 'refused')
      .slice(0, FINDINGS_PER_RULE_MAX)
      .map(refusal),
};

export const sheepNoCopies: Rule = {
  name: 'sheep-no-copies',
  run: ({ sheepNotes }) => {
    const found = sheepNotes.filter(
      ({ kind, status, copies }) => kind === 'accepted' && copies === 0 && (status === 'OK' || status === 'HALT'),
    );
    const [first] = found;
    if (first === undefined) return [];
    const master = first.members.find(({ isGone }) => !isGone);
    return [
      finding('sheep-no-copies', 'failure', {
        time: first.timeNs,
        until: found.at(-1)?.timeNs ?? null,
        culprits: [master?.nodeid ?? first.nodeid],
        says:
          `${master?.address ?? first.address} runs the store with 0 copies and tells ${first.address} so: what is ` +
          'written from now on is stored nowhere, images seem to vanish, and the joiner takes the 0 into its config.',
        evidence: [
          { frames: found.slice(0, 8).map(({ frame }) => frame), says: 'answers to joins that announce 0 copies' },
        ],
        cause: 'It became master by a hand-over (nodes started in the wrong order), which loads no number of copies.',
        advice:
          'stop all sheep; put the right number back into byte 10 of config on every node; remove the bad epoch and ' +
          'its obj/ folder; start the node with the highest epoch first. The objects are in the older obj/ folders.',
        confidence: 0.95,
      }),
    ];
  },
};

/** It says that it leaves: after a failure of its own disk it goes on without being a member. */
function ofLeaves({ sheepNotes }: FindingContext): readonly Finding[] {
  return sheepNotes
    .filter(({ kind }) => kind === 'leaves')
    .slice(0, FINDINGS_PER_RULE_MAX)
    .map(({ nodeid, address, timeNs, frame }) =>
      finding('sheep-empty-epoch', 'failure', {
        time: timeNs,
        culprits: [nodeid],
        says:
          `${address} left the store by itself and goes on running: it processes its own departure, so its latest ` +
          'epoch lacks it, and is empty ("[]") where it was the last; "There are no active sheep daemons".',
        evidence: [{ frames: [frame], says: 'its LEAVE message; its process stays in the group' }],
        cause: 'An I/O error on its own store: disk full, a file shorter than asked, an error on closing.',
        advice:
          'space and health of that disk; its log says "leaving sheepdog cluster". Then stop all sheep, remove the ' +
          'empty epoch/ and obj/ folders so that the latest epoch files are equal on all nodes, and start them.',
        confidence: 0.95,
      }),
    );
}

/** Corosync 1 tells a sheep that everybody left, itself too, when the interface goes down. */
function ofLostInterfaces(context: FindingContext): readonly Finding[] {
  if (!context.nodes.some(({ dialect }) => dialect === 'corosync-1')) return [];
  return context.ledger.said('interface-down').flatMap(({ id, culprits, time, until, evidence }) =>
    culprits.flatMap((node) => {
      const note = context.sheepNotes.findLast(
        ({ nodeid, timeNs, kind }) => nodeid === node && timeNs <= (until ?? time) && kind !== 'refused',
      );
      const hasLeft = note === undefined || note.kind === 'group-leave';
      if (hasLeft) return [];
      return [
        finding('sheep-empty-epoch', 'failure', {
          time,
          culprits: [node],
          says:
            `The sheep of ${nodeText(context, node)} was told that all members left, itself included: ` +
            'its epochs go down to an empty one ("[]"), and collie says "There are no active sheep daemons" there.',
          evidence: evidence.slice(0, 2),
          cause: 'Its interface went down, and Corosync 1 bound itself to 127.0.0.1, under another node id.',
          advice: `kill and start the sheep of ${nodeText(context, node)}; never take the interface down.`,
          confidence: 0.8,
          because: id,
        }),
      ];
    }),
  );
}

export const sheepEmptyEpoch: Rule = {
  name: 'sheep-empty-epoch',
  run: (context) => [...ofLeaves(context), ...ofLostInterfaces(context)],
};
