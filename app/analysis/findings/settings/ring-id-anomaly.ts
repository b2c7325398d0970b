// A new ring has a number that is not above one that its representative had used before: its ring-id file was lost,
// or an old image came back. Stale packets could be taken for new ones. Reference: specs 7.24.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { capital, nodeText } from '../engine/words.ts';

export const ringIdAnomaly: Rule = {
  name: 'ring-id-anomaly',
  run: (context: FindingContext) => {
    const highest = new Map<number, { seq: bigint; id: string; frames: readonly number[] }>();
    const found: Finding[] = [];
    for (const { rep, seq, id, committed, firstToken, frames } of context.rings) {
      const known = highest.get(rep);
      const since = committed ?? firstToken ?? 0;
      // Without its commit token it may be an old ring, of which a late token is seen.
      if (committed !== null && known !== undefined && seq <= known.seq && context.ledger.covering(since) === null)
        found.push(
          finding('ring-id-anomaly', 'warning', {
            time: since,
            culprits: [rep],
            says:
              `${capital(nodeText(context, rep))} leads ring ${id} after ring ` +
              `${known.id}: ring numbers must rise, and this one did not.`,
            evidence: [
              { frames: known.frames, says: `ring ${known.id}, earlier` },
              { frames, says: `ring ${id}, later` },
            ],
            cause: 'Its ring-id file was lost, or an older state of the machine was restored.',
            advice:
              `/var/lib/corosync on ${nodeText(context, rep)}: is it kept over ` +
              'reboots, and was the machine restored from a snapshot?',
            confidence: 0.9,
          }),
        );
      if (known === undefined || seq > known.seq) highest.set(rep, { seq, id, frames });
    }
    return found;
  },
};
