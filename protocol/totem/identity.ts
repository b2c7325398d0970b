// Who and which ring: node identities and ring ids as they stand on the wire, and as the program speaks of them.
// Three generations, one vocabulary. No messages here.
import { ipv4Text, ipv6Text } from '../base/ip-text.ts';
import { bytes, struct, u16, u32, u64, u8, type Infer } from '../wire/layout.ts';

/** Corosync 1 and 2 address families as Linux numbers them. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Text of the 16 address octets: IPv4 uses the first four; what follows them is left-over memory in 1.x. */
export function addressOf(family: number, addr: Uint8Array): string | null {
  if (family === AF_INET) return ipv4Text(addr, 0);
  // 10 is Linux, the others are the BSDs' and Solaris's number for IPv6 (specs/totem.md 1.4).
  if (family === AF_INET6 || family === 24 || family === 26 || family === 28 || family === 30) return ipv6Text(addr, 0);
  return null;
}

const showAddr = (addr: Uint8Array): string => `${addressOf(AF_INET, addr)} …`;

/** struct totem_ip_address, 22 octets: treated as opaque, since its unused octets take part in ring id comparison. */
export const TotemIpAddress = struct('totem_ip_address', {
  nodeid: u32('node id that belongs to this address'),
  family: u16('address family in the numbering of the sender: 2 IPv4, 10 IPv6 (Linux), 0 empty slot'),
  addr: bytes(
    16,
    'address in network order; IPv4 in the first four octets, the rest may be left-over memory',
    showAddr,
  ),
});
export type TotemIpAddress = Infer<typeof TotemIpAddress>;

/** struct srp_addr of Corosync 1, 44 octets: one address per redundant ring. */
export const SrpAddr1 = struct('srp_addr', { addr0: TotemIpAddress, addr1: TotemIpAddress });
/** struct srp_addr of Corosync 2, 45 octets: a leading count of addresses. */
export const SrpAddr2 = struct('srp_addr', {
  noAddrs: u8('addresses that follow and are in use: real nodes write 2'),
  addr0: TotemIpAddress,
  addr1: TotemIpAddress,
});
/** struct srp_addr of Corosync 3, 4 octets. */
export const SrpAddr3 = struct('srp_addr', { nodeid: u32('node id') });

/** struct memb_ring_id of Corosync 1 and 2, 30 octets. */
export const MembRingId12 = struct('memb_ring_id', {
  rep: TotemIpAddress,
  seq: u64('ring sequence number: 4 more with each attempt to form a ring'),
});
/** struct memb_ring_id of Corosync 3, 12 octets. */
export const MembRingId3 = struct('memb_ring_id', {
  rep: u32('node id of the representative'),
  seq: u64('ring sequence number: 4 more with each attempt to form a ring'),
});

/** A node as a message names it. `ip` is null in Corosync 3, where only the number is on the wire. */
export interface NodeRef {
  readonly nodeid: number;
  readonly ip: string | null;
}

/** A ring as a message names it; the representative's address tells rings apart where node ids are absent. */
export interface RingRef {
  readonly rep: number;
  readonly seq: bigint;
  readonly ip: string | null;
}

/** The program's text for a ring: `REP:SEQ`, both decimal. */
export function ringIdText(ring: { readonly rep: number; readonly seq: bigint }): string {
  return `${ring.rep}:${ring.seq}`;
}

/** IPv4 addresses as numbers, to be compared; NaN for others. */
function ipv4Number(ip: string): number {
  const octets = ip.split('.');
  return octets.length === 4 ? octets.reduce((sum, octet) => sum * 256 + Number(octet), 0) : Number.NaN;
}

/**
 * False where the nodes are known not to stand in the order of a ring: by address in Corosync 1 and 2, by node id in
 * Corosync 3. What order IPv6 addresses are in is not told.
 */
export function isInRingOrder(nodes: readonly NodeRef[]): boolean {
  const keys = nodes.map(({ nodeid, ip }) => (ip === null ? nodeid : ipv4Number(ip)));
  return keys.every((key, i) => i === 0 || !(key < (keys[i - 1] ?? 0)));
}
