// What libknet compresses: messages that nodes of Corosync 3.1.7 sent, and data that no node would send.
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../../protocol/base/bytes.ts';
import { decompressKnet, isReadableCompression, KNET_DATA_MAX } from '../../../../protocol/knet/decompress.ts';
import { decodeTotem } from '../../../../protocol/totem/decode.ts';
import { COROSYNC_3 } from '../../../../protocol/totem/dialect.ts';
import { readPacket } from '../../../../protocol/totempg/packet.ts';

const bytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();
const ZLIB = 1;
const LZ4 = 2;
const ZSTD = 7;

/** The data behind the knet header of a commit token and two mcasts, as captured. */
const SENT = [
  ['zlib', ZLIB, '789c2b38c0ccc2c0c8c0c0c004c48c50cccb8000203e33946642627342e5b9a0989181740000a9ae0173'],
  [
    'lz4',
    LZ4,
    '7270c003010201000100000800537b000000700c00120917000b0200c10100ad0001000100610000021b0011a80600300000030500' +
      '50000000677241000f02006722a3757c00800100000000000000',
  ],
  [
    'zstd',
    ZSTD,
    '28b52ffd6067010d0200140270c0030102010002000000060900010030020100040073796e63280403000000050c00d74005d081cd' +
      'd60e8f00c56595a155b85d110947f18bebca0a183002',
  ],
] as const;

describe('a compressed message', () => {
  it.each(SENT)('of %s is a whole Totem message', (_name, model, hex) => {
    const message = decompressKnet(model, bytes(hex)) ?? new Uint8Array();
    const decoded = decodeTotem(message, 0, message.length, COROSYNC_3);
    if (!decoded.ok) throw new Error(decoded.problem.kind);
    const { message: read, end } = decoded.value;
    if (model === ZLIB) {
      expect(read).toMatchObject({ type: 'memb_commit_token', ringId: { rep: 1, seq: 13n } });
      expect(end).toBe(message.length);
      return;
    }
    expect(read).toMatchObject({ type: 'mcast', ringId: { rep: 1, seq: 9n } });
    const view = new DataView(message.buffer, message.byteOffset, message.length);
    const packet = readPacket(view, end, message.length, true);
    expect(packet.ok && packet.value.trailing).toBe(0);
  });

  it('of another model stays closed, and is told from the ones that are read', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 255].filter(isReadableCompression)).toEqual([1, 2, 3, 7]);
    for (const model of [0, 4, 5, 6, 255]) expect(decompressKnet(model, bytes(SENT[0][2]))).toBeNull();
  });
});

describe('hostile data', () => {
  it('do not grow beyond a message', () => {
    expect(decompressKnet(ZLIB, deflateSync(new Uint8Array(KNET_DATA_MAX)))).toHaveLength(KNET_DATA_MAX);
    expect(decompressKnet(ZLIB, deflateSync(new Uint8Array(KNET_DATA_MAX + 1)))).toBeNull();
    expect(decompressKnet(ZLIB, deflateSync(new Uint8Array(50_000_000)))).toBeNull();
    // One literal, then a copy of it of 70,000 octets.
    const long = [0x1f, 7, 1, 0, ...Array.from({ length: 274 }, () => 255), 0, 0];
    expect(decompressKnet(LZ4, Uint8Array.from(long))).toBeNull();
    // A zstd frame that claims 2^40 octets.
    expect(decompressKnet(ZSTD, bytes('28b52ffde0000000000001000001000000'))).toBeNull();
  });

  it.each(SENT)('of %s, cut or damaged, never throw', (_name, model, hex) => {
    const data = bytes(hex);
    for (let length = 0; length < data.length; length++) decompressKnet(model, data.subarray(0, length));
    for (let at = 0; at < data.length; at++)
      for (const octet of [0, 1, 0x7f, 0xff]) {
        const message = decompressKnet(model, data.with(at, octet));
        if (message !== null) expect(message.length).toBeLessThanOrEqual(KNET_DATA_MAX);
      }
  });
});
