// The assembler: which messages end in which packet, with all that a watcher of the wire meets.
import { describe, expect, test } from 'vitest';
import { asciiBytes, asciiText, viewOf } from '../../../../protocol/base/bytes.ts';
import {
  createAssembler,
  HELD_OCTETS_MAX,
  MESSAGE_OCTETS_MAX,
  SENDERS_MAX,
  type Assembler,
} from '../../../../protocol/totempg/assembler.ts';
import { encodePacket, readPacket } from '../../../../protocol/totempg/packet.ts';

/** A packet of a sender: its labels, then the text of its pieces. */
interface Sent {
  readonly from?: number;
  readonly ring?: number;
  readonly continuation?: number;
  readonly fragmented?: number;
  readonly pieces: readonly (string | Uint8Array)[];
}

function push(assembler: Assembler, sent: Sent, source: number): readonly string[] {
  const pieces = sent.pieces.map((piece) => (typeof piece === 'string' ? asciiBytes(piece) : piece));
  const head = { version: 0, type: 0, fragmented: sent.fragmented ?? 0, continuation: sent.continuation ?? 0 };
  const bytes = encodePacket(head, pieces, true);
  const packet = readPacket(viewOf(bytes), 0, bytes.length, true);
  if (!packet.ok) throw new Error(packet.problem.kind);
  const messages = assembler.push(sent.from ?? 1, sent.ring ?? 1, viewOf(bytes), packet.value, source);
  return messages.map((m) => `${m.first ?? '?'}-${m.last} ${m.complete ? '' : 'incomplete '}${asciiText(m.bytes)}`);
}

/** What ends in each packet; packets are numbered from 1. */
function ends(...sent: readonly Sent[]): readonly (readonly string[])[] {
  const assembler = createAssembler();
  return sent.map((packet, i) => push(assembler, packet, i + 1));
}

describe('one sender', () => {
  test('packed messages end where they are', () => {
    expect(ends({ pieces: ['one', 'two', 'three'] })).toEqual([['1-1 one', '1-1 two', '1-1 three']]);
  });

  test('a message over four packets, packed with others at both ends', () => {
    const messages = ends(
      { pieces: ['small', 'be'], fragmented: 1 },
      { pieces: ['gin'], continuation: 1, fragmented: 2 },
      { pieces: ['ni'], continuation: 2, fragmented: 3 },
      { pieces: ['ng', 'next'], continuation: 3 },
    );

    expect(messages).toEqual([['1-1 small'], [], [], ['1-4 beginning', '4-4 next']]);
  });

  test('one packet ends a message and begins another', () => {
    const messages = ends(
      { pieces: ['a'], fragmented: 1 },
      { pieces: ['A', 'b'], continuation: 1, fragmented: 2 },
      { pieces: ['B'], continuation: 2 },
    );

    expect(messages).toEqual([[], ['1-2 aA'], ['2-3 bB']]);
  });

  test('the label skips 0 where it wraps', () => {
    const messages = ends(
      { pieces: ['a'], fragmented: 255 },
      { pieces: ['b'], continuation: 255, fragmented: 1 },
      {
        pieces: ['c'],
        continuation: 1,
      },
    );

    expect(messages[2]).toEqual(['1-3 abc']);
  });
});

