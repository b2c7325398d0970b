// A node left on purpose: it sent a join with node id 0 and itself on the failed list. No alarm.
import { finding, type Rule } from '../engine/rule.ts';
import { capital, nodeText, seconds } from '../engine/words.ts';

export const cleanLeave: Rule = {
  name: 'clean-leave',
  run: (context) =>
    context.odd.leaves.map(({ timeNs, frame, node }) => {
      const next = context.rings.find(
        ({ firstToken, members }) => firstToken !== null && firstToken >= timeNs && !members.includes(node),
      );
      const after =
        next === undefined
          ? 'No ring followed in this capture.'
          : `Ring ${next.id} turned ${seconds((next.firstToken ?? timeNs) - timeNs)} s later.`;
      return finding('clean-leave', 'info', {
        time: timeNs,
        until: next?.firstToken ?? null,
        culprits: [node],
        says: `${capital(nodeText(context, node))} left cleanly. ${after}`,
        evidence: [{ frames: [frame], says: 'its leave: a join with node id 0 that lists itself as failed' }],
        cause: 'Corosync was stopped on that node.',
      });
    }),
};
