// Service messages: what readServiceMessage says of real messages of three generations, and of malformed ones.
import { describe, expect, test } from 'vitest';
import { asciiBytes, concatBytes, fromHex, viewOf } from '../../../../protocol/base/bytes.ts';
import { encodeGroups, readGroups } from '../../../../protocol/cpg/group.ts';
import { messageNameOf, SERVICE_MESSAGES } from '../../../../protocol/cpg/messages.ts';
import { decodeService, encodeService } from '../../../../protocol/cpg/service-codec.ts';
import {
  explainServiceProblem,
  readServiceMessage,
  walkServiceMessage,
} from '../../../../protocol/cpg/service-message.ts';
import type { DialectId } from '../../../../protocol/totem/dialect.ts';

/** Octets of hex text, followed by zeros up to a length. */
function octets(text: string, length = 0): Uint8Array {
  const bytes = fromHex(text) ?? new Uint8Array(0);
  return concatBytes([bytes, new Uint8Array(Math.max(0, length - bytes.length))]);
}

const zeros = (count: number): string => '00'.repeat(count);

// Real messages: specs/totem.md B.8, B.9, B.12 and the captures of corosync 1.4.2, 2.4.6 and 3.1.7.
const NODEINFO_3 = octets('01000100610000050000000000200000000000000001000000010000000300000001000000');
const BARRIER_3 = octets('0100040073796e630000000000000000200000000000000001000000790000000000000000000000');
const SERVICE_BUILD_3 = octets(
  `0100040073796e63010000000000000028020000000000000100000079000000000000000000000004000000
   000000000000000002000000 0300000005000000`,
  560,
);
const PROCJOIN_3 = octets(
  `01000100610000020000000000a800000000000000 0600000000000000 6c6162677270 ${zeros(122)} ` +
    '947d0000 00000000 0100000000000000',
);
const PROCLEAVE_3 = octets(
  `01000100610100020000000000a800000000000000 0800000000000000 6c61623a64656d6f ${zeros(120)} ` +
    '8d130000 00000000 0200000000000000',
);
const CMAP_3 = octets(
  `01000100610000000000000000480100000000000000000000000000000100000000000000 ${zeros(16)}
   1400000000000000746f74656d2e636f6e6669675f76657273696f6e`,
  333,
);
const DOWNLIST_3 = octets('010001006105000200000000002006', 1573);
const MEMB_DETERMINE_1 = octets(
  `0100060073796e63763230000000ca7f00000200000000000000
   c0a8016f0200c0a8016f08000200c0a8016f0900030008000000000000000000`,
);
const BARRIER_2 = octets(
  '0100040073796e63000000007b550000300000004e44fbf20100000002000a4d000100000000000000000000000009000000000000000000',
);
const PROCJOIN_1 = octets(
  `0100010061a8000000777f000000000800777f000008000000000000007368656570646f67 ${zeros(120)}
   f0530000777f00000100000000000000`,
);
const EVT_1 = octets('0100010061180000000000000001000400000000000700000000000000');

const RING_8 = { rep: 1_862_379_712, seq: 8n, ip: '192.168.1.111' };