describe('what was not captured', () => {
  test('a capture that starts in the middle of a message tells its end as incomplete, and the rest whole', () => {
    expect(ends({ pieces: ['tail', 'whole'], continuation: 9 })).toEqual([['?-1 incomplete tail', '1-1 whole']]);
  });

  test('a middle piece without its beginning ends nothing', () => {
    const messages = ends(
      { pieces: ['middle'], continuation: 4, fragmented: 5 },
      { pieces: ['tail'], continuation: 5 },
    );

    expect(messages).toEqual([[], ['?-2 incomplete tail']]);
  });

  test('a gap inside a message loses that message only', () => {
    const messages = ends(
      { pieces: ['a'], fragmented: 1 },
      { pieces: ['c', 'd'], continuation: 2, fragmented: 3 },
      { pieces: ['D'], continuation: 3 },
    );

    expect(messages).toEqual([[], ['?-2 incomplete c'], ['2-3 dD']]);
  });

  test('a stale beginning is not joined to a later message of the same label on the same ring', () => {
    const messages = ends(
      { pieces: ['stale'], fragmented: 1 },
      { pieces: ['fresh'] },
      { pieces: ['tail'], continuation: 1 },
    );

    expect(messages[2]).toEqual(['?-3 incomplete tail']);
  });
});

describe('a change of ring', () => {
  test('a half-sent message goes on after the synchronisation (totem.md 5.1.4)', () => {
    const messages = ends(
      { pieces: ['old '], fragmented: 3, ring: 1 },
      { pieces: ['sync'], ring: 2 },
      { pieces: ['down'], fragmented: 4, ring: 2 },
      { pieces: ['list'], continuation: 4, ring: 2 },
      { pieces: ['message'], continuation: 3, ring: 2 },
    );

    expect(messages).toEqual([[], ['2-2 sync'], [], ['3-4 downlist'], ['1-5 old message']]);
  });

  test('a node that left takes its half-sent message along', () => {
    const assembler = createAssembler();
    push(assembler, { pieces: ['old '], fragmented: 3, ring: 1 }, 1);

    assembler.left([1]);

    expect(push(assembler, { pieces: ['message'], continuation: 3, ring: 2 }, 2)).toEqual(['?-2 incomplete message']);
    expect(assembler.halves()).toEqual([]);
  });
});

test('senders do not meet', () => {
  const messages = ends(
    { from: 1, pieces: ['one '], fragmented: 1 },
    { from: 2, pieces: ['two '], fragmented: 1 },
    { from: 1, pieces: ['of 1'], continuation: 1 },
    { from: 2, pieces: ['of 2'], continuation: 1 },
  );

  expect(messages).toEqual([[], [], ['1-3 one of 1'], ['2-4 two of 2']]);
});

describe('bounds', () => {
  const piece = new Uint8Array(60_000);

  test('a message past MESSAGE_OCTETS_MAX is given up', () => {
    const assembler = createAssembler();
    push(assembler, { pieces: [piece], fragmented: 1 }, 0);
    const count = Math.ceil(MESSAGE_OCTETS_MAX / piece.length);

    for (let i = 1; i <= count; i++) push(assembler, { pieces: [piece], continuation: i, fragmented: i + 1 }, i);

    expect(assembler.halves()).toEqual([]);
    expect(push(assembler, { pieces: ['end'], continuation: count + 1 }, count + 1)).toEqual(['?-20 incomplete end']);
  });

  test('no more than SENDERS_MAX senders are remembered, the latest ones', () => {
    const assembler = createAssembler();

    for (let from = 0; from < SENDERS_MAX + 5; from++) push(assembler, { from, pieces: ['x'], fragmented: 1 }, from);

    expect(assembler.halves().length).toBe(SENDERS_MAX);
    expect(assembler.halves()[0]).toEqual({ sender: 5, first: 5, octets: 1 });
  });

  test('no more than HELD_OCTETS_MAX octets are held for all senders', () => {
    const assembler = createAssembler();

    for (let from = 0; from < 100; from++) {
      push(assembler, { from, pieces: [piece], fragmented: 1 }, from);
      for (let i = 1; i < 17; i++) push(assembler, { from, pieces: [piece], continuation: i, fragmented: i + 1 }, from);
    }

    const held = assembler.halves().reduce((sum, { octets }) => sum + octets, 0);
    expect(held).toBeLessThanOrEqual(HELD_OCTETS_MAX);
    expect(held).toBeGreaterThan(HELD_OCTETS_MAX - 17 * piece.length);
  });
});
