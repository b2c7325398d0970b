// TCP of a simulated world alone, between two machines whose link is open, cut one way or cut: what an end gets of it,
// when, and what it is told.
import { describe, expect, it } from 'vitest';
import type { FlockEvent, FlockWorld } from '../../../../protocol/sim/sheep/contract.ts';
import { Streams, type Owner } from '../../../../protocol/sim/sheep/streams.ts';
import type { SimNode } from '../../../../protocol/sim/world/sim-node.ts';

const LINK_MICROS = 100;
const SECOND = 1_000_000;
const CLIENT: Owner = { kind: 'client', client: 1 };
const SHEEP: Owner = { kind: 'sheep', life: 1, conn: 7 };
/** What is under way at once (256 KiB), and as much again. */
const TWO_WINDOWS = 512 * 1024;

/** Two machines and the link between them. */
class Bench {
  readonly near = { index: 0 } as SimNode;
  readonly far = { index: 1 } as SimNode;
  readonly streams: Streams;
  /** Directions that carry nothing, by the machine that sends. */
  readonly cut = new Set<SimNode>();
  /** What the owners heard, with its time. */
  readonly heard: string[] = [];
  /** Octets that came to the far end. */
  readonly got: number[] = [];
  now = 0;
  private readonly events: { readonly at: number; readonly event: FlockEvent }[] = [];

  constructor() {
    const world: FlockWorld = {
      nodes: [this.near, this.far],
      seed: 1,
      now: () => this.now,
      push: (at, event) => void this.events.push({ at, event }),
      input: () => false,
      carry: (from) => (this.cut.has(from) ? Infinity : this.now + LINK_MICROS),
      isOpen: (from) => !this.cut.has(from),
      hooks: { sheepStepped: [], toolEnded: [] },
    };
    const say = (node: SimNode, what: string): void =>
      void this.heard.push(`${this.now} ${node === this.near ? 'near' : 'far'} ${what}`);
    this.streams = new Streams(world, {
      accept: () => SHEEP,
      accepted: (node) => say(node, 'accepted'),
      opened: (node) => say(node, 'opened'),
      data: (node, _owner, octets) =>
        node === this.far ? this.got.push(...octets) : say(node, `got ${octets.length}`),
      closed: (node, _owner, why) => say(node, why),
    });
  }

  run(micros: number): void {
    const end = this.now + micros;
    for (;;) {
      this.events.sort((a, b) => a.at - b.at);
      const next = this.events[0];
      if (next === undefined || next.at > end) break;
      this.events.shift();
      this.now = next.at;
      const { event } = next;
      if (event.kind === 'arrive') this.streams.arrive(event.stream, event.way);
      else if (event.kind === 'again') this.streams.again(event.stream, event.way);
    }
    this.now = end;
  }

  /** A connection that is open. */
  opened(): this {
    this.streams.open(this.near, CLIENT, this.far);
    this.run(1000);
    expect(this.heard).toEqual(['100 far accepted', '200 near opened']);
    return this;
  }

  send(octets: readonly number[]): void {
    this.streams.send(this.near, CLIENT, [Uint8Array.from(octets)]);
  }
}

/** Octets of which none can be taken for its neighbour. */
const octetsOf = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

describe('a link that is cut one way', () => {
  it('the way of the octets: they are sent again after 200 ms, then after twice that, and come in order', () => {
    const bench = new Bench().opened();
    bench.cut.add(bench.near);
    bench.send([1, 2]);
    bench.run(SECOND);
    bench.send([3]);
    const before = [...bench.got];
    bench.cut.clear();
    // Tries at 1, 201, 601 ms: the next one is at 1401.
    bench.run(SECOND / 3);
    const waiting = [...bench.got];
    bench.run(SECOND);

    expect([before, waiting, bench.got]).toEqual([[], [], [1, 2, 3]]);
  });

  it('the way back: what is under way arrives, no more until the other can say so, and nothing twice', () => {
    const bench = new Bench().opened();
    const octets = octetsOf(TWO_WINDOWS);
    bench.cut.add(bench.far);
    bench.send(octets);
    bench.run(10 * SECOND);
    const before = bench.got.length;
    bench.cut.clear();
    bench.run(10 * SECOND);

    expect(before).toBe(TWO_WINDOWS / 2);
    expect(Buffer.compare(Buffer.from(bench.got), Buffer.from(octets))).toBe(0);
  });

  it('answers cannot come back, and do once the link is whole', () => {
    const bench = new Bench().opened();
    bench.cut.add(bench.far);
    bench.send([1]);
    bench.run(1000);
    bench.streams.send(bench.far, SHEEP, [Uint8Array.of(9, 9, 9)]);
    bench.run(SECOND);
    const before = bench.heard.length;
    bench.cut.clear();
    bench.run(SECOND);

    expect([bench.got, before]).toEqual([[1], 2]);
    expect(bench.heard.at(-1)).toMatch(/ near got 3$/);
  });

  it('a connection that nobody can answer is given up after two minutes', () => {
    const bench = new Bench();
    bench.cut.add(bench.far);
    bench.streams.open(bench.near, CLIENT, bench.far);
    bench.run(126 * SECOND);
    const early = [...bench.heard];
    bench.run(2 * SECOND);

    // 1 + 2 + 4 + … + 64 s; the other end gives up what it had accepted.
    expect(early).toEqual(['100 far accepted']);
    expect(bench.heard.slice(1).sort()).toEqual([
      '127000100 far Connection timed out',
      '127000100 near Connection timed out',
    ]);
  });
});

describe('an end that does not read', () => {
  it('gets what came meanwhile once it reads again, in order', () => {
    const bench = new Bench().opened();
    bench.streams.hold(bench.far, SHEEP, true);
    bench.send([1, 2]);
    bench.run(SECOND);
    bench.send([3]);
    bench.run(SECOND);
    const before = [...bench.got];
    bench.streams.hold(bench.far, SHEEP, false);
    bench.run(1000);

    expect([before, bench.got]).toEqual([[], [1, 2, 3]]);
  });

  it('hears of the end behind the last octet', () => {
    const bench = new Bench().opened();
    bench.streams.hold(bench.far, SHEEP, true);
    bench.send([1]);
    bench.streams.close(bench.near, CLIENT);
    bench.run(SECOND);
    bench.streams.hold(bench.far, SHEEP, false);
    bench.run(1000);

    expect(bench.got).toEqual([1]);
    expect(bench.heard.at(-1)).toMatch(/ far Connection reset by peer$/);
  });
});
