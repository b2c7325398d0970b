// The colours: text has 4.5 : 1 on every ground it stands on, marks 3 : 1 (WCAG 2.2, 1.4.3 and 1.4.11).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../../../renderer/theme/tokens.css', import.meta.url), 'utf8');

function tokensOf(theme: string): ReadonlyMap<string, string> {
  const block = css.slice(css.indexOf(`[data-theme='${theme}'] {`)).split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name ?? '', colour ?? '']),
  );
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const TEXTS = ['text', 'muted', 'failure-text', 'warning-text', 'accent'];
const TEXT_GROUNDS = ['panel', 'raised', 'layer', 'hovered'];
const MARKS = [
  'operational',
  'gather',
  'commit',
  'recovery',
  'token',
  'mcast',
  'retransmission',
  'join',
  'commit-token',
  'merge-detect',
  'hold-cancel',
  'other',
  'failure',
  'warning',
  'note',
  'hit-mark',
  ...[1, 2, 3, 4, 5, 6].map((shade) => `shade-${shade}`),
];

describe.each(['light', 'dark', 'contrast'])('%s', (theme) => {
  const tokens = tokensOf(theme);
  const of = (name: string): string => tokens.get(name) ?? '#808080';

  it.each(TEXTS.flatMap((text) => TEXT_GROUNDS.map((ground) => [text, ground] as const)))(
    '%s can be read on %s',
    (text, ground) => {
      expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['selected', 'marked', 'banner', 'hit'])('text can be read on %s', (ground) => {
    expect(contrast(of('text'), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(MARKS)('%s can be seen', (mark) => {
    expect(contrast(of(mark), of('panel'))).toBeGreaterThanOrEqual(3);
    expect(contrast(of(mark), of('raised'))).toBeGreaterThanOrEqual(3);
  });
});
