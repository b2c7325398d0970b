// Expressions joined to those that stand, rows found in rising lists, keys that fit and that do not.
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../../app/filter/expression.ts';
import { joinedQuery } from '../../../../app/filter/joined.ts';
import { positionIn } from '../../../../app/store/row-list.ts';
import { keyAdvice, type NodeVerdict } from '../../../../renderer/session/key-verdicts.ts';
import { createNodeDirectory, shortSays } from '../../../../renderer/state/node-directory.ts';

describe('joined expressions', () => {
  it.each([
    ['', 'node == 1', 'alone', 'node == 1'],
    ['', 'node == 1', 'and not', 'not node == 1'],
    ['seq', 'node == 1', 'alone', 'node == 1'],
    ['totem.seq', 'node == 1', 'and', 'totem.seq and node == 1'],
    ['a or b', 'node == 1', 'and', '(a or b) and node == 1'],
    ['node == 1', 'src == 1 and dst == 2', 'and not', 'node == 1 and not (src == 1 and dst == 2)'],
    ['node == 1', 'node == 2', 'or', 'node == 1 or node == 2'],
  ] as const)('%j, %j, %s', (standing, added, joint, joined) => {
    expect(joinedQuery(standing, added, joint)).toBe(joined);
  });

  it('can be read again', () => {
    const joined = joinedQuery('totem.seq == 1 or frame == 3', 'src == 10.0.0.1 and dst == 10.0.0.2', 'and not');

    expect(parseFilter(joined).ok).toBe(true);
  });
});

describe('positions', () => {
  it.each([
    [4, -1],
    [5, 0],
    [6, 0],
    [9, 1],
    [99, 2],
  ])('row %i is at or after position %i', (row, position) => {
    expect(positionIn(Uint32Array.of(5, 9, 12), row)).toBe(position);
  });
});

describe('advice on keys', () => {
  const node = (address: string, opened: number, closed: number): NodeVerdict => ({
    address,
    opened: new Map(opened === 0 ? [] : [[0, opened]]),
    closed,
    clear: 0,
    securities: [],
  });
  const advice = (verdicts: readonly NodeVerdict[], keys: number): string | null =>
    keyAdvice(verdicts, keys, (address) => `node ${address}`);

  it.each([
    ['nothing is closed', [node('1', 5, 0)], 1, null],
    ['no key', [node('1', 0, 5)], 0, 'Add /etc/corosync/authkey'],
    ['no key fits', [node('1', 0, 5), node('2', 0, 5)], 1, 'No packet is authentic'],
    ['one node differs', [node('1', 5, 0), node('2', 0, 5)], 1, 'node 2 sends under another key'],
    [
      'two nodes differ',
      [node('1', 5, 0), node('2', 0, 5), node('3', 0, 1)],
      1,
      'node 2 and node 3 send under another',
    ],
    ['some packets of one', [node('1', 5, 2)], 1, 'some packets open and some do not'],
  ] as const)('%s', (_what, verdicts, keys, begins) => {
    const said = advice(verdicts, keys);
    if (begins === null) expect(said).toBeNull();
    else expect(said).toContain(begins);
  });
});

describe('sentences of the analysis', () => {
  const entry = (nodeid: number, address: string) => ({
    nodeid,
    name: null,
    addresses: [address],
    dialect: null,
    firstSeen: 0,
    lastSeen: 1,
  });

  it('name nodes and rings as the panels do', () => {
    const directory = createNodeDirectory([entry(1862379712, '192.168.1.111'), entry(1912711360, '192.168.1.114')], []);

    expect(
      shortSays('The token of ring 1862379712:8 stopped at node 1912711360 (192.168.1.114) at 10:25.', directory),
    ).toBe('The token of ring .111:8 stopped at node .114 at 10:25.');
  });

  it('name nodes at their beginning, too', () => {
    const directory = createNodeDirectory([entry(1912711360, '192.168.1.114'), entry(3, '10.0.0.3')], []);

    expect(shortSays('Node 1912711360 (192.168.1.114) died. Node 3 (10.0.0.3) left.', directory)).toBe(
      'Node .114 died. Node 3 left.',
    );
  });

  it('leave small node ids as they are', () => {
    const directory = createNodeDirectory([entry(1, '10.0.0.1'), entry(3, '10.0.0.3')], []);

    expect(shortSays('Ring 1:13 stopped at node 3 (10.0.0.3).', directory)).toBe('Ring 1:13 stopped at node 3.');
  });
});
