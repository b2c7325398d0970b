// Closed process groups on several nodes: who hears what, in which order, what requests come to (specs/totem.md 5.5).
import { describe, expect, test } from 'vitest';
import { asciiBytes } from '../../../../../protocol/base/bytes.ts';
import {
  encodeJoinlist,
  encodeMcastHead,
  encodeProcessChange,
  setMcastLength,
} from '../../../../../protocol/cpg/encode.ts';
import type { NodeInput } from '../../../../../protocol/node/contract.ts';
import { encodePacket } from '../../../../../protocol/totempg/packet.ts';
import { cpgLines, notes, orderedNodes, type OrderedNodes } from '../../../../support/ordered-nodes.ts';

const HEAD = { version: 0, type: 0, continuation: 0, fragmented: 0 };

const join = (pid: number, group = 'g'): NodeInput => ({ kind: 'cpg-join', group, pid });
const leave = (pid: number, group = 'g'): NodeInput => ({ kind: 'cpg-leave', group, pid });
const say = (pid: number, text: string, group = 'g'): NodeInput => ({
  kind: 'cpg-mcast',
  group,
  pid,
  message: asciiBytes(text),
});

/** What a node's processes are told from now on. */
function listen(ring: OrderedNodes, nodeid: number): () => readonly string[] {
  const mark = ring.effects(nodeid).length;
  return () => cpgLines(ring.effects(nodeid).slice(mark));
}

