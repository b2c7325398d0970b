// Sizes of the service messages, against the C structures (specs/totem.md 5.4 to 5.6), and the names of the services.
import { expect, test } from 'vitest';
import { serviceFunctionOf, serviceName } from '../../../../protocol/cpg/services.ts';
import { SERVICE_MESSAGES, type MessageName } from '../../../../protocol/cpg/messages.ts';
import type { DialectId } from '../../../../protocol/totem/dialect.ts';

/** Octets of the fixed part and of the room for records. */
function sizeOf(generation: DialectId, name: MessageName): number {
  const { head, tail } = SERVICE_MESSAGES[generation][name];
  return head.size + (tail.kind === 'records' ? (tail.slots ?? 0) * (tail.element.size ?? 0) : 0);
}

test.each([
  ['PROCJOIN', 168, 168, 168],
  ['PROCLEAVE', 168, 168, 168],
  ['JOINLIST', 24, 24, 24],
  ['MCAST', 184, 184, 184],
  ['DOWNLIST_OLD', 1560, 1560, 1560],
  ['DOWNLIST', 1568, 1568, 1568],
  ['PARTIAL_MCAST', 200, 200, 200],
  ['NODEINFO', 32, 32, 32],
  ['CMAP', 48, 48, 48],
  ['BARRIER', 48, 48, 32],
  ['MEMB_DETERMINE', 48, 48, 32],
  ['SERVICE_BUILD', 568, 568, 552],
] as const)('%s has %d octets in 1.x, %d in 2.x, %d in 3.x', (name, one, two, three) => {
  expect([sizeOf('corosync-1', name), sizeOf('corosync-2', name), sizeOf('corosync-3', name)]).toEqual([
    one,
    two,
    three,
  ]);
});

test.each([
  ['corosync-1', 'a', 0x8_0003, 'CPG', 'MCAST'],
  ['corosync-1', 'a', 0x8_0006, 'CPG', 6],
  ['corosync-1', 'a', 0xf_0000, 'VOTEQUORUM', 0],
  ['corosync-1', 'a', 0x1_0000, 'CLM', 0],
  ['corosync-2', 'a', 0x2_0006, 'CPG', 'PARTIAL_MCAST'],
  ['corosync-3', 'a', 0x2_0004, 'CPG', 'DOWNLIST_OLD'],
  ['corosync-3', 'a', 0x5_0000, 'VOTEQUORUM', 'NODEINFO'],
  ['corosync-3', 'a', 0x5_0002, 'VOTEQUORUM', 2],
  ['corosync-3', 'a', 0, 'CMAP', 0],
  ['corosync-3', 'a', 0x8_0003, 8, 3],
  ['corosync-3', 'a', -1, 65_535, 65_535],
  ['corosync-3', 'sync', 1, 'SYNC', 'SERVICE_BUILD'],
  ['corosync-1', 'syncv2', 2, 'SYNC', 'MEMB_DETERMINE'],
  ['corosync-1', 'sync', 9, 'SYNC', 9],
  ['corosync-3', 'ykd', 1, null, null],
] as const)('%s group %s id %d is %s %s', (generation, group, id, service, name) => {
  expect(serviceFunctionOf(generation, group, id)).toEqual({ service, function: name });
});

test('both tables of services (totem.md 5.3)', () => {
  const names = (generation: DialectId) => Array.from({ length: 16 }, (_, i) => serviceName(generation, i)).join(' ');

  expect(names('corosync-1')).toBe('EVS CLM AMF CKPT EVT LCK MSG CFG CPG CMAN PCMK CONFDB QUORUM PLOAD TMR VOTEQUORUM');
  expect(names('corosync-2')).toBe('CMAP CFG CPG QUORUM PLOAD VOTEQUORUM MON WD 8 9 10 11 12 13 14 15');
});
