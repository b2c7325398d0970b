// The membership panel: boxes, edges and chips keep apart at any size; lists, agreement and timers of a real kill.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../app/analysis/result.ts';
import type { Ingest } from '../../../../app/session/ingest.ts';
import { chipsIn, inRuns, layoutChart } from '../../../../renderer/panels/membership/layout.ts';
import { momentAt } from '../../../../renderer/state/moment.ts';
import { createNodeDirectory, type NodeDirectory } from '../../../../renderer/state/node-directory.ts';
import { causeText, lastChanges, membershipNow } from '../../../../renderer/state/time/membership-now.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

let ingest: Ingest;
let analysis: Analysis;
let directory: NodeDirectory;
const [A, B, C] = [1862379712, 1879156928, 1912711360];

beforeAll(() => {
  ingest = openBytes(goldenBytes('03-corosync-kill9', 'bridge.pcap')).ingest;
  analysis = ingest.analysis();
  const addresses = Array.from({ length: 16 }, (_, i) => ingest.store.address(i));
  directory = createNodeDirectory(analysis.nodes, addresses);
});

const timeOf = (row: number): number => ingest.store.chunks[0]?.timeNs[row] ?? 0;
function at(time: number, row: number) {
  const moment = momentAt(analysis, ingest.store, directory, time, row);
  const members = membershipNow(analysis, ingest.store, directory, moment, row);
  return new Map(members.map((member) => [member.nodeid, member]));
}
/** The moment of the first transition for which this holds. */
function atChange(nodeid: number, gatherFrom: number) {
  const change = analysis.transitions.find((own) => own.nodeid === nodeid && own.gatherFrom === gatherFrom);
  if (change === undefined) throw new Error('no such change');
  return at(change.time, (change.frames.at(-1) ?? 1) - 1);
}

describe('a member', () => {
  it('of a ring wants its members, and its token timer runs since the token came', () => {
    const own = at(timeOf(274), 274).get(A ?? 0);

    expect([own?.proc, own?.failed, own?.lacks]).toEqual([[A, B, C], [], []]);
    expect(own?.timers.map(({ name }) => name)).toEqual(['token']);
    const [token] = own?.timers ?? [];
    expect((token?.length ?? 0) - (token?.left ?? 0)).toBe(timeOf(274) - timeOf(272));
  });

  it('that gathers lacks the agreement of those who have not said the same, the killed node among them', () => {
    const own = atChange(A ?? 0, 2).get(A ?? 0);

    expect(own?.proc).toEqual([A, B, C]);
    expect(own?.lacks).toEqual([B, C]);
    expect(own?.timers.map(({ name }) => name)).toEqual(['join', 'consensus']);
  });

  it('lacks the killed node alone once the other survivor gathers too', () => {
    const second = analysis.transitions.find(({ nodeid, gatherFrom }) => nodeid === B && gatherFrom === 2);
    const own = at((second?.time ?? 0) + 0.5e9, (second?.frames.at(-1) ?? 1) - 1);

    expect(own.get(A ?? 0)?.lacks).toEqual([C]);
    expect(own.get(B ?? 0)?.lacks).toEqual([C]);
  });

  it('gives up who has not agreed when the consensus timer has run out', () => {
    const before = atChange(A ?? 0, 2)
      .get(A ?? 0)
      ?.timers.find(({ name }) => name === 'consensus');
    const own = atChange(A ?? 0, 0).get(A ?? 0);
    const [lost, expired] = [2, 0].map(
      (code) => analysis.transitions.find((change) => change.nodeid === A && change.gatherFrom === code)?.time ?? 0,
    );

    expect(own?.failed).toEqual([C]);
    // The other survivor has not given it up yet: the same nodes wanted are no agreement.
    expect(own?.lacks).toEqual([B]);
    // The length that the packets tell is within a few per cent of what ran out.
    expect(Math.abs((before?.length ?? 0) / ((expired ?? 0) - (lost ?? 0)) - 1)).toBeLessThan(0.08);
  });
});

describe('the last change', () => {
  it('names its edge and its cause', () => {
    const lost = analysis.transitions.find(({ nodeid, gatherFrom }) => nodeid === A && gatherFrom === 2);
    const changes = lastChanges(analysis.transitions, lost?.time ?? 0);

    expect(changes.map(({ nodeid, to }) => [nodeid, to])).toEqual([[A, 'gather']]);
    expect(changes.map((change) => causeText(change, null))).toEqual(['token lost']);
  });

  it('takes nodes together that went the same way one after the other', () => {
    const last = analysis.transitions.at(-1);

    expect(lastChanges(analysis.transitions, last?.time ?? 0).map(({ nodeid }) => nodeid)).toEqual([B, C, A]);
  });
});

describe.each([
  [220, 168],
  [460, 260],
  [900, 300],
])('the chart on %i × %i', (width, height) => {
  const { boxes, edges } = layoutChart(width, height);

  it('has four boxes apart from each other, inside', () => {
    for (const [i, a] of boxes.entries()) {
      expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
      for (const b of boxes.slice(i + 1))
        expect(a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y).toBe(true);
    }
    expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length);
  });

  it.each([3, 16, 64])('has room for %i chips in one box', (count) => {
    const [box] = boxes;
    if (box === undefined) throw new Error('no box');
    const chips = chipsIn(
      box,
      Array.from({ length: count }, (_, i) => ({ nodeid: i, label: `${i}` })),
    );

    expect(new Set(chips.map(({ x, y }) => `${x} ${y}`)).size).toBe(count);
    for (const { x, y, width: wide, height: tall } of chips) {
      expect(y + tall).toBeLessThanOrEqual(box.y + box.height);
      expect(x + wide).toBeLessThanOrEqual(box.x + box.width);
    }
  });
});

it.each([
  ['1 2 3 4 5', '1–5'],
  ['1 2 4 5 6 9', '1 2 4–6 9'],
  ['.111 .112 .113', '.111 .112 .113'],
  ['', ''],
])('names %s are said as %s', (names, said) => {
  expect(inRuns(names === '' ? [] : names.split(' ')).join(' ')).toBe(said);
});
