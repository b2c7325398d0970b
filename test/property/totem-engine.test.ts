// Laws of the Totem engine: no octets harm it, it is a function, a saved one goes on as if nothing had been, and a ring
// that loses datagrams delivers in one order all the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  DialectOfEngine,
  EngineState,
  Micros,
  TotemEffect,
  TotemEngineOptions,
  TotemInput,
} from '../../protocol/totem/engine/contract.ts';
import { toHex } from '../../protocol/base/bytes.ts';
import { totemConfig } from '../../protocol/totem/engine/config.ts';
import { createTotemEngine } from '../../protocol/totem/engine/engine.ts';
import { assertInvariants } from '../../protocol/totem/engine/watch/invariants.ts';
import { messageOf, refOf, TotemRing } from '../support/totem/ring.ts';

const DIALECTS = ['corosync-1', 'corosync-3'] as const;
const THREE = [1, 2, 3];

interface Life {
  /** What the ring said, from formation to a leave. */
  readonly wire: readonly Uint8Array[];
  /** What node 2 was given, and when. */
  readonly inputs: readonly (readonly [Micros, TotemInput])[];
  /** Node 2 at many moments. */
  readonly moments: readonly EngineState[];
}

function optionsOf(dialect: DialectOfEngine): TotemEngineOptions {
  const config = totemConfig({}, 3, dialect);
  if (!config.ok) throw new Error(config.problem);
  const self = refOf(2, dialect);
  const base = { self, dialect, config: config.value, lastRingSeq: 0n, seed: 2, isChecked: true };
  return { ...base, takeOpenPacket: () => null };
}

/** A ring that forms, sends, loses, is cut, merges, recovers; told from node 2. */
function lifeOf(dialect: DialectOfEngine): Life {
  const ring = new TotemRing({ nodes: THREE, dialect });
  const inputs: (readonly [Micros, TotemInput])[] = [];
  const moments: EngineState[] = [];
  ring.watch = (node, at, input) => {
    if (node !== 2) return;
    inputs.push([at, structuredClone(input)]);
    if (inputs.length % 7 === 0) moments.push(ring.engine(2).save());
  };
  ring.start().runUntil(300);
  for (const node of THREE) ring.step(node, { kind: 'transitional-ack' });
  ring.isLost = (message, from, to, bytes) => message.type === 'mcast' && (bytes.length + from * 3 + to) % 4 === 0;
  for (let i = 0; i < 30; i++)
    ring.step(1 + (i % 3), { kind: 'submit', packet: new Uint8Array(i), guarantee: i % 5 === 0 ? 'safe' : 'agreed' });
  ring.runFor(20);
  ring.step(3, { kind: 'interface', up: true });
  ring.runFor(300);
  ring.isLinked = (from, to) => (from === 1) === (to === 1);
  ring.runFor(dialect === 'corosync-1' ? 3000 : 9000);
  ring.isLinked = () => true;
  ring.runFor(900);
  ring.step(3, { kind: 'leave' });
  ring.kill(3);
  ring.runFor(100);
  return { wire: ring.wire.map(({ bytes }) => bytes), inputs, moments };
}

const LIVES = { 'corosync-1': lifeOf('corosync-1'), 'corosync-3': lifeOf('corosync-3') };

/** All of an effect, as text that is quick to compare. */
const effectText = (effect: TotemEffect): string =>
  JSON.stringify(effect, (_name, value: unknown) => {
    if (value instanceof Uint8Array) return toHex(value);
    return typeof value === 'bigint' ? String(value) : value;
  });

/** A datagram of the ring with some octets changed, cut or lengthened; or any octets. */
const hostile = (wire: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      fc.option(fc.nat({ max: wire.length - 1 }), { freq: 8 }),
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.tuple(fc.nat({ max: 120 }), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff, 9)), { maxLength: 6 }),
      fc.integer({ min: -30, max: 30 }),
    )
    .map(([index, octets, changes, cut]) => {
      if (index === null) return octets;
      const real = wire[index] ?? octets;
      const bytes = cut < -20 ? real.slice(0, Math.max(0, real.length + cut)) : real.slice();
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });

