// The timeline of real captures: what far and near views show of the same packets, and what is named in words.
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';
import { lossCapture } from '../../../support/ring-capture.ts';
import type { Ingest } from '../../../../app/session/ingest.ts';
import type { Analysis } from '../../../../app/analysis/result.ts';
import { LEVELS } from '../../../../renderer/canvas/level-image.ts';
import { fitted } from '../../../../renderer/canvas/time-scale.ts';
import { layoutTimeline, markAt, neededHeight, targetAt } from '../../../../renderer/panels/timeline/layout.ts';
import { createNodeDirectory, type NodeDirectory } from '../../../../renderer/state/node-directory.ts';
import { Density, laneOf } from '../../../../renderer/state/time/density.ts';
import { happenings, timelineFacts } from '../../../../renderer/state/time/facts.ts';
import { LaneHits } from '../../../../renderer/panels/lanes/lane-hits.ts';
import { idleStretches } from '../../../../renderer/state/time/idle.ts';
import { waitsOf } from '../../../../renderer/state/time/waits.ts';

interface Opened {
  readonly ingest: Ingest;
  readonly analysis: Analysis;
  readonly directory: NodeDirectory;
}

const open = (scenario: string, file: string): Opened => opened(goldenBytes(scenario, file));

function opened(bytes: Uint8Array): Opened {
  const { ingest } = openBytes(bytes);
  const analysis = ingest.analysis();
  const addresses = Array.from({ length: 64 }, (_, i) => ingest.store.address(i));
  return { ingest, analysis, directory: createNodeDirectory(analysis.nodes, addresses) };
}

let kill: Opened;
const timeOf = ({ ingest: { store } }: Opened, row: number): number => store.chunks[0]?.timeNs[row] ?? 0;
const last = (opened: Opened): number => timeOf(opened, opened.ingest.store.length - 1);
const wholeOf = (opened: Opened) => fitted({ from: timeOf(opened, 0), to: last(opened) });

interface Choice {
  readonly width?: number;
  readonly isFolded?: boolean;
  readonly of?: Opened;
  readonly scroll?: number;
  readonly height?: number;
  readonly hits?: readonly number[];
}

function draw(
  from: number,
  to: number,
  { width = 1000, isFolded = false, of = kill, scroll = 0, height = 300, hits: rows }: Choice = {},
) {
  const { ingest, analysis, directory } = of;
  const { store } = ingest;
  const density = new Density(store, directory, true);
  density.prepare(store.length);
  const waits = waitsOf(analysis, store, directory);
  const folds = isFolded ? idleStretches(store, analysis, waits) : [];
  const facts = timelineFacts(analysis, store, directory, waits);
  const hits = rows === undefined ? null : new LaneHits(store, directory, Uint32Array.from(rows));
  hits?.prepare(store.length);
  return layoutTimeline({ store, directory, facts, density, hits, span: { from, to }, folds, width, height, scroll });
}

beforeAll(() => {
  kill = open('03-corosync-kill9', 'bridge.pcap');
});

describe('lanes', () => {
  it('are the nodes, by the end of their address', () => {
    expect(draw(0, last(kill)).lanes.map(({ label }) => label)).toEqual(['.111', '.112', '.114']);
  });

  it('show a killed node as silent where the others left its ring, until it is started again', () => {
    const { stretches } = draw(0, last(kill));
    const killed = stretches.filter(({ stretch, x2, x1 }) => stretch.lane === 2 && x2 - x1 > 20);

    expect(killed.map(({ stretch }) => stretch.state)).toEqual(['operational', null, 'operational']);
    expect(killed[1]?.text).toBe('silent');
  });
});

