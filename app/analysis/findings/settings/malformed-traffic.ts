// Packets that start like Totem and do not hold what they say. The frames are shown as they are.
import { finding, type Rule } from '../engine/rule.ts';
import { nodeText } from '../engine/words.ts';

export const malformedTraffic: Rule = {
  name: 'malformed-traffic',
  run: (context) =>
    context.odd.malformedSenders.map(({ src, count, firstNs, lastNs, frames }) => {
      const node = context.addresses.nodeAt(src);
      const who = node === null ? context.store.address(src) : nodeText(context, node);
      const start = count === 1 ? 'One packet starts' : `${count} packets start`;
      return finding('malformed-traffic', 'warning', {
        time: firstNs,
        until: lastNs,
        culprits: node === null ? [] : [node],
        says: `${start} like Totem and cannot be read, from ${who}.`,
        evidence: [{ frames, says: 'each names its problem and the octet where it is' }],
        cause: 'Another program on the port, a faulty sender, or damage on the way.',
        advice: `what runs on ${context.store.address(src)} and sends to this port.`,
      });
    }),
};
