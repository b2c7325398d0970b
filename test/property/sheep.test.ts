// Laws of sheepdog's octets: any bytes are safe, and how TCP cuts a stream does not change what is found in it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, toHex, viewOf } from '../../protocol/base/bytes.ts';
import {
  CLUSTER_FRAME_OCTETS,
  decodeClusterMessage,
  encodeClusterMessage,
} from '../../protocol/sheep/cluster-frame.ts';
import { objectIdOf, readObjectId } from '../../protocol/sheep/object-id.ts';
import { readSheepMessage, sheepJson, walkSheepMessage } from '../../protocol/sheep/cluster-message.ts';
import { encodeSheepHeader, readSheepHeader, type SheepSide } from '../../protocol/sheep/tcp-headers.ts';
import { createSheepStream, type SheepStreamEvent } from '../../protocol/sheep/tcp-stream.ts';

const side = fc.constantFrom<SheepSide>('request', 'response');
const octets48 = fc.uint8Array({ minLength: 48, maxLength: 48 });

test('a header of any 48 octets is read and written back', () => {
  fc.assert(
    fc.property(side, octets48, fc.option(fc.constantFrom(0x01, 0x11, 0x82, 0x84, 0xa1)), (which, bytes, opcode) => {
      if (opcode !== null) bytes[1] = opcode;

      const header = readSheepHeader(which, bytes, 0);

      expect(header.ok && toHex(encodeSheepHeader(header.value))).toBe(toHex(bytes));
    }),
  );
});

/** A frame of 0.3.0 with few members and some payload, of which any octet may be another. */
const frame = fc
  .record({
    start: fc.uint8Array({ minLength: 36, maxLength: 200 }),
    type: fc.nat({ max: 0x7f }),
    nodes: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 2_000 })),
    payload: fc.uint8Array({ maxLength: 200 }),
    declared: fc.option(fc.nat({ max: 300 })),
  })
  .map(({ start, type, nodes, payload, declared }) => {
    const bytes = concatBytes([new Uint8Array(CLUSTER_FRAME_OCTETS), payload]);
    bytes.set(start);
    bytes[36] = type;
    viewOf(bytes).setUint32(40, declared ?? payload.length, true);
    viewOf(bytes).setUint32(44, nodes, true);
    return bytes;
  });

test('any message of the group is read without harm, shown whole and written back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), frame), (bytes) => {
      const { message } = readSheepMessage(bytes);
      if (message !== null) expect(JSON.parse(JSON.stringify(sheepJson(message)))).toEqual(sheepJson(message));

      const { spans, problem } = walkSheepMessage(bytes);
      const end = spans.reduce((next, { offset, length }) => {
        expect(offset).toBe(next);
        return offset + length;
      }, 0);
      if (message !== null && problem === null) expect(end).toBe(bytes.length);

      const decoded = decodeClusterMessage(bytes);
      if (!decoded.ok) return;
      const written = encodeClusterMessage(decoded.value);
      expect(toHex(written)).toBe(toHex(bytes.subarray(0, written.length)));
    }),
    { numRuns: 60 },
  );
});

test('object ids are taken apart and put together again', () => {
  const parts = fc.record({
    kind: fc.constantFrom('data', 'vdi', 'vmstate', 'attr'),
    vdi: fc.nat({ max: 0xff_ffff }),
    index: fc.nat({ max: 0xffff_ffff }),
  });
  fc.assert(
    fc.property(parts, (id) => {
      expect(readObjectId(objectIdOf(id))).toEqual(id);
    }),
  );
});

/** Requests with data, then perhaps garbage. */
const stream = fc
  .record({
    requests: fc.array(fc.record({ id: fc.nat({ max: 9 }), data: fc.nat({ max: 120 }) }), { maxLength: 6 }),
    garbage: fc.uint8Array({ maxLength: 120 }),
  })
  .map(({ requests, garbage }) => {
    const parts = requests.flatMap(({ id, data }) => {
      const header = new Uint8Array(48);
      const view = viewOf(header);
      view.setUint8(1, 0x03);
      view.setUint16(2, 1, true);
      view.setUint32(8, id, true);
      view.setUint32(12, data, true);
      return [header, new Uint8Array(data)];
    });
    return { octets: concatBytes([...parts, garbage]), headers: requests.length };
  });

const found = (events: readonly SheepStreamEvent[]): readonly unknown[] =>
  events.flatMap((event) => (event.kind === 'header' ? [[event.at, event.header.id, event.following]] : []));

test('however a stream is cut, the same headers are found', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), ({ octets, headers }, cuts) => {
      const whole = createSheepStream().push('request', octets, 0);
      const reader = createSheepStream();
      const events: SheepStreamEvent[] = [];
      for (let at = 0, i = 0; at < octets.length; i++) {
        const length = cuts[i % cuts.length] ?? 1;
        events.push(...reader.push('request', octets.subarray(at, at + length), i));
        at += length;
      }

      expect(found(whole).length).toBeGreaterThanOrEqual(headers);
      expect(found(events).slice(0, headers)).toEqual(found(whole).slice(0, headers));
    }),
  );
});

test('any octets and gaps are followed without harm', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({
        side,
        octets: fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          stream.map(({ octets }) => octets),
        ),
      }),
      fc.record({ side, skip: fc.nat({ max: 5_000_000_000 }) }),
    ),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, (list) => {
      const reader = createSheepStream();
      const length = { request: 0, response: 0 };
      for (const [i, step] of list.entries()) {
        const events = 'octets' in step ? reader.push(step.side, step.octets, i) : reader.skip(step.side, step.skip, i);
        length[step.side] += 'octets' in step ? step.octets.length : step.skip;
        expect(events.every(({ at }) => at <= length[step.side])).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
