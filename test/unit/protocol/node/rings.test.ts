// Rings of whole nodes over a perfect network, in both dialects: they form, synchronise, and their processes hear the
// same messages and changes in the same order, whatever comes and goes (specs/totem.md 2.9, 5.4 to 5.6).
import { describe, expect, test } from 'vitest';
import { ATOMIC_MESSAGE_OCTETS_MAX } from '../../../../protocol/cpg/member/requests.ts';
import type { NodeEffect } from '../../../../protocol/node/contract.ts';
import { NodeRing, type Dialect } from '../../../support/node-ring.ts';
import { cpgLines, notes } from '../../../support/ordered-nodes.ts';

const DIALECTS: readonly Dialect[] = ['corosync-1', 'corosync-3'];
const GROUP = 'sheepdog';
/** The longest message that real nodes of Corosync 1 can queue, and the 1 MiB of Corosync 3. */
const LONGEST = { 'corosync-1': 1_025_811, 'corosync-3': 1024 * 1024 } as const;

function ringOf(dialect: Dialect, count: number): NodeRing {
  const nodes = Array.from({ length: count }, (_, i) => i + 1);
  return new NodeRing({ dialect, nodes }).settle();
}

/** One process on each node, its number the node's. */
function joinAll(ring: NodeRing, nodes: readonly number[]): void {
  for (const node of nodes) ring.input(node, { kind: 'cpg-join', group: GROUP, pid: node });
  ring.runUntil(() => nodes.every((node) => membersOf(ring, node).length === nodes.length));
}

function membersOf(ring: NodeRing, node: number): readonly { nodeid: number; pid: number }[] {
  return ring.status(node).groups.find(({ name }) => name === GROUP)?.members ?? [];
}

function mcast(ring: NodeRing, node: number, length: number, octet = node): void {
  const message = new Uint8Array(length);
  for (let i = 0; i < length; i++) message[i] = i * 7 + octet + (i >> 8);
  ring.input(node, { kind: 'cpg-mcast', group: GROUP, pid: node, message });
}

function delivered(ring: NodeRing, node: number): number {
  return ring.told(node).filter(({ kind }) => kind === 'cpg-deliver').length;
}

