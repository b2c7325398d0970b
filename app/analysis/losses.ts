// Packets that whoever captured dropped: how many, between which moments, and how that is said. Not losses of the
// network: those are findings of findings/loss.

/** Losses told apart; what comes then is counted with the last. */
const LOSSES_MAX = 1000;
/** Losses that a sentence names one by one. */
const NAMED_MAX = 3;

export interface Loss {
  readonly packets: number;
  /** Between which looks at the count it grew; null where the capture does not tell. */
  readonly fromNs: number | null;
  readonly untilNs: number | null;
}

export interface Losses {
  readonly list: readonly Loss[];
  /** Some of the capturing side could not count its drops. */
  readonly isUncounted: boolean;
}

export const NO_LOSSES: Losses = { list: [], isUncounted: false };

/** What is said where drops cannot be known. */
export const UNCOUNTED_SAYS = 'what was dropped while capturing could not be counted';

export const packetsLost = ({ list }: Losses): number => list.reduce((sum, { packets }) => sum + packets, 0);

/** One loss more; one that began when the last was counted goes on. */
export function withLoss(list: readonly Loss[], loss: Loss): readonly Loss[] {
  const last = list.at(-1);
  const goesOn = last !== undefined && last.untilNs !== null && last.untilNs === loss.fromNs;
  if (last === undefined || (!goesOn && list.length < LOSSES_MAX)) return [...list, loss];
  return [...list.slice(0, -1), { ...last, packets: last.packets + loss.packets, untilNs: loss.untilNs }];
}

/** Those that may hide something between two moments. */
export function lossesWithin(list: readonly Loss[], from: number, to: number): readonly Loss[] {
  return list.filter(({ fromNs, untilNs }) => (fromNs ?? -Infinity) <= to && (untilNs ?? Infinity) >= from);
}

function oneLoss({ packets, fromNs, untilNs }: Loss, at: (timeNs: number) => string): string {
  const count = `${packets} ${packets === 1 ? 'packet was' : 'packets were'} dropped`;
  if (untilNs === null) return `${count} while capturing`;
  return fromNs === null
    ? `${count} while capturing, before ${at(untilNs)}`
    : `${count} while capturing, between ${at(fromNs)} and ${at(untilNs)}`;
}

/** Moments as seconds since the first packet. */
export const sinceStart =
  (startNs: number) =>
  (timeNs: number): string =>
    `${(Math.max(0, timeNs - startNs) / 1e9).toFixed(2)} s`;

/** "12 packets were dropped while capturing, between 1.00 s and 2.00 s", with moments as `at` writes them. */
export function lossesText(list: readonly Loss[], at: (timeNs: number) => string): string {
  const named = list.slice(0, NAMED_MAX).map((loss) => oneLoss(loss, at));
  const rest = list.slice(NAMED_MAX);
  if (rest.length === 0) return named.join('; ');
  const more = packetsLost({ list: rest, isUncounted: false });
  return `${named.join('; ')}; and ${more} more in ${rest.length} later stretches`;
}