describe('what a real message is', () => {
  const cases: readonly (readonly [string, Uint8Array, DialectId, object])[] = [
    [
      'NODEINFO 3.x',
      NODEINFO_3,
      'corosync-3',
      {
        group: 'a',
        service: 'VOTEQUORUM',
        function: 'NODEINFO',
        body: { at: 5, length: 32 },
        content: { kind: 'nodeinfo', nodeid: 1, votes: 1, expectedVotes: 3, flags: 1 },
      },
    ],
    [
      'BARRIER 3.x',
      BARRIER_3,
      'corosync-3',
      {
        group: 'sync',
        service: 'SYNC',
        function: 'BARRIER',
        body: { at: 8, length: 32 },
        content: { kind: 'barrier', ringId: { rep: 1, seq: 121n, ip: null } },
      },
    ],
    [
      'SERVICE_BUILD 3.x',
      SERVICE_BUILD_3,
      'corosync-3',
      {
        service: 'SYNC',
        function: 'SERVICE_BUILD',
        body: { at: 8, length: 552 },
        content: { kind: 'service_build', ringId: { rep: 1, seq: 121n, ip: null }, services: [0, 2, 3, 5] },
      },
    ],
    [
      'PROCJOIN 3.x',
      PROCJOIN_3,
      'corosync-3',
      {
        service: 'CPG',
        function: 'PROCJOIN',
        cpg: { group: 'labgrp', nodeid: 9, pid: 32_148 },
        content: { kind: 'procjoin', group: 'labgrp', pid: 32_148, reason: 1 },
      },
    ],
    [
      'PROCLEAVE 3.x',
      PROCLEAVE_3,
      'corosync-3',
      {
        service: 'CPG',
        function: 'PROCLEAVE',
        cpg: { group: 'lab:demo', nodeid: 9, pid: 5005 },
        content: { kind: 'procleave', group: 'lab:demo', pid: 5005, reason: 2 },
      },
    ],
    ['CMAP 3.x', CMAP_3, 'corosync-3', { service: 'CMAP', function: 0, body: { at: 5, length: 328 }, content: null }],
    [
      'DOWNLIST 3.x',
      DOWNLIST_3,
      'corosync-3',
      {
        service: 'CPG',
        function: 'DOWNLIST',
        cpg: null,
        content: { kind: 'downlist', oldMembers: 0, left: [] },
      },
    ],
    [
      'BARRIER 2.x',
      BARRIER_2,
      'corosync-2',
      {
        service: 'SYNC',
        function: 'BARRIER',
        content: { kind: 'barrier', ringId: { rep: 1, seq: 9n, ip: '10.77.0.1' } },
      },
    ],
    [
      'MEMB_DETERMINE 1.x',
      MEMB_DETERMINE_1,
      'corosync-1',
      {
        group: 'syncv2',
        service: 'SYNC',
        function: 'MEMB_DETERMINE',
        body: { at: 10, length: 48 },
        content: { kind: 'memb_determine', ringId: RING_8 },
      },
    ],
    [
      'PROCJOIN 1.x',
      PROCJOIN_1,
      'corosync-1',
      {
        service: 'CPG',
        function: 'PROCJOIN',
        cpg: { group: 'sheepdog', nodeid: 9, pid: 21_488 },
      },
    ],
    ['EVT 1.x', EVT_1, 'corosync-1', { service: 'EVT', function: 1, body: { at: 5, length: 24 }, content: null }],
  ];

  test.each(cases)('%s', (_name, bytes, generation, expected) => {
    const message = readServiceMessage(bytes, true, generation, 9);

    expect(message).toMatchObject({ ...expected, problem: null });
    // Of all but a CPG mcast, length and hash are of what follows the group header.
    expect(message.application).toEqual(message.body);
  });

  test.each(cases)('%s: the walk covers every octet once', (_name, bytes, generation) => {
    const { spans, problem } = walkServiceMessage(bytes, true, generation);

    let next = 0;
    for (const span of spans) {
      expect(span.offset).toBe(next);
      next += span.length;
    }
    expect([next, problem]).toEqual([bytes.length, null]);
  });

  test.each(cases)('%s: decoded and encoded again it has the same octets', (_name, bytes, generation) => {
    const groups = readGroups(viewOf(bytes), 0, bytes.length, true);
    if (!groups.ok) throw new Error(groups.problem.kind);
    const layout = SERVICE_MESSAGES[generation][messageNameOf(readServiceMessage(bytes, true, generation, 9))];
    const decoded = decodeService(layout, viewOf(bytes), groups.value.end, bytes.length, true);
    if (!decoded.ok) throw new Error(decoded.problem.kind);
    const { head, records, octets: at, rest } = decoded.value;
    const slice = (piece: { at: number; length: number }) => bytes.subarray(piece.at, piece.at + piece.length);

    const body = encodeService(layout, { head, records, octets: slice(at), rest: slice(rest) }, true);

    expect(concatBytes([encodeGroups(groups.value.names, true), body])).toEqual(bytes);
  });
});

