// Headers of sheepdog's TCP protocol: the wire examples of the specification, object ids, and what programs are told.
import { describe, expect, test } from 'vitest';
import { fromHex, toHex, viewOf } from '../../../../protocol/base/bytes.ts';
import { objectIdOf, objectIdText, readObjectId } from '../../../../protocol/sheep/object-id.ts';
import {
  flagNames,
  isKnownOpcode,
  operationName,
  resultText,
  statusName,
} from '../../../../protocol/sheep/operations.ts';
import {
  encodeSheepHeader,
  readCutHeader,
  readSheepHeader,
  SHEEP_REQUESTS,
  SHEEP_RESPONSES,
  sheepHeaderJson,
  walkSheepHeader,
  type SheepHeader,
  type SheepSide,
} from '../../../../protocol/sheep/tcp-headers.ts';

/** The 48 octets of an example of specs/sheepdog.md 5.3, which leaves out zeros at the end. */
function header(text: string): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes.set(fromHex(text) ?? new Uint8Array(0));
  return bytes;
}

function read(side: SheepSide, bytes: Uint8Array, answered: number | null = null): SheepHeader {
  const result = readSheepHeader(side, bytes, 0, answered);
  if (!result.ok) throw new Error(result.problem.kind);
  return result.value;
}

const COW_WRITE = header(
  '00010300 01000000 00000000 00003000 01000000 4974f700 01000000 4774f700 02000000 00000000 00001000 00000000',
);
const NODE_LIST_ANSWER = header('00820000 01000000 00000000 48000000 00000000 03000000 00000000 ffffffff');
const CREATE = header('00110100 00000000 00000000 00010000 0000c000 00000000');
const CREATE_ANSWER = header('00110000 01000000 00000000 00000000 00000000 00000000 fbd86f00 00000000 02000000');

describe('wire examples (sheepdog.md 5.3)', () => {
  test.each([
    [
      'request',
      COW_WRITE,
      {
        proto_ver: 0,
        opcode: 'CREATE_AND_WRITE_OBJ',
        flags: 3,
        flag_names: ['WRITE', 'COW'],
        epoch: 1,
        id: 0,
        data_length: 3 * 1024 * 1024,
        oid: '00f7744900000001',
        cow_oid: '00f7744700000001',
        copies: 2,
        tgt_epoch: 0,
        offset: '1048576',
      },
    ],
    [
      'response',
      NODE_LIST_ANSWER,
      {
        proto_ver: 0,
        opcode: 'GET_NODE_LIST',
        flags: 0,
        flag_names: [],
        epoch: 1,
        id: 0,
        data_length: 72,
        result: 0,
        result_text: 'Success',
        nr_nodes: 3,
        local_idx: 0,
        master_idx: 4_294_967_295,
        store_size: '0',
        store_free: '0',
      },
    ],
    [
      'request',
      CREATE,
      {
        proto_ver: 0,
        opcode: 'NEW_VDI',
        flags: 1,
        flag_names: ['WRITE'],
        epoch: 0,
        id: 0,
        data_length: 256,
        vdi_size: '12582912',
        base_vdi_id: 0,
        copies: 0,
        snapid: 0,
      },
    ],
    [
      'response',
      CREATE_ANSWER,
      {
        proto_ver: 0,
        opcode: 'NEW_VDI',
        flags: 0,
        flag_names: [],
        epoch: 1,
        id: 0,
        data_length: 0,
        result: 0,
        result_text: 'Success',
        vdi_id: 0x6f_d8fb,
        attr_id: 0,
        copies: 2,
      },
    ],
    [
      'request',
      header('00400000 00000000 07000000'),
      {
        proto_ver: 0,
        opcode: 64,
        flags: 0,
        flag_names: [],
        epoch: 0,
        id: 7,
        data_length: 0,
      },
    ],
  ] as const)('%s %#', (side, bytes, json) => {
    expect(sheepHeaderJson(read(side, bytes))).toEqual(json);
    expect(toHex(encodeSheepHeader(read(side, bytes)))).toBe(toHex(bytes));
  });

  test('every form has 48 octets and the walk covers them', () => {
    const forms = [...Object.values(SHEEP_REQUESTS), ...Object.values(SHEEP_RESPONSES)];

    expect(forms.map(({ fixedSize }) => fixedSize)).toEqual(forms.map(() => 48));
    const spans = walkSheepHeader(read('request', COW_WRITE), viewOf(COW_WRITE), 0, 'request');
    expect(spans.reduce((sum, { length }) => sum + length, 0)).toBe(48);
    expect(spans.find(({ path }) => path === 'request.cow_oid')).toMatchObject({ offset: 24, length: 8 });
  });
});

