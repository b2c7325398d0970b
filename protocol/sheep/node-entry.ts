// How sheepdog names a node: 24 octets in epoch logs, node lists and cluster messages; and with its process in front,
// as the cluster driver does. No membership logic.
import { ipv4Text, ipv6Text } from '../base/ip-text.ts';
import { bytes, struct, u16, u32, type Infer } from '../wire/layout.ts';

/** All of sheepdog's numbers are little-endian, whatever the node. */
export const SHEEP_LITTLE_ENDIAN = true;

/** Text of a node's address: IPv4 stands in the last four octets, behind zeros (specs/sheepdog.md 2.2, 6). */
export function sheepAddress(addr: Uint8Array): string {
  const isIpv4 = addr[12] !== 0 && addr.subarray(0, 12).every((octet) => octet === 0);
  return isIpv4 ? ipv4Text(addr, 12) : ipv6Text(addr, 0);
}

/** struct sheepdog_node_list_entry, 24 octets. */
export const NodeEntry = struct('sheepdog_node_list_entry', {
  addr: bytes(16, 'address in network order; IPv4 in the last four octets', sheepAddress),
  port: u16('TCP port'),
  nrVnodes: u16('virtual nodes on the hash ring'),
  zone: u32('failure zone; by default the last four address octets as a number'),
});
export type NodeEntry = Infer<typeof NodeEntry>;

/** `192.168.1.111:7000`; an IPv6 address stands bare, as sheepdog prints it. */
export function entryText({ addr, port }: NodeEntry): string {
  return `${sheepAddress(addr)}:${port}`;
}

/** The order of node lists and epoch logs: by the octets of the address, then by port. */
export function compareEntries(a: NodeEntry, b: NodeEntry): number {
  for (let i = 0; i < a.addr.length; i++) {
    const difference = (a.addr[i] ?? 0) - (b.addr[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.port - b.port;
}

/** The same node: address and port. */
export function isSameNode(a: NodeEntry, b: NodeEntry): boolean {
  return compareEntries(a, b) === 0;
}

/** The 16 octets of an IPv4 or IPv6 address in text; null where it is neither. */
export function addrOctets(text: string): Uint8Array | null {
  const addr = new Uint8Array(16);
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (four !== null) {
    const octets = four.slice(1).map(Number);
    addr.set(octets, 12);
    return octets.every((octet) => octet < 256) ? addr : null;
  }
  const [left = '', right, ...more] = text.split('::');
  const groups = (half: string): readonly string[] => (half === '' ? [] : half.split(':'));
  const head = groups(left);
  const tail = groups(right ?? '');
  const given = head.length + tail.length;
  const isWhole = right === undefined ? given === 8 : given < 8;
  if (!isWhole || more.length > 0 || ![...head, ...tail].every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)))
    return null;
  const all = [...head, ...Array.from({ length: 8 - given }, () => '0'), ...tail];
  all.forEach((group, i) => addr.set([parseInt(group, 16) >>> 8, parseInt(group, 16) & 255], 2 * i));
  return addr;
}

export const SHEEP_PORT = 7000;
export const SHEEP_VNODES = 64;

/** A node's entry with what sheep takes where nothing else is given: its zone is the last four address octets. */
export function nodeEntry(addr: Uint8Array, given: Partial<Omit<NodeEntry, 'addr'>> = {}): NodeEntry {
  const zone = new DataView(addr.buffer, addr.byteOffset).getUint32(12, SHEEP_LITTLE_ENDIAN);
  return { addr, port: given.port ?? SHEEP_PORT, nrVnodes: given.nrVnodes ?? SHEEP_VNODES, zone: given.zone ?? zone };
}

/** struct cpg_node of 0.3.0, 36 octets. */
export const Member = struct('cpg_node', {
  nodeid: u32('node id of Corosync'),
  pid: u32('process of the sheep'),
  gone: u32('1: it left while it was the master'),
  ent: NodeEntry,
});
export type Member = Infer<typeof Member>;

/** The record of 0.2.3, 32 octets: without `gone`. */
export const Member023 = struct('cpg_node (0.2.3)', {
  nodeid: u32('node id of Corosync'),
  pid: u32('process of the sheep'),
  ent: NodeEntry,
});
