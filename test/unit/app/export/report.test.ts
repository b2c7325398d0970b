// Reports and tables of hostile words: nothing of a capture, a log or a person becomes markup, a script or a formula.
import { describe, expect, it } from 'vitest';
import type { Block } from '../../../../app/export/report/blocks.ts';
import { fenced, forHtml, forMarkdown } from '../../../../app/export/report/escape.ts';
import { reportHtml } from '../../../../app/export/report/html.ts';
import { base64, reportMarkdown } from '../../../../app/export/report/markdown.ts';
import { pictureSvg } from '../../../../app/export/report/picture.ts';
import { csvCell } from '../../../../app/export/table.ts';
import { openBytes } from '../../../support/open-golden.ts';
import { goldenBytes } from '../../../support/golden.ts';

const MARKUP = `</pre><script>alert(1)</script>"'><img src=x onerror=alert(1)> [a](javascript:b) | # \`\`\``;
const HOSTILE = `${MARKUP} \u202e\u001b[31m`;

const BLOCKS: readonly Block[] = [
  { kind: 'heading', level: 1, text: HOSTILE },
  { kind: 'verdict', severity: 'failure', text: HOSTILE },
  { kind: 'text', label: HOSTILE, text: HOSTILE },
  { kind: 'list', items: [HOSTILE] },
  { kind: 'table', heads: [HOSTILE], rows: [[HOSTILE]] },
  { kind: 'lines', lines: [HOSTILE] },
  { kind: 'picture', svg: '<svg></svg>', says: HOSTILE, text: [HOSTILE] },
];

describe('a report', () => {
  it('is HTML without anything that runs', () => {
    const html = reportHtml({ title: HOSTILE, blocks: BLOCKS });

    expect(html).not.toMatch(/<script|<img|<\/pre><|onerror=alert\(1\)>|javascript:b\)<\/a/);
    for (const sign of ['\u202e', '\u001b']) expect(html).not.toContain(sign);
    expect(html.match(/<(\w+)/g)?.map((tag) => tag.slice(1))).not.toContain('script');
    expect(html).toContain("default-src 'none'");
  });

  it('is Markdown without links, elements or cells of its own making', () => {
    const text = reportMarkdown({ title: HOSTILE, blocks: BLOCKS });
    const prose = text.replace(/^`{3,}text\n[\s\S]*?^`{3,}$/gm, '');

    expect(prose).not.toMatch(/(?<!\\)<(script|img|\/pre)/);
    expect(prose).not.toMatch(/(?<!\\)\]\(javascript/);
    for (const sign of ['\u202e', '\u001b']) expect(text).not.toContain(sign);
    expect(fenced(['```', 'a'])).toMatch(/^````text\n```\na\n````$/);
  });

  it.each([
    ['# a', '\\# a'],
    ['- a', '\\- a'],
    ['1. a', '\\1. a'],
    ['a_b*c', 'a\\_b\\*c'],
    ['a|b', 'a\\|b'],
    ['x@y', 'x&#64;y'],
    ['a & b', 'a &amp; b'],
  ])('writes %s as %s', (text, escaped) => {
    expect(forMarkdown(text)).toBe(escaped);
  });

  it('escapes every sign of HTML', () => {
    expect(forHtml(`<a href="b" c='d'>&`)).toBe('&lt;a href=&quot;b&quot; c=&#39;d&#39;&gt;&amp;');
  });

  it('encodes pictures as base64 does', () => {
    for (const text of ['', 'a', 'ab', 'abc', 'abcd', '\u00ff\u00fe'])
      expect(base64(Buffer.from(text))).toBe(Buffer.from(text).toString('base64'));
  });

  it('draws the states of a real loss, with the names that a capture gives escaped', () => {
    const { ingest } = openBytes(goldenBytes('c31-udp-kill9', 'brA.pcap'));
    const analysis = ingest.analysis();

    const svg = pictureSvg({ analysis, span: { from: 0, to: 9e9 }, firstNs: 0, waits: [], label: () => '<b>&' });

    for (const state of ['operational', 'gather']) expect(svg).toContain(`>${state}</text>`);
    expect(svg).toContain('&lt;b&gt;&amp;');
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('node dead');
  });
});

describe('a cell of a table', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd|calc', "'+cmd|calc"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-1', '-1'],
    ['-1.5', '-1.5'],
    ['-x', "'-x"],
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    ['\t=1', "'\t=1"],
    [null, ''],
    [true, 'true'],
    [0, '0'],
  ])('%j is written %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});
