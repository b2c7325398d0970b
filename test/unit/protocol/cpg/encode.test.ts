// What members send, octet by octet: vectors of real nodes (specs/totem.md appendix B) and of the capture
// 01-corosync-2-then-3, and all of it read back.
import { describe, expect, test } from 'vitest';
import { asciiBytes, fromHex, toHex, viewOf } from '../../../../protocol/base/bytes.ts';
import {
  encodeDownlist,
  encodeJoinlist,
  encodeMcastHead,
  encodeNodeinfo,
  encodePartialHead,
  encodeProcessChange,
  encodeServiceBuild,
  encodeSync,
  setMcastLength,
} from '../../../../protocol/cpg/encode.ts';
import { groupNameIn, groupNameOctets } from '../../../../protocol/cpg/group-name.ts';
import { readServiceMessage } from '../../../../protocol/cpg/service-message.ts';
import { encodeClmNodejoin, encodeEvt, EVT_OPS, evtOpOf } from '../../../../protocol/cpg/whitetank.ts';

const SYNC = '0100040073796e63';
const SYNCV2 = '0100060073796e637632';
const GROUP_A = '0100010061';
/** Ring (1,121) of the vectors, and the ring 1862379712:8 of the capture with the left-over octets of its address. */
const RING_3 = fromHex('010000007900000000000000') ?? new Uint8Array(0);
const RING_1 = fromHex('c0a8016f0200c0a8016f08000200c0a8016f090003000800000000000000') ?? new Uint8Array(0);
const group = asciiBytes('labgrp');

/** Hex with every unused octet of the real message zero, as ours are. */
describe('octets of real nodes', () => {
  test('BARRIER and NODEINFO of Corosync 3 (B.8)', () => {
    expect(toHex(encodeSync('corosync-3', 'sync', 'BARRIER', RING_3))).toBe(
      `${SYNC}00000000000000002000000000000000010000007900000000000000${'00000000'}`,
    );
    expect(toHex(encodeNodeinfo(1, 1, 3, 1))).toBe(
      `${GROUP_A}0000050000000000200000000000000001000000010000000300000001000000`,
    );
  });

  test('SERVICE_BUILD of Corosync 3 (B.9)', () => {
    const message = encodeServiceBuild('corosync-3', 'sync', RING_3, [0, 2, 3, 5]);

    expect(toHex(message.subarray(0, 56))).toBe(
      `${SYNC}0100000000000000280200000000000001000000790000000000000000000000040000000000000000000000` +
        '02000000'.slice(0, 8),
    );
    expect(message.length).toBe(8 + 552);
  });

  test('PROCJOIN of Corosync 3 (B.12)', () => {
    const message = encodeProcessChange('corosync-3', 'PROCJOIN', group, 32148, 1);

    expect(toHex(message.subarray(0, 35))).toBe(
      `${GROUP_A}0000020000000000a8000000000000000600000000000000${toHex(group)}`,
    );
    expect([viewOf(message).getUint32(5 + 152, true), viewOf(message).getUint32(5 + 160, true)]).toEqual([32148, 1]);
    expect(message.length).toBe(173);
  });

  test('MEMB_DETERMINE, BARRIER and SERVICE_BUILD of Corosync 1.4 (frames 42 and 97)', () => {
    const ring = toHex(RING_1);
    expect(toHex(encodeSync('corosync-1', 'syncv2', 'MEMB_DETERMINE', RING_1))).toBe(
      `${SYNCV2}30000000000000000200000000000000${ring}0000`,
    );
    expect(toHex(encodeSync('corosync-1', 'sync', 'BARRIER', RING_1))).toBe(
      `${SYNC}30000000000000000000000000000000${ring}0000`,
    );
    const build = encodeServiceBuild('corosync-1', 'syncv2', RING_1, []);
    expect(toHex(build.subarray(0, 64))).toBe(`${SYNCV2}38020000000000000100000000000000${ring}0000${'00'.repeat(6)}`);
    expect(build.length).toBe(10 + 568);
  });

  test('CLM and EVT of Corosync 1.4 (frames 47, 70 and 75)', () => {
    const nodejoin = encodeClmNodejoin({ nodeid: 1862379712, ip: '192.168.1.111' });
    const address = `0d00000000000000${'0100000000000000'}${toHex(asciiBytes('192.168.1.111'))}`;
    expect(toHex(nodejoin.subarray(0, 58))).toBe(
      `${GROUP_A}88010000000000000000010000000000c0a8016f00000000${address}`,
    );
    expect(nodejoin.length).toBe(5 + 392);
    expect(toHex(encodeEvt(EVT_OPS.openCountDone))).toBe(`${GROUP_A}180000000000000001000400000000000700000000000000`);
    expect(toHex(encodeEvt(EVT_OPS.confDone))).toBe(`${GROUP_A}180000000000000001000400000000000500000000000000`);
    expect(evtOpOf(encodeEvt(EVT_OPS.confDone), 5, true)).toBe(5);
    expect(evtOpOf(new Uint8Array(24), 5, true)).toBeNull();
  });

  test('DOWNLIST of Corosync 1.4 (frames 87 and 88)', () => {
    const message = encodeDownlist('corosync-1', 1, []);

    expect(toHex(message.subarray(0, 37))).toBe(
      `${GROUP_A}2006000000000000050008000000000001000000000000000000000000000000`,
    );
    expect(message.length).toBe(5 + 1568);
  });
});