describe.each(DIALECTS)('any datagrams of %s', (dialect) => {
  const { wire, moments } = LIVES[dialect];

  it('never make an engine throw or break an invariant, in any state; all that it sends can be read', () => {
    const run = fc.property(
      fc.nat({ max: moments.length - 1 }),
      fc.array(fc.tuple(fc.array(hostile(wire), { maxLength: 4 }), fc.nat({ max: 400_000 })), { maxLength: 12 }),
      (moment, batches) => {
        const saved = moments[moment];
        if (saved === undefined) return;
        const engine = createTotemEngine({ ...optionsOf(dialect), saved });
        let now = 20_000_000;
        const effects: TotemEffect[] = [];
        for (const [batch, wait] of batches) {
          effects.push(...engine.step(now as Micros, { kind: 'datagrams', batch }));
          now += wait;
          effects.push(...engine.step(now as Micros, { kind: 'deadline' }));
        }
        for (const effect of effects)
          if (effect.kind === 'send-mcast' || effect.kind === 'send-token') messageOf(effect.bytes, dialect);
        assertInvariants(engine.save());
      },
    );

    fc.assert(run, { numRuns: 1500 });
  });
});

describe.each(DIALECTS)('an engine of %s', (dialect) => {
  const { inputs } = LIVES[dialect];
  const replay = (from: number, saved?: EngineState): string[] => {
    const engine = createTotemEngine({ ...optionsOf(dialect), ...(saved === undefined ? {} : { saved }) });
    return inputs.slice(from).map(([at, input]) => engine.step(at, input).map(effectText).join('\n'));
  };

  it('gives the same effects for the same inputs', () => {
    expect(inputs.length).toBeGreaterThan(300);
    expect(replay(0)).toEqual(replay(0));
  });

  it('goes on from a saved state, cloned by the platform, as if it had not been saved', () => {
    const whole = replay(0);

    const run = fc.property(fc.nat({ max: inputs.length - 1 }), (at) => {
      const engine = createTotemEngine(optionsOf(dialect));
      for (const [time, input] of inputs.slice(0, at)) engine.step(time, input);
      const saved = engine.save();
      const clone = structuredClone(saved);
      // What the live engine does afterwards must not reach what was saved.
      for (const [time, input] of inputs.slice(at)) engine.step(time, input);

      expect(replay(at, clone)).toEqual(whole.slice(at));
      expect(replay(at, saved)).toEqual(whole.slice(at));
    });
    fc.assert(run, { numRuns: 10 });
  });
});

describe('a ring that loses any datagrams for a while', () => {
  /** Deliveries of a node, with the configurations between them. */
  const story = (ring: TotemRing, node: number): string[] =>
    ring.told.flatMap(({ node: who, effect }) => {
      if (who !== node) return [];
      if (effect.kind === 'deliver')
        return [`${effect.ringId.rep}:${effect.ringId.seq} ${effect.seq} ${effect.packet.join()}`];
      return effect.kind === 'configuration' && effect.type === 'regular'
        ? [`ring ${effect.ringId.rep}:${effect.ringId.seq}`]
        : [];
    });

  it('tells each message of a ring under one number, once, in order, and is whole again (E1, E2, E3)', () => {
    const run = fc.property(
      fc.integer({ min: 1, max: 0x7fffffff }),
      fc.integer({ min: 2, max: 45 }),
      (seed, percent) => {
        let random = seed;
        const draw = (): number => (random = (random * 48_271) % 0x7fffffff);
        const nodes = [1, 2, 3, 4];
        const ring = new TotemRing({ nodes, settings: { token: 200, tokenCoefficient: 0, tokenRetransmit: 40 } });
        ring.start().runUntil(300);
        for (const node of nodes) ring.step(node, { kind: 'transitional-ack' });
        ring.isLost = () => draw() % 100 < percent;
        for (let i = 0; i < 60; i++) {
          const node = nodes[draw() % 4] ?? 1;
          ring.step(node, {
            kind: 'submit',
            packet: Uint8Array.of(node, i),
            guarantee: i % 4 === 0 ? 'safe' : 'agreed',
          });
          ring.runFor(draw() % 40);
        }
        ring.isLost = () => false;
        ring.runFor(5000);

        const named = new Map<string, string>();
        for (const node of nodes) {
          const lines = story(ring, node);
          const own = lines.filter((line) => !line.startsWith('ring'));
          expect(new Set(own).size).toBe(own.length);
          for (const line of own) {
            const [ringId, seq, packet] = line.split(' ');
            const name = `${ringId} ${seq}`;
            expect(named.get(name) ?? packet).toBe(packet);
            named.set(name, packet ?? '');
          }
          expect(ring.members(node)).toEqual(nodes);
        }
        const last = nodes.map((node) => ring.configurations(node, 'regular').at(-1)?.ringId);
        expect(new Set(last.map((ringId) => `${ringId?.rep}:${ringId?.seq}`)).size).toBe(1);
      },
    );

    fc.assert(run, { numRuns: 25 });
  });
});
