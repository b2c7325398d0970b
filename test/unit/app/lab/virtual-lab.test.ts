// A lab in the simulator: its nodes are told of as those of processes, its capture opens, and time can be gone back in.
import { describe, expect, it } from 'vitest';
import { corosyncQuorumtool } from '../../../../app/lab/shell/corosync-tools.ts';
import { VirtualLab } from '../../../../app/lab/virtual/virtual-lab.ts';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import { openBytes } from '../../../support/open-golden.ts';

const OPTIONS = {
  nodes: 3,
  dialect: 'corosync-3',
  transport: 'udp',
  tokenMs: 1000,
  seed: 7,
  behaviour: 'sound',
  withSheep: false,
} as const;

function newLab(change: Partial<Parameters<typeof VirtualLab.open>[0]> = {}): VirtualLab {
  const lab = VirtualLab.open({ ...OPTIONS, ...change });
  if (!lab.ok) throw new Error(lab.problem);
  return lab.value;
}

/** Advances however many calls it takes. */
function run(lab: VirtualLab, micros: number): void {
  while (!lab.advance(micros));
}

const membersOf = (lab: VirtualLab): readonly (readonly number[] | null)[] =>
  lab.nodes().map(({ status }) => status?.node.totem.members.map(({ nodeid }) => nodeid) ?? null);

const captureOf = (lab: VirtualLab): Uint8Array => concatBytes(lab.takeCapture().octets);

describe('a virtual lab', () => {
  it.each(['corosync-1', 'corosync-3'] as const)('forms a ring whose capture opens, %s', (dialect) => {
    const lab = newLab({ dialect });
    run(lab, 3_000_000);
    const { ingest } = openBytes(captureOf(lab));

    expect(lab.nodes().map(({ spec, condition }) => [spec.ip, condition])).toEqual([
      ['127.168.1.111', 'running'],
      ['127.168.1.112', 'running'],
      ['127.168.1.114', 'running'],
    ]);
    for (const { status } of lab.nodes()) {
      expect([status?.node.totem.state, status?.node.isSynchronised, status?.sheep]).toEqual([
        'operational',
        true,
        null,
      ]);
      expect(status?.joins.map(({ count, isJoined }) => [count, isJoined])).toEqual([
        [1, true],
        [1, true],
        [1, true],
      ]);
    }
    expect(ingest.table.length).toBeGreaterThan(100);
    expect(ingest.analysis().rings.some(({ members }) => members.length === 3)).toBe(true);
  });

  it('stops where its events run out, and goes on', () => {
    const lab = newLab();

    expect(lab.advance(1_000_000, 10)).toBe(false);
    expect(lab.events).toBeLessThan(20);
    run(lab, 1_000_000);
    expect([lab.nowMicros, lab.nowNs % 1_000_000_000n]).toEqual([1_000_000, 0n]);
  });

  it('does faults, groups and messages, and counts what a process would', () => {
    const lab = newLab();
    run(lab, 1_000_000);
    for (const line of ['join all g', 'submit 1 g "hello"']) {
      expect(lab.inject(line).ok).toBe(true);
      run(lab, lab.nowMicros + 100_000);
    }

    expect(lab.nodes().map(({ status }) => status?.delivered)).toEqual(
      Array.from({ length: 3 }, () => ({ messages: 1, octets: 5 })),
    );
    expect(lab.inject('fault kill n2')).toEqual({ ok: true, value: 'node 2 killed' });
    expect(lab.inject('pause 3').ok).toBe(true);
    run(lab, lab.nowMicros + 4_000_000);

    expect(lab.nodes().map(({ condition }) => condition)).toEqual(['running', 'stopped', 'paused']);
    expect(membersOf(lab)).toEqual([[1], null, null]);
    expect(lab.faults().map(({ words, nodes }) => [words, nodes])).toEqual([
      ['fault kill 2', [2]],
      ['fault pause 3', [3]],
    ]);
    const view = lab.view(1);
    expect(view === null ? '' : corosyncQuorumtool([], view).out).toContain('Quorate');
    expect(lab.check()).toEqual([]);
  });

  it('says what is wrong with a line', () => {
    const lab = newLab();

    expect(lab.inject('kill 9')).toMatchObject({ ok: false });
    expect(lab.inject('explode 1')).toMatchObject({ ok: false });
    expect(lab.inject('disk 2 full')).toEqual({
      ok: false,
      problem: 'this lab has no stores: start one with sheep',
    });
    expect(lab.inject('at 1s kill 2').ok).toBe(false);
    expect(VirtualLab.open({ ...OPTIONS, nodes: 99 })).toEqual({
      ok: false,
      problem: 'a lab has 1 to 32 nodes, not 99',
    });
  });
});

describe('time', () => {
  it('goes back: status, faults and capture are those of then, octet by octet', () => {
    const lab = newLab();
    run(lab, 2_000_000);
    const { isAnew } = lab.takeCapture();
    lab.inject('kill 2');
    run(lab, 6_000_000);
    expect(lab.takeCapture().isAnew).toBe(false);
    expect(membersOf(lab)).toEqual([[1, 3], null, [1, 3]]);
    lab.backTo(1_500_000);
    const other = newLab();
    run(other, 1_500_000);
    const portion = lab.takeCapture();

    expect([isAnew, portion.isAnew]).toEqual([true, true]);
    expect(concatBytes(portion.octets)).toEqual(captureOf(other));
    expect([lab.nowMicros, lab.faults(), membersOf(lab)]).toEqual([1_500_000, [], membersOf(other)]);
    expect(lab.nodes()).toEqual(other.nodes());
  });

  it('comes again as it was, or otherwise where something is done in the past', () => {
    const lab = newLab();
    run(lab, 2_000_000);
    lab.inject('kill 2');
    run(lab, 6_000_000);
    const [whole, nodes] = [captureOf(lab), lab.nodes()];
    lab.back('rotations', 5);
    lab.back('hops', 2);
    lab.back('events', 3);
    const fork = lab.fork();
    run(lab, 6_000_000);
    expect(captureOf(lab)).toEqual(new Uint8Array(0));
    expect(lab.nodes()).toEqual(nodes);
    lab.backTo(1_900_000);
    lab.takeCapture();
    lab.inject('clock 1 ppm=3');
    run(lab, 6_000_000);

    expect(membersOf(lab)).toEqual(Array.from({ length: 3 }, () => [1, 2, 3]));
    expect(lab.takeCapture().isAnew).toBe(false);
    run(fork, 6_000_000);
    expect(captureOf(fork)).toEqual(whole);
  });
});
