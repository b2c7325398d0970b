// What no real capture at hand has, made by hand from the specification: big-endian senders, IPv6, VLAN, other ports,
// fragments that never complete, ring tests, what is on the port and not Totem.
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../../protocol/base/brand.ts';
import { concatBytes, fromHex } from '../../../../protocol/base/bytes.ts';
import { sealLegacy, sealModern } from '../../../../protocol/crypto/seal.ts';
import { decodeTotem, encodeTotem } from '../../../../protocol/totem/decode.ts';
import { COROSYNC_3, DIALECTS } from '../../../../protocol/totem/dialect.ts';
import { encode } from '../../../../protocol/wire/layout.ts';
import { decodeRecord, type DecodeRecord } from '../../../../app/session/decode-record.ts';
import { dissectRow } from '../../../../app/session/dissect-row.ts';
import { ethernet, ipv4, ipv6, pcap, udp } from '../../../support/frames.ts';
import { openBytes } from '../../../support/open-golden.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const TOKEN = hex(
  '70c003000001000000000000011a000000480600001a0000000000000001000000750000000000000000000000000000000000000000000000',
);
const NOISE = Uint8Array.from({ length: 40 }, (_, i) => (i * 37 + 11) & 255);

function lines(
  frames: readonly Uint8Array[],
  keys: readonly { name: string; bytes: Uint8Array }[] = [],
): readonly DecodeRecord[] {
  const { ingest, frame } = openBytes(pcap(frames), keys);
  const records: DecodeRecord[] = [];
  for (let row = 0; row < ingest.table.length; row++) {
    dissectRow(ingest, row as Row, frame);
    const record = decodeRecord(ingest, row as Row, frame, { data: false });
    if (record !== null) records.push(record);
  }
  return records;
}

describe('senders of the other byte order', () => {
  it.each(['corosync-1', 'corosync-2', 'corosync-3'] as const)('%s', (id) => {
    const dialect = DIALECTS[id];
    const decoded = decodeTotem(TOKEN, 0, TOKEN.length, COROSYNC_3);
    if (!decoded.ok) throw new Error(decoded.problem.kind);
    const value = decoded.value.value as { readonly [field: string]: unknown };
    const rep = { nodeid: 1, family: 2, addr: Uint8Array.from({ length: 16 }, (_, i) => [10, 0, 0, 1][i] ?? 0) };
    const header = { type: 0, encapsulated: 0, endianDetector: 0xff22, nodeid: 7 };
    const old = { ...value, header, ringId: { rep, seq: 117n } };
    const layout = dialect.messages.OrfToken;
    const bytes =
      id === 'corosync-3' ? encode(decoded.value.layout, value, false) : encode(layout as never, old as never, false);
    const payload = id === 'corosync-2' ? concatBytes([Uint8Array.of(0xfe, 0xfe, 0, 0), bytes]) : bytes;
    const [line] = lines([ethernet(ipv4(udp(payload)))]);
    expect(line).toMatchObject({ kind: 'orf_token', dialect: id, transport: 'udp', problem: null });
    expect(line?.totem).toMatchObject({ ring_id: '1:117', seq: 26, token_seq: 1608, header: { little_endian: false } });
    const again = decodeTotem(bytes, 0, bytes.length, dialect);
    expect(again.ok && encodeTotem(again.value)).toEqual(bytes);
  });
});

