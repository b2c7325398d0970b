// The receiver: what a member of a ring delivers, drops and keeps (specs/totem.md 5.1.3 and 5.1.4).
import { describe, expect, test } from 'vitest';
import { asciiBytes, asciiText } from '../../../../protocol/base/bytes.ts';
import { MESSAGE_OCTETS_MAX } from '../../../../protocol/totempg/assembler.ts';
import { encodePacket } from '../../../../protocol/totempg/packet.ts';
import { createReceiver, type TotempgReceiver } from '../../../../protocol/totempg/receiver.ts';

interface Sent {
  readonly from?: number;
  readonly continuation?: number;
  readonly fragmented?: number;
  readonly pieces: readonly string[];
  readonly littleEndian?: boolean;
}

function packetOf({ continuation = 0, fragmented = 0, pieces, littleEndian = true }: Sent): Uint8Array {
  return encodePacket({ version: 0, type: 0, fragmented, continuation }, pieces.map(asciiBytes), littleEndian);
}

/** The messages that end in a packet, as text, and in brackets what was dropped. */
function take(
  receiver: TotempgReceiver,
  from: number,
  packet: Uint8Array,
  { littleEndian = true, mayPad = false } = {},
): readonly string[] {
  const messages: string[] = [];
  const problem = receiver.receive(from, packet, littleEndian, mayPad, (bytes, view, at, end) => {
    expect(view.byteLength).toBe(bytes.length);
    messages.push(asciiText(bytes.subarray(at, end)));
  });
  return problem === null ? messages : [...messages, `(${problem})`];
}

function receive(receiver: TotempgReceiver, sent: Sent): readonly string[] {
  return take(receiver, sent.from ?? 1, packetOf(sent), { littleEndian: sent.littleEndian ?? true });
}

function all(...sent: readonly Sent[]): readonly (readonly string[])[] {
  const receiver = createReceiver();
  return sent.map((packet) => receive(receiver, packet));
}

const LATE = '(the beginning of a message was not received)';

describe('messages', () => {
  test('packed, cut, and both, of two senders at once and in either byte order', () => {
    const packets = all(
      { pieces: ['one', 'be'], fragmented: 1 },
      { from: 2, pieces: ['X'], fragmented: 1, littleEndian: false },
      { pieces: ['gin'], continuation: 1, fragmented: 2 },
      { from: 2, pieces: ['Y', 'Z'], continuation: 1, littleEndian: false },
      { pieces: ['ning', 'two'], continuation: 2, fragmented: 1 },
      { pieces: ['!', 'three'], continuation: 1 },
    );

    expect(packets).toEqual([['one'], [], [], ['XY', 'Z'], ['beginning'], ['two!', 'three']]);
  });

  test('an empty one is a message too', () => {
    expect(all({ pieces: ['', 'a', ''] })).toEqual([['', 'a', '']]);
  });
});

describe('what cannot be completed', () => {
  test('the rest of a message that began before is dropped, and nothing else', () => {
    const packets = all(
      { pieces: ['rest'], continuation: 3, fragmented: 4 },
      { pieces: ['rest', 'whole', 'be'], continuation: 4, fragmented: 1 },
      { pieces: ['gun'], continuation: 1 },
    );

    expect(packets).toEqual([[LATE], ['whole', LATE], ['begun']]);
  });

  test('a message that is not continued is dropped when the next one comes', () => {
    const packets = all(
      { pieces: ['lost'], fragmented: 1 },
      { pieces: ['rest', 'a'], continuation: 2 },
      { pieces: ['lost'], fragmented: 1 },
      { pieces: ['b'] },
      { pieces: ['c'] },
    );

    const broken = '(a message was not continued)';
    expect(packets).toEqual([[], ['a', broken], [], ['b', broken], ['c']]);
  });

  test('of a node that left no half is kept', () => {
    const receiver = createReceiver();
    receive(receiver, { from: 1, pieces: ['half'], fragmented: 1 });
    receive(receiver, { from: 2, pieces: ['half'], fragmented: 1 });
    receiver.left([2]);

    expect(receive(receiver, { from: 2, pieces: ['rest'], continuation: 1 })).toEqual([LATE]);
    expect(receive(receiver, { from: 1, pieces: ['rest'], continuation: 1 })).toEqual(['halfrest']);
  });
});

