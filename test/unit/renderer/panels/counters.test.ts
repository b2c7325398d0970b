// Counters: from inside where there is a lab's node, else as packets tell; rates and histories.
import { describe, expect, it } from 'vitest';
import { labNode } from '../../../../app/lab/cluster.ts';
import type { LabNodeView } from '../../../../app/lab/lab-view.ts';
import { counterRows, HISTORY_SAMPLES, sparkline } from '../../../../renderer/panels/counters/layout.ts';

const SECOND = 1e9;

/** A node that says so of one counter; only what counters need is there. */
function node(value: number | null): LabNodeView {
  const status =
    value === null ? null : { node: { totem: { counters: { orf_token_rx: value, continuous_gather: 5 } } } };
  return {
    spec: labNode(1, 'corosync-1'),
    condition: 'running',
    pid: 1,
    directory: null,
    status: status as unknown as LabNodeView['status'],
  };
}

const own = labNode(1, 'corosync-1').nodeid;
const samples = [10, 20, 40, 70].map((value, i) => ({ time: i * SECOND, nodes: [node(value)] }));
const inferred = new Map([
  [own, { orf_token_rx: 69 }],
  [7, { orf_token_rx: 12, mcast_tx: null }],
]);
const row = (name: string) =>
  counterRows([own, 7], samples, inferred, 'corosync-1').find((candidate) => candidate.name === name);

describe('counters', () => {
  it('of an own node are from inside, with what packets tell beside; of others inferred', () => {
    expect(row('orf_token_rx')).toEqual({
      name: 'orf_token_rx',
      key: 'runtime.totem.pg.mrp.srp.orf_token_rx',
      cells: [
        { value: 70, isInside: true, inferred: 69, rate: 20, history: [10, 20, 40, 70] },
        { value: 12, isInside: false, inferred: 12, rate: null, history: [] },
      ],
    });
    expect(row('mcast_tx')?.cells[1]?.value).toBeNull();
    expect(row('firewall_enabled_or_nic_failure')?.cells[0]).toMatchObject({ value: 1, rate: null });
  });

  it('have no rate over a restart, and none from inside where the node does not answer', () => {
    const restarted = [...samples, { time: 4 * SECOND, nodes: [node(2)] }];
    const silent = [...samples, { time: 4 * SECOND, nodes: [node(null)] }];

    const cell = (of: typeof samples) =>
      counterRows([own], of, inferred, 'corosync-3').find(({ name }) => name === 'orf_token_rx')?.cells[0];

    expect(cell(restarted)?.rate).toBeNull();
    expect(cell(silent)).toMatchObject({ value: 69, isInside: false });
  });
});

describe('a sparkline', () => {
  it('shows the increase of a counter and the value of a gauge', () => {
    const step = 60 / (HISTORY_SAMPLES - 1);
    expect(sparkline([10, 10, 20], false, 60, 14)).toBe(`M${(60 - step).toFixed(1)} 13.0L60.0 1.0`);
    expect(sparkline([4, 2], true, 60, 14)).toBe(`M${(60 - step).toFixed(1)} 1.0L60.0 7.0`);
    expect(sparkline([5, 5, 5], false, 60, 14)).toBeNull();
    expect(sparkline([], true, 60, 14)).toBeNull();
  });
});
