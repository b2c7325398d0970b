// What Corosync 1.4 multicasts at every synchronisation to be understood by OpenAIS's whitetank, in the name of two
// services that it does not have: CLM and EVT. Kept, because a ring of Corosync 1.4 waits for them.
import { asciiBytes, concatBytes, viewOf } from '../base/bytes.ts';
import type { NodeRef } from '../totem/identity.ts';
import { bytes, encode, struct, u16, u32, u64 } from '../wire/layout.ts';
import { encodeGroups } from './group.ts';
import { RequestHeader1 } from './messages.ts';
import { SERVICES_GROUP, serviceNumberOf } from './services.ts';

const NONE = new Uint8Array(0);
const unused = (octets: number) => bytes(octets, 'not used');

const ClmNodejoin = struct('req_exec_clm_nodejoin', {
  header: RequestHeader1,
  nodeId: u32('node that joins'),
  nodeIdUnused: unused(4),
  addressLength: u16('octets of the text'),
  addressLengthUnused: unused(6),
  family: u32('1 IPv4, 2 IPv6'),
  familyUnused: unused(4),
  address: bytes(64, 'address as text'),
  nameLength: u16('octets of the name'),
  nameLengthUnused: unused(6),
  name: bytes(256, 'name: the address again'),
  member: u32('1'),
  memberUnused: unused(4),
  bootTimestamp: u64('when the machine started, in ns; 0 where it is not told'),
  initialViewNumber: u64('0'),
});

const EvtChancmd = struct('req_evt_chan_command', {
  header: RequestHeader1,
  op: u32('5 conf done, 7 open count done'),
  opUnused: unused(4),
});

/** Functions of the two services that are sent. */
const NODEJOIN = 0;
export const EVT_CHANCMD = 1;

/** The two steps of EVT's synchronisation: each waits for all members. */
export const EVT_OPS = { openCountDone: 7, confDone: 5 } as const;
export type EvtOp = (typeof EVT_OPS)[keyof typeof EVT_OPS];

function header(service: 'CLM' | 'EVT', inService: number, size: number) {
  const id = (serviceNumberOf('corosync-1', service) << 16) | inService;
  return { size, sizeUnused: NONE, id, idUnused: NONE };
}

const inGroup = (body: Uint8Array): Uint8Array => concatBytes([encodeGroups([SERVICES_GROUP], true), body]);

/** NODEJOIN of CLM, 392 octets: who the sender is. */
export function encodeClmNodejoin({ nodeid, ip }: NodeRef): Uint8Array {
  const address = asciiBytes(ip ?? '');
  const value = {
    header: header('CLM', NODEJOIN, ClmNodejoin.fixedSize),
    nodeId: nodeid,
    nodeIdUnused: NONE,
    addressLength: address.length,
    addressLengthUnused: NONE,
    family: ip?.includes(':') === true ? 2 : 1,
    familyUnused: NONE,
    address,
    nameLength: address.length,
    nameLengthUnused: NONE,
    name: address,
    member: 1,
    memberUnused: NONE,
    bootTimestamp: 0n,
    initialViewNumber: 0n,
  };
  return inGroup(encode(ClmNodejoin, value, true));
}

/** A step of EVT's synchronisation, 24 octets. */
export function encodeEvt(op: EvtOp): Uint8Array {
  const value = { header: header('EVT', EVT_CHANCMD, EvtChancmd.fixedSize), op, opUnused: NONE };
  return inGroup(encode(EvtChancmd, value, true));
}

/** The operation of an EVT message whose header lies at `at`, or null where it is too short. */
export function evtOpOf(message: Uint8Array, at: number, littleEndian: boolean): number | null {
  if (at + EvtChancmd.at.op + 4 > message.length) return null;
  return viewOf(message).getUint32(at + EvtChancmd.at.op, littleEndian);
}
