// Every golden capture against what an independent decoder found: frames, packets per kind, nothing undecoded; and
// every message written back as it was read.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../protocol/base/brand.ts';
import { decodeTotem, encodeTotem } from '../../protocol/totem/decode.ts';
import { createKeyring } from '../../protocol/crypto/keyring.ts';
import { openRow } from '../../app/session/open-row.ts';
import { isRelevant, PACKET_KINDS, PacketKind } from '../../app/store/kinds.ts';
import type { PacketTable } from '../../app/store/packet-table.ts';
import { expectedOf, GOLDEN, goldenBytes, scenarios, type Expected } from '../support/golden.ts';
import { indexBytes } from '../support/index-only.ts';

const cases = scenarios().flatMap((scenario) =>
  expectedOf(scenario).map((expected) => [scenario, expected.capture, expected] as const),
);

const keysOf = (scenario: string, { keys }: Expected) =>
  keys.map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(GOLDEN, scenario, name))) }));

function countsOf(table: PacketTable): { readonly relevant: number; readonly byKind: Record<string, number> } {
  const byKind: Record<string, number> = {};
  for (const { name } of PACKET_KINDS.slice(0, PacketKind.UNRELATED)) byKind[name] = 0;
  let relevant = 0;
  for (let row = 0; row < table.length; row++) {
    const kind = table.columnsOf(row).kind[row & 0xffff] ?? 0;
    if (!isRelevant(kind)) continue;
    relevant++;
    const name = PACKET_KINDS[kind]?.name ?? '';
    byKind[name] = (byKind[name] ?? 0) + 1;
  }
  return { relevant, byKind };
}

describe.each(cases)('%s %s', (scenario, capture, expected) => {
  const bytes = goldenBytes(scenario, capture);
  const keys = keysOf(scenario, expected);

  it('has the packets that an independent decoder found', () => {
    const { table, reader } = indexBytes(bytes, keys);

    expect(reader.problem).toBeNull();
    expect(table.frames).toBe(expected.packets.frames);
    expect(countsOf(table)).toEqual({ relevant: expected.packets.relevant, byKind: expected.packets.byKind });
  });

  it('gives every message back octet for octet', () => {
    const { table } = indexBytes(bytes, keys);
    const keyring = keys.length === 0 ? null : createKeyring(keys);
    const frame = (row: Row): Uint8Array => {
      const columns = table.columnsOf(row);
      const at = columns.offset[row & 0xffff] ?? 0;
      return bytes.subarray(at, at + (columns.captured[row & 0xffff] ?? 0));
    };
    let checked = 0;
    // A storm of 60,000 equal retransmissions proves nothing more than its first thousand.
    const step = table.length > 20_000 ? 37 : 1;
    for (let row = 0; row < table.length; row += step) {
      if ((table.columnsOf(row).kind[row & 0xffff] ?? 99) > PacketKind.TOKEN_HOLD_CANCEL) continue;
      const { message, dialect } = openRow(table, keyring, row as Row, frame);
      if (message === null || dialect === null) throw new Error(`row ${row} was not opened again`);
      const decoded = decodeTotem(message, 0, message.length, dialect);
      if (!decoded.ok) throw new Error(`row ${row}: ${decoded.problem.kind}`);
      const written = encodeTotem(decoded.value);
      if (!Buffer.from(written).equals(Buffer.from(message.subarray(0, decoded.value.end))))
        throw new Error(`row ${row} is written differently`);
      if (decoded.value.message.type !== 'mcast' && decoded.value.end !== message.length)
        throw new Error(`row ${row} has octets left over`);
      checked++;
    }
    expect(checked > 0 || expected.packets.relevant === 0).toBe(true);
  });
});

describe('without the key', () => {
  it('nothing of an encrypted capture is opened, and a wrong key is told from none', () => {
    const bytes = goldenBytes('c31-knet-aes256-kill9', 'brA.pcap');
    const wrong = { name: 'wrong', bytes: new Uint8Array(256).fill(7) };

    for (const keys of [[], [wrong]]) {
      const { table } = indexBytes(bytes, keys);
      expect(countsOf(table).byKind).toMatchObject({ encrypted: 661, orf_token: 0 });
      expect(table.encodings.every(({ authentic }) => authentic === null)).toBe(true);
    }
  });

  it('packets under another key are marked once one key is known to fit', () => {
    const bytes = goldenBytes('08-corosync-secauth', 'bridge.pcap');
    const right = {
      name: 'authkey',
      bytes: new Uint8Array(readFileSync(join(GOLDEN, '08-corosync-secauth', 'authkey'))),
    };
    const other = goldenBytes('c31-knet-aes256-kill9', 'brA.pcap');
    const both = new Uint8Array([...bytes, ...other.subarray(24)]);

    const { table } = indexBytes(both, [right]);

    let unauthentic = 0;
    for (let row = 0; row < table.length; row++) {
      const columns = table.columnsOf(row);
      if (
        columns.kind[row & 0xffff] === PacketKind.ENCRYPTED &&
        table.encodings[columns.encoding[row & 0xffff] ?? 0]?.authentic === false
      )
        unauthentic++;
    }
    expect(unauthentic).toBe(661);
  });
});