const name = (text: string) => ({
  length: text.length,
  lengthUnused: new Uint8Array(4),
  value: concatBytes([asciiBytes(text), asciiBytes('stale')]),
});
const unused = new Uint8Array(4);
const GROUP_A = encodeGroups(['a'], true);
const header2 = (id: number, size: number) => ({ id, idUnused: unused, size, sizeUnused: unused });

describe('messages with octets or lists of their own', () => {
  test('the application octets of a CPG mcast, and who sent them (totem.md 5.5)', () => {
    const head = {
      header: header2(0x2_0003, 189),
      groupName: name('lab:demo'),
      msglen: 5,
      msglenUnused: unused,
      pid: 77,
      pidUnused: unused,
      source: { nodeid: 3, nodeidUnused: unused, conn: 0x5610_d28c_0000n },
    };
    const parts = { head, records: [], octets: asciiBytes('hello'), rest: null };
    const bytes = concatBytes([GROUP_A, encodeService(SERVICE_MESSAGES['corosync-3'].MCAST, parts, true)]);

    const message = readServiceMessage(bytes, true, 'corosync-3', 9);

    expect(message).toMatchObject({
      service: 'CPG',
      function: 'MCAST',
      cpg: { group: 'lab:demo', nodeid: 3, pid: 77 },
      body: { at: 5, length: 189 },
      application: { at: 5 + 184, length: 5 },
      problem: null,
    });
  });

  test('one part of a partial mcast', () => {
    const head = {
      header: header2(0x2_0006, 204),
      groupName: name('big'),
      msglen: 1_000_000,
      msglenUnused: unused,
      fraglen: 4,
      fraglenUnused: unused,
      pid: 78,
      pidUnused: unused,
      type: 2,
      typeUnused: unused,
      source: { nodeid: 1, nodeidUnused: unused, conn: 0n },
    };
    const parts = { head, records: [], octets: asciiBytes('part'), rest: null };
    const bytes = concatBytes([GROUP_A, encodeService(SERVICE_MESSAGES['corosync-3'].PARTIAL_MCAST, parts, true)]);

    expect(readServiceMessage(bytes, true, 'corosync-3', 9)).toMatchObject({
      function: 'PARTIAL_MCAST',
      cpg: { group: 'big', nodeid: 1, pid: 78 },
      application: { at: 5 + 200, length: 4 },
      content: { msglen: 1_000_000, part: 2 },
    });
  });

  test('a joinlist names every process of its sender, big-endian 1.x', () => {
    const entry = (pid: number, group: string) => ({ pid, pidUnused: unused, groupName: name(group) });
    const head = {
      header: { size: 312, sizeUnused: unused, id: 0x8_0002, idUnused: unused, error: 0, errorUnused: unused },
    };
    const records = [entry(10, 'one'), entry(11, 'two')];
    const parts = { head, records, octets: new Uint8Array(0), rest: null };
    const body = encodeService(SERVICE_MESSAGES['corosync-1'].JOINLIST, parts, false);
    const bytes = concatBytes([encodeGroups(['a'], false), body]);

    expect(body.length).toBe(24 + 2 * 144);
    expect(readServiceMessage(bytes, false, 'corosync-1', 9)).toMatchObject({
      function: 'JOINLIST',
      cpg: null,
      content: {
        kind: 'joinlist',
        processes: [
          { group: 'one', pid: 10 },
          { group: 'two', pid: 11 },
        ],
      },
      problem: null,
    });
  });

  test('a downlist names the nodes that left and always has room for 384', () => {
    const head = {
      header: header2(0x2_0005, 1568),
      oldMembers: 3,
      oldUnused: unused,
      leftNodes: 2,
      leftUnused: unused,
    };
    const parts = { head, records: [4, 7], octets: new Uint8Array(0), rest: null };
    const body = encodeService(SERVICE_MESSAGES['corosync-3'].DOWNLIST, parts, true);

    const message = readServiceMessage(concatBytes([GROUP_A, body]), true, 'corosync-3', 9);

    expect(body.length).toBe(1568);
    expect(message.content).toEqual({ kind: 'downlist', oldMembers: 3, left: [4, 7] });
  });

  test('a key of the configuration map with its value', () => {
    const key = concatBytes([asciiBytes('totem.config_version'), new Uint8Array(236)]);
    const item = {
      keyLength: 20,
      keyUnused: new Uint8Array(6),
      keyName: key,
      valueType: 7,
      typeUnused: new Uint8Array(7),
      valueLen: 3n,
      value: octets('0203040000000000'),
    };
    const sevenUnused = new Uint8Array(7);
    const fields = {
      reason: 0,
      reasonUnused: sevenUnused,
      items: 2,
      itemsUnused: sevenUnused,
      reserved: new Uint8Array(16),
    };
    const head = { header: header2(0, 48 + 2 * 288), ...fields };
    const parts = { head, records: [item, item], octets: new Uint8Array(0), rest: null };
    const bytes = concatBytes([GROUP_A, encodeService(SERVICE_MESSAGES['corosync-3'].CMAP, parts, true)]);

    const { spans, problem } = walkServiceMessage(bytes, true, 'corosync-3');

    expect(readServiceMessage(bytes, true, 'corosync-3', 9).problem).toBeNull();
    expect(problem).toBeNull();
    expect(spans.filter(({ path }) => path.endsWith('.value')).map(({ offset, length }) => [offset, length])).toEqual([
      [5 + 48 + 280, 8],
      [5 + 48 + 288 + 280, 8],
    ]);
  });
});

