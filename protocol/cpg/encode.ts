// Writes the messages that a member's services send: CPG, votequorum, synchronisation. Each is whole, with the group
// header in front, little-endian, its unused octets zero. What they say is decided elsewhere.
import { concatBytes, viewOf } from '../base/bytes.ts';
import { DIALECTS } from '../totem/dialect.ts';
import type { DialectOfEngine } from '../totem/engine/contract.ts';
import { MembRingId12, MembRingId3 } from '../totem/identity.ts';
import { decode } from '../wire/layout.ts';
import { encodeGroups } from './group.ts';
import {
  CPG_MCAST_AT,
  CPG_MCAST_OCTETS,
  RequestHeader1,
  RequestHeader2,
  SERVICE_MESSAGES,
  type CpgName,
  type ServiceLayout,
} from './messages.ts';
import { encodeService } from './service-codec.ts';
import { messageIdOf, SERVICES_GROUP } from './services.ts';

const NONE = new Uint8Array(0);
const cpgName = (group: Uint8Array): CpgName => ({ length: group.length, lengthUnused: NONE, value: group });

export type SyncGroup = 'sync' | 'syncv2';

/** Where the size of a message stands in its header. */
function sizeAt(dialect: DialectOfEngine): number {
  return dialect === 'corosync-1' ? RequestHeader1.at.size : RequestHeader2.at.size;
}

/** A message of a group: the header that every message has is put in front of the rest of its head. */
function encodeMessage<Head>(
  dialect: DialectOfEngine,
  group: typeof SERVICES_GROUP | SyncGroup,
  id: number,
  layout: ServiceLayout<Head>,
  head: Omit<Head, 'header'>,
  records: readonly unknown[] = [],
  octets: Uint8Array = NONE,
): Uint8Array {
  const header = { id, idUnused: NONE, size: 0, sizeUnused: NONE, error: 0, errorUnused: NONE };
  const body = encodeService(layout, { head: { header, ...head } as Head, records, octets, rest: null }, true);
  viewOf(body).setInt32(sizeAt(dialect), body.length, true);
  return concatBytes([encodeGroups([group], true), body]);
}

/** PROCJOIN or PROCLEAVE. `reason`: 1 join, 2 leave, 5 the process died (specs/totem.md 5.5). */
export function encodeProcessChange(
  dialect: DialectOfEngine,
  name: 'PROCJOIN' | 'PROCLEAVE',
  group: Uint8Array,
  pid: number,
  reason: number,
): Uint8Array {
  const head = { groupName: cpgName(group), pid, pidUnused: NONE, reason, reasonUnused: NONE };
  const id = messageIdOf(dialect, 'CPG', name);
  return encodeMessage(dialect, SERVICES_GROUP, id, SERVICE_MESSAGES[dialect][name], head);
}

/** JOINLIST: the processes of this node. */
export function encodeJoinlist(
  dialect: DialectOfEngine,
  processes: readonly { readonly group: Uint8Array; readonly pid: number }[],
): Uint8Array {
  const records = processes.map(({ group, pid }) => ({ pid, pidUnused: NONE, groupName: cpgName(group) }));
  const id = messageIdOf(dialect, 'CPG', 'JOINLIST');
  return encodeMessage(dialect, SERVICES_GROUP, id, SERVICE_MESSAGES[dialect].JOINLIST, {}, records);
}

/** DOWNLIST: what this node lost since it last synchronised. */
export function encodeDownlist(dialect: DialectOfEngine, oldMembers: number, left: readonly number[]): Uint8Array {
  const head = { oldMembers, oldUnused: NONE, leftNodes: left.length, leftUnused: NONE };
  const id = messageIdOf(dialect, 'CPG', 'DOWNLIST');
  return encodeMessage(dialect, SERVICES_GROUP, id, SERVICE_MESSAGES[dialect].DOWNLIST, head, left);
}