describe.each(['corosync-1', 'corosync-3'] as const)('%s', (dialect) => {
  const ringOf = (...nodeids: readonly number[]): OrderedNodes => {
    const ring = orderedNodes(dialect, nodeids);
    ring.form(...nodeids);
    ring.run();
    return ring;
  };

  test('changes and messages come in one order; only who has joined hears them, the leaver to its leave', () => {
    const ring = ringOf(1, 2);
    ring.input(1, join(10));
    ring.input(1, join(11));
    ring.input(1, join(12, 'other'));
    ring.input(2, join(20));
    ring.input(2, say(20, 'first'));
    ring.run();
    ring.input(1, say(10, 'second'));
    ring.input(1, leave(10));
    ring.input(1, say(11, 'third'));
    ring.input(2, { kind: 'cpg-exit', pid: 20 });
    ring.run();

    expect(cpgLines(ring.effects(1))).toEqual([
      'g (1.10) joined 1.10 join to 10',
      'g (1.10, 1.11) joined 1.11 join to 10 11',
      'other (1.12) joined 1.12 join to 12',
      'g (1.10, 1.11, 2.20) joined 2.20 join to 10 11',
      'g 2.20 says "first" to 10 11',
      'g 1.10 says "second" to 10 11',
      'g (1.11, 2.20) left 1.10 leave to 10 11',
      'g 1.11 says "third" to 11',
      'g (1.11) left 2.20 procdown to 11',
    ]);
    // Its own node tells a dead process nothing more.
    expect(cpgLines(ring.effects(2))).toEqual([
      'g (1.10, 1.11, 2.20) joined 2.20 join to 20',
      'g 2.20 says "first" to 20',
    ]);
  });

  test('requests that make no sense are refused with their reason', () => {
    const ring = ringOf(1);
    const told = listen(ring, 1);
    ring.input(1, say(1, 'too early'));
    ring.input(1, leave(1));
    ring.input(1, join(1, ''));
    ring.input(1, join(1, 'x'.repeat(129)));
    ring.input(1, join(1, '→'));
    ring.input(1, join(1));
    ring.input(1, join(1));
    ring.input(1, { kind: 'cpg-mcast', group: 'g', pid: 1, message: new Uint8Array(1024 * 1024 + 1) });
    ring.input(1, leave(1));
    ring.input(1, leave(1));
    ring.input(1, say(1, 'too late'));

    expect(told()).toEqual([
      '1 refused: not-joined',
      '1 refused: not-joined',
      '1 refused: bad-name',
      '1 refused: bad-name',
      '1 refused: bad-name',
      '1 refused: exists',
      '1 refused: too-big',
      '1 refused: not-joined',
      '1 refused: not-joined',
    ]);
  });

  test('what is said before the join comes back follows it, and is heard by the joiner', () => {
    const ring = ringOf(1, 2);
    const told = listen(ring, 1);
    ring.input(1, join(1));
    ring.input(1, say(1, 'hello'));
    ring.run();

    expect(told()).toEqual(['g (1.1) joined 1.1 join to 1', 'g 1.1 says "hello" to 1']);
  });

  test('while the services synchronise requests are to be tried again; leaves and deaths wait', () => {
    const ring = ringOf(1, 2);
    for (const pid of [1, 2, 3]) ring.input(1, join(pid));
    ring.run();
    ring.form(1, 2);
    ring.turn(1);
    const told = listen(ring, 1);
    ring.input(1, say(1, 'now'));
    ring.input(1, join(4));
    ring.input(1, leave(2));
    ring.input(1, { kind: 'cpg-exit', pid: 3 });
    expect(told()).toEqual(['1 refused: try-again', '4 refused: try-again']);
    expect(ring.nodes.get(1)?.inspect().queued.messages).toBe(2 + (dialect === 'corosync-1' ? 2 : 1));
    ring.run();

    expect(told().slice(2)).toEqual(['ready', 'g (1.1, 1.3) left 1.2 leave to 1 2', 'g (1.1) left 1.3 procdown to 1']);
    expect(notes(ring.effects(2))).toEqual([]);
  });

  test('a process that died and comes back waits until its death has come back', () => {
    const ring = ringOf(1, 2);
    ring.input(1, join(1));
    ring.run();
    const told = listen(ring, 2);
    const own = listen(ring, 1);
    ring.input(2, join(2));
    ring.run();
    ring.input(1, { kind: 'cpg-exit', pid: 1 });
    ring.input(1, join(1));
    expect(own().at(-1)).toBe('1 refused: try-again');
    ring.run();
    expect(own().at(-1)).toBe('ready');
    ring.input(1, join(1));
    ring.run();

    expect(told().slice(1)).toEqual(['g (2.2) left 1.1 procdown to 2', 'g (1.1, 2.2) joined 1.1 join to 2']);
    expect(own().filter((line) => line === 'ready')).toHaveLength(1);
  });

  test('a group has room for 128 processes', () => {
    const ring = ringOf(1, 2);
    for (let pid = 1; pid <= 127; pid++) ring.input(1, join(pid));
    ring.input(2, join(1));
    ring.run();
    const told = listen(ring, 1);
    ring.input(1, join(128));
    ring.input(1, join(128, 'other'));
    ring.run();

    expect(told()[0]).toBe('128 refused: full');
    expect(
      ring.nodes
        .get(2)
        ?.inspect()
        .groups.map(({ name, members }) => `${name} ${members.length}`),
    ).toEqual(['g 128', 'other 1']);
  });

  test('a sender is stopped when the queue is full, told when to go on, and nothing is lost or out of order', () => {
    const ring = ringOf(1, 2);
    ring.input(1, join(1));
    ring.input(2, join(2));
    ring.run();
    const [own, other] = [listen(ring, 1), listen(ring, 2)];
    const said: string[] = [];
    let tries = 0;
    while (said.length < 2500) {
      const i = said.length;
      const message = Uint8Array.from({ length: 1000 }, (_, k) => i + k + (i >> 8));
      const effects = ring.input(1, { kind: 'cpg-mcast', group: 'g', pid: 1, message });
      if (effects.every(({ kind }) => kind !== 'cpg-refused')) said.push(String(i));
      else {
        tries++;
        const from = ring.effects(1).length;
        const isReady = (): boolean =>
          ring
            .effects(1)
            .slice(from)
            .some(({ kind }) => kind === 'cpg-ready');
        for (let turns = 0; turns < 100 && !isReady(); turns++) ring.turn(1, 2);
        expect(isReady()).toBe(true);
      }
    }
    ring.run();

    const heard = other().map((line) => line.replace(/ to .*/, ''));
    expect(tries).toBeGreaterThan(10);
    expect(new Set(heard).size).toBeGreaterThan(200);
    expect(heard.length).toBe(2500);
    expect(
      own()
        .filter((line) => line.includes('says'))
        .map((line) => line.replace(/ to .*/, '')),
    ).toEqual(heard);
    expect(notes([...ring.effects(1), ...ring.effects(2)])).toEqual([]);
  });

  describe('after a change of the ring', () => {
    test('processes of nodes that are gone are down, those of newcomers up, and both sides agree', () => {
      const ring = ringOf(1, 2, 3);
      for (const nodeid of [1, 2, 3]) for (const pid of [1, 2]) ring.input(nodeid, join(pid));
      ring.run();
      ring.form(1, 2);
      ring.form(3);
      ring.run();
      const told = [1, 3].map((nodeid) => listen(ring, nodeid));
      ring.form(1, 2, 3);
      ring.run();

      const down = cpgLines(ring.effects(1)).filter((line) => line.includes('nodedown'));
      const up = told[0]?.() ?? [];
      expect(told[1]?.()).toEqual(
        dialect === 'corosync-3'
          ? ['g (1.1, 1.2, 2.1, 2.2, 3.1, 3.2) joined 1.1 nodeup, 1.2 nodeup, 2.1 nodeup, 2.2 nodeup to 1 2']
          : [
              'g (1.1, 3.1, 3.2) joined 1.1 nodeup to 1 2',
              'g (1.1, 1.2, 3.1, 3.2) joined 1.2 nodeup to 1 2',
              'g (1.1, 1.2, 2.1, 3.1, 3.2) joined 2.1 nodeup to 1 2',
              'g (1.1, 1.2, 2.1, 2.2, 3.1, 3.2) joined 2.2 nodeup to 1 2',
            ],
      );
      if (dialect === 'corosync-3') {
        expect(down).toEqual(['g (1.1, 1.2, 2.1, 2.2) left 3.1 nodedown, 3.2 nodedown to 1 2']);
        expect(up).toEqual(['g (1.1, 1.2, 2.1, 2.2, 3.1, 3.2) joined 3.1 nodeup, 3.2 nodeup to 1 2']);
      } else {
        expect(down.map((line) => line.replace(/.*left/, 'left'))).toEqual([
          'left 3.1 nodedown to 1 2',
          'left 3.2 nodedown to 1 2',
        ]);
        expect(up.map((line) => line.replace(/.*joined/, 'joined'))).toEqual([
          'joined 3.1 nodeup to 1 2',
          'joined 3.2 nodeup to 1 2',
        ]);
      }
    });

    test('a ring that is replaced before it synchronised still counts those it lost', () => {
      const ring = ringOf(1, 2, 3);
      for (const nodeid of [1, 2, 3]) ring.input(nodeid, join(nodeid));
      ring.run();
      const told = listen(ring, 1);
      // Node 3 is lost, and back on the ring before the first two have synchronised without it.
      ring.form(1, 2);
      ring.turn(1, 2);
      ring.form(3);
      ring.run();
      const lost = told().length;
      ring.form(1, 2, 3);
      ring.run();

      expect(lost).toBe(1);
      expect(told()).toEqual(['g (1.1, 2.2) left 3.3 nodedown to 1', 'g (1.1, 2.2, 3.3) joined 3.3 nodeup to 1']);
    });
  });

  describe('from the ring', () => {
    const group = asciiBytes('g');
    const inject = (ring: OrderedNodes, from: number, message: Uint8Array): void => {
      ring.order.inject(1, from, encodePacket(HEAD, [message], true));
      ring.turn(1);
    };

    test('messages of nodes without a process in the group are not delivered', () => {
      const ring = ringOf(1, 2);
      ring.input(1, join(1));
      ring.run();
      const head = encodeMcastHead(dialect, group, 2, 7);
      setMcastLength(dialect, head, 2);
      inject(ring, 2, Uint8Array.from([...head, 1, 2]));

      expect(notes(ring.effects(1))).toEqual(['CPG MCAST: node 2 has no process in the group']);
    });

    test('lists that come at no synchronisation change nothing', () => {
      const ring = ringOf(1, 2);
      ring.input(1, join(1));
      ring.run();
      inject(ring, 2, encodeJoinlist(dialect, [{ group, pid: 5 }]));

      expect(notes(ring.effects(1))).toEqual(['CPG JOINLIST: the services are not synchronising']);
      expect(ring.nodes.get(1)?.inspect().groups).toEqual([{ name: 'g', members: [{ nodeid: 1, pid: 1 }] }]);
    });

    test('packets of nodes that are no members are dropped', () => {
      const ring = ringOf(1, 2);
      inject(ring, 99, encodeProcessChange(dialect, 'PROCJOIN', group, 5, 1));

      expect(notes(ring.effects(1))).toEqual(['totempg packet: node 99 is no member of the ring']);
    });

    test('lengths that lie are noted, whatever they are of', () => {
      const ring = ringOf(1, 2);
      ring.input(1, join(1));
      ring.input(2, join(2));
      ring.run();
      const head = encodeMcastHead(dialect, group, 2, 2);
      const longer = Uint8Array.from([...head, 1, 2]);
      setMcastLength(dialect, head, 3);
      const lying = Uint8Array.from([...head, 1, 2]);
      const longMessage = Uint8Array.from([...head, 1, 2, 3]);
      new DataView(longMessage.buffer).setUint32(5 + 152, 4_000_000_000, true);
      const badName = encodeProcessChange(dialect, 'PROCJOIN', group, 5, 1);
      new DataView(badName.buffer).setUint32(5 + 16, 129, true);
      for (const message of [longer, lying, longMessage, badName, longer.subarray(0, 12), new Uint8Array(0)])
        inject(ring, 2, message);

      expect(notes(ring.effects(1))).toEqual([
        'message of node 2: it says 184 octets and has 186',
        'message of node 2: it says 187 octets and has 186',
        'CPG MCAST: 3999999997 octets of the message are missing',
        'CPG PROCJOIN: the group name has 129 octets',
        'message of node 2: 7 octets are no service message',
        'message of node 2: no group can be read: truncated',
      ]);
    });

    test('services and groups that nobody here has are passed over in silence', () => {
      const ring = ringOf(1, 2);
      const unknown = encodeProcessChange(dialect, 'PROCJOIN', group, 5, 1);
      const idAt = dialect === 'corosync-1' ? 13 : 5;
      new DataView(unknown.buffer).setInt32(idAt, (77 << 16) | 3, true);
      inject(ring, 2, unknown);
      inject(ring, 2, Uint8Array.from([1, 0, 3, 0, 0x79, 0x6b, 0x64, 1, 2, 3]));

      expect(notes(ring.effects(1))).toEqual([]);
    });
  });
});
