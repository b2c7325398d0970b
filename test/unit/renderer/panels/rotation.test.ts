// What members did in the last rotation, by real captures: multicasts raise the token's seq, and tokens rest.
import { describe, expect, it } from 'vitest';
import { rotationFigures } from '../../../../renderer/panels/rotation/layout.ts';
import { createNodeDirectory } from '../../../../renderer/state/node-directory.ts';
import { lastRotation } from '../../../../renderer/state/time/hops.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

function open(scenario: string, file: string) {
  const { ingest } = openBytes(goldenBytes(scenario, file));
  const analysis = ingest.analysis();
  const addresses = Array.from({ length: 32 }, (_, i) => ingest.store.address(i));
  return { store: ingest.store, analysis, directory: createNodeDirectory(analysis.nodes, addresses) };
}

describe('the last rotation', () => {
  const { store, directory, analysis } = open('c31-udp-burst-large', 'brA.pcap');
  const ring = [...analysis.rings].sort((a, b) => b.tokens - a.tokens)[0];
  const members = ring?.members ?? [];
  const seqOf = (row: number): number => store.chunks[row >>> 16]?.seq[row & 0xffff] ?? 0;

  it('has as many new multicasts as the token’s seq rose by, wherever it is looked at', () => {
    let busy = 0;
    for (let row = 400; row < store.length; row += 97) {
      const id = ring?.id ?? '';
      const rotation = lastRotation(store, directory, id, row);
      const [first] = rotation;
      const last = rotation.at(-1);
      if (first === undefined || last === undefined || rotation.length !== members.length) continue;
      const figures = rotationFigures(store, directory, id, members, last.row);
      const before = lastRotation(store, directory, id, first.row - 1).at(-1);
      const rose = before === undefined ? 0 : seqOf(last.row) - seqOf(before.row);

      const sent = figures.reduce((sum, own) => sum + own.sent, 0);
      expect([row, sent]).toEqual([row, rose]);
      if (sent > 10) busy++;
    }
    expect(busy).toBeGreaterThan(5);
  });

  it('tells how long each member held the token: the rests and hops are the whole rotation', () => {
    const id = ring?.id ?? '';
    const last = lastRotation(store, directory, id, 600).at(-1);
    if (last === undefined) throw new Error('no rotation');
    const held = rotationFigures(store, directory, id, members, last.row).map((own) => own.held ?? NaN);

    const before = lastRotation(store, directory, id, last.row - 1).findLast(({ from }) => from === last.from);
    const whole = before === undefined ? 0 : last.time - before.time;
    expect(held.reduce((sum, own) => sum + own, 0)).toBe(whole);
  });

  it('knows nothing of a ring that is not there', () => {
    expect(rotationFigures(store, directory, '9:9', [1], 600)).toEqual([
      { nodeid: 1, held: null, sent: 0, again: 0, seq: null, aru: null },
    ]);
  });
});
