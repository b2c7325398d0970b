// What was told before and a difference make what is told now, whatever changed; what did not change is neither sent
// nor made anew.
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conclusionsOf } from '../../../../app/export/prepare.ts';
import { createIngest } from '../../../../app/session/ingest.ts';
import { applied, differenceOf, type Difference } from '../../../../renderer/ingest/difference.ts';
import { expectedOf, goldenBytes, scenarios } from '../../../support/golden.ts';

/** As a message between worker and page carries it. */
const sent = (before: unknown, now: unknown): Difference => structuredClone(differenceOf(before, now));

const entry = fc.record({
  id: fc.nat(6),
  rule: fc.constantFrom('a', 'b'),
  frames: fc.array(fc.nat(3), { maxLength: 3 }),
});
const value = fc.record({
  list: fc.array(entry, { maxLength: 12 }),
  numbers: fc.array(fc.nat(3), { maxLength: 8 }),
  column: fc.array(fc.nat(2), { maxLength: 6 }).map((list) => Uint32Array.from(list)),
  times: fc.array(fc.nat(9), { maxLength: 4 }).map((list) => Float64Array.from(list, (own) => own / 7)),
  objects: fc.array(fc.bigInt({ min: 0n, max: 3n }), { maxLength: 4 }).map((list) => BigUint64Array.from(list)),
  map: fc.array(fc.tuple(fc.nat(2), fc.nat(2))).map((list) => new Map(list)),
  set: fc.array(fc.string({ maxLength: 1 })).map((list) => new Set(list)),
  inner: fc.option(fc.record({ seq: fc.bigInt(), says: fc.string() })),
});

describe('differences', () => {
  it('make each value of the one before', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (values) => {
        let before: unknown = null;
        let shown: unknown = null;
        for (const now of values) {
          shown = applied(shown, sent(before, now));
          expect(shown).toEqual(now);
          before = now;
        }
      }),
    );
  });

  it('leave what was told before as it was', () => {
    fc.assert(
      fc.property(value, value, (first, second) => {
        const shown = structuredClone(first);
        const then = applied(shown, sent(first, second));
        applied(shown, sent(first, { ...first, column: Uint32Array.of(...first.column, 7, 8) }));
        applied(then, sent(second, { ...second, column: Uint32Array.of(...second.column, 9) }));
        expect(shown).toEqual(first);
        expect(then).toEqual(second);
      }),
    );
  });

  it('columns that grow keep what both of two successors were told', () => {
    const shown = applied(Uint32Array.of(1), sent(Uint32Array.of(1), Uint32Array.of(1, 2)));
    const one = applied(shown, sent(Uint32Array.of(1, 2), Uint32Array.of(1, 2, 3)));
    const other = applied(shown, sent(Uint32Array.of(1, 2), Uint32Array.of(1, 2, 4)));
    expect([one, other]).toEqual([Uint32Array.of(1, 2, 3), Uint32Array.of(1, 2, 4)]);
  });

  it('of a list hold what changed alone', () => {
    const before = Array.from({ length: 1000 }, (_, id) => ({ id, rule: 'a', frames: [id] }));
    const now = before.map((own) => (own.id === 3 ? { ...own, frames: [3, 4] } : { ...own }));
    now.splice(500, 1);
    now.push({ id: 1000, rule: 'b', frames: [] });
    const difference = sent(before, now);
    expect(JSON.stringify(difference).length).toBeLessThan(400);
    const shown = applied(before, difference) as typeof before;
    expect(shown).toEqual(now);
    expect(shown.filter((own, i) => own !== before[i < 500 ? i : i + 1])).toEqual([now[3], now[999]]);
  });
});

describe('conclusions of captures that are read bit by bit', () => {
  it.each(scenarios())('%s', (scenario) => {
    const bytes = goldenBytes(scenario, expectedOf(scenario)[0]!.capture);
    const ingest = createIngest({ keys: [] });
    const portion = Math.ceil(bytes.length / 12);
    let told: unknown = null;
    let shown: unknown = null;
    for (let at = 0; at < bytes.length; at += portion) {
      ingest.push(bytes.subarray(at, at + portion));
      const analysis = ingest.analysis();
      const now = { analysis: { ...analysis, ...conclusionsOf(ingest, analysis) } };
      shown = applied(shown, sent(told, now));
      // Of thousands of entries faster told than by toEqual.
      expect(isDeepStrictEqual(shown, structuredClone(now))).toBe(true);
      told = now;
    }
  });
});