describe.each(['corosync-1', 'corosync-3'] as const)('%s: read back', (dialect) => {
  const read = (message: Uint8Array) => {
    const { service, function: name, problem, content, cpg } = readServiceMessage(message, true, dialect, 7);
    expect(problem).toBeNull();
    return { service, name, content, cpg };
  };

  test('processes that come, go and are listed', () => {
    expect(read(encodeProcessChange(dialect, 'PROCLEAVE', group, 9, 5))).toMatchObject({
      service: 'CPG',
      name: 'PROCLEAVE',
      content: { group: 'labgrp', pid: 9, reason: 5 },
    });
    const list = encodeJoinlist(dialect, [
      { group, pid: 1 },
      { group: asciiBytes('x'), pid: 2 },
    ]);
    expect(list.length).toBe(5 + 24 + 2 * 144);
    expect(read(list).content).toEqual({
      kind: 'joinlist',
      processes: [
        { group: 'labgrp', pid: 1 },
        { group: 'x', pid: 2 },
      ],
    });
    expect(read(encodeDownlist(dialect, 3, [2, 9])).content).toEqual({ kind: 'downlist', oldMembers: 3, left: [2, 9] });
  });

  test('a message of a process', () => {
    const head = encodeMcastHead(dialect, group, 7, 1234);
    setMcastLength(dialect, head, 3);
    const message = Uint8Array.from([...head, 1, 2, 3]);

    expect(head.length).toBe(189);
    expect(read(message)).toMatchObject({ name: 'MCAST', cpg: { group: 'labgrp', nodeid: 7, pid: 1234 } });
  });
});

test('a part of a message', () => {
  const head = encodePartialHead(group, 7, 1234, { msglen: 1_048_576, fraglen: 2, type: 3 });
  const read = readServiceMessage(Uint8Array.from([...head, 1, 2]), true, 'corosync-3', 7);

  expect(head.length).toBe(205);
  expect([read.problem, read.content]).toEqual([
    null,
    { kind: 'partial_mcast', group: 'labgrp', nodeid: 7, pid: 1234, msglen: 1_048_576, part: 3 },
  ]);
});

test('names of groups are 1 to 128 octets, and every one can be told and sent back', () => {
  const all = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 2 * i + 1));
  const octets = groupNameOctets(all) ?? new Uint8Array(0);

  expect(groupNameIn({ length: 128, lengthUnused: octets, value: octets })).toBe(all);
  expect([groupNameOctets(''), groupNameOctets('a'.repeat(129)), groupNameOctets('né'), groupNameOctets('n→')]).toEqual(
    [null, null, Uint8Array.from([0x6e, 0xe9]), null],
  );
  expect(groupNameIn({ length: 129, lengthUnused: octets, value: octets })).toBeNull();
  expect(groupNameIn({ length: 0, lengthUnused: octets, value: octets })).toBeNull();
});
