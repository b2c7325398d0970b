// How sheepdog names a node: 24 octets in epoch logs, node lists and cluster messages; and with its process in front,
// as the cluster driver does. No membership logic.
import { AF_INET, addressOf, ipv6Text } from '../totem/identity.ts';
import { bytes, struct, u16, u32, type Infer } from '../wire/layout.ts';

/** All of sheepdog's numbers are little-endian, whatever the node. */
export const SHEEP_LITTLE_ENDIAN = true;

/** Text of a node's address: IPv4 stands in the last four octets, behind zeros (specs/sheepdog.md 2.2). */
export function sheepAddress(addr: Uint8Array): string {
  const isIpv4 = addr.subarray(0, 12).every((octet) => octet === 0);
  return (isIpv4 ? addressOf(AF_INET, addr.subarray(12)) : null) ?? ipv6Text(addr);
}

/** struct sheepdog_node_list_entry, 24 octets. */
export const NodeEntry = struct('sheepdog_node_list_entry', {
  addr: bytes(16, 'address in network order; IPv4 in the last four octets', sheepAddress),
  port: u16('TCP port'),
  nrVnodes: u16('virtual nodes on the hash ring'),
  zone: u32('failure zone; by default the last four address octets as a number'),
});
export type NodeEntry = Infer<typeof NodeEntry>;

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
