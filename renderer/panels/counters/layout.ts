// Counters of each node with their histories: from inside where the lab has the node, else as packets tell. Pure.
import type { Counters } from '../../../app/analysis/result.ts';
import type { LabDialect } from '../../../app/lab/cluster.ts';
import type { LabNodeView } from '../../../app/lab/lab-view.ts';
import { COUNTERS_OF_ONE } from '../../../protocol/totem/counter-names.ts';

export interface CounterCell {
  /** Null where it is not known. */
  readonly value: number | null;
  readonly isInside: boolean;
  /** What the packets tell, beside what the node says itself; null where they cannot. */
  readonly inferred: number | null;
  /** A second, over the last samples; null where there are too few. */
  readonly rate: number | null;
  /** Values of the last samples, the oldest first; empty where there is no history. */
  readonly history: readonly number[];
}

export interface CounterRow {
  /** Bare name. */
  readonly name: string;
  /** The key under which the tools print it. */
  readonly key: string;
  /** One for each node, in the order of the nodes. */
  readonly cells: readonly CounterCell[];
}

export interface CounterSample {
  /** Nanoseconds. */
  readonly time: number;
  readonly nodes: readonly LabNodeView[];
}

/** Samples of a sparkline. */
export const HISTORY_SAMPLES = 60;
/** Nanoseconds over which a rate is told. */
const RATE_OVER = 3e9;
const PREFIXES: Readonly<Record<LabDialect, string>> = {
  'corosync-1': 'runtime.totem.pg.mrp.srp.',
  'corosync-3': 'stats.srp.',
};
/** Those that go up and down: a rate of them says nothing. */
export const GAUGES: ReadonlySet<string> = new Set([
  'mtt_rx_token',
  'avg_token_workload',
  'avg_backlog_calc',
  'continuous_gather',
  'firewall_enabled_or_nic_failure',
]);

function insideOf(node: LabNodeView | undefined, name: string): number | null {
  const counters = node?.status?.node.totem.counters;
  if (counters === undefined) return null;
  // As the tools do: it is told from another counter.
  if (name === 'firewall_enabled_or_nic_failure') return (counters['continuous_gather'] ?? 0) > 3 ? 1 : 0;
  return counters[name] ?? 0;
}

function rateOf(values: readonly { readonly time: number; readonly value: number }[]): number | null {
  const last = values.at(-1);
  const first = values.find(({ time }) => last !== undefined && last.time - time <= RATE_OVER);
  if (last === undefined || first === undefined || last.time === first.time || last.value < first.value) return null;
  return ((last.value - first.value) / (last.time - first.time)) * 1e9;
}

/** One row for each counter. `samples`: the lab's, up to the shown moment; empty without a lab. */
export function counterRows(
  nodeids: readonly number[],
  samples: readonly CounterSample[],
  inferred: ReadonlyMap<number, Counters>,
  dialect: LabDialect,
): readonly CounterRow[] {
  const recent = samples.slice(-HISTORY_SAMPLES);
  const now = recent.at(-1);
  const nodeIn = (sample: CounterSample | undefined, nodeid: number): LabNodeView | undefined =>
    sample?.nodes.find(({ spec }) => spec.nodeid === nodeid);
  return COUNTERS_OF_ONE.map((name) => {
    const cells = nodeids.map((nodeid): CounterCell => {
      const told = inferred.get(nodeid)?.[name] ?? null;
      const inside = insideOf(nodeIn(now, nodeid), name);
      if (inside === null) return { value: told, isInside: false, inferred: told, rate: null, history: [] };
      const values = recent.flatMap((sample) => {
        const value = insideOf(nodeIn(sample, nodeid), name);
        return value === null ? [] : [{ time: sample.time, value }];
      });
      const rate = GAUGES.has(name) ? null : rateOf(values);
      return { value: inside, isInside: true, inferred: told, rate, history: values.map(({ value }) => value) };
    });
    return { name, key: PREFIXES[dialect] + name, cells };
  });
}

/** What a history looks like on so many pixels: of counters the increase from sample to sample, of gauges the value. */
export function sparkline(history: readonly number[], isGauge: boolean, width: number, height: number): string | null {
  const values = isGauge ? history : history.slice(1).map((value, i) => Math.max(0, value - (history[i] ?? value)));
  const top = Math.max(...values);
  if (values.length < 2 || top <= 0) return null;
  const step = width / (HISTORY_SAMPLES - 1);
  const start = width - step * (values.length - 1);
  const points = values.map((value, i) => {
    const x = (start + i * step).toFixed(1);
    return `${x} ${(height - 1 - (value / top) * (height - 2)).toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