describe('packets', () => {
  it('have a mark each when few are in view, and the token a path', () => {
    const near = draw(2.5e9, 3.2e9);

    expect(near.levels).toBeNull();
    expect(near.marks.length).toBeGreaterThan(10);
    expect(near.path.length).toBeGreaterThan(10);
    const mark = near.marks[3];
    expect(mark === undefined ? null : markAt(near, mark.x + 2, mark.y, 9)?.row).toBe(mark?.row);
  });

  it('are levels of fullness when many are in view, and a shade means the same at every zoom', () => {
    const long = open('10a-sheep-vdi-c2', 'bridge.pcap');
    const whole = wholeOf(long);
    const { levels, marks } = draw(whole.from, whole.to, { of: long });

    expect(marks).toEqual([]);
    expect(levels?.levels.length).toBe((levels?.columns ?? 0) * (levels?.bands ?? 0));
    expect(levels?.levels.some((level) => level > 0 && level <= LEVELS)).toBe(true);
  });

  it('in folded time are not drawn', () => {
    const { from, to } = wholeOf(kill);
    const folded = draw(from, to, { isFolded: true });

    expect(folded.breaks.length).toBeGreaterThan(1);
    expect(folded.marks.length).toBeLessThan(draw(from, to).marks.length);
    const [fold] = folded.breaks;
    expect(folded.marks.filter(({ x }) => x > (fold?.x1 ?? 0) + 1 && x < (fold?.x2 ?? 0) - 1)).toEqual([]);
    expect(targetAt(folded, (fold?.x1 ?? 0) + 5, 150)?.kind).toBe('break');
  });
});

describe('what is highlighted', () => {
  /** Pixels of each lane in which packets are highlighted, and those where a look at every packet finds some. */
  function pixels(of: Opened, rows: readonly number[], from: number, to: number, isFolded: boolean) {
    const { hits, scale, gutter } = draw(from, to, { of, hits: rows, isFolded });
    const { chunks } = of.ingest.store;
    const breaks = scale.pieces().filter(({ isBreak }) => isBreak);
    const expected = new Set<string>();
    for (const row of rows) {
      const time = timeOf(of, row);
      const isHidden = breaks.some((fold) => time > fold.from && time < fold.to) || time < from || time > to;
      const lane = laneOf(of.directory, chunks[0]?.src[row] ?? 0, chunks[0]?.sender[row] ?? 0);
      if (lane >= 0 && !isHidden) expected.add(`${lane} ${Math.floor(scale.x(time) + 1e-6)}`);
    }
    const drawn = hits.flatMap(({ lane, x1, x2 }) =>
      Array.from({ length: x2 - x1 }, (_, i) => `${lane} ${x1 - gutter + i}`),
    );
    return { drawn: [...new Set(drawn)].sort(), expected: [...expected].sort() };
  }

  it.each([
    ['in a few packets, near', 7, [0.2, 0.4], false],
    ['in a few packets, folded', 7, [0, 1], true],
    ['in every other packet', 2, [0, 1], false],
    ['in all packets', 1, [0.1, 0.9], true],
  ] as const)('%s is at the foot of its lane, and nowhere else', (_what, every, [start, end], isFolded) => {
    const long = open('10a-sheep-vdi-c2', 'bridge.pcap');
    const rows = Array.from({ length: Math.floor(long.ingest.store.length / every) }, (_, i) => i * every);
    const { from, to } = wholeOf(long);
    const at = (share: number): number => from + share * (to - from);
    const { drawn, expected } = pixels(long, rows, at(start), at(end), isFolded);

    expect(expected.length).toBeGreaterThan(10);
    expect(drawn).toEqual(expected);
  });

  it('is no strip where nothing is', () => {
    const { from, to } = wholeOf(kill);

    expect(draw(from, to, { hits: [] }).hits).toEqual([]);
    expect(draw(from, to).hits).toEqual([]);
  });
});

describe('a ring of forty', () => {
  const many = opened(lossCapture(40));
  const { from, to } = wholeOf(many);

  it('has a lane for each, in order, and the bands stay while they are scrolled', () => {
    const top = draw(from, to, { of: many });
    const down = draw(from, to, { of: many, scroll: 400 });

    expect(top.lanes.map(({ label }) => label)).toEqual(Array.from({ length: 40 }, (_, i) => `node ${i + 1}`));
    expect(down.bands).toEqual(top.bands);
    expect((top.lanes[30]?.top ?? 0) - (down.lanes[30]?.top ?? 0)).toBe(400);
    const [hidden] = down.lanes;
    expect(targetAt(down, 10, (hidden?.top ?? 0) + 2)).toBeNull();
    expect(neededHeight(40, timelineFacts(null, many.ingest.store, many.directory, []))).toBeGreaterThan(40 * 12);
  });

  it('shows its loss like a small one', () => {
    const { waits, stops, rings } = draw(from, to, { of: many, width: 1400 });

    expect(waits.map(({ wait }) => wait.kind)).toEqual(['token', 'consensus']);
    expect(stops.map(({ stop }) => stop.lane)).toEqual([20]);
    expect(rings.map(({ text }) => text)).toEqual(['1:8 · 40 members', '1:12 · 39 members']);
  });
});