describe('what cannot be told', () => {
  test('a group that Corosync does not use has no service', () => {
    const bytes = concatBytes([encodeGroups(['ykd', 'a'], true), asciiBytes('whatever')]);

    expect(readServiceMessage(bytes, true, 'corosync-1', 1)).toMatchObject({
      group: 'ykd',
      service: null,
      function: null,
      application: { at: 10, length: 8 },
      problem: null,
    });
    expect(walkServiceMessage(bytes, true, 'corosync-1').spans.at(-1)).toMatchObject({ path: 'body', length: 8 });
  });

  test('services and functions without a name stay numbers', () => {
    const bytes = concatBytes([GROUP_A, octets('0700090000000000 1000000000000000')]);

    expect(readServiceMessage(bytes, true, 'corosync-3', 1)).toMatchObject({ service: 9, function: 7, problem: null });
  });

  test.each([
    ['', { kind: 'truncated', field: 'group_count', at: 0, need: 2, have: 0 }],
    ['0000', { kind: 'no-groups', at: 0 }],
    ['2100', { kind: 'bad-count', field: 'group_count', at: 0, count: 33, max: 32 }],
    ['0100040073', { kind: 'truncated', field: 'group_name[0]', at: 4, need: 4, have: 1 }],
    ['01000100610000020000', { kind: 'truncated', field: 'header', at: 5, need: 16, have: 5 }],
    ['01000100610000000000000000ff00000000000000', { kind: 'truncated', field: 'reason', at: 21, need: 1, have: 0 }],
    ['0100010061000009000000000011000000 00000000', { kind: 'size-mismatch', at: 13, declared: 17, have: 16 }],
  ])('%s', (text, problem) => {
    const message = readServiceMessage(octets(text), true, 'corosync-3', 1);

    expect(message.problem).toEqual(problem);
    expect(explainServiceProblem(message.problem ?? { kind: 'no-groups', at: 0 })).toMatch(/\w+ /);
  });

  test('a mcast that promises more octets than there are keeps its body and says so', () => {
    const bytes = octets(`010001006103000200 00000000 b900000000000000 ${zeros(136)} 0200000000000000`, 190);

    expect(readServiceMessage(bytes, true, 'corosync-3', 1)).toMatchObject({
      function: 'MCAST',
      application: { at: 5, length: 185 },
      problem: { kind: 'truncated', field: 'message', at: 189, need: 2, have: 1 },
    });
  });

  test('a list that is longer than its room is not read', () => {
    const bytes = octets('010001006105000200000000002006000000000000 0000000000000000 81010000', 1573);

    expect(readServiceMessage(bytes, true, 'corosync-3', 1)).toMatchObject({
      content: null,
      problem: { kind: 'bad-count', field: 'nodeids', count: 385, max: 384 },
    });
  });
});
