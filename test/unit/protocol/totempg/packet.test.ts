// The totempg packet: what readPacket finds in real and in malformed payloads, and what encodePacket writes.
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, viewOf } from '../../../../protocol/base/bytes.ts';
import {
  encodePacket,
  explainPacketProblem,
  firstPieceContinues,
  fragmentWord,
  lastPieceContinues,
  readPacket,
  type TotempgPacket,
} from '../../../../protocol/totempg/packet.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);

/** specs/totem.md B.8, from a real 3.1.7 node: the payload of an mcast with NODEINFO, NODEINFO and BARRIER. */
const THREE_MESSAGES = hex(`
  0000000000000300250025002800
  01000100610000050000000000200000000000000001000000010000000300000001000000
  01000100610000050000000000200000000000000000000000000000000000000000000000
  0100040073796e630000000000000000200000000000000001000000790000000000000000000000`);

function read(bytes: Uint8Array, littleEndian = true): TotempgPacket {
  const packet = readPacket(viewOf(bytes), 0, bytes.length, littleEndian);
  if (!packet.ok) throw new Error(packet.problem.kind);
  return packet.value;
}

describe('readPacket', () => {
  test('finds three packed messages of a real packet (totem.md B.8)', () => {
    const packet = read(THREE_MESSAGES);

    expect(packet).toEqual({
      version: 0,
      type: 0,
      fragmented: 0,
      continuation: 0,
      pieces: [
        { at: 14, length: 37 },
        { at: 51, length: 37 },
        { at: 88, length: 40 },
      ],
      end: 128,
      trailing: 0,
    });
    expect([firstPieceContinues(packet), lastPieceContinues(packet)]).toEqual([false, false]);
  });

  test('counts what follows the pieces: padding of 1.4, or the hash of a signed datagram', () => {
    const signed = new Uint8Array([...THREE_MESSAGES, ...new Uint8Array(32).fill(0xaa)]);

    expect(read(signed)).toMatchObject({ end: 128, trailing: 32 });
  });

  test('says which piece is cut off, and where', () => {
    const result = readPacket(viewOf(THREE_MESSAGES), 0, 100, true);

    expect(result).toEqual({
      ok: false,
      problem: { kind: 'truncated', field: 'piece[2]', at: 88, need: 40, have: 12 },
    });
  });

  test.each([
    ['0000000000000000', { kind: 'no-pieces', at: 6 }],
    ['000000000000ffff', { kind: 'bad-count', field: 'msg_count', at: 6, count: 65_535, max: 32_763 }],
    ['00000000000002000100', { kind: 'truncated', field: 'msg_len', at: 8, need: 4, have: 2 }],
    ['000000', { kind: 'truncated', field: 'type', at: 2, need: 2, have: 1 }],
  ])('tells what is wrong with %s', (text, problem) => {
    const result = readPacket(viewOf(hex(text)), 0, text.length / 2, true);

    expect(result).toEqual({ ok: false, problem });
    expect(result.ok ? '' : explainPacketProblem(result.problem)).toMatch(/totempg|msg_/);
  });

  test('reads a packet of a big-endian sender', () => {
    const packet = read(hex('0000000007020001000361626364'), false);

    expect(packet).toMatchObject({ fragmented: 7, continuation: 2, pieces: [{ at: 10, length: 3 }], trailing: 1 });
    expect([firstPieceContinues(packet), lastPieceContinues(packet)]).toEqual([true, true]);
  });

  test('does not mind the left-over memory that 1.x sends as version and type', () => {
    expect(read(hex('e3d2beef00000100010061'))).toMatchObject({
      version: -11549,
      type: -4162,
      pieces: [{ length: 1 }],
    });
  });
});

describe('fragmentWord', () => {
  test('holds both labels and the number of pieces', () => {
    const packet = hex('00000000070201000300616263');

    expect(fragmentWord(viewOf(packet), 0, packet.length, true)).toBe(2 | (7 << 8) | (1 << 16));
  });

  test.each(['0000000000000000', '000000000000ffff', '00000000000002000100', '0000000000000100040061', '000000'])(
    'is -1 for %s',
    (text) => {
      expect(fragmentWord(viewOf(hex(text)), 0, text.length / 2, true)).toBe(-1);
    },
  );
});

test('encodePacket writes a real packet back byte for byte', () => {
  const packet = read(THREE_MESSAGES);
  const pieces = packet.pieces.map(({ at, length }) => THREE_MESSAGES.subarray(at, at + length));

  expect(toHex(encodePacket(packet, pieces, true))).toBe(toHex(THREE_MESSAGES));
});
