// Messages of sheepdog's process group: real ones of 0.3.0, 0.2.3's from the specification, and malformed ones.
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../../../protocol/base/bytes.ts';
import {
  CLUSTER_FRAME_OCTETS,
  decodeClusterMessage,
  decodeJoin,
  decodeOperation,
  encodeClusterMessage,
  encodeJoin,
  encodeOperation,
} from '../../../../protocol/sheep/cluster-frame.ts';
import { sheepAddress } from '../../../../protocol/sheep/node-entry.ts';
import {
  readSheepMessage,
  sheepJson,
  sheepRecord,
  walkSheepMessage,
} from '../../../../protocol/sheep/cluster-message.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);

/** A message of 0.3.0 from the octets at its start and its payload. */
function message(start: string, payload: string): Uint8Array {
  const frame = new Uint8Array(CLUSTER_FRAME_OCTETS);
  frame.set(hex(start));
  return concatBytes([frame, hex(payload)]);
}

const NODE_111 = `c0a8016f f0530000 00000000 ${'00'.repeat(12)} c0a8016f 581b 4000 c0a8016f`;
const NODE_112 = `c0a80170 01540000 00000000 ${'00'.repeat(12)} c0a80170 581b 4000 c0a80170`;
const NODE_114 = `c0a80172 a7540000 00000000 ${'00'.repeat(12)} c0a80172 581b 4000 c0a80172`;

// Real messages of sheepdog 0.3.0 over corosync 1.4.2: .114 joins a cluster that waits for its format; vdi create.
const JOIN_RESPONSE = message(
  `${NODE_114} 01000000 20000000 02000000 ${NODE_111} ${NODE_112}`,
  `0300000000000000 02000000 ${'00'.repeat(20)}`,
);
const UNBLOCK = message(
  `${NODE_111} 05000000 60000000`,
  `0011010001000000000000000001000000000000020000000000000000000000 ${'00'.repeat(16)}
   ${'00'.repeat(24)} 4774f700 00000000 02000000 ${'00'.repeat(12)}`,
);
const BLOCK = message(`${NODE_111} 04000000`, '');

const json111 = {
  nodeid: 1_862_379_712,
  pid: 21_488,
  gone: 0,
  addr: '192.168.1.111',
  port: 7000,
  nr_vnodes: 64,
  zone: 1_862_379_712,
};

function jsonOf(octets: Uint8Array): object {
  const { message: read, problem } = readSheepMessage(octets);
  if (read === null || problem !== null) throw new Error(problem?.kind ?? 'none');
  return sheepJson(read);
}

describe('0.3.0', () => {
  test('a JOIN_RESPONSE: its sender is the joining node, its nodes are the members before it', () => {
    expect(jsonOf(JOIN_RESPONSE)).toEqual({
      type: 'JOIN_RESPONSE',
      result: 'SUCCESS',
      sender: { ...json111, nodeid: 1_912_711_360, pid: 21_671, addr: '192.168.1.114', zone: 1_912_711_360 },
      msg_len: 32,
      nr_nodes: 2,
      nodes: [json111, { ...json111, nodeid: 1_879_156_928, pid: 21_505, addr: '192.168.1.112', zone: 1_879_156_928 }],
      proto_ver: 3,
      nr_sobjs: 0,
      join_nr_nodes: 0,
      nr_leave_nodes: 0,
      cluster_flags: 0,
      cluster_status: 'WAIT_FOR_FORMAT',
      epoch: 0,
      ctime: '0',
      join_result: 0,
      join_result_text: 'Success',
      inc_epoch: 0,
      join_nodes: [],
      leave_nodes: null,
    });
  });

  test('an UNBLOCK with the request and its answer', () => {
    expect(jsonOf(UNBLOCK)).toMatchObject({
      type: 'UNBLOCK',
      sender: json111,
      msg_len: 96,
      request: { opcode: 'NEW_VDI', flag_names: ['WRITE'], data_length: 256, vdi_size: '8589934592' },
      response: { result: 0, result_text: 'Success', vdi_id: 0xf7_7447, copies: 2 },
    });
  });

  test('a BLOCK has no payload', () => {
    expect(jsonOf(BLOCK)).toEqual({
      type: 'BLOCK',
      result: 'SUCCESS',
      sender: json111,
      msg_len: 0,
      nr_nodes: 0,
      nodes: [],
    });
  });

  test('a refusal of a cluster that waits: type and result share an octet, missing nodes stand over the epoch', () => {
    const entry = `${'00'.repeat(12)} c0a80172 581b 4000 c0a80172`;
    const head = '03 02 0200 0100 0000 04000000 05000000 0100000000000000 42000000 00 000000';
    const refusal = message(`${NODE_112} 21000000 50000000`, `${head} ${entry} ${entry}`);

    expect(jsonOf(refusal)).toMatchObject({
      type: 'JOIN_RESPONSE',
      result: 'JOIN_LATER',
      cluster_status: 'WAIT_FOR_JOIN',
      epoch: 5,
      join_result: 0x42,
      join_result_text: 'Remote node has a new epoch',
      join_nodes: null,
      leave_nodes: [{ addr: '192.168.1.114', port: 7000, nr_vnodes: 64, zone: 1_912_711_360 }],
    });
  });

  test.each([
    ['JOIN_RESPONSE', JOIN_RESPONSE],
    ['UNBLOCK', UNBLOCK],
    ['BLOCK', BLOCK],
  ])('%s: the walk covers every octet once; decoded and encoded again it has the same octets', (_name, octets) => {
    const decoded = decodeClusterMessage(octets);
    if (!decoded.ok) throw new Error(decoded.problem.kind);

    expect(toHex(encodeClusterMessage(decoded.value))).toBe(toHex(octets));
    let next = 0;
    for (const span of walkSheepMessage(octets).spans) {
      expect(span.offset).toBe(next);
      next += span.length;
    }
    expect(next).toBe(octets.length);
  });

  test('the payloads too', () => {
    const join = JOIN_RESPONSE.subarray(CLUSTER_FRAME_OCTETS);
    const operation = UNBLOCK.subarray(CLUSTER_FRAME_OCTETS);
    const decodedJoin = decodeJoin(join);
    const decodedOperation = decodeOperation(operation);

    expect(decodedJoin.ok && toHex(encodeJoin(decodedJoin.value))).toBe(toHex(join));
    expect(decodedOperation.ok && toHex(encodeOperation(decodedOperation.value))).toBe(toHex(operation));
  });
});

