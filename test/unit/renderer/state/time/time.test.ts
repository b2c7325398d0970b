// What happened when, in real captures: states, waits, idle stretches and the figures of a stretch.
import { describe, expect, it } from 'vitest';
import { createNodeDirectory } from '../../../../../renderer/state/node-directory.ts';
import { historiesIn } from '../../../../../renderer/state/moment.ts';
import { stretchAt } from '../../../../../renderer/state/time/histories.ts';
import { IDLE_MIN, idleStretches } from '../../../../../renderer/state/time/idle.ts';
import { figureTexts, SpanCounter } from '../../../../../renderer/state/time/span-figures.ts';
import { waitsOf } from '../../../../../renderer/state/time/waits.ts';
import { goldenBytes } from '../../../../support/golden.ts';
import { openBytes } from '../../../../support/open-golden.ts';

function open(scenario: string, file: string) {
  const { ingest } = openBytes(goldenBytes(scenario, file));
  const { store } = ingest;
  const analysis = ingest.analysis();
  const addresses = Array.from({ length: 32 }, (_, i) => store.address(i));
  const directory = createNodeDirectory(analysis.nodes, addresses);
  const waits = waitsOf(analysis, store, directory);
  const timeOf = (row: number): number => store.chunks[row >>> 16]?.timeNs[row & 0xffff] ?? 0;
  const idle = idleStretches(store, analysis, waits);
  return { store, analysis, directory, waits, idle, timeOf, histories: historiesIn(analysis, store) };
}

describe('waits', () => {
  it.each([
    [
      '03-corosync-kill9',
      'bridge.pcap',
      [
        ['token', 1.01],
        ['consensus', 1.21],
      ],
    ],
    [
      'c31-udp-kill9',
      'brA.pcap',
      [
        ['token', 1.65],
        ['consensus', 1.98],
      ],
    ],
    [
      'c31-udp-partition2-3',
      'brB.pcap',
      [
        ['token', 2.95],
        ['consensus', 3.54],
      ],
    ],
    ['c31-udp-form3', 'brA.pcap', []],
    ['06-corosync-clean-leave-and-return', 'bridge.pcap', []],
  ])('of %s are those that its timers make', (scenario, file, expected) => {
    const { waits } = open(scenario, file);

    expect(waits.map(({ kind, from, to }) => [kind, Math.round((to - from) / 1e7) / 100])).toEqual(
      expected.map(([kind, seconds]) => [kind, expect.closeTo(seconds as number, 1)]),
    );
  });

  it('of a node that comes back before the consensus timer ends are shorter', () => {
    const { waits } = open('c31-udp-sigstop3s', 'brA.pcap');

    expect(waits.map(({ kind }) => kind)).toEqual(['token', 'consensus']);
    expect((waits[1]?.to ?? 0) - (waits[1]?.from ?? 0)).toBeLessThan(1.65e9 * 1.2);
  });
});

describe('idle stretches', () => {
  const kill = open('03-corosync-kill9', 'bridge.pcap');

  it('have no news in them, and leave the waits alone', () => {
    const { idle, waits, analysis } = kill;

    expect(idle.length).toBeGreaterThan(1);
    for (const { from, to } of idle) {
      expect(to - from).toBeGreaterThanOrEqual(IDLE_MIN);
      expect(analysis.transitions.filter(({ time }) => time >= from && time <= to)).toEqual([]);
      expect(waits.filter((wait) => wait.from < to && wait.to > from)).toEqual([]);
    }
  });

  it('are cut where a silence must be seen, and dropped where too little is left', () => {
    const { store, analysis, idle } = kill;
    const [first] = idle;
    if (first === undefined) throw new Error('nothing is idle');
    const { from, to } = first;
    const within = (stretches: typeof idle) => stretches.filter((own) => own.from < to && own.to > from);

    expect(within(idleStretches(store, analysis, [{ from: from - 1, to: to - IDLE_MIN }]))).toEqual([
      { from: to - IDLE_MIN, to },
    ]);
    expect(within(idleStretches(store, analysis, [{ from, to }]))).toEqual([]);
    expect(idleStretches(store, analysis, [{ from, to }]).length).toBe(idle.length - 1);
  });

  it('are none where the ring is busy', () => {
    const { idle, store, timeOf } = open('c31-udp-burst-large', 'brA.pcap');
    const busy = [...store.chunks[0]!.kind.subarray(0, store.length)].flatMap((kind, row) =>
      kind === 1 ? [timeOf(row)] : [],
    );

    for (const { from, to } of idle) expect(busy.filter((time) => time > from && time < to)).toEqual([]);
  });
});

