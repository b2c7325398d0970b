// Who is in which ring, and where the token is, at moments of real captures.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../app/analysis/result.ts';
import type { Ingest } from '../../../../app/session/ingest.ts';
import { momentAt, type Moment } from '../../../../renderer/state/moment.ts';
import { createNodeDirectory } from '../../../../renderer/state/node-directory.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

let ingest: Ingest;
let analysis: Analysis;

function at(seconds: number, row: number | null = null): Moment {
  const addresses = Array.from({ length: 16 }, (_, i) => ingest.store.address(i));
  return momentAt(analysis, ingest.store, createNodeDirectory(analysis.nodes, addresses), seconds * 1e9, row);
}
const A = 1862379712;
const B = 1879156928;
const C = 1912711360;

beforeAll(() => {
  ingest = openBytes(goldenBytes('03-corosync-kill9', 'bridge.pcap')).ingest;
  analysis = ingest.analysis();
});

const first = (): number => (ingest.store.chunks[0]?.timeNs[0] ?? 0) / 1e9;

describe('a kill', () => {
  it('before: one ring of three, the token resting with its last addressee', () => {
    const { rings, bench } = at(first() + 2);

    expect(rings.map(({ id, members }) => [id, members])).toEqual([[`${A}:8`, [A, B, C]]]);
    expect(bench).toEqual([]);
    expect(rings[0]?.token?.isOnHop).toBe(false);
  });

  it('at a token of that ring: on its hop', () => {
    const time = ingest.store.chunks[0]?.timeNs[274] ?? 0;

    const { rings } = at(time / 1e9, 274);

    expect(rings[0]?.token).toMatchObject({ from: B, to: C, isOnHop: true, row: 274 });
  });

  it('while they gather: no ring, everyone on the bench', () => {
    const { rings, bench } = at(first() + 4.5);

    expect(rings).toEqual([]);
    expect(bench.map(({ nodeid, state }) => [nodeid, state])).toEqual([
      [A, 'gather'],
      [B, 'gather'],
      [C, null],
    ]);
  });

  it('after: a ring of two, the killed node silent', () => {
    const { rings, bench } = at(first() + 6);

    expect(rings.map(({ id, members }) => [id, members])).toEqual([[`${A}:12`, [A, B]]]);
    expect(bench.map(({ nodeid, says }) => [nodeid, says.split(':')[0]])).toEqual([[C, 'silent']]);
  });
});