describe('ways to a datagram', () => {
  it.each([
    ['a VLAN tag', ethernet(ipv4(udp(TOKEN)), 0x0800, [7])],
    ['IPv6', ethernet(ipv6(udp(TOKEN)), 0x86dd)],
  ])('%s', (_name, frame) => {
    expect(lines([frame])[0]).toMatchObject({ kind: 'orf_token', length: 57, sport: 5404 });
  });

  it('a port learnt from one packet holds for the whole file', () => {
    const on = (payload: Uint8Array, dport: number): Uint8Array => ethernet(ipv4(udp(payload, 40_000, dport)));
    const short = Uint8Array.of(1, 2, 3);
    const kinds = lines([on(NOISE, 6000), on(short, 6000), on(NOISE, 7777), on(TOKEN, 6000), on(NOISE, 6000)]);
    expect(kinds.map(({ frame, kind }) => [frame, kind])).toEqual([
      [1, 'encrypted'],
      [2, 'other'],
      [4, 'orf_token'],
      [5, 'encrypted'],
    ]);
  });

  it('fragments whose last part is missing name no frame; those of a whole one name the last', () => {
    const datagram = udp(TOKEN);
    const part = (from: number, to: number, more: boolean, id: number): Uint8Array =>
      ethernet(ipv4(datagram.subarray(from, to), { id, fragment: (more ? 0x2000 : 0) | (from / 8) }));
    const records = lines([part(0, 32, true, 1), part(32, 65, false, 1), part(0, 32, true, 2), part(32, 65, false, 3)]);
    expect(records.map(({ frame, kind, reassembledIn, dport }) => [frame, kind, reassembledIn, dport])).toEqual([
      [1, 'fragment', 2, 5405],
      [2, 'orf_token', null, null],
      [3, 'fragment', null, 5405],
    ]);
    expect(records.map(({ dialect }) => dialect)).toEqual(['corosync-3', 'corosync-3', null]);
  });
});

describe('what is not whole', () => {
  it('is malformed where it starts like Totem, and says where', () => {
    const [cut, version, many] = lines(
      [TOKEN.slice(0, 50), hex('70c00400'.padEnd(60, '0')), concatBytes([TOKEN.slice(0, 53), hex('ff000000')])].map(
        (bytes) => ethernet(ipv4(udp(bytes))),
      ),
    );
    expect(cut).toMatchObject({ kind: 'malformed', totem: null, problem: { kind: 'truncated', at: 49 } });
    expect(version).toMatchObject({ kind: 'malformed', problem: { kind: 'unsupported-version', at: 2 } });
    expect(many).toMatchObject({ kind: 'malformed', problem: { kind: 'bad-count', at: 53 } });
  });

  it('a ring test of a redundant ring is told', () => {
    const [line] = lines([ethernet(ipv4(udp(hex('060022ff010000000a010272'))))]);
    expect(line).toMatchObject({ kind: 'rrp', dialect: 'corosync-1', totem: null });
  });

  it('octets behind a message are kept and told', () => {
    const [line] = lines([ethernet(ipv4(udp(concatBytes([TOKEN, Uint8Array.of(1, 2, 3)]))))]);
    expect(line).toMatchObject({ kind: 'orf_token', length: 60, problem: { kind: 'trailing-bytes', at: 57 } });
  });
});

describe('Corosync 1 under NSS', () => {
  it('is opened with the key, and told apart from a sender with another', () => {
    const key = Uint8Array.from({ length: 128 }, (_, i) => i);
    const message = concatBytes([hex('050022ff01000000'), new Uint8Array(30)]);
    const salt = new Uint8Array(16).fill(9);
    const seal = (bytes: Uint8Array): Uint8Array => sealLegacy(message, bytes, salt, 'nss-aes128-sha1') ?? message;
    const frames = [seal(key), seal(key.slice().reverse())].map((bytes) => ethernet(ipv4(udp(bytes))));
    const [opened, other] = lines(frames, [{ name: 'authkey', bytes: key }]);
    expect(opened).toMatchObject({ kind: 'token_hold_cancel', security: 'nss-aes128-sha1', authentic: true });
    expect(other).toMatchObject({ kind: 'encrypted', security: 'unknown', authentic: false, transport: null });
  });
});

describe('Corosync 2.0, whose header names cipher and hash', () => {
  it('is opened with the key', () => {
    const key = Uint8Array.from({ length: 128 }, (_, i) => 255 - i);
    const message = concatBytes([hex('050022ff01000000'), new Uint8Array(30)]);
    const sealed = sealModern(message, key, new Uint8Array(16).fill(3), 'aes128-sha1', { form: 'corosync-2.0' });
    const [line] = lines([ethernet(ipv4(udp(sealed ?? message)))], [{ name: 'authkey', bytes: key }]);
    expect(line).toMatchObject({
      kind: 'token_hold_cancel',
      dialect: 'corosync-2',
      security: 'aes128-sha1',
      authentic: true,
    });
  });
});