describe('a token loss', () => {
  it('has its two silent waits, to scale and with their names', () => {
    const { from, to } = wholeOf(kill);
    const { waits } = draw(from, to, { isFolded: true, width: 1400 });

    expect(waits.map(({ wait }) => wait.kind)).toEqual(['token', 'consensus']);
    expect(waits[0]?.text).toContain('token timeout 1.01 s');
    expect(waits[1]?.text).toContain('consensus 1.21 s');
    expect(waits[0]?.x2).toBeCloseTo(waits[1]?.x1 ?? 0, 6);
    const [token, consensus] = waits.map(({ x1, x2 }) => x2 - x1);
    expect((consensus ?? 0) / (token ?? 1)).toBeCloseTo(1.21 / 1.01, 1);
  });

  it('has a mark where the token came and did not leave', () => {
    const [stop] = draw(timeOf(kill, 0) + 2e9, timeOf(kill, 0) + 5e9).stops;

    expect(stop?.stop.lane).toBe(2);
    expect(stop?.stop.from).toBe(timeOf(kill, 274));
    expect(stop?.text).toBe('the token stops here');
  });

  it('is no surer of the node than the finding is', () => {
    const parted = open('c31-udp-partition2-3', 'brA.pcap');
    const { from, to } = wholeOf(parted);
    const [stop] = draw(from, to, { of: parted, width: 2400, isFolded: true, height: 500 }).stops;

    expect(stop?.text).toBe('the token stops here, or near');
  });

  it('is told in words as well', () => {
    const { ingest, analysis, directory } = kill;
    const waits = waitsOf(analysis, ingest.store, directory);
    const told = happenings(timelineFacts(analysis, ingest.store, directory, waits), directory, timeOf(kill, 0));
    const text = told.map((cells) => cells.join(' ')).join('\n');

    expect(text).toContain('wait token timeout: .111 had no token for 1.01 s, then declared it lost');
    expect(text).toContain('wait consensus: from its first join on .111 waited 1.21 s for all to agree');
    expect(text).toContain('.114 silent');
  });
});

describe('rings', () => {
  it('at the same time stand below each other; one that the capture does not show is known of', () => {
    const parted = open('c31-udp-partition2-3', 'brA.pcap');
    const { from, to } = wholeOf(parted);
    const { rings } = draw(from, to, { of: parted, width: 1600 });

    const [own, other] = ['1:21', '3:21'].map((id) => rings.find(({ ring }) => ring.id === id));
    expect(own?.band).not.toBe(other?.band);
    expect([own?.ring.isSeen, other?.ring.isSeen]).toEqual([true, false]);
    expect(other?.ring.says).toContain('node 3, node 4, node 5; not in this capture');
  });
});

describe('findings', () => {
  it('have a flag each, unless one would hide another: then the gravest', () => {
    const near = draw(0, last(kill), { width: 1600 });
    const far = draw(-1e12, 1e12);

    expect(near.flags.length).toBe(kill.analysis.findings.length);
    const loss = kill.analysis.findings.find(({ rule }) => rule === 'token-loss');
    expect(near.flags.find(({ finding }) => finding.id === loss?.id)?.text).toBe('token loss');
    expect(far.flags.map(({ finding }) => finding.severity)).toEqual(['failure']);
    const [flag] = far.flags;
    const target = targetAt(far, (flag?.x1 ?? 0) + 3, far.bands.findings + 4);
    expect(target?.kind === 'finding' ? target.finding.id : null).toBe(flag?.finding.id);
  });
});

it('fits the capture between the gutter and the edge', () => {
  const { from, to } = wholeOf(kill);
  const { scale, gutter } = draw(from, to);

  expect(gutter + scale.x(timeOf(kill, 0))).toBeGreaterThan(gutter);
  expect(gutter + scale.x(last(kill))).toBeLessThan(1000);
});
