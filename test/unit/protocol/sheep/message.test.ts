// Whole messages out of a connection's octets, and how many octets they wait for.
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import { missingOctets, takeMessage } from '../../../../protocol/sheep/engine/net/message.ts';
import { addOctets, noOctets } from '../../../../protocol/sheep/engine/net/octets.ts';
import type { Incoming } from '../../../../protocol/sheep/engine/state.ts';
import { FLAG_WRITE, Op } from '../../../../protocol/sheep/operations.ts';
import { encodeSheepHeader, makeHeader, SHEEP_HEADER_OCTETS } from '../../../../protocol/sheep/tcp-headers.ts';

function request(length: number, flags: number): Uint8Array {
  return encodeSheepHeader(makeHeader('request', Op.WRITE_OBJ, { oid: 7n, flags, dataLength: length }));
}

const LENGTHS = [0, 1, 5000, 300];
const data = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7 + length);
const STREAM = concatBytes(LENGTHS.flatMap((length) => [request(length, FLAG_WRITE), data(length)]));

describe('messages', () => {
  it('are taken once all that they wait for is there, and not an octet before', () => {
    const from: Incoming = { octets: noOctets(), head: null };
    const taken: Uint8Array[] = [];
    for (let at = 0; at < STREAM.length;) {
      const missing = missingOctets(from);
      addOctets(from.octets, STREAM.slice(at, at + missing - 1));
      expect(takeMessage('request', from)).toBeNull();
      expect(missingOctets(from)).toBe(1);
      addOctets(from.octets, STREAM.slice(at + missing - 1, at + missing));
      at += missing;
      const message = takeMessage('request', from);
      if (message !== null && message !== 'broken') taken.push(concatBytes(message.parts));
    }
    expect(taken).toEqual(LENGTHS.map(data));
  });

  it('wait for no data of a request that only makes room for an answer', () => {
    const from: Incoming = { octets: noOctets(), head: null };
    addOctets(from.octets, request(4096, 0));
    expect(takeMessage('request', from)).toMatchObject({ parts: [] });
    expect(missingOctets(from)).toBe(SHEEP_HEADER_OCTETS);
  });

  it('of more data than any operation has are none', () => {
    const from: Incoming = { octets: noOctets(), head: null };
    addOctets(from.octets, request(0xffff_ffff, FLAG_WRITE));
    expect(takeMessage('request', from)).toBe('broken');
  });
});