/** NODEINFO of votequorum: `nodeid` 0 speaks of the quorum device. */
export function encodeNodeinfo(nodeid: number, votes: number, expectedVotes: number, flags: number): Uint8Array {
  const id = messageIdOf('corosync-3', 'VOTEQUORUM', 'NODEINFO');
  const head = { nodeid, votes, expectedVotes, flags };
  return encodeMessage('corosync-3', SERVICES_GROUP, id, SERVICE_MESSAGES['corosync-3'].NODEINFO, head);
}

/** The head of a CPG mcast, to which `setMcastLength` gives the length of each message that it goes in front of. */
export function encodeMcastHead(dialect: DialectOfEngine, group: Uint8Array, nodeid: number, pid: number): Uint8Array {
  const source = { nodeid, nodeidUnused: NONE, conn: 0n };
  const head = { groupName: cpgName(group), msglen: 0, msglenUnused: NONE, pid, pidUnused: NONE, source };
  const id = messageIdOf(dialect, 'CPG', 'MCAST');
  return encodeMessage(dialect, SERVICES_GROUP, id, SERVICE_MESSAGES[dialect].MCAST, head);
}

export function setMcastLength(dialect: DialectOfEngine, head: Uint8Array, length: number): void {
  const view = viewOf(head);
  const at = head.length - CPG_MCAST_OCTETS;
  view.setInt32(at + sizeAt(dialect), CPG_MCAST_OCTETS + length, true);
  view.setUint32(at + CPG_MCAST_AT.msglen, length, true);
}

/** One part of a PARTIAL_MCAST. `type`: 1 first, 2 continued, 3 last. Not in Corosync 1. */
export function encodePartialHead(
  group: Uint8Array,
  nodeid: number,
  pid: number,
  part: { readonly msglen: number; readonly fraglen: number; readonly type: number },
): Uint8Array {
  const unused = { msglenUnused: NONE, fraglenUnused: NONE, pidUnused: NONE, typeUnused: NONE };
  const source = { nodeid, nodeidUnused: NONE, conn: 0n };
  const id = messageIdOf('corosync-3', 'CPG', 'PARTIAL_MCAST');
  const layout = SERVICE_MESSAGES['corosync-3'].PARTIAL_MCAST;
  const head = { groupName: cpgName(group), ...part, pid, source, ...unused };
  const message = encodeMessage('corosync-3', SERVICES_GROUP, id, layout, head);
  const at = message.length - (layout.head.size ?? 0);
  viewOf(message).setInt32(at + sizeAt('corosync-3'), layout.head.size + part.fraglen, true);
  return message;
}

/** The ring as a barrier names it, from the octets that a configuration gives. */
function ringValue(dialect: DialectOfEngine, octets: Uint8Array): unknown {
  const layout = dialect === 'corosync-1' ? MembRingId12 : MembRingId3;
  const ring = decode<unknown>(layout, viewOf(octets), 0, DIALECTS[dialect].ringIdSize, true);
  if (!ring.ok) throw new Error(`broken invariant: a ring id of ${octets.length} octets`);
  return ring.value.value;
}

/** BARRIER or MEMB_DETERMINE: nothing but the ring. */
export function encodeSync(
  dialect: DialectOfEngine,
  group: SyncGroup,
  name: 'BARRIER' | 'MEMB_DETERMINE',
  ringIdOctets: Uint8Array,
): Uint8Array {
  const head = { ringId: ringValue(dialect, ringIdOctets), ringUnused: NONE };
  const id = messageIdOf(dialect, 'SYNC', name);
  return encodeMessage(dialect, group, id, SERVICE_MESSAGES[dialect][name], head);
}

/** SERVICE_BUILD: the services that this node synchronises, by number, ascending. */
export function encodeServiceBuild(
  dialect: DialectOfEngine,
  group: SyncGroup,
  ringIdOctets: Uint8Array,
  services: readonly number[],
): Uint8Array {
  const ringId = ringValue(dialect, ringIdOctets);
  const head = { ringId, ringUnused: NONE, serviceCount: services.length, countUnused: NONE };
  const id = messageIdOf(dialect, 'SYNC', 'SERVICE_BUILD');
  return encodeMessage(dialect, group, id, SERVICE_MESSAGES[dialect].SERVICE_BUILD, head, services);
}
