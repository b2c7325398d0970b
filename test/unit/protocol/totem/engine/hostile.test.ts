// Datagrams of somebody who means harm: whatever comes, in whatever number, memory stays bounded and the ring goes on.
import { describe, expect, it } from 'vitest';
import { aJoin, aMergeDetect, anMcast, aRing, aToken } from '../../../../support/totem/messages.ts';
import { TotemNode, MEMBERS } from '../../../../support/totem/node.ts';

/** Octets that the windows of an engine keep. */
function keptOctets(node: TotemNode): number {
  const { regularQueue, recoveryQueue } = node.engine.save() as unknown as {
    readonly [queue in 'regularQueue' | 'recoveryQueue']: { readonly octets: number };
  };
  return regularQueue.octets + recoveryQueue.octets;
}

/** The node still orders: a message of the ring and the token behind it are taken. */
function goesOn(node: TotemNode, seq: number): boolean {
  const before = node.engine.inspect().aru;
  node.tokenAfter(seq, seq);
  return before === seq - 1 && node.engine.inspect().aru === seq && node.sentOf('orf_token').length === 1;
}

describe('a flood', () => {
  it('of mcasts of the ring behind a gap fills a window of 64 MiB and no more', () => {
    const node = new TotemNode(2).to('operational');
    const payload = new Uint8Array(65_000);
    for (let seq = 2; seq < 1300; seq++) node.hear(anMcast({ from: 3, seq, payload }));

    expect(keptOctets(node)).toBeGreaterThan(63 << 20);
    expect(keptOctets(node)).toBeLessThanOrEqual(64 << 20);
    node.hear(anMcast({ from: 3, seq: 1, payload: Uint8Array.of(1) }));
    // What was missing has room still: all that is kept counts at once.
    expect(node.engine.inspect().aru).toBeGreaterThan(1000);
  });

  it('of mcasts beyond the window is told once each, at most so many in a step, and kept by nobody', () => {
    const node = new TotemNode(2).to('operational');
    node.hear(...Array.from({ length: 5000 }, (_, i) => anMcast({ from: 3, seq: 20_000 + i })));

    expect(node.effects.length).toBeLessThanOrEqual(65);
    expect(keptOctets(node)).toBe(0);
    expect(goesOn(node, 1)).toBe(true);
  });

  it('of one message over and over is one message', () => {
    const node = new TotemNode(2).to('operational');
    node.hear(...Array.from({ length: 5000 }, () => anMcast({ from: 3, seq: 1 })));

    expect(node.effects.filter(({ kind }) => kind === 'deliver')).toHaveLength(1);
    expect(goesOn(node, 2)).toBe(true);
  });

  it('of tokens that were here, of other rings, and of numbers far away changes nothing', () => {
    const node = new TotemNode(2).to('operational');
    const before = node.engine.inspect();
    for (let i = 0; i < 2000; i++) {
      node.hear(aToken({ tokenSeq: 1, seq: i }));
      node.hear(aToken({ tokenSeq: 5000 + i, ring: aRing(9, 4 * i) }));
      node.hear(aToken({ tokenSeq: 5000 + i, seq: 0x4000_0000 + i }));
    }
    const after = node.engine.inspect();

    expect({ ...after, counters: null }).toEqual({ ...before, counters: null });
    expect(goesOn(node, 1)).toBe(true);
  });

  it('of strangers that ask to merge makes it gather, with at most 384 nodes, and give the silent up', () => {
    const node = new TotemNode(2).to('operational');
    for (let i = 0; i < 3000; i++) node.hear(aMergeDetect(100 + i, aRing(100 + i, 4)));
    const { procList } = node.engine.inspect();
    for (const from of MEMBERS) node.hear(aJoin({ from, proc: procList.map(({ nodeid }) => nodeid), ringSeq: 8 }));
    node.pass(1300);

    expect(procList).toHaveLength(384);
    expect(node.state).toBe('gather');
    expect(node.engine.inspect().failedList).toHaveLength(381);
  });
});

describe('a message that lies about its lengths', () => {
  const counts = [31, 0xffff, 0x7fff_ffff, 0xffff_ffff];
  const lying = (message: Uint8Array, at: number, count: number): Uint8Array => {
    const octets = message.slice();
    new DataView(octets.buffer).setUint32(at, count, true);
    return octets;
  };

  it.each(counts)('is counted as malformed and not read: %i entries', (count) => {
    const node = new TotemNode(2).to('operational');
    node.hear(
      lying(aToken({ tokenSeq: 9 }), 53, count),
      lying(aJoin({ from: 3, proc: MEMBERS }), 17, count === 31 ? 385 : count),
      lying(aJoin({ from: 3, proc: MEMBERS }), 21, count === 31 ? 385 : count),
    );

    expect(node.engine.inspect().counters['malformed_rx']).toBe(3);
    expect([node.state, node.notesOf('discarded').length]).toEqual(['operational', 3]);
    expect(goesOn(node, 1)).toBe(true);
  });
});
