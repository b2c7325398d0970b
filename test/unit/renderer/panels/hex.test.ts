// Which field a byte belongs to, and which bytes a field has.
import { describe, expect, it } from 'vitest';
import type { Dissection } from '../../../../protocol/dissect/dissection.ts';
import { fieldAt, firstSource, hexRow, offsetText, stretchOf } from '../../../../renderer/panels/hex/layout.ts';

const field = (path: string, offset: number, length: number) => ({
  path,
  offset,
  length,
  text: '',
  ctype: '',
  doc: '',
});
const dissection: Dissection = {
  sources: [
    { label: 'frame', bytes: new Uint8Array(40) },
    { label: 'decrypted', bytes: new Uint8Array(20) },
  ],
  layers: [
    { name: 'udp', summary: '', source: 0, offset: 0, length: 40, fields: [field('payload', 8, 32)], problem: null },
    {
      name: 'totem',
      summary: '',
      source: 1,
      offset: 2,
      length: 18,
      fields: [field('nodeid', 4, 4), field('first', 4, 1)],
      problem: null,
    },
  ],
};

describe('fieldAt', () => {
  it.each([
    ['the smallest field that covers it', 1, 4, { layer: 1, field: 1 }],
    ['a field', 1, 6, { layer: 1, field: 0 }],
    ['the layer, where no field covers it', 1, 12, { layer: 1, field: -1 }],
    ['a field of the source that is shown', 0, 20, { layer: 0, field: 0 }],
    ['nothing outside all layers', 1, 0, null],
  ])('%s', (_what, source, at, choice) => {
    expect(fieldAt(dissection, source, at)).toEqual(choice);
  });
});

describe('stretchOf', () => {
  it('is the bytes of a field, or of its layer', () => {
    expect(stretchOf(dissection, { layer: 1, field: 0 })).toEqual({ source: 1, from: 4, to: 8 });
    expect(stretchOf(dissection, { layer: 1, field: -1 })).toEqual({ source: 1, from: 2, to: 20 });
    expect(stretchOf(dissection, { layer: 7, field: 0 })).toBeNull();
  });
});

it('shows first what the Totem message was read from', () => {
  expect(firstSource(dissection)).toBe(1);
});

it('writes bytes in rows of sixteen', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, i) => 0x40 + i);

  expect(hexRow(bytes, 1)).toEqual([
    { at: 16, hex: '50', text: 'P' },
    { at: 17, hex: '51', text: 'Q' },
  ]);
  expect(offsetText(1)).toBe('0010');
});
