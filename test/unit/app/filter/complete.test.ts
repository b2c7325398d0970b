// What is offered at the caret of a half-typed filter, and what becomes of the text.
import { describe, expect, it } from 'vitest';
import { complete, completed, type ValuesOfField } from '../../../../app/filter/complete.ts';
import { parseFilter } from '../../../../app/filter/expression.ts';
import { fieldDoc } from '../../../../app/filter/field-docs.ts';
import { FIELDS } from '../../../../app/filter/fields.ts';

const values: ValuesOfField = (field) =>
  field === 'node' || field.endsWith('nodeid') ? [{ text: '3', doc: 'node 3, 10.0.0.3' }] : [];
const offered = (text: string, caret = text.length): readonly string[] =>
  complete(text, caret, values).options.map((option) => option.text);

describe('completion', () => {
  it.each([
    ['totem.ring', 'field', ['totem.ring_id', 'totem.ring_seq']],
    ['ring_i', 'field', ['totem.ring_id', 'totem.rtr_list.ring_id', 'totem.memb_list.ring_id', 'totem.inner.ring_id']],
    ['frame ', 'comparison', ['==', '!=', '<=', '>=', '<', '>', 'contains', 'in', 'and', 'or']],
    ['frame c', 'comparison', ['contains']],
    ['totem.kind == memb', 'value', ['memb_merge_detect', 'memb_join', 'memb_commit_token']],
    ['totem.kind in {mcast, memb_j', 'value', ['memb_join']],
    ['node == ', 'value', ['3']],
    ['totem.proc_list.nodeid == 10.0', 'value', ['3']],
    ['node == 3 ', 'joint', ['and', 'or']],
    ['(node == 3) a', 'joint', ['and']],
    ['node == 3 and not totem.aru_', 'field', ['totem.aru_addr']],
    ['not (totem.kind == rr', 'value', ['rrp']],
  ] as const)('after %j: %s', (text, what, expected) => {
    expect(complete(text, text.length, values).what).toBe(what);
    expect(offered(text)).toEqual(expected);
  });

  it('looks at the caret, not at the end', () => {
    const text = 'totem.ki == mcast and node == 3';

    expect(offered(text, 8)).toEqual(['totem.kind']);
    const { from, to } = complete(text, 8, values);
    expect([from, to]).toEqual([0, 8]);
  });

  it('puts the word in its place and the caret behind it', () => {
    const completions = complete('totem.ki == mcast', 8, values);

    expect(completed('totem.ki == mcast', completions, { text: 'totem.kind', doc: '' })).toEqual({
      text: 'totem.kind == mcast',
      caret: 11,
    });
  });

  it('never throws, whatever is typed', () => {
    const text = 'not ("x == {1, \' && ) totem. || <= in } "';
    for (let caret = 0; caret <= text.length; caret++) expect(() => complete(text, caret, values)).not.toThrow();
  });

  it('leads to expressions that can be read', () => {
    let text = '';
    for (const wanted of ['totem.kind', '==', 'memb_join', 'and', 'node', 'in']) {
      const completions = complete(text, text.length, values);
      const option = completions.options.find((one) => one.text === wanted);
      expect(option, `${wanted} after ${text}`).toBeDefined();
      if (option !== undefined) text = completed(text, completions, option).text;
    }

    expect(parseFilter(`${text}{3}`).ok).toBe(true);
  });
});

describe('docs of fields', () => {
  it('come from the declarations of the messages', () => {
    expect(fieldDoc('totem.token_seq')).toBe('counts token passes: tells a redundant copy from a new token');
    expect(fieldDoc('totem.memb_index')).toContain('entries filled so far');
  });

  it('are there for nearly every field', () => {
    const silent = FIELDS.filter((field) => fieldDoc(field) === '');

    expect(silent.length).toBeLessThan(FIELDS.length / 3);
  });
});
