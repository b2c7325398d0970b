// Rings of real engines on a perfect network: how they form, what they deliver (specs/totem.md 2.6 to 2.9).
import { describe, expect, it } from 'vitest';
import { TotemRing } from '../../../../support/totem/ring.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each(['corosync-1', 'corosync-3'] as const)('a ring of %s', (dialect) => {
  it.each([1, 2, 3, 64])('is formed by %i nodes that start at once, each telling the same', (count) => {
    const nodes = upTo(count);

    const ring = new TotemRing({ nodes, dialect }).start().runUntil(1000);

    const last = nodes.map((node) => ring.configurations(node, 'regular').at(-1)?.ringId);
    expect(ring.members(1)).toEqual(nodes);
    expect(new Set(nodes.map((node) => ring.engine(node).inspect().state))).toEqual(new Set(['operational']));
    expect(new Set(last.map((ringId) => `${ringId?.rep}:${ringId?.seq}`)).size).toBe(1);
    expect(last[0]?.rep).toBe(ring.engine(1).inspect().members[0]?.nodeid);
  });

  it('delivers what each sends to all in one order, the sender included (E1, E3)', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3], dialect }).start().runUntil(500);
    for (const node of [1, 2, 3]) ring.step(node, { kind: 'transitional-ack' });

    for (let i = 0; i < 40; i++)
      for (const node of [1, 2, 3])
        ring.step(node, { kind: 'submit', packet: Uint8Array.of(node, i), guarantee: i % 3 === 0 ? 'safe' : 'agreed' });
    ring.runFor(500);

    const told = [1, 2, 3].map((node) => ring.deliveries(node).map(({ seq, packet }) => `${seq}: ${packet.join()}`));
    expect(told[0]).toHaveLength(120);
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });
});