describe('0.2.3 (sheepdog.md 8.4)', () => {
  const head = (op: number, length: number): string => {
    const size = toHex(new Uint8Array(new Uint32Array([length]).buffer));
    return `03 00 0${op} 01 ${size} c0a8016f f0530000 ${'00'.repeat(12)} c0a8016f 581b 4000 c0a8016f`;
  };

  test('a JOIN of 32 840 octets', () => {
    const join = new Uint8Array(32_840);
    const entry = `c0a80170 01540000 ${'00'.repeat(12)} c0a80170 581b 4000 c0a80170`;
    join.set(hex(`${head(1, 32_840)} 01000000 03000000 00000000 02000000 0700000000000000 41000000 01000000 ${entry}`));

    expect(jsonOf(join)).toMatchObject({
      type: 'JOIN',
      result: null,
      state: 'INIT',
      sender: { nodeid: 1_862_379_712, pid: 21_488, addr: '192.168.1.111' },
      nodes: [{ nodeid: 1_879_156_928, pid: 21_505, addr: '192.168.1.112', nr_vnodes: 64 }],
      nr_sobjs: 3,
      epoch: 2,
      ctime: '7',
      join_result: 0x41,
      inc_epoch: 1,
    });
    expect(walkSheepMessage(join).spans.reduce((sum, { length }) => sum + length, 0)).toBe(32_840);
  });

  test('a VDI_OP carries the request and its answer', () => {
    const octets = hex(`${head(2, 136)} 00110100 ${'00'.repeat(44)} ${'00'.repeat(24)} 4774f700 ${'00'.repeat(20)}`);

    expect(jsonOf(octets)).toMatchObject({
      type: 'VDI_OP',
      request: { opcode: 'NEW_VDI' },
      response: { vdi_id: 0xf7_7447 },
    });
  });
});

describe('malformed', () => {
  test('octets of no release are no message', () => {
    expect(readSheepMessage(new Uint8Array(100))).toEqual({
      message: null,
      problem: { kind: 'truncated', field: 'corosync_message', at: 0, need: 36_912, have: 100 },
    });
    expect(walkSheepMessage(new Uint8Array(100)).spans.at(-1)).toMatchObject({ path: 'rest', offset: 48, length: 52 });
    expect(sheepRecord(new Uint8Array(100))).toBeNull();
  });

  test('more members than there is room for', () => {
    const octets = message(`${NODE_111} 03000000 00000000 01040000`, '');

    expect(readSheepMessage(octets).problem).toEqual({
      kind: 'bad-count',
      field: 'nodes',
      at: 48,
      count: 1025,
      max: 1024,
    });
  });

  test('a payload that ends early', () => {
    expect(readSheepMessage(UNBLOCK.subarray(0, UNBLOCK.length - 1)).problem).toEqual({
      kind: 'truncated',
      field: 'payload',
      at: 36_912,
      need: 96,
      have: 95,
    });
    const short = message(`${NODE_111} 05000000 10000000`, '00'.repeat(16));
    expect(readSheepMessage(short)).toMatchObject({
      message: { type: 'UNBLOCK', operation: null },
      problem: { kind: 'truncated' },
    });
  });
});

test('addresses of nodes: IPv4 stands behind twelve zeros', () => {
  expect(sheepAddress(hex(`${'00'.repeat(12)} 0a4d0001`))).toBe('10.77.0.1');
  expect(sheepAddress(hex('20010db8000000000000000000000001'))).toBe('2001:db8::1');
});