test('the answer inside a cluster message has no operation of its own: the request tells its form', () => {
  const bytes = header('00000000 00000000 00000000 00000000 00000000 00000000 4774f700 00000000 02000000');

  expect(read('response', bytes).form).toBe('plain');
  expect(read('response', bytes, 0x11)).toMatchObject({ form: 'vdi', opcode: 0, fields: { vdiId: 0xf7_7447 } });
});

describe('a header behind a short snap length', () => {
  test('has the fields that were captured, and no others', () => {
    const cut = readCutHeader('request', COW_WRITE.subarray(0, 30));

    expect(cut.ok && sheepHeaderJson(cut.value)).toEqual({
      proto_ver: 0,
      opcode: 'CREATE_AND_WRITE_OBJ',
      flags: 3,
      flag_names: ['WRITE', 'COW'],
      epoch: 1,
      id: 0,
      data_length: 3 * 1024 * 1024,
      oid: '00f7744900000001',
    });
  });

  test('does not invent a result', () => {
    const cut = readCutHeader('response', NODE_LIST_ANSWER.subarray(0, 18));

    expect(cut.ok && cut.value).toMatchObject({ result: null, captured: 18, dataLength: 72 });
    expect(cut.ok && 'result' in sheepHeaderJson(cut.value)).toBe(false);
  });

  test('cannot do without the octets that all headers share', () => {
    expect(readCutHeader('request', COW_WRITE.subarray(0, 15))).toMatchObject({
      ok: false,
      problem: { kind: 'truncated', need: 16, have: 15 },
    });
  });
});

describe('object ids (sheepdog.md 1.1)', () => {
  test.each([
    [0x00f7_7447_0000_0617n, '00f7744700000617', { kind: 'data', vdi: 0xf7_7447, index: 0x617 }],
    [0x80f7_7447_0000_0000n, '80f7744700000000', { kind: 'vdi', vdi: 0xf7_7447, index: 0 }],
    [0x40f7_7447_0000_0003n, '40f7744700000003', { kind: 'vmstate', vdi: 0xf7_7447, index: 3 }],
    [0x20f7_7447_8dca_8417n, '20f774478dca8417', { kind: 'attr', vdi: 0xf7_7447, index: 0x8dca_8417 }],
  ] as const)('%d', (oid, text, parts) => {
    expect([readObjectId(oid), objectIdText(oid), objectIdOf(parts)]).toEqual([parts, text, oid]);
  });
});

test('names of operations, flags, results and states', () => {
  expect([0x8a, 0xa1, 0x91, 0x77].map(operationName)).toEqual(['RECOVER', 'GET_OBJ_LIST', 'REMOVE_OBJ', 0x77]);
  expect([0xa3, 0x77].map(isKnownOpcode)).toEqual([true, false]);
  expect(flagNames(0x02, 0x70)).toEqual(['IO_LOCAL', 'RECOVERY', 'WEAK_CONSISTENCY']);
  expect(flagNames(0x84, 0x01)).toEqual(['NOHALT']);
  expect([0x19, 0x45, 0x99].map(resultText)).toEqual([
    'IO has halted as there are too few living nodes',
    'Invalid epoch',
    'Invalid error code',
  ]);
  expect([0x20, 0].map(statusName)).toEqual(['HALT', 0]);
});
