// The detail tree: fields with a common path are grouped, layers that say little are closed, a field can be shown.
import { describe, expect, it } from 'vitest';
import type { Dissection } from '../../../../protocol/dissect/dissection.ts';
import { detailLines, keysAbove, pathSteps, withOpen } from '../../../../renderer/panels/detail/layout.ts';

const field = (path: string, offset: number, text: string) => ({
  path,
  offset,
  length: 4,
  text,
  ctype: 'u32',
  doc: `about ${path}`,
});
const dissection: Dissection = {
  sources: [{ label: 'frame', bytes: new Uint8Array(64) }],
  layers: [
    {
      name: 'udp',
      summary: '5404 → 5405',
      source: 0,
      offset: 0,
      length: 8,
      fields: [field('sport', 0, '5404')],
      problem: null,
    },
    {
      name: 'totem',
      summary: 'orf_token',
      source: 0,
      offset: 8,
      length: 40,
      fields: [
        field('header.nodeid', 8, '1'),
        field('seq', 12, '9'),
        field('rtr_list[0].seq', 16, '7'),
        field('rtr_list[1].seq', 20, '8'),
      ],
      problem: { kind: 'truncated', at: 24, says: 'ends too early' },
    },
  ],
};

describe('pathSteps', () => {
  it('takes indices for steps of their own', () => {
    expect(pathSteps('rtr_list[0].ring_id.seq')).toEqual(['rtr_list', '[0]', 'ring_id', 'seq']);
  });
});

describe('detailLines', () => {
  it('closes what says little and groups the rest', () => {
    const lines = detailLines(dissection, new Set());

    expect(lines.map(({ depth, label, text }) => `${'  '.repeat(depth)}${label} ${text}`)).toEqual([
      'udp 5404 → 5405',
      'totem orf_token',
      '  header nodeid 1',
      '  seq 9',
      '  rtr_list 2 entries',
      '    [0] seq 7',
      '      seq 7',
      '    [1] seq 8',
      '      seq 8',
    ]);
    expect(lines[1]?.problem).toBe('ends too early');
  });

  it('opens what was turned', () => {
    const lines = detailLines(dissection, new Set(['udp/0', 'totem/0']));

    expect(lines.map(({ label }) => label)).toEqual(['udp', 'sport', 'totem']);
  });
});

describe('showing a field', () => {
  it('opens its layer and its groups, whatever was turned', () => {
    const closed = new Set(['totem/0', 'totem/0/rtr_list']);

    const open = withOpen(closed, keysAbove(dissection, { layer: 1, field: 3 }));

    expect(detailLines(dissection, open).some(({ choice }) => choice.layer === 1 && choice.field === 3)).toBe(true);
    expect([...open]).toEqual([]);
  });
});
