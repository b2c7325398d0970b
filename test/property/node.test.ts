// Laws of whole nodes over a total order: what is packed comes out, members agree whatever happens, and nothing that
// the ring may say does harm (specs/totem.md 2.9 E1 and E3, 5.1, 5.5).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NodeEffect } from '../../protocol/node/contract.ts';
import { encodePacket } from '../../protocol/totempg/packet.ts';
import { createReceiver } from '../../protocol/totempg/receiver.ts';
import { createSender } from '../../protocol/totempg/sender.ts';
import { cpgLines, orderedNodes, type OrderedNodes } from '../support/ordered-nodes.ts';

const dialect = fc.constantFrom('corosync-1' as const, 'corosync-3' as const);

test('every message that is packed comes out whole and in order, wherever tokens close packets', () => {
  const lengths = fc.array(fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 3000 })), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 1410 }), lengths, fc.array(fc.boolean()), (packetMax, sizes, tokens) => {
      const sender = createSender(packetMax);
      const packets: Uint8Array[] = [];
      for (const [i, size] of sizes.entries()) {
        const head = Uint8Array.of(i);
        sender.put(head, new Uint8Array(size).fill(i), packets);
        const open = tokens[i] === true ? sender.take() : null;
        if (open !== null) packets.push(open);
      }
      const rest = sender.take();
      if (rest !== null) packets.push(rest);
      const receiver = createReceiver();
      const got: string[] = [];
      for (const packet of packets) {
        expect(packet.length).toBeLessThanOrEqual(packetMax);
        const problem = receiver.receive(1, packet, true, false, (bytes, _view, at, end) => {
          expect(new Set(bytes.subarray(at, end)).size).toBe(1);
          got.push(`${bytes[at]}×${end - at}`);
        });
        expect(problem).toBeNull();
      }

      expect(got).toEqual(sizes.map((size, i) => `${i}×${size + 1}`));
    }),
  );
});

type Act =
  | { readonly what: 'join' | 'leave' | 'exit'; readonly node: number; readonly pid: number; readonly group: string }
  | { readonly what: 'say'; readonly node: number; readonly pid: number; readonly group: string; readonly size: number }
  | { readonly what: 'turn'; readonly nodes: readonly number[] }
  | { readonly what: 'split'; readonly side: readonly boolean[] }
  | { readonly what: 'merge' }
  | { readonly what: 'restore'; readonly node: number };

