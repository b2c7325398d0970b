// Laws of the Totem codec: any octets are read without harm, and what was read is written back as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DIALECTS } from '../../protocol/totem/dialect.ts';
import { decodeTotem, encodeTotem } from '../../protocol/totem/decode.ts';
import { recogniseStart } from '../../protocol/totem/recognise.ts';
import { readKnet } from '../../protocol/knet/packet.ts';

const dialect = fc.constantFrom(...Object.values(DIALECTS));
const starts = [
  [0x70, 0xc0, 3],
  [0xc0, 0x70, 3],
  [0, 0, 0x22, 0xff],
  [3, 0, 0xff, 0x22],
  [1, 0],
  [0xfe, 0xfe, 0, 0, 4, 0, 0x22, 0xff],
];

/** Octets that begin like something real half of the time. */
const octets = fc
  .tuple(fc.option(fc.constantFrom(...starts)), fc.uint8Array({ maxLength: 300 }), fc.nat({ max: 7 }))
  .map(([start, bytes, type]) => {
    const whole = bytes.slice();
    if (start !== null) whole.set(start.slice(0, whole.length));
    if (start !== null && whole.length > 3)
      whole[start.length === 3 ? 3 : 0] = start.length === 3 ? type : (start[0] ?? 0);
    return whole;
  });

describe('any octets', () => {
  it('never make decodeTotem throw, and what it reads it writes back', () => {
    fc.assert(
      fc.property(octets, dialect, (bytes, d) => {
        const result = decodeTotem(bytes, 0, bytes.length, d);
        if (!result.ok) return;
        expect(encodeTotem(result.value)).toEqual(bytes.slice(0, result.value.end));
      }),
      { numRuns: 3000 },
    );
  });

  it('never make recogniseStart or readKnet throw', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        recogniseStart(bytes, 0, bytes.length);
        readKnet(bytes, 0, bytes.length);
      }),
    );
  });
});
