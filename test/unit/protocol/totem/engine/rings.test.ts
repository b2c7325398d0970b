// Rings of real engines on a perfect network: how they form, what they deliver, what goes over the wire (specs/totem.md
// 1.6, 2.6 to 2.9, 3.4).
import { describe, expect, it } from 'vitest';
import { TotemRing } from '../../../../support/totem/ring.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const DIALECTS = ['corosync-1', 'corosync-3'] as const;

describe.each(DIALECTS)('a ring of %s', (dialect) => {
  it.each([1, 2, 3, 64])(
    'is formed by %i nodes that start at once, each telling the same',
    (count) => {
      const nodes = upTo(count);

      const ring = new TotemRing({ nodes, dialect }).start().runUntil(300);

      const last = nodes.map((node) => ring.configurations(node, 'regular').at(-1)?.ringId);
      expect(ring.members(1)).toEqual(nodes);
      expect(new Set(nodes.map((node) => ring.engine(node).inspect().state))).toEqual(new Set(['operational']));
      expect(new Set(last.map((ringId) => `${ringId?.rep}:${ringId?.seq}`)).size).toBe(1);
      expect(last[0]?.rep).toBe(ring.engine(1).inspect().members[0]?.nodeid);
      // Long only where the machine has other work.
    },
    60_000,
  );

  it('tells at the first installation of an empty transitional configuration, then of itself (2.8)', () => {
    const ring = new TotemRing({ nodes: [2], dialect }).start().runUntil(10);

    const told = ring.configurations(2).map(({ type, members, left, joined }) => ({
      type,
      counts: [members.length, left.length, joined.length],
    }));
    expect(told).toEqual([
      { type: 'transitional', counts: [0, 0, 0] },
      { type: 'regular', counts: [1, 0, 1] },
    ]);
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

  it('needs 2n commit tokens, numbered from 1, and a token 0 from its representative (2.6)', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3], dialect }).start().runUntil(500);

    const last = ring.configurations(1, 'regular').at(-1)?.ringId.seq;
    const commits = ring.messages('memb_commit_token').filter(({ message }) => message.ringId.seq === last);
    const first = ring.messages('orf_token').find(({ message }) => message.ringId.seq === last);
    expect(commits.map(({ from, message }) => [from, message.tokenSeq, message.membIndex])).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
      [1, 4, 3],
      [2, 5, 3],
      [3, 6, 3],
    ]);
    expect(first).toMatchObject({ from: 1, to: 2, message: { seq: 0, tokenSeq: 0, aru: 0xffffffff } });
  });

  it('sends messages of the lengths of 1.6', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3, 4], dialect }).start().runUntil(500);
    ring.isLost = (message, _from, to) => message.type === 'mcast' && to === 3 && message.seq === 2;
    for (const node of [1, 2]) ring.step(node, { kind: 'submit', packet: new Uint8Array(100), guarantee: 'agreed' });
    ring.runFor(100);
    ring.step(2, { kind: 'leave' });
    ring.runFor(200);

    const size: Record<string, readonly [number, number]> =
      dialect === 'corosync-1'
        ? {
            orf_token: [70, 34],
            mcast: [198, 0],
            memb_merge_detect: [82, 0],
            memb_join: [68, 44],
            memb_commit_token: [54, 86],
          }
        : {
            orf_token: [57, 16],
            mcast: [145, 0],
            memb_merge_detect: [29, 0],
            memb_join: [33, 4],
            memb_commit_token: [41, 28],
          };
    const header = dialect === 'corosync-1' ? 98 : 45;
    const entries = (message: object): number =>
      ['rtrList', 'procList', 'failedList', 'addr'].reduce(
        (sum, list) => sum + ((message as { [list: string]: unknown[] | undefined })[list]?.length ?? 0),
        0,
      );
    for (const type of ['orf_token', 'mcast', 'memb_merge_detect', 'memb_join', 'memb_commit_token'] as const) {
      const sent = ring.messages(type);
      const [fixed, each] = size[type] ?? [0, 0];
      expect(sent.length).toBeGreaterThan(0);
      for (const { bytes, message } of sent) {
        // A recovery message carries a whole old one.
        const inner = message.header.encapsulated === 1 ? header : 0;
        expect(bytes.length).toBe(fixed + each * entries(message) + inner);
      }
    }
    expect(ring.messages('orf_token').some(({ message }) => message.rtrList.length > 0)).toBe(true);
    expect(ring.messages('token_hold_cancel').map(({ bytes }) => bytes.length)).toContain(
      dialect === 'corosync-1' ? 38 : 25,
    );
  });
});

describe('an idle ring', () => {
  it('turns once per hold, with a merge detect in each rotation where hold is no shorter than merge (3.4)', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3], settings: { token: 1000 } }).start().runUntil(1000);
    const before = ring.wire.length;

    ring.runFor(10_000);

    const later = ring.wire.slice(before).map(({ bytes }) => bytes[3]);
    // Hold 303 and three hops of 0.1: 33 rotations in 10 s.
    expect(later.filter((type) => type === 0)).toHaveLength(99);
    expect(later.filter((type) => type === 2)).toHaveLength(33);
    expect(later.filter((type) => type !== 0 && type !== 2)).toEqual([]);
  });

  it('lets a merge detect out every second rotation at the defaults of 1.4 (the report of 2012)', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3], dialect: 'corosync-1' }).start().runUntil(1000);
    const before = ring.engine(1).inspect().counters;

    ring.runFor(36_000);

    const after = ring.engine(1).inspect().counters;
    const grown = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
    expect(grown('memb_merge_detect_tx') / grown('orf_token_rx')).toBeCloseTo(0.5, 1);
  });

  it('sends a message within a few hops, by a hold cancel, then spins for 30 tokens', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3] }).start().runUntil(3000);
    for (const node of [1, 2, 3]) ring.step(node, { kind: 'transitional-ack' });
    const before = ring.wire.length;

    ring.step(3, { kind: 'submit', packet: Uint8Array.of(1), guarantee: 'agreed' });
    ring.runFor(60);

    const types = ring.wire.slice(before).map(({ bytes }) => bytes[3]);
    const [delivery] = ring.told.filter(({ node, effect }) => node === 1 && effect.kind === 'deliver');
    expect(types.slice(0, 4)).toEqual([5, 0, 0, 1]);
    expect((delivery?.at ?? 0) - 3_000_000).toBeLessThan(1000);
    expect(types.filter((type) => type === 0).length).toBeGreaterThan(90);
  });
});

describe('a ring of Corosync 1', () => {
  it('has its nodes in the order of their addresses, whatever their node ids (8.12)', () => {
    const ring = new TotemRing({
      nodes: [1, 2],
      dialect: 'corosync-1',
      makeRef: (node) => ({ nodeid: 9 - node, ip: `10.0.0.${node + 200}` }),
    });
    ring.start().runUntil(500);

    expect(ring.configurations(1, 'regular').at(-1)).toMatchObject({
      ringId: { rep: 8, ip: '10.0.0.201' },
      members: [
        { nodeid: 8, ip: '10.0.0.201' },
        { nodeid: 7, ip: '10.0.0.202' },
      ],
    });
  });
});
