// The sender: packing, cutting, labels and sizes as members of a ring use them (specs/totem.md 1.14 and 5.1.2).
import { describe, expect, test } from 'vitest';
import { viewOf } from '../../../../protocol/base/bytes.ts';
import { readPacket } from '../../../../protocol/totempg/packet.ts';
import { ENGINE_DIALECTS } from '../../../../protocol/totem/engine/wire/dialect.ts';
import { createSender } from '../../../../protocol/totempg/sender.ts';

const NONE = new Uint8Array(0);
/** Totempg packets of Corosync 3 and 1 at the netmtu that everyone has. */
const THREE = ENGINE_DIALECTS['corosync-3'].packetOctets(1500);
const ONE = ENGINE_DIALECTS['corosync-1'].packetOctets(1500);

/** `continuation>fragmented: lengths` of a packet, and its size. */
function shape(packet: Uint8Array): string {
  const read = readPacket(viewOf(packet), 0, packet.length, true);
  if (!read.ok) throw new Error(read.problem.kind);
  const { continuation, fragmented, pieces, trailing, version, type } = read.value;
  expect([trailing, version, type]).toEqual([0, 0, 0]);
  return `${continuation}>${fragmented}: ${pieces.map(({ length }) => length).join(' ')} = ${packet.length}`;
}

/** What messages of these lengths become: packets that they fill, then the open one. */
function packed(packetMax: number, ...lengths: readonly number[]): readonly string[] {
  const sender = createSender(packetMax);
  const closed: Uint8Array[] = [];
  for (const length of lengths) sender.put(new Uint8Array(length), NONE, closed);
  const open = sender.take();
  return [...closed, ...(open === null ? [] : [open])].map(shape);
}

test('a packet is as long as in the dialect it may be (1.14): mcasts of 1455 and 1472 octets', () => {
  expect([THREE + 45, ONE + 98]).toEqual([1455, 1472]);
});

describe('packing', () => {
  test('small messages share the packet that a token closes', () => {
    expect(packed(THREE, 37, 37, 40)).toEqual(['0>0: 37 37 40 = 128']);
  });

  test('nothing is open once the token has taken the packet', () => {
    const sender = createSender(THREE);
    sender.put(new Uint8Array(5), NONE, []);
    expect(sender.isEmpty()).toBe(false);

    expect(sender.take()?.length).toBe(15);
    expect([sender.isEmpty(), sender.take()]).toEqual([true, null]);
  });

  // A length and one octet of the next message must fit behind: 1410 - 8 - 2 - 3.
  test.each([
    [1397, ['0>0: 1397 = 1407']],
    [1398, ['0>0: 1398 = 1408']],
    [1400, ['0>0: 1400 = 1410']],
    [1401, ['0>1: 1400 = 1410', '1>0: 1 = 11']],
  ])('a message of %i octets', (length, packets) => {
    expect(packed(THREE, length)).toEqual(packets);
  });

  test('with less than three octets to spare a packet closes at once', () => {
    expect(packed(THREE, 1397, 1)).toEqual(['0>0: 1397 1 = 1410']);
    expect(packed(THREE, 1398, 1)).toEqual(['0>0: 1398 = 1408', '0>0: 1 = 11']);
  });
});

describe('cutting', () => {
  test('a DOWNLIST of Corosync 1.4 becomes mcasts of 1472 and 317 octets', () => {
    expect(packed(ONE, 5 + 1568)).toEqual(['0>1: 1364 = 1374', '1>0: 209 = 219']);
  });

  test('the rest of a message is packed with what follows', () => {
    expect(packed(THREE, 2000, 100, 100)).toEqual(['0>1: 1400 = 1410', '1>0: 600 100 100 = 814']);
  });

  test('labels go up by packet, start at 1 with every message, and never are 0', () => {
    expect(packed(THREE, 3000, 3000)).toEqual([
      '0>1: 1400 = 1410',
      '1>2: 1400 = 1410',
      '2>1: 200 1198 = 1410',
      '1>2: 1400 = 1410',
      '2>0: 402 = 412',
    ]);
    const labels = packed(THREE, 1400 * 258).map((line) => line.slice(0, line.indexOf(':')));
    expect(labels.slice(252, 258)).toEqual(['252>253', '253>254', '254>255', '255>1', '1>2', '2>0']);
  });

  test('head and body are one message', () => {
    const sender = createSender(64);
    const closed: Uint8Array[] = [];
    sender.put(
      Uint8Array.from({ length: 60 }, (_, i) => i),
      Uint8Array.from({ length: 60 }, (_, i) => 60 + i),
      closed,
    );

    expect(closed.map((packet) => [...packet.subarray(10)]).flat()).toEqual(Array.from({ length: 108 }, (_, i) => i));
    expect([...(sender.take() ?? NONE).subarray(10)]).toEqual(Array.from({ length: 12 }, (_, i) => 108 + i));
  });
});

test('a message never fills more packets than reckoned', () => {
  for (let open = 0; open < 1400; open += 7)
    for (const length of [1, 1386, 1387, 1399, 1400, 1401, 1414, 2799, 2800, 2801, 41_996, 41_997]) {
      const sender = createSender(THREE);
      const closed: Uint8Array[] = [];
      if (open > 0) sender.put(new Uint8Array(open), NONE, closed);
      closed.length = 0;
      const reckoned = sender.packetsFor(length);
      sender.put(new Uint8Array(length), NONE, closed);

      expect(closed.length, `${length} behind ${open}`).toBeLessThanOrEqual(reckoned);
    }
});

test('a saved sender goes on in the middle of a packet', () => {
  const sender = createSender(THREE);
  const closed: Uint8Array[] = [];
  sender.put(new Uint8Array(1500), NONE, closed);
  const state = structuredClone(sender.save());
  sender.put(new Uint8Array(50), NONE, closed);

  const again = createSender(THREE, state);
  again.put(new Uint8Array(7), NONE, closed);
  expect([shape(again.take() ?? NONE), shape(sender.take() ?? NONE)]).toEqual([
    '1>0: 100 7 = 119',
    '1>0: 100 50 = 162',
  ]);
});