test('two contexts: a half-sent message goes on after the synchronisation (8, item 37)', () => {
  const receiver = createReceiver();
  receiver.setSynchronising(false);
  receive(receiver, { pieces: ['half'], fragmented: 7 });
  receiver.setSynchronising(true);

  expect(receive(receiver, { pieces: ['build'] })).toEqual(['build']);
  expect(receive(receiver, { pieces: ['join'], fragmented: 1 })).toEqual([]);
  expect(receive(receiver, { pieces: ['list', 'barrier'], continuation: 1 })).toEqual(['joinlist', 'barrier']);

  receiver.setSynchronising(false);
  expect(receive(receiver, { pieces: ['rest', 'next'], continuation: 7 })).toEqual(['halfrest', 'next']);
});

describe('hostile packets', () => {
  test('are data: too short, without pieces, with lengths beyond the end', () => {
    const receiver = createReceiver();
    const taken = ['', '00000000', '0000000000000000', '00000000000001000500', '00000000000001000500aa'].map((hex) =>
      take(receiver, 1, Uint8Array.from(Buffer.from(hex, 'hex')), { mayPad: true }),
    );

    expect(taken).toEqual([
      ['(version of the totempg packet needs 2 octets, 0 are left)'],
      ['(fragmented of the totempg packet needs 1 octets, 0 are left)'],
      ['(the totempg packet says that it holds no message)'],
      ['(piece[0] of the totempg packet needs 5 octets, 0 are left)'],
      ['(piece[0] of the totempg packet needs 5 octets, 1 are left)'],
    ]);
  });

  test('octets behind the pieces spoil a packet, but for senders that pad (5.1.1)', () => {
    const padded = Uint8Array.from([...packetOf({ pieces: ['a'] }), 0]);
    const receiver = createReceiver();

    expect(take(receiver, 1, padded)).toEqual(['(1 octets follow the pieces of the totempg packet)']);
    expect(take(receiver, 1, padded, { mayPad: true })).toEqual(['a']);
  });

  test('a message without end is given up at its limit', () => {
    const receiver = createReceiver();
    const piece = new Uint8Array(60_000);
    let label = 0;
    const taken: (readonly string[])[] = [];
    for (let octets = 0; octets <= MESSAGE_OCTETS_MAX + 2 * piece.length; octets += piece.length) {
      const head = { version: 0, type: 0, continuation: label, fragmented: ++label };
      taken.push(take(receiver, 1, encodePacket(head, [piece], true)));
    }

    const tooLong = `(a message is longer than ${MESSAGE_OCTETS_MAX} octets)`;
    expect(taken.slice(0, 18).flat()).toEqual([]);
    expect(taken.slice(18)).toEqual([[tooLong], [LATE], [LATE]]);
  });
});

test('a packet belongs to its context to its end, also where a message in it ends the synchronisation', () => {
  const receiver = createReceiver();
  const packet = packetOf({ pieces: ['barrier', 'sync half'], fragmented: 1 });
  receiver.receive(1, packet, true, false, () => receiver.setSynchronising(false));

  expect(receive(receiver, { pieces: ['application'] })).toEqual(['application']);
  receiver.setSynchronising(true);
  expect(receive(receiver, { pieces: [', rest'], continuation: 1 })).toEqual(['sync half, rest']);
});

test('a saved receiver goes on in the middle of a message', () => {
  const receiver = createReceiver();
  receive(receiver, { pieces: ['half'], fragmented: 1 });
  const state = structuredClone(receiver.save());
  receive(receiver, { pieces: ['changed'], continuation: 1, fragmented: 2 });

  const again = createReceiver(state);
  expect(receive(again, { pieces: ['rest'], continuation: 1 })).toEqual(['halfrest']);
  expect(receive(receiver, { pieces: ['!'], continuation: 2 })).toEqual(['halfchanged!']);
});
