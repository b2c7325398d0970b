// Flow control is the limit: more is to be sent than the window lets pass. Culprits: the busiest senders. Reference:
// specs 7.7.
import { finding, type Rule } from '../engine/rule.ts';
import { nodesText, seconds } from '../engine/words.ts';

/** Senders with at least this share of the busiest one's messages are busy too. */
const BUSY_SHARE = 0.5;

export const flowControlSaturated: Rule = {
  name: 'flow-control-saturated',
  run: (context) =>
    context.flow.spans().flatMap((span) => {
      const { fromNs, untilNs, fccMax, backlogMax, tokens, high, frames } = span;
      if (context.ledger.covering(fromNs) !== null) return [];
      const most = Math.max(...span.sent.values(), 0);
      const busy = [...span.sent].filter(([, count]) => count >= most * BUSY_SHARE);
      const culprits = [...new Set(busy.flatMap(([src]) => context.addresses.nodeAt(src) ?? []))].sort((a, b) => a - b);
      const total = [...span.sent.values()].reduce((sum, count) => sum + count, 0);
      const rate = Math.round(total / ((untilNs - fromNs) / 1e9));
      return [
        finding('flow-control-saturated', 'warning', {
          time: fromNs,
          until: untilNs,
          culprits,
          says:
            `The ring was saturated for ${seconds(untilNs - fromNs)} s: ${rate} multicasts a second, most of them of ` +
            `${nodesText(context, culprits)}; up to ${fccMax} in one rotation ` +
            `and ${backlogMax} waiting. It is busy, not sick.`,
          evidence: [{ frames, says: `tokens with a full window or a queue behind it: ${high} of ${tokens}` }],
          cause: 'Applications offer more than the window lets through per rotation, or rotations are slow.',
          advice:
            'who sends so much, and whether a slow node lengthens the rotations; ' +
            'then window_size and max_messages, and netmtu.',
          confidence: 0.9,
          reference: 'corosync.conf(5): window_size, max_messages; totemsrp.c fcc_calculate',
        }),
      ];
    }),
};
