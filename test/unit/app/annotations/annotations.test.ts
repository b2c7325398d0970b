// A person's notes: operations, undo, search, and a file that may hold anything.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotationFrom, tagsFrom, type Annotation } from '../../../../app/annotations/annotation.ts';
import { annotationsText, readAnnotations } from '../../../../app/annotations/file.ts';
import { done, redone, startHistory, undone, UNDO_MAX, type History } from '../../../../app/annotations/history.ts';
import {
  changedAnnotation,
  joined,
  nextId,
  searchAnnotations,
  withAnnotation,
  withoutAnnotation,
} from '../../../../app/annotations/list.ts';

const note = (id: string, text: string, more: Partial<Annotation> = {}): Annotation => ({
  id,
  on: { kind: 'packet', frame: 7 },
  text,
  colour: 'note',
  tags: [],
  ...more,
});

describe('annotations', () => {
  it('are added, changed and taken away, each id once', () => {
    const one = withAnnotation([], note('a1', 'token stops'));
    const two = withAnnotation(one, note(nextId(one), 'joins begin'));

    expect(two.map(({ id }) => id)).toEqual(['a1', 'a2']);
    expect(withAnnotation(two, note('a1', 'again'))).toBe(two);
    expect(changedAnnotation(two, 'a2', { text: 'joins' })[1]?.text).toBe('joins');
    expect(withoutAnnotation(two, 'a1').map(({ id }) => id)).toEqual(['a2']);
  });

  it.each([
    ['', 3],
    ['token', 1],
    ['TOKEN stops', 1],
    ['#switch', 2],
    ['switch', 2],
    ['on:node', 1],
    ['#switch on:node', 1],
    ['nothing', 0],
  ])('are found by "%s": %d', (asked, count) => {
    const list = [
      note('a', 'the token stops here', { tags: ['switch'] }),
      note('b', 'this one is deaf', { on: { kind: 'node', nodeid: 2 }, tags: ['Switch', 'port'] }),
      note('c', 'the ring is back', { on: { kind: 'span', from: '1.000000000', to: '2.000000000' } }),
    ];

    expect(searchAnnotations(list, asked)).toHaveLength(count);
  });

  it('join without saying the same twice, and keep both of one id', () => {
    const list = joined([note('a1', 'here')], [note('a1', 'here'), note('a1', 'there')]);

    expect(list.map(({ id, text }) => [id, text])).toEqual([
      ['a1', 'here'],
      ['a2', 'there'],
    ]);
  });

  it('take tags as people type them', () => {
    expect(tagsFrom('#switch, igmp  igmp,#vlan-7')).toEqual(['switch', 'igmp', 'vlan-7']);
  });
});

describe('undo and redo', () => {
  it('lead through any steps and back', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 30 }), (texts) => {
        let history: History = startHistory([]);
        for (const [i, text] of texts.entries()) history = done(history, [...history.now, note(`n${i}`, text)]);
        const last = history.now;
        for (let i = 0; i < texts.length; i++) history = undone(history);
        expect(history.now).toEqual([]);
        for (let i = 0; i < texts.length; i++) history = redone(history);
        expect(history.now).toEqual(last);
      }),
    );
  });

  it('forget what was undone once something else is done, and no more than the limit', () => {
    let history = done(startHistory([]), [note('a', '1')]);
    history = done(undone(history), [note('b', '2')]);

    expect(redone(history)).toBe(history);
    for (let i = 0; i < UNDO_MAX + 5; i++) history = done(history, [note(`x${i}`, '')]);
    expect(history.past).toHaveLength(UNDO_MAX);
  });
});

describe('the file beside a capture', () => {
  const place = fc.oneof(
    fc.record({ kind: fc.constant('packet' as const), frame: fc.integer({ min: 1, max: 1e9 }) }),
    fc.record({ kind: fc.constant('node' as const), nodeid: fc.integer({ min: 0, max: 0xffffffff }) }),
    fc.record({ kind: fc.constant('finding' as const), finding: fc.string({ minLength: 1, maxLength: 50 }) }),
    fc.constant({ kind: 'span' as const, from: '1795391942.000000001', to: '1795391942.000000002' }),
  );
  const annotation = fc.record({
    id: fc.uuid(),
    on: place,
    text: fc.string({ maxLength: 200, unit: 'binary' }),
    colour: fc.constantFrom('note' as const, 'failure' as const, 'gather' as const),
    tags: fc.array(fc.string({ maxLength: 10 }), { maxLength: 4 }),
  });

  it('gives back what was written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(annotation, { selector: ({ id }) => id, maxLength: 20 }), (list) => {
        expect(readAnnotations(annotationsText(list))).toEqual({ ok: true, value: { annotations: list, skipped: 0 } });
      }),
    );
  });

  it('never throws on any JSON, and takes nothing that is no annotation', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (entries) => {
        const file = JSON.stringify({ format: 'totem-lab annotations', version: 1, annotations: entries });
        const read = readAnnotations(file);
        const kept = read.ok ? read.value.annotations.length : -1;
        expect(kept).toBe(entries.filter((entry) => annotationFrom(entry) !== null).length);
      }),
    );
  });

  it.each([
    ['not json', /no JSON/],
    ['{}', /holds no annotations/],
    ['null', /holds no annotations/],
    ['{"format":"totem-lab annotations","version":2,"annotations":[]}', /newer Totem Lab/],
  ])('says what is wrong with %s', (text, says) => {
    const read = readAnnotations(text);

    expect(read.ok ? '' : read.problem).toMatch(says);
  });

  it.each([
    { id: 'a', on: { kind: 'packet', frame: 0 }, text: '' },
    { id: 'a', on: { kind: 'packet', frame: 1.5 }, text: '' },
    { id: 'a', on: { kind: 'span', from: '2.000000000', to: '1.000000000' }, text: '' },
    { id: 'a', on: { kind: 'span', from: '2', to: '3' }, text: '' },
    { id: 'a', on: { kind: 'node', nodeid: -1 }, text: '' },
    { id: '', on: { kind: 'node', nodeid: 1 }, text: '' },
    { id: 'a', on: { kind: 'node', nodeid: 1 }, text: 'x'.repeat(5000) },
    { id: 'a', on: { kind: 'node', nodeid: 1 }, text: '', tags: [7] },
  ])('refuses %j', (entry) => {
    expect(annotationFrom(entry)).toBeNull();
  });
});
