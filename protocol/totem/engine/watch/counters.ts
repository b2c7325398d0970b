// Corosync's counters by their names (specs/totem.md 6), and how its means are made. No decisions rest on them but
// continuous_gather.
import { EVENT_COUNTERS } from '../../counter-names.ts';

/** Tokens that the means look back on (TOTEM_TOKEN_STATS_MAX). */
const TOKEN_STATS_MAX = 100;

/** What an engine counts as it goes. */
const COUNTED = [...EVENT_COUNTERS, 'rx_msg_dropped', 'continuous_gather'] as const;

export type CounterName = (typeof COUNTED)[number];

export type Counters = { [K in CounterName]: number } & {
  /** Ours: datagrams that are no message of this dialect, or a broken one. Corosync drops them before any counter. */
  malformed_rx: number;
  /**
   * Times of the last tokens, µs, and my backlog then; rings of TOKEN_STATS_MAX, the next is written at `tokens` %
   * that.
   */
  tokenRx: number[];
  backlogs: number[];
  tokens: number;
};

export function makeCounters(): Counters {
  const zero = Object.fromEntries(COUNTED.map((name) => [name, 0])) as { [K in CounterName]: number };
  return { ...zero, malformed_rx: 0, tokenRx: [], backlogs: [], tokens: 0 };
}

export function countToken(counters: Counters, now: number, backlog: number): void {
  const place = counters.tokens % TOKEN_STATS_MAX;
  counters.tokenRx[place] = now;
  counters.backlogs[place] = backlog;
  counters.tokens++;
}

/** More than this in a row says that a firewall or the network card is at fault (MAX_NO_CONT_GATHER). */
const CONTINUOUS_GATHER_MAX = 3;

function meanRotationMs({ tokenRx, tokens }: Counters): number {
  const count = tokenRx.length;
  if (count < 2) return 0;
  const newest = tokenRx[(tokens - 1) % TOKEN_STATS_MAX] ?? 0;
  const oldest = tokenRx[count < TOKEN_STATS_MAX ? 0 : tokens % TOKEN_STATS_MAX] ?? 0;
  return Math.floor((newest - oldest) / (count - 1) / 1000);
}

/** All of them as a person reads them with corosync-cmapctl, and the means. */
export function readCounters(
  counters: Counters,
  now: number,
  lastTokenRx: number,
): { readonly [name: string]: number } {
  const { backlogs } = counters;
  const plain: Partial<Record<CounterName, number>> = {};
  for (const name of COUNTED) plain[name] = counters[name];
  let sum = 0;
  for (let i = 0; i < backlogs.length; i++) sum += backlogs[i]!;
  return {
    ...plain,
    malformed_rx: counters.malformed_rx,
    mtt_rx_token: meanRotationMs(counters),
    // A step takes no time: the token leaves at the time at which it came.
    avg_token_workload: 0,
    avg_backlog_calc: backlogs.length === 0 ? 0 : Math.floor(sum / backlogs.length),
    time_since_token_last_received: lastTokenRx === 0 ? 0 : Math.floor((now - lastTokenRx) / 1000),
    firewall_enabled_or_nic_failure: counters.continuous_gather > CONTINUOUS_GATHER_MAX ? 1 : 0,
  };
}
