// Messages of real 3.1.7 nodes (specs/totem.md appendix B): what they say, and that writing them gives the same octets.
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../protocol/base/bytes.ts';
import { COROSYNC_3 } from '../../../../protocol/totem/dialect.ts';
import { decodeTotem, encodeTotem, type TotemMessage } from '../../../../protocol/totem/decode.ts';
import { recogniseStart, Start } from '../../../../protocol/totem/recognise.ts';

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array();

function decoded(hex: string): TotemMessage {
  const bytes = bytesOf(hex);
  expect(recogniseStart(bytes, 0, bytes.length)).toBe(Start.COROSYNC_3);
  const result = decodeTotem(bytes, 0, bytes.length, COROSYNC_3);
  if (!result.ok) throw new Error(result.problem.kind);
  expect(toHex(encodeTotem(result.value))).toBe(hex.slice(0, 2 * result.value.end));
  return result.value.message;
}

const node = (nodeid: number) => ({ nodeid, ip: null });
const ring = (rep: number, seq: number) => ({ rep, seq: BigInt(seq), ip: null });
const header = (nodeid: number, targetNodeid = 0, encapsulated = 0) => ({
  nodeid,
  targetNodeid,
  encapsulated,
  littleEndian: true,
});

describe('messages of real nodes', () => {
  it('B.1 a token, with left-over memory as its target', () => {
    const token = decoded(
      '70c003000001000000000000011a000000480600001a0000000000000001000000750000000000000000000000000000' +
        '000000000000000000',
    );
    expect(token).toEqual({
      type: 'orf_token',
      header: header(1, 0x01000000),
      seq: 26,
      tokenSeq: 1608,
      aru: 26,
      aruAddr: 0,
      ringId: ring(1, 117),
      backlog: 0,
      fcc: 0,
      retransFlg: 0,
      rtrList: [],
    });
  });

  it('B.2 a merge detect', () => {
    const merge = decoded('70c003020001000000e42d57e801000000010000007500000000000000');
    expect(merge).toEqual({
      type: 'memb_merge_detect',
      header: header(1, 0xe8572de4),
      systemFrom: node(1),
      ringId: ring(1, 117),
    });
  });

  it('B.3 a hold cancel', () => {
    const cancel = decoded('70c00305000200000000000000010000007500000000000000');
    expect(cancel).toEqual({ type: 'token_hold_cancel', header: header(2), ringId: ring(1, 117) });
  });

  it('B.4 a leave: node id 0, the leaver last in failed_list', () => {
    const leave = decoded('70c0030300000000000000000002000000010000000100000075000000000000000100000002000000');
    expect(leave).toEqual({
      type: 'memb_join',
      header: header(0),
      systemFrom: node(2),
      procList: [node(1)],
      failedList: [node(2)],
      ringSeq: 117n,
    });
  });

  it('B.7 a commit token in its second rotation', () => {
    const commit = decoded(
      '70c0030400010000000000000004000000010000007100000000000000000000000300000003000000010000000200000003000000' +
        '010000006d00000000000000e2040000e104000001000000010000006d00000000000000e2040000e204000001000000' +
        '010000006d00000000000000dc040000dc04000000000000',
    );
    expect(commit).toMatchObject({
      ringId: ring(1, 113),
      membIndex: 3,
      tokenSeq: 4,
      addr: [node(1), node(2), node(3)],
    });
    expect(commit).toMatchObject({
      membList: [
        { ringId: ring(1, 109), aru: 1250, highDelivered: 1249, receivedFlg: 1 },
        { ringId: ring(1, 109), aru: 1250, highDelivered: 1250, receivedFlg: 1 },
        { ringId: ring(1, 109), aru: 1244, highDelivered: 1244, receivedFlg: 0 },
      ],
    });
  });

  it('B.11 a token that asks for three messages', () => {
    const token = decoded(
      '70c003000003000000000000000f0000000e000000000000000300000001000000710000000000000000000000000000' +
        '000000000003000000' +
        '010000007100000000000000010000000100000071000000000000000500000001000000710000000000000006000000',
    );
    expect(token).toMatchObject({ aruAddr: 3, rtrList: [1, 5, 6].map((seq) => ({ ringId: ring(1, 113), seq })) });
  });
});

describe('what cannot be read', () => {
  const token =
    '70c003000001000000000000011a000000480600001a0000000000000001000000750000000000000000000000000000' +
    '000000000000000000';
  const problemOf = (hex: string): unknown => {
    const bytes = bytesOf(hex);
    const result = decodeTotem(bytes, 0, bytes.length, COROSYNC_3);
    return result.ok ? null : result.problem;
  };

  it('says which field is cut, and where', () => {
    expect(problemOf(token.slice(0, 100))).toEqual({
      kind: 'truncated',
      field: 'retrans_flg',
      at: 49,
      need: 4,
      have: 1,
    });
  });
  it('refuses a count that no real node sends before it allocates', () => {
    expect(problemOf(`${token.slice(0, 106)}ffffff7f`)).toEqual({
      kind: 'bad-count',
      field: 'rtr_list_entries',
      at: 53,
      count: 0x7fffffff,
      max: 30,
    });
  });
  it('refuses another header version', () => {
    expect(problemOf(token.replace('70c003', '70c004'))).toEqual({ kind: 'unsupported-version', at: 2, version: 4 });
  });
  it('refuses a type that does not exist', () => {
    expect(problemOf(token.replace('70c00300', '70c00309'))).toEqual({ kind: 'unknown-type', at: 3, type: 9 });
  });
});
