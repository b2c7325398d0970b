// Steps and running time over a real capture of a kill: hops, rotations and changes, both ways, across the loss.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../app/analysis/result.ts';
import type { Ingest } from '../../../../app/session/ingest.ts';
import { PacketKind } from '../../../../app/store/kinds.ts';
import { createNodeDirectory, type NodeDirectory } from '../../../../renderer/state/node-directory.ts';
import { stepChange, stepRow } from '../../../../renderer/state/steps.ts';
import { laterBy } from '../../../../renderer/state/time/running.ts';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';

let ingest: Ingest;
let analysis: Analysis;
let directory: NodeDirectory;
beforeAll(() => {
  ingest = openBytes(goldenBytes('03-corosync-kill9', 'bridge.pcap')).ingest;
  analysis = ingest.analysis();
  const addresses = Array.from({ length: 16 }, (_, i) => ingest.store.address(i));
  directory = createNodeDirectory(analysis.nodes, addresses);
});

describe('a step', () => {
  it('by hop goes to each token, and across the loss to its copies and the tokens of the next ring', () => {
    const rows: number[] = [];
    for (
      let row: number | null = 272;
      row !== null && rows.length < 7;
      row = stepRow(ingest.store, directory, row, 'hop', 1)
    )
      rows.push(row);

    // Frames 274 and 275 are the last hops, 278 to 282 the copies sent in vain.
    expect(rows.slice(1, 5).map((row) => row + 1)).toEqual([274, 275, 278, 279]);
    for (const row of rows.slice(1)) expect(ingest.store.chunks[0]?.kind[row]).toBe(PacketKind.ORF_TOKEN);
  });

  it('by rotation goes to where the representative sends a new token', () => {
    const next = stepRow(ingest.store, directory, 200, 'rotation', 1) ?? -1;
    const later = stepRow(ingest.store, directory, next, 'rotation', 1) ?? -1;
    const { sender, ring, tokenSeq } = ingest.store.chunks[0]!;

    expect(sender[next]).toBe(ingest.store.rings[ring[next]!]?.rep);
    expect(tokenSeq[later]! - tokenSeq[next]!).toBe(3);
    // On the idle ring of Corosync 1 the held token names its predecessor: the address tells who sends it.
    const idle = stepRow(ingest.store, directory, 226, 'rotation', 1) ?? -1;
    expect(tokenSeq[stepRow(ingest.store, directory, idle, 'rotation', 1) ?? -1]! - tokenSeq[idle]!).toBe(3);
    expect(stepRow(ingest.store, directory, later, 'rotation', -1)).toBe(next);
  });

  it('by change goes to each change of membership, and back the same way', () => {
    const times: number[] = [];
    let time = -1;
    for (;;) {
      const change = stepChange(analysis.transitions, time, 1);
      if (change === null) break;
      ({ time } = change);
      times.push(time);
    }
    const back: number[] = [];
    for (time = Infinity; ;) {
      const change = stepChange(analysis.transitions, time, -1);
      if (change === null) break;
      ({ time } = change);
      back.push(time);
    }

    expect(new Set(analysis.transitions.map((transition) => transition.time))).toEqual(new Set(times));
    expect(back.reverse()).toEqual(times);
  });

  it('ends at the ends of the capture', () => {
    expect(stepRow(ingest.store, directory, 0, 'hop', -1)).toBeNull();
    expect(stepRow(ingest.store, directory, ingest.store.length - 1, 'rotation', 1)).toBeNull();
  });
});

describe('running time', () => {
  const folds = [{ from: 1e9, to: 61e9 }];

  it('goes with the speed', () => {
    expect(laterBy(0, 100, 0, folds)).toBe(1e8);
    expect(laterBy(0, 100, -3, folds)).toBe(1e5);
    expect(laterBy(0, 100, 1, [])).toBe(1e9);
  });

  it('passes a folded stretch in half a second, and goes on behind it', () => {
    expect(laterBy(1e9, 250, 0, folds)).toBe(31e9);
    expect(laterBy(0.9e9, 100 + 500 + 40, 0, folds)).toBeCloseTo(61.04e9, 0);
  });

  it('passes a fold no slower than the speed', () => {
    expect(laterBy(1e9, 100, 3, folds)).toBe(101e9);
  });
});