const NODES = [1, 2, 3, 4];
const node = fc.constantFrom(...NODES);
const process = { node, pid: fc.integer({ min: 1, max: 3 }), group: fc.constantFrom('a', 'b') };
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('join', 'leave', 'exit'), ...process }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('say'), ...process, size: fc.nat({ max: 4000 }) }) },
  { weight: 8, arbitrary: fc.record({ what: fc.constant('turn'), nodes: fc.array(node, { maxLength: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('split'), side: fc.tuple(...NODES.map(() => fc.boolean())) }) },
  { weight: 1, arbitrary: fc.constant({ what: 'merge' as const }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restore'), node }) },
) as fc.Arbitrary<Act>;

/** How many messages of each process were taken since it joined, by `node.pid group`. */
type Taken = Map<string, number>;

function perform(ring: OrderedNodes, step: Act, count: number, taken: Taken): void {
  const isTaken = (effects: readonly NodeEffect[]): boolean => effects.every(({ kind }) => kind !== 'cpg-refused');
  switch (step.what) {
    case 'join':
    case 'leave': {
      const key = `${step.node}.${step.pid} ${step.group}`;
      if (!isTaken(ring.input(step.node, { kind: `cpg-${step.what}`, group: step.group, pid: step.pid }))) return;
      if (step.what === 'join') taken.set(key, 0);
      else taken.delete(key);
      return;
    }
    case 'exit':
      ring.input(step.node, { kind: 'cpg-exit', pid: step.pid });
      for (const group of ['a', 'b']) taken.delete(`${step.node}.${step.pid} ${group}`);
      return;
    case 'say': {
      const key = `${step.node}.${step.pid} ${step.group}`;
      const message = Uint8Array.from({ length: step.size }, (_, i) => count + i);
      const input = { kind: 'cpg-mcast', group: step.group, pid: step.pid, message } as const;
      if (isTaken(ring.input(step.node, input))) taken.set(key, (taken.get(key) ?? 0) + 1);
      return;
    }
    case 'turn':
      return ring.turn(...step.nodes);
    case 'split': {
      const [one, other] = [true, false].map((side) => NODES.filter((_, i) => step.side[i] === side));
      if (one !== undefined && one.length > 0) ring.form(...one);
      if (other !== undefined && other.length > 0) ring.form(...other);
      return;
    }
    case 'merge':
      return ring.form(...NODES);
    case 'restore':
      return ring.restore(step.node);
  }
}

/** What was delivered under each place in the order: ring, sequence number and the how manieth message there. */
function deliveries(ring: OrderedNodes, nodeid: number): Map<string, string> {
  const places = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const effect of ring.effects(nodeid)) {
    if (effect.kind !== 'cpg-deliver') continue;
    const place = `${effect.group} ${effect.ringId.rep}:${effect.ringId.seq} ${effect.seq}`;
    const index = counts.get(place) ?? 0;
    counts.set(place, index + 1);
    places.set(`${place} ${index}`, cpgLines([{ ...effect, to: [] }])[0] ?? '');
  }
  return places;
}

/** How many of its own messages a process heard since it joined. */
function heardOfItself(ring: OrderedNodes, key: string): number {
  const [, nodeid, pid, group] = /^(\d+)\.(\d+) (.*)$/.exec(key) ?? [];
  const own = { nodeid: Number(nodeid), pid: Number(pid) };
  let count = 0;
  for (const effect of ring.effects(own.nodeid)) {
    if (effect.kind === 'cpg-confchg' && effect.group === group)
      if (effect.joined.some((process) => process.nodeid === own.nodeid && process.pid === own.pid)) count = 0;
    if (effect.kind !== 'cpg-deliver' || effect.group !== group || !effect.to.includes(own.pid)) continue;
    if (effect.from.nodeid === own.nodeid && effect.from.pid === own.pid) count++;
  }
  return count;
}

test('members agree: one order of messages, the same processes in every group, and no sender loses its own', () => {
  fc.assert(
    fc.property(dialect, fc.array(act, { minLength: 10, maxLength: 120 }), (generation, acts) => {
      const ring = orderedNodes(generation, NODES);
      ring.form(...NODES);
      ring.run();
      const taken: Taken = new Map();
      for (const [i, step] of acts.entries()) perform(ring, step, i, taken);
      ring.form(...NODES);
      ring.run();

      const tables = NODES.map((nodeid) => ring.nodes.get(nodeid)?.inspect().groups);
      for (const table of tables) expect(table).toEqual(tables[0]);
      const places = new Map<string, string>();
      for (const nodeid of NODES)
        for (const [place, line] of deliveries(ring, nodeid)) {
          expect(places.get(place) ?? line).toBe(line);
          places.set(place, line);
        }
      for (const [key, count] of taken) expect(heardOfItself(ring, key), key).toBe(count);
      for (const nodeid of NODES)
        expect(ring.nodes.get(nodeid)?.inspect()).toMatchObject({ isSynchronised: true, queued: { messages: 0 } });
    }),
    { numRuns: 150 },
  );
});

/** Messages that are nearly real: groups and headers that lead into every handler, then anything. */
const hostile = fc
  .record({
    group: fc.constantFrom('a', 'sync', 'syncv2', 'other'),
    first: fc.oneof(fc.nat({ max: 6 }), fc.integer({ min: 0x20000, max: 0x20006 }), fc.integer()),
    second: fc.oneof(fc.nat({ max: 6 }), fc.integer({ min: 0x80000, max: 0x80006 }), fc.constant(-1), fc.integer()),
    body: fc.uint8Array({ maxLength: 300 }),
    isHonest: fc.boolean(),
  })
  .map(({ group, first, second, body, isHonest }) => {
    const message = new Uint8Array(4 + group.length + 16 + body.length);
    const view = new DataView(message.buffer);
    view.setUint16(0, 1, true);
    view.setUint16(2, group.length, true);
    for (let i = 0; i < group.length; i++) message[4 + i] = group.charCodeAt(i);
    const at = 4 + group.length;
    view.setInt32(at, isHonest && second > 6 ? 16 + body.length : first, true);
    view.setInt32(at + 8, isHonest && second <= 6 ? 16 + body.length : second, true);
    message.set(body, at + 16);
    return message;
  });

test('nothing that the ring may say makes a node throw, and afterwards it still serves', () => {
  const packet = fc.record({
    from: fc.constantFrom(1, 2, 2, 2, 9),
    littleEndian: fc.boolean(),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc
        .tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.array(hostile, { minLength: 1, maxLength: 4 }))
        .map(([continuation, fragmented, pieces]) =>
          encodePacket({ version: 0, type: 0, continuation, fragmented }, pieces, true),
        ),
    ),
  });
  fc.assert(
    fc.property(dialect, fc.boolean(), fc.array(packet, { maxLength: 40 }), (generation, isSynchronised, packets) => {
      const ring = orderedNodes(generation, [1, 2]);
      ring.form(1, 2);
      if (isSynchronised) {
        ring.run();
        ring.input(1, { kind: 'cpg-join', group: 'g', pid: 1 });
      }
      ring.turn(1);
      for (const { from, littleEndian, bytes } of packets) {
        ring.order.inject(1, from, bytes, littleEndian);
        ring.turn(1);
      }
      ring.form(1, 2);
      ring.run();
      ring.input(1, { kind: 'cpg-join', group: 'h', pid: 2 });
      ring.run();

      expect(cpgLines(ring.effects(1)).at(-1)).toContain('h (1.2) joined 1.2 join');
    }),
    { numRuns: 400 },
  );
});
