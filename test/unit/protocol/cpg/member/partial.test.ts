// Messages in parts: joined in order, per process, within bounds (specs/totem.md 5.5, function 6).
import { expect, test } from 'vitest';
import {
  PARTIAL_HELD_MAX,
  PARTIAL_OCTETS_MAX,
  PARTIAL_PARTS_MAX,
  PART_TYPES,
  PartialMessages,
  senderKey,
} from '../../../../../protocol/cpg/member/partial.ts';

const { first, continued, last } = PART_TYPES;
const ONE = senderKey('g', 1, 10);
const TWO = senderKey('g', 2, 10);
const part = (type: number, msglen: number, ...octets: readonly number[]) => ({
  type,
  msglen,
  octets: Uint8Array.from(octets),
});

test('parts of two processes at once, heard by those who heard the first', () => {
  const partials = new PartialMessages();
  expect(partials.add(ONE, part(first, 5, 1, 2), [7])).toBeNull();
  expect(partials.add(TWO, part(first, 3, 9), [7, 8])).toBeNull();
  expect(partials.add(ONE, part(continued, 5, 3), [7, 8])).toBeNull();
  expect(partials.add(TWO, part(last, 3, 8, 7), [7, 8])).toEqual({ message: Uint8Array.of(9, 8, 7), to: [7, 8] });
  expect(partials.add(ONE, part(last, 5, 4, 5), [7, 8])).toEqual({ message: Uint8Array.of(1, 2, 3, 4, 5), to: [7] });
});

test('a new first part replaces what was not ended; a process that leaves takes its parts along', () => {
  const partials = new PartialMessages();
  partials.add(ONE, part(first, 3, 1), []);
  partials.add(ONE, part(first, 2, 5), []);
  expect(partials.add(ONE, part(last, 2, 6), [])).toMatchObject({ message: Uint8Array.of(5, 6) });

  partials.add(ONE, part(first, 2, 1), []);
  partials.drop(ONE);
  expect(partials.add(ONE, part(last, 2, 2), [])).toBe('its first part was not received');
});

test('parts that are more or less than was said are dropped', () => {
  const partials = new PartialMessages();
  partials.add(ONE, part(first, 2, 1), []);
  expect(partials.add(ONE, part(continued, 2, 1, 2), [])).toContain('more than the 2 octets said');
  expect(partials.add(ONE, part(last, 2, 1), [])).toBe('its first part was not received');
  partials.add(ONE, part(first, 4, 1), []);
  expect(partials.add(ONE, part(last, 4, 2), [])).toBe('its parts have 2 of 4 octets');
});

test('no message, no number of parts and no sum of them is without bound', () => {
  const partials = new PartialMessages();
  const big = { type: first, msglen: 2 ** 32 - 1, octets: new Uint8Array(PARTIAL_OCTETS_MAX) };
  expect(partials.add(ONE, big, [])).toBeNull();
  expect(partials.add(ONE, part(continued, 2 ** 32 - 1, 1), [])).toContain(`${PARTIAL_OCTETS_MAX} allowed`);

  partials.add(TWO, part(first, 9), []);
  for (let i = 1; i < PARTIAL_PARTS_MAX; i++) expect(partials.add(TWO, part(continued, 9), [])).toBeNull();
  expect(partials.add(TWO, part(continued, 9), [])).not.toBeNull();

  const senders = PARTIAL_HELD_MAX / PARTIAL_OCTETS_MAX + 1;
  const answers = Array.from({ length: senders }, (_, i) => partials.add(senderKey('g', 1, i), big, []));
  expect(answers.slice(0, -1)).toEqual(new Array(senders - 1).fill(null));
  expect(answers.at(-1)).toContain('the oldest was dropped');
});

test('saved parts go on', () => {
  const partials = new PartialMessages();
  partials.add(ONE, part(first, 2, 1), [7]);
  const again = new PartialMessages(structuredClone(partials.save()));
  partials.drop(ONE);

  expect(again.add(ONE, part(last, 2, 2), [7])).toEqual({ message: Uint8Array.of(1, 2), to: [7] });
});
