// The headers below Totem as layouts, for the detail tree: link layers, IPv4 and IPv6, UDP, TCP, IGMP, ICMP, ARP.
// The index pass does not use them: locate.ts finds the payload by the same offsets.
import { bytes, struct, u16be, u32be, u8, type Layout } from '../wire/layout.ts';
import { ipv4Text, ipv6Text } from '../base/ip-text.ts';

const hex = (b: Uint8Array): string => Array.from(b, (octet) => octet.toString(16).padStart(2, '0')).join(':');
const mac = (doc: string): Layout<Uint8Array, number> => bytes(6, doc, hex);
const ip4 = (doc: string): Layout<Uint8Array, number> => bytes(4, doc, (b) => ipv4Text(b, 0));
const ip6 = (doc: string): Layout<Uint8Array, number> => bytes(16, doc, (b) => ipv6Text(b, 0));
const asHex = (v: number): string => `0x${v.toString(16).padStart(4, '0')}`;
const fragmentText = (v: number): string =>
  `${asHex(v)} (offset ${(v & 0x1fff) * 8}${(v & 0x2000) === 0 ? '' : ', more fragments'}` +
  `${(v & 0x4000) === 0 ? '' : ', must not be fragmented'})`;

export const Ethernet = struct('ethernet', {
  dst: mac('destination hardware address'),
  src: mac('source hardware address'),
  type: u16be('what follows: 0800 IPv4, 86dd IPv6, 8100 a VLAN tag', asHex),
});
export const VlanTag = struct('vlan_tag', {
  tci: u16be('priority and VLAN number', (v) => `${v} (VLAN ${v & 0xfff})`),
  type: u16be('what follows', asHex),
});
export const LinuxSll = struct('linux_sll', {
  packetType: u16be('0 to this host, 1 broadcast, 2 multicast, 3 to another host, 4 sent by this host'),
  hardwareType: u16be('ARPHRD number of the link'),
  addressLength: u16be('octets of the address that count'),
  address: bytes(8, 'link-layer address of the sender', hex),
  protocol: u16be('what follows', asHex),
});
export const LinuxSll2 = struct('linux_sll2', {
  protocol: u16be('what follows', asHex),
  reserved: u16be('0'),
  interfaceIndex: u32be('number of the interface'),
  hardwareType: u16be('ARPHRD number of the link'),
  packetType: u8('0 to this host, 1 broadcast, 2 multicast, 3 to another host, 4 sent by this host'),
  addressLength: u8('octets of the address that count'),
  address: bytes(8, 'link-layer address of the sender', hex),
});
export const BsdLoop = struct('bsd_loop', {
  family: bytes(4, 'address family, in the byte order of the capturing host', hex),
});
export const Ipv4 = struct('ipv4', {
  versionAndLength: u8('version 4 and the header length in words', (v) => `version ${v >> 4}, ${(v & 15) * 4} octets`),
  tos: u8('type of service'),
  totalLength: u16be('octets of the packet, header included'),
  id: u16be('identification: equal in the fragments of one datagram', asHex),
  fragment: u16be('flags and fragment offset', fragmentText),
  ttl: u8('time to live'),
  protocol: u8('what follows: 17 UDP, 6 TCP, 2 IGMP, 1 ICMP'),
  checksum: u16be('header checksum', asHex),
  src: ip4('source address'),
  dst: ip4('destination address'),
});
export const Ipv6 = struct('ipv6', {
  versionAndFlow: u32be('version 6, traffic class and flow label', (v) => `0x${v.toString(16)}`),
  payloadLength: u16be('octets after this header'),
  nextHeader: u8('what follows: 17 UDP, 44 a fragment header'),
  hopLimit: u8('hops left'),
  src: ip6('source address'),
  dst: ip6('destination address'),
});
export const Udp = struct('udp', {
  sport: u16be('source port'),
  dport: u16be('destination port'),
  length: u16be('octets of header and payload'),
  checksum: u16be('checksum; wrong or 0 where the network card computes it later', asHex),
});
export const Tcp = struct('tcp', {
  sport: u16be('source port'),
  dport: u16be('destination port'),
  seq: u32be('sequence number of the first octet'),
  ack: u32be('next octet expected from the other side'),
  offsetAndFlags: u16be('header length in words and flags', (v) => `${(v >> 12) * 4} octets, flags ${tcpFlags(v)}`),
  window: u16be('octets that may be sent'),
  checksum: u16be('checksum', asHex),
  urgent: u16be('urgent pointer'),
});
export const Igmp = struct('igmp', {
  type: u8('11 query, 12 16 22 report, 17 leave (hexadecimal)', (v) => `0x${v.toString(16)} (${igmpType(v)})`),
  code: u8('maximum response time of a query'),
  checksum: u16be('checksum', asHex),
  group: ip4('multicast group, 0.0.0.0 for all; in a version 3 report the number of records'),
});
export const Icmp = struct('icmp', {
  type: u8('3 destination unreachable, 8 echo request, 0 echo reply, 11 time exceeded'),
  code: u8('of type 3: 3 port unreachable, 4 fragmentation needed, 13 prohibited'),
  checksum: u16be('checksum', asHex),
  rest: u32be('depends on the type: of code 4 the path MTU'),
});

function tcpFlags(v: number): string {
  const names = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];
  return names.filter((_, bit) => (v & (1 << bit)) !== 0).join(' ') || 'none';
}

function igmpType(type: number): string {
  const names: { readonly [type: number]: string } = {
    0x11: 'query',
    0x12: 'report v1',
    0x16: 'report v2',
    0x17: 'leave',
    0x22: 'report v3',
  };
  return names[type] ?? 'unknown';
}
