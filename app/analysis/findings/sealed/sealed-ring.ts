// A ring whose packets no key opens: sizes and times still tell that the token stopped and nodes gathered, and who was
// silent meanwhile. Marked so, and with low confidence: names of nodes, reasons and rings are not to be had.
import type { Finding } from '../../result.ts';
import { finding, type FindingContext, type Rule } from '../engine/rule.ts';
import { listed, plural, seconds } from '../engine/words.ts';
import { nodeOf } from '../settings/who.ts';
import { sealedGaps, sealedPackets, type SealedGap, type SealedPacket } from './rhythm.ts';

/** Nearly all of the ring's packets must be closed: else what can be read says more. */
const CLOSED_SHARE_MIN = 0.9;
const MARK = 'Told from sizes and times alone: no key at hand opens these packets.';

/** Pings of knet are short: a snap length that closes all else leaves them open, and they say nothing of the ring. */
export function isSealed({ packets: { byKind, relevant } }: FindingContext): boolean {
  const closed = byKind['encrypted'] ?? 0;
  return closed > 0 && closed >= (relevant - (byKind['knet'] ?? 0)) * CLOSED_SHARE_MIN;
}

function isGroupOf({ store }: FindingContext): (address: number) => boolean {
  return (address) => {
    const text = store.address(address);
    const first = Number(/^(\d+)\./.exec(text)?.[1] ?? 0);
    return (first >= 224 && first < 240) || text.startsWith('ff') || text.endsWith('.255');
  };
}

function comesBack(packets: readonly SealedPacket[], { untilNs, silent, last }: SealedGap): number | null {
  const back = packets.find(
    ({ src, timeNs }) => silent.includes(src) && timeNs > last.timeNs + (untilNs - last.timeNs) / 2,
  );
  return back?.timeNs ?? null;
}

function said(context: FindingContext, packets: readonly SealedPacket[], gap: SealedGap): readonly Finding[] {
  const { last, next, untilNs, gathering, silent, joins } = gap;
  const address = (id: number): string => context.store.address(id);
  const culprits = silent.flatMap((id) => nodeOf(context, id) ?? []);
  const evidence = [
    { frames: [last.frame], says: `the last one of the token’s size, ${address(last.src)} to ${address(last.dst)}` },
    { frames: joins.map(({ frame }) => frame).slice(0, 8), says: 'packets of one size every 50 ms, as joins are sent' },
    ...(next === null ? [] : [{ frames: [next.frame], says: 'the first packet of the token’s size again' }]),
  ];
  const who = silent.length === 0 ? 'Nobody' : listed(silent.map(address));
  const backNs = silent.length === 0 ? null : comesBack(packets, gap);
  const isGone = silent.length > 0 && backNs === null;
  const dead = finding('node-dead', 'failure', {
    time: last.timeNs,
    until: next?.timeNs ?? null,
    culprits,
    says:
      `${who} fell silent and ${silent.length === 1 ? 'is' : 'are'} not heard again, while ` +
      `${listed(gathering.map(address))} gather. ${MARK}`,
    evidence,
    cause: 'It died, or was cut off for good; without the key a lasting cut looks the same.',
    advice: 'give the authkey with --key to know more; look at that host meanwhile.',
    confidence: 0.4,
    reference: 'corosync.conf(5): token, consensus',
  });
  const lost = finding('token-loss', 'failure', {
    time: joins[0]?.timeNs ?? last.timeNs,
    until: next?.timeNs ?? null,
    culprits,
    says:
      `The token stopped for ${seconds(untilNs - last.timeNs)} s behind ${address(last.src)}, on its way to ` +
      `${address(last.dst)}, and ${plural(gathering.length, 'node')} gathered. ` +
      (silent.length === 0
        ? 'All that had the token before spoke meanwhile. '
        : `${who} ${silent.length === 1 ? 'was' : 'were'} silent` +
          `${backNs === null ? '. ' : `, and came back ${seconds(backNs - last.timeNs)} s after that. `}`) +
      MARK,
    evidence,
    cause: 'A node that died, stood still or was cut off; which of these, the key would show.',
    advice: 'give the authkey with --key to know more.',
    confidence: 0.4,
    because: isGone ? dead.id : null,
    reference: 'corosync.conf(5): token',
  });
  return isGone ? [dead, lost] : [lost];
}

export const sealedRing: Rule = {
  name: 'token-loss',
  run: (context) => {
    if (!isSealed(context)) return [];
    const packets = sealedPackets(context.store);
    const gaps = sealedGaps(packets, isGroupOf(context), context.endNs);
    return gaps.flatMap((gap) => said(context, packets, gap));
  },
};
