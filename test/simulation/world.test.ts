// The world by itself, with programs that only listen and speak: time, links, faults, sockets, clocks.
import { describe, expect, it } from 'vitest';
import { SOCKET_OCTETS_MAX } from '../../protocol/sim/world/sim-node.ts';
import { NodeClock } from '../../protocol/sim/world/clock.ts';
import { parrots, type Heard } from './support/parrot.ts';

const at = (heard: readonly Heard[], node: number): readonly (readonly [at: number, batch: readonly number[]])[] =>
  heard.filter((one) => one.node === node).map(({ at: time, batch }) => [time, batch]);

describe('links', () => {
  it('carry a multicast to all after their delay, to the sender itself at once', () => {
    const { world, heard, say } = parrots(3);

    say(1, 7);
    world.runUntil(1000);

    expect(heard.map(({ node, at: time }) => [node, time])).toEqual([
      [1, 5],
      [2, 100],
      [3, 100],
    ]);
  });

  it('hand over in one batch what arrives in the same microsecond, in its order', () => {
    const { world, heard, say } = parrots(2);

    say(1, 1);
    say(1, 2, 2);
    say(1, 3);
    world.runUntil(1000);

    expect(at(heard, 2)).toEqual([[100, [1, 2, 3]]]);
  });

  it('keep the order of what they carry, however late each is, unless told to reorder', () => {
    const ordered = parrots(2, { jitter: 500 });
    const reordered = parrots(2, { jitter: 500, reorder: 200_000 });
    for (const { world, say } of [ordered, reordered])
      for (let i = 0; i < 100; i++) {
        say(1, i, 2);
        world.runUntil(world.now + 50);
      }
    for (const { world } of [ordered, reordered]) world.runUntil(1_000_000);
    const said = ({ heard }: typeof ordered): number[] => at(heard, 2).flatMap(([, batch]) => batch);

    expect(said(ordered)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(said(reordered)).not.toEqual(said(ordered));
    expect(said(reordered).sort((a, b) => a - b)).toEqual(said(ordered));
  });

  it('lose and repeat the share that they are told', () => {
    const { world, heard, say } = parrots(2, { loss: 100_000, duplicate: 200_000 });

    for (let i = 0; i < 5000; i++) {
      say(1, 1, 2);
      world.runUntil(world.now + 10);
    }
    world.runUntil(1_000_000);

    // 0.9 · 1.2 of 5000.
    expect(Math.abs(at(heard, 2).flatMap(([, batch]) => batch).length - 5400)).toBeLessThan(150);
  });

  it('of a capacity take their time for each octet, and drop what does not fit into the queue', () => {
    const { world, heard, say } = parrots(2, { capacity: 1_000_000, queue: 1000 });

    for (let i = 0; i < 20; i++) say(1, i, 2, 158);
    world.runUntil(1_000_000);

    // 158 + 42 octets are 200 us; those that would wait more than 1000 us are gone.
    expect(at(heard, 2)).toEqual([0, 1, 2, 3, 4, 5].map((i) => [100 + 200 * (i + 1), [i]]));
  });

  it('swallow packets above their mtu, by the size of the greatest fragment', () => {
    const { world, heard, say } = parrots(2, { mtu: 1000 });

    say(1, 1, 2, 972);
    say(1, 2, 2, 973);
    say(1, 3, 2, 3000);
    world.runUntil(1000);

    expect(at(heard, 2)).toEqual([[100, [1]]]);
  });
});

describe('faults', () => {
  it('cut one direction, part groups, make deaf, drop by count, and heal', () => {
    const { world, heard, say } = parrots(3);
    const round = (number: number): string => {
      heard.length = 0;
      for (const node of [1, 2, 3]) say(node, number);
      say(1, number, 2);
      world.runUntil(world.now + 1000);
      return [1, 2, 3].map((node) => at(heard, node).flatMap(([, batch]) => batch).length).join(' ');
    };

    expect(round(1)).toBe('3 4 3');
    world.apply({ kind: 'cut', from: 1, to: 2 });
    expect(round(2)).toBe('3 2 3');
    world.apply({ kind: 'heal' });
    world.apply({ kind: 'partition', groups: [[1, 2]] });
    expect(round(3)).toBe('2 3 1');
    world.apply({ kind: 'heal' });
    world.apply({ kind: 'deaf', node: 2, on: true });
    expect(round(4)).toBe('3 2 3');
    world.apply({ kind: 'heal' });
    world.apply({ kind: 'drop', type: 'token_hold_cancel', from: 'any', to: 3, count: 1 });
    expect([round(5), round(6)]).toEqual(['3 4 2', '3 4 3']);
  });

  it('stop a process: its socket fills to its bound, then all comes in one batch before its late deadline', () => {
    const { world, heard, woken, say, setAlarm } = parrots(2);

    setAlarm(2, 5000);
    world.apply({ kind: 'pause', node: 2 });
    for (let i = 0; i < 100; i++) say(1, i, 2, 30_000);
    world.runUntil(20_000);
    expect([at(heard, 2), woken]).toEqual([[], []]);
    world.apply({ kind: 'resume', node: 2 });
    world.runUntil(20_000);

    const fitting = Math.floor(SOCKET_OCTETS_MAX / (30_000 + 256));
    expect(at(heard, 2).map(([time, batch]) => [time, batch.length])).toEqual([[20_000, fitting]]);
    expect(woken).toEqual([{ node: 2, at: 20_000 }]);
  });

  it('kill a process: what was under way to it is gone, and nothing of it wakes', () => {
    const { world, heard, woken, say, setAlarm } = parrots(2);

    setAlarm(2, 300);
    say(1, 1, 2);
    world.apply({ kind: 'kill', node: 2 });
    world.runUntil(1000);
    expect([at(heard, 2), woken]).toEqual([[], []]);
    world.apply({ kind: 'start', node: 2 });
    say(1, 2, 2);
    world.runUntil(2000);

    expect(at(heard, 2)).toEqual([[1100, [2]]]);
  });

  it('let work take its time: what comes meanwhile waits and comes as one batch', () => {
    const { world, heard, say } = parrots(2, {}, { cpu: 50 });

    say(1, 1, 2);
    world.runUntil(10);
    say(1, 2, 2);
    world.runUntil(20);
    say(1, 3, 2);
    world.runUntil(1000);

    expect(at(heard, 2)).toEqual([
      [100, [1]],
      [150, [2, 3]],
    ]);
  });
});

describe('clocks', () => {
  it.each([0, 500, -500, 99_999])('show whole microseconds, and say exactly when they will, at %i ppm', (ppm) => {
    const clock = new NodeClock();
    clock.setSpeed(1_234_567, ppm);
    for (const world of [1_234_567, 1_234_568, 2_000_000, 987_654_321, 7_200_000_001]) {
      const shown = clock.at(world);
      expect(clock.when(shown)).toBeLessThanOrEqual(world);
      expect(clock.at(clock.when(shown))).toBe(shown);
      expect(clock.at(clock.when(shown + 1) - 1)).toBeLessThanOrEqual(shown);
    }
  });

  it('that are fast wake their process early by the world', () => {
    const { world, woken, setAlarm } = parrots(1);

    world.apply({ kind: 'clock', node: 1, ppm: 100_000 });
    setAlarm(1, 1_100_000);
    world.runUntil(999_999);
    expect(woken).toEqual([]);
    world.runUntil(1_000_000);

    expect(woken).toEqual([{ node: 1, at: 1_100_000 }]);
  });
});
