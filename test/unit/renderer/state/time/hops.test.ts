// Hops, rotations and their slow motion; how far each node had come.
import { describe, expect, it } from 'vitest';
import { createNodeDirectory } from '../../../../../renderer/state/node-directory.ts';
import { hopNear, lastRotation, slowMotionOf, slowText, type Hop } from '../../../../../renderer/state/time/hops.ts';
import { missedBy, progressAt } from '../../../../../renderer/state/time/progress.ts';
import { PacketKind } from '../../../../../app/store/kinds.ts';
import { goldenBytes } from '../../../../support/golden.ts';
import { openBytes } from '../../../../support/open-golden.ts';

function open(scenario: string, file: string) {
  const { ingest } = openBytes(goldenBytes(scenario, file));
  const analysis = ingest.analysis();
  const addresses = Array.from({ length: 32 }, (_, i) => ingest.store.address(i));
  return { store: ingest.store, analysis, directory: createNodeDirectory(analysis.nodes, addresses) };
}
const [A, B, C] = [1862379712, 1879156928, 1912711360];

describe('a rotation', () => {
  const { store, directory } = open('03-corosync-kill9', 'bridge.pcap');

  it('is the hops back to where its last sender sent it before', () => {
    const rotation = lastRotation(store, directory, `${A}:8`, 268);

    expect(rotation.map(({ from, to }) => [from, to])).toEqual([
      [A, B],
      [B, C],
      [C, A],
    ]);
  });

  it('has no copies in it: after a loss it is still the last whole one', () => {
    const rotation = lastRotation(store, directory, `${A}:8`, 282);

    expect(rotation.map(({ from }) => from)).toEqual([C, A, B]);
    expect(rotation.every(({ isCopy }) => !isCopy)).toBe(true);
  });

  it('hop by hop: the hop at a row, and the next one of the same ring', () => {
    expect(hopNear(store, directory, `${A}:8`, 275, -1)?.row).toBe(274);
    expect(hopNear(store, directory, `${A}:8`, 274, 1)?.isCopy).toBe(true);
    expect(hopNear(store, directory, '1:1', 274, 1)).toBeNull();
  });
});

describe('slow motion', () => {
  const rotation = (...times: number[]): Hop[] =>
    times.map((time, i) => ({ row: i, time, from: i, to: i + 1, ring: 1, isCopy: false }));

  it('shows each hop long enough, and says how much slower', () => {
    const slow = slowMotionOf(rotation(0, 100_000, 200_000));

    expect(slow?.factor).toBe(5000);
    for (const { travel, rest } of slow?.hops ?? []) expect(travel + rest).toBeGreaterThan(400);
    expect(slow === null ? '' : slowText(slow)).toBe('slow motion, 1/5,000');
  });

  it('cuts long rests short, and says so', () => {
    const slow = slowMotionOf(rotation(0, 100_000, 190_000_000, 190_100_000));

    expect(slow?.isCut).toBe(true);
    expect(slow?.length).toBeLessThan(10_000);
    expect(slow === null ? '' : slowText(slow)).toContain('rests cut short');
  });

  it('of sixty-four members takes no longer than a person waits', () => {
    const slow = slowMotionOf(rotation(...Array.from({ length: 64 }, (_, i) => i * 80_000)));

    expect(slow?.length).toBeLessThan(20_000);
  });

  it('needs a rotation', () => {
    expect(slowMotionOf(rotation(5))).toBeNull();
  });
});

describe('progress under loss', () => {
  const { store, directory, analysis } = open('05-corosync-loss-5pct', 'bridge.pcap');
  const { requests } = analysis;

  it('lags at the node that asks', () => {
    const at = store.chunks[0]?.timeNs.findIndex((time) => time >= (requests.timeNs[0] ?? 0)) ?? 0;
    const ring = store.rings[requests.ring[0] ?? 0]?.id ?? '';
    const progress = progressAt(store, directory, requests, ring, [A ?? 0, B ?? 0, C ?? 0], at);
    const own = progress.get(requests.nodeid[0] ?? 0);

    expect(own?.lacks).toContain(requests.seq[0]);
    expect(own?.delivered).toBe((own?.lacks[0] ?? 0) - 1);
    expect(own?.delivered).toBeLessThan(own?.seq ?? 0);
  });

  it('tells which multicast missed whom', () => {
    const { kind, seq, ring, timeNs } = store.chunks[0]!;
    const row = seq.findIndex(
      (number, i) => kind[i] === PacketKind.MCAST && number === requests.seq[0] && ring[i] === requests.ring[0],
    );

    expect(missedBy(requests, ring[row]!, seq[row]!, timeNs[row]!)).toContain(requests.nodeid[0]);
    expect(missedBy(requests, ring[row]!, seq[row]! + 100_000, timeNs[row]!)).toEqual([]);
  });
});
