// Laws of totempg: any bytes are safe, writing is the inverse of reading, and what was packed comes out again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toHex, viewOf } from '../../protocol/base/bytes.ts';
import { createAssembler } from '../../protocol/totempg/assembler.ts';
import { encodePacket, fragmentWord, readPacket } from '../../protocol/totempg/packet.ts';

const label = fc.nat({ max: 255 });
const head = fc.record({
  version: fc.integer({ min: -32_768, max: 32_767 }),
  type: fc.integer({ min: -32_768, max: 32_767 }),
  fragmented: label,
  continuation: label,
});
const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 });

/** Octets that often look like a packet: small counts and lengths are what mistakes hide behind. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.array(fc.constantFrom(0, 0, 0, 1, 2, 255), { maxLength: 64 }).map((list) => new Uint8Array(list)),
);

test('any bytes are read without harm, and the fast look agrees with the full one', () => {
  fc.assert(
    fc.property(octets, fc.boolean(), fc.nat({ max: 8 }), (bytes, littleEndian, at) => {
      const view = viewOf(bytes);
      const packet = readPacket(view, at, bytes.length, littleEndian);
      const word = fragmentWord(view, at, bytes.length, littleEndian);

      if (!packet.ok) expect(word).toBe(-1);
      else {
        const { continuation, fragmented, pieces: found, end, trailing } = packet.value;
        expect(word).toBe(continuation | (fragmented << 8) | (found.length << 16));
        expect(end + trailing).toBe(bytes.length);
        expect(found.every((piece) => piece.at + piece.length <= end)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('reading gives back what was written, whatever follows it', () => {
  fc.assert(
    fc.property(head, pieces, fc.boolean(), fc.nat({ max: 32 }), (fields, parts, littleEndian, trailing) => {
      const bytes = encodePacket(fields, parts, littleEndian);
      const padded = new Uint8Array(bytes.length + trailing);
      padded.set(bytes);

      const packet = readPacket(viewOf(padded), 0, padded.length, littleEndian);

      if (!packet.ok) throw new Error(packet.problem.kind);
      expect(packet.value).toMatchObject({ ...fields, trailing });
      expect(packet.value.pieces.map(({ at, length }) => toHex(padded.subarray(at, at + length)))).toEqual(
        parts.map(toHex),
      );
    }),
  );
});

interface Sent {
  readonly continuation: number;
  readonly fragmented: number;
  readonly pieces: readonly Uint8Array[];
}

/** Cuts messages into packets of a capacity; every label is a new one, so that none is mistaken for another. */
function packetsOf(messages: readonly Uint8Array[], capacity: number): readonly Sent[] {
  const packets: Sent[] = [];
  let open: Uint8Array[] = [];
  let room = capacity;
  let continuation = 0;
  let next = 0;
  const close = (fragmented: number): void => {
    packets.push({ continuation, fragmented, pieces: open });
    [open, room, continuation] = [[], capacity, fragmented];
  };
  for (const message of messages) {
    let rest = message;
    while (rest.length > room) {
      open.push(rest.subarray(0, room));
      rest = rest.subarray(room);
      next = (next % 255) + 1;
      close(next);
    }
    open.push(rest);
    room -= rest.length;
    if (room === 0) close(0);
  }
  if (open.length > 0) close(0);
  return packets;
}

const messagesOf = fc.array(fc.uint8Array({ minLength: 1, maxLength: 60 }), { minLength: 1, maxLength: 12 });

/** What comes out of the packets of two senders, of which some are not captured. */
function assembled(first: readonly Sent[], second: readonly Sent[], isLost: (i: number) => boolean): string[][] {
  const assembler = createAssembler();
  const out: string[][] = [[], []];
  for (let i = 0; i < Math.max(first.length, second.length); i++)
    for (const [sender, packets] of [first, second].entries()) {
      const sent = packets[i];
      if (sent === undefined || isLost(2 * i + sender)) continue;
      const bytes = encodePacket({ version: 0, type: 0, ...sent }, sent.pieces, true);
      const packet = readPacket(viewOf(bytes), 0, bytes.length, true);
      if (!packet.ok) throw new Error(packet.problem.kind);
      for (const message of assembler.push(sender, 1, viewOf(bytes), packet.value, i))
        if (message.complete) out[sender]?.push(toHex(message.bytes));
    }
  return out;
}

test('what senders packed and cut comes out whole and in order', () => {
  fc.assert(
    fc.property(messagesOf, messagesOf, fc.integer({ min: 1, max: 50 }), (one, two, capacity) => {
      const out = assembled(packetsOf(one, capacity), packetsOf(two, capacity), () => false);

      expect(out).toEqual([one.map(toHex), two.map(toHex)]);
    }),
  );
});

test('with packets missing, what is called complete is one of the messages sent, in their order', () => {
  fc.assert(
    fc.property(messagesOf, fc.integer({ min: 4, max: 50 }), fc.array(fc.nat({ max: 200 })), (sent, capacity, lost) => {
      const packets = packetsOf(sent, capacity);
      fc.pre(packets.length < 255);

      const [out = []] = assembled(packets, [], (i) => lost.includes(i));

      let at = 0;
      const texts = sent.map(toHex);
      for (const text of out) {
        at = texts.indexOf(text, at) + 1;
        expect(at).toBeGreaterThan(0);
      }
    }),
  );
});