describe('histories', () => {
  it('call a killed node silent, one that left gone, and one elsewhere by the ring that it was on', () => {
    const kill = open('03-corosync-kill9', 'bridge.pcap');
    const leave = open('06-corosync-clean-leave-and-return', 'bridge.pcap');
    const parted = open('c31-udp-partition2-3', 'brA.pcap');
    const gone = stretchAt(leave.histories.of(1862379712), leave.timeOf(0) + 5e9);

    expect(stretchAt(kill.histories.of(1912711360), kill.timeOf(0) + 5.5e9)?.says).toMatch(/^silent/);
    expect([gone?.state, gone?.says.split(':')[0]]).toEqual([null, 'left']);
    expect(stretchAt(parted.histories.of(4), parted.timeOf(0) + 10e9)?.ring).toBe('3:21');
    expect(parted.histories.ring('3:21')).toMatchObject({ members: [3, 4, 5], isSeen: false });
  });

  it('keep a node in its ring whose packets pass elsewhere while the token comes round', () => {
    const { histories, analysis } = open('c31-udp-partition2-3', 'brA.pcap');
    const end = Math.max(...analysis.nodes.map(({ lastSeen }) => lastSeen));

    expect(stretchAt(histories.of(3), end)).toMatchObject({ state: 'operational', ring: '1:25' });
  });

  it('have no gaps and no overlaps from the first sign on', () => {
    const { histories, analysis } = open('01-corosync-2-then-3', 'bridge.pcap');

    for (const { nodeid } of analysis.nodes)
      for (const [i, { from }] of histories.of(nodeid).entries())
        if (i > 0) expect(from).toBe(histories.of(nodeid)[i - 1]?.to);
  });
});

describe('the figures of a stretch', () => {
  const { store, analysis, directory, timeOf } = open('03-corosync-kill9', 'bridge.pcap');
  const figures = (from: number, to: number, atOnce = Infinity) => {
    const counter = new SpanCounter(store, directory, { from, to });
    while (!counter.count(atOnce));
    return counter.finish(analysis.transitions);
  };

  it('of all count every packet, whatever is counted at once', () => {
    const all = figures(0, timeOf(store.length - 1) + 1);

    expect(all.packets).toBe(store.length);
    expect(all.tokens + all.copies).toBe(analysis.packets.byKind['orf_token']);
    expect(figures(0, timeOf(store.length - 1) + 1, 7)).toEqual(all);
  });

  it('of the loss have the copies sent in vain, the loss, and no rotation', () => {
    const loss = figures(timeOf(275), timeOf(275) + 1.2e9);

    expect(loss).toMatchObject({ tokens: 0, copies: 8, losses: 2 });
    expect(figureTexts(loss).join(' · ')).toMatch(/^1\.20 s · no rotation · token lost at 2 nodes · 8 token copies/);
  });

  it('of idle time have the rotations of the held token', () => {
    const idle = figures(timeOf(0) + 1e9, timeOf(0) + 2.5e9);

    expect(idle.rotations.length).toBeGreaterThan(5);
    expect(idle.rotations[idle.rotations.length >> 1]! / 1e6).toBeCloseTo(189, -1);
  });
});
