// Laws of the service messages: any bytes are safe, and the walk never leaves the message.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, toHex, viewOf } from '../../protocol/base/bytes.ts';
import { encodeGroups, readGroups } from '../../protocol/cpg/group.ts';
import { SERVICE_MESSAGES, type MessageName } from '../../protocol/cpg/messages.ts';
import { decodeService, encodeService } from '../../protocol/cpg/service-codec.ts';
import { readServiceMessage, walkServiceMessage } from '../../protocol/cpg/service-message.ts';
import type { DialectId } from '../../protocol/totem/dialect.ts';

const generation = fc.constantFrom<DialectId>('corosync-1', 'corosync-2', 'corosync-3');

/** A group header, an id that mostly names a described message, and anything behind it. */
const message = fc
  .record({
    group: fc.constantFrom('a', 'a', 'sync', 'syncv2', 'ykd'),
    service: fc.constantFrom(0, 2, 2, 5, 8, 8, 15),
    number: fc.nat({ max: 7 }),
    isFirst: fc.boolean(),
    littleEndian: fc.boolean(),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 700 }),
      fc.nat({ max: 1_700 }).map((length) => new Uint8Array(length)),
    ),
  })
  .map(({ group, service, number, isFirst, littleEndian, body }) => {
    const id = group === 'a' ? (service << 16) | number : number;
    if (body.length >= 12) viewOf(body).setInt32(isFirst ? 0 : 8, id, littleEndian);
    return { bytes: concatBytes([encodeGroups([group], littleEndian), body]), littleEndian };
  });

test('any bytes are read without harm', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 80 }),
        message.map(({ bytes }) => bytes),
      ),
      fc.boolean(),
      generation,
      (bytes, littleEndian, id) => {
        const read = readServiceMessage(bytes, littleEndian, id, 1);

        expect(read.body.at + read.body.length).toBe(bytes.length);
        expect(read.application.at).toBeGreaterThanOrEqual(read.body.at);
        expect(read.application.at + read.application.length).toBeLessThanOrEqual(bytes.length);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('the walk stays inside, leaves nothing out and says nothing twice', () => {
  fc.assert(
    fc.property(message, generation, ({ bytes, littleEndian }, id) => {
      const { spans, problem } = walkServiceMessage(bytes, littleEndian, id);

      let next = 0;
      for (const { offset, length } of spans) {
        expect(offset).toBe(next);
        next = offset + length;
      }
      expect(next).toBeLessThanOrEqual(bytes.length);
      if (problem === null) expect(next).toBe(bytes.length);
    }),
    { numRuns: 1_000 },
  );
});

test('writing is the inverse of reading, for every message that can be read', () => {
  fc.assert(
    fc.property(message, generation, ({ bytes, littleEndian }, id) => {
      const groups = readGroups(viewOf(bytes), 0, bytes.length, littleEndian);
      if (!groups.ok) throw new Error(groups.problem.kind);
      const body = bytes.subarray(groups.value.end);
      for (const name of Object.keys(SERVICE_MESSAGES[id]) as MessageName[]) {
        const layout = SERVICE_MESSAGES[id][name];
        const decoded = decodeService(layout, viewOf(bytes), groups.value.end, bytes.length, littleEndian);
        if (!decoded.ok) continue;
        const { head, records, octets, rest } = decoded.value;
        const slice = (piece: { at: number; length: number }) => bytes.subarray(piece.at, piece.at + piece.length);
        const parts = { head, records, octets: slice(octets), rest: slice(rest) };

        expect(toHex(encodeService<unknown>(layout, parts, littleEndian))).toBe(toHex(body));
      }
    }),
    { numRuns: 200 },
  );
});
