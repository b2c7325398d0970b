// The words of the field: each once, in plain sentences, found by any spelling.
import { describe, expect, it } from 'vitest';
import { termOf, termsFor, textParts } from '../../../../app/glossary/glossary.ts';
import { TERMS } from '../../../../app/glossary/terms.ts';

describe('terms', () => {
  it('have no spelling in common', () => {
    const all = TERMS.flatMap(({ word, also }) => [word, ...also].map((text) => text.toLowerCase()));

    expect(all.filter((text, i) => all.indexOf(text) !== i)).toEqual([]);
  });

  it('are explained in one line that ends', () => {
    expect(TERMS.filter(({ says }) => says.length > 120 || !says.endsWith('.'))).toEqual([]);
    expect(TERMS.filter(({ more }) => !/[.)]$/.test(more))).toEqual([]);
  });

  it.each([
    ['ring_id', 'ring id'],
    ['Ring IDs', 'ring id'],
    ['proc list', 'proc_list'],
    ['orf_token', 'token'],
    ['high delivered', 'high_delivered'],
    ['no such word', null],
  ])('%s means %s', (asked, word) => {
    expect(termOf(asked)?.word ?? null).toBe(word);
  });

  it('are found by what is typed, the word itself first', () => {
    expect(termsFor('aru')[0]?.word).toBe('aru');
    expect(termsFor('aru').map(({ word }) => word)).toContain('aru_addr');
    expect(termsFor('zzz')).toEqual([]);
  });
});

describe('a text', () => {
  it('is cut at its terms, each once, and loses nothing', () => {
    const text = 'The token of ring 1:9 stopped; the token timer of node 3 ran out after 1.0 s.';
    const parts = textParts(text);

    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(parts.flatMap(({ term }) => term?.word ?? [])).toEqual(['token', 'ring', 'token timeout']);
  });

  it('has no term within a word', () => {
    expect(textParts('tokenless aruba').every(({ term }) => term === null)).toBe(true);
  });
});