/** What all processes heard, without to whom: equal on all nodes. */
function heard(effects: readonly NodeEffect[]): readonly string[] {
  return cpgLines(effects)
    .filter((line) => !line.includes('refused') && line !== 'ready')
    .map((line) => line.replace(/ to [\d ]+$/, ''));
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe.each(DIALECTS)('%s', (dialect) => {
  test.each([1, 2, 3, 5])('%i nodes form a ring, synchronise, and hear each other from 1 octet to the longest', (n) => {
    const ring = ringOf(dialect, n);
    joinAll(ring, numbers(n));
    const marks = numbers(n).map((node) => ring.told(node).length);
    // The longest both ways; the ring's ends say all that lies between.
    const sizes = [1, 0, 100, 1200, 1208, 1400, 3000, 64_000];
    for (const node of numbers(n)) for (const size of sizes) mcast(ring, node, size);
    for (const node of new Set([1, n])) mcast(ring, node, LONGEST[dialect]);
    const count = n * sizes.length + new Set([1, n]).size;
    ring.runUntil(() => numbers(n).every((node) => delivered(ring, node) === count));

    const first = heard(ring.told(1, marks[0]));
    expect(first.length).toBe(count);
    for (const node of numbers(n)) expect(heard(ring.told(node, marks[node - 1]))).toEqual(first);
    expect(numbers(n).flatMap((node) => notes(ring.told(node)))).toEqual([]);
    // Each process hears its own messages in the order in which it said them.
    const own = first.filter((line) => line.includes(` ${ring.id(1)}.1 `));
    const lengths = own.map((line) => Number(/says (?:(\d+) octets|"(.*)")/s.exec(line)?.[1] ?? 0));
    expect(lengths).toEqual([...sizes.map((size) => (size <= 32 ? 0 : size)), LONGEST[dialect]]);
  });

  test('a small message on an idle ring does not wait for the token to be held out (3.4)', () => {
    const ring = ringOf(dialect, 3);
    joinAll(ring, [1, 2, 3]);
    ring.runFor(1500);
    expect(ring.status(1).totem.held).toBe(true);
    const at = ring.now;
    mcast(ring, 2, 5);
    ring.runUntil(() => delivered(ring, 3) === 1);

    expect(ring.now - at).toBeLessThan(5000);
  });

  test('a node that is killed takes its processes with it', () => {
    const ring = ringOf(dialect, 3);
    joinAll(ring, [1, 2, 3]);
    const marks = [1, 2].map((node) => ring.told(node).length);
    ring.kill(2);
    ring.settle(1, 3);

    const line = `${GROUP} (${ring.id(1)}.1, ${ring.id(3)}.3) left ${ring.id(2)}.2 nodedown`;
    expect(heard(ring.told(1, marks[0]))).toEqual([line]);
    expect(heard(ring.told(3)).at(-1)).toBe(line);
  });

  test('a node that leaves is gone in milliseconds, comes back, and its processes with it', () => {
    const ring = ringOf(dialect, 3);
    joinAll(ring, [1, 2, 3]);
    const at = ring.now;
    ring.leave(3);
    ring.settle(1, 2);
    // No token is lost: a LEAVE or a JOIN beside a token may be dropped, and is said again after 50 ms.
    expect(ring.now - at).toBeLessThan(200_000);
    expect(heard(ring.told(1)).at(-1)).toContain('nodedown');

    ring.restart(3);
    ring.settle();
    ring.input(3, { kind: 'cpg-join', group: GROUP, pid: 3 });
    ring.runUntil(() => membersOf(ring, 1).length === 3);
    expect(heard(ring.told(1)).at(-1)).toContain(`joined ${ring.id(3)}.3 join`);
    expect(membersOf(ring, 3)).toEqual(membersOf(ring, 1));
  });

  test('parts of a ring go on alone and merge: who was away is told as down, then as up', () => {
    const ring = ringOf(dialect, 5);
    joinAll(ring, numbers(5));
    ring.partition([1, 2], [3, 4, 5]);
    ring.settle(1, 2);
    ring.settle(3, 4, 5);
    expect(membersOf(ring, 1).map(({ pid }) => pid)).toEqual([1, 2]);
    expect(membersOf(ring, 4).map(({ pid }) => pid)).toEqual([3, 4, 5]);
    mcast(ring, 1, 5000);
    mcast(ring, 4, 5000);
    ring.runUntil(() => delivered(ring, 2) === 1 && delivered(ring, 5) === 1);

    const marks = numbers(5).map((node) => ring.told(node).length);
    ring.heal();
    ring.settle();
    mcast(ring, 2, 10);
    ring.runUntil(() => numbers(5).every((node) => delivered(ring, node) === 2));

    for (const node of numbers(5)) {
      expect(membersOf(ring, node).map(({ pid }) => pid)).toEqual(numbers(5));
      const lines = heard(ring.told(node, marks[node - 1]));
      const up = node <= 2 ? [3, 4, 5] : [1, 2];
      for (const pid of up)
        expect(lines.filter((line) => line.includes(`${ring.id(pid)}.${pid} nodeup`))).toHaveLength(1);
      expect(lines.at(-1)).toContain('says');
    }
  });

  test('a process that dies is told with its reason, one that leaves with its own', () => {
    const ring = ringOf(dialect, 2);
    joinAll(ring, [1, 2]);
    ring.input(1, { kind: 'cpg-exit', pid: 1 });
    ring.runUntil(() => membersOf(ring, 2).length === 1);
    expect(heard(ring.told(2)).at(-1)).toBe(`${GROUP} (${ring.id(2)}.2) left ${ring.id(1)}.1 procdown`);

    ring.input(2, { kind: 'cpg-leave', group: GROUP, pid: 2 });
    ring.runUntil(() => membersOf(ring, 1).length === 0);
    expect(heard(ring.told(2)).at(-1)).toBe(`${GROUP} () left ${ring.id(2)}.2 leave`);
  });

  test('a message in the middle of being sent when a node joins arrives whole at those who were there (5.1.4)', () => {
    const ring = ringOf(dialect, 3);
    ring.kill(3);
    ring.settle(1, 2);
    joinAll(ring, [1, 2]);
    for (let i = 0; i < 4; i++) mcast(ring, 1, 200_000, i);
    ring.runFor(3);
    const before = delivered(ring, 2);
    ring.restart(3);
    ring.settle();
    ring.runUntil(() => delivered(ring, 1) === 4 && delivered(ring, 2) === 4);

    expect(before).toBeLessThan(4);
    expect(heard(ring.told(2)).slice(-4)).toEqual(heard(ring.told(1)).slice(-4));
    expect([1, 2].flatMap((node) => notes(ring.told(node)))).toEqual([]);
  });

  test('a node that goes on from its saved state at any time does what it would have done', () => {
    const run = (restored: boolean): readonly string[] => {
      const ring = ringOf(dialect, 3);
      joinAll(ring, [1, 2, 3]);
      for (const node of [1, 2, 3]) for (const size of [10, 70_000, 3, 2000]) mcast(ring, node, size);
      for (let i = 0; i < 40; i++) {
        ring.runFor(0.3);
        if (restored) ring.restore(1 + (i % 3));
      }
      ring.kill(2);
      for (let i = 0; i < 60; i++) {
        ring.runFor(100);
        if (restored) ring.restore(1 + 2 * (i % 2));
      }
      return [...heard(ring.told(1)), '', ...heard(ring.told(3)), `${ring.wire.length} datagrams`];
    };

    expect(run(true)).toEqual(run(false));
  });
});

test('1 MiB goes in two parts in Corosync 3, and whole where libcpg has room for it', () => {
  const ring = ringOf('corosync-3', 2);
  joinAll(ring, [1, 2]);
  mcast(ring, 1, ATOMIC_MESSAGE_OCTETS_MAX);
  mcast(ring, 1, 1024 * 1024);
  ring.runUntil(() => delivered(ring, 2) === 2);

  expect(ring.told(2).flatMap((effect) => (effect.kind === 'cpg-deliver' ? [effect.message.length] : []))).toEqual([
    ATOMIC_MESSAGE_OCTETS_MAX,
    1024 * 1024,
  ]);
});
