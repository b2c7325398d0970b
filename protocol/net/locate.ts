// Finds the UDP payload of a frame: link layer, VLAN tags, IPv4 or IPv6, fragment place. Numbers into one reused
// object, nothing allocated: the index pass asks this for every frame. The fields for people: headers.ts.

/** What a frame was found to carry. */
export const What = {
  OTHER: 0,
  UDP: 1,
  /** A part of a UDP datagram: fragOffset 0 is the first, which alone has ports. */
  UDP_FRAGMENT: 2,
  TCP: 3,
  IGMP: 4,
  ICMP: 5,
  ARP: 6,
  /** An IP packet that is cut or contradicts itself. */
  MALFORMED: 7,
  UNKNOWN_LINK: 8,
} as const;
export type What = (typeof What)[keyof typeof What];

export interface Located {
  what: number;
  /** 4, 6, or 0 where there is no IP. */
  ipVersion: number;
  /** Offset of the IP header, -1 where there is none. */
  ipStart: number;
  /** Offsets of the addresses, -1 where there are none. */
  srcOffset: number;
  dstOffset: number;
  protocol: number;
  sport: number;
  dport: number;
  /** As captured: the UDP payload, or of a fragment all that follows its IP header. */
  payloadStart: number;
  payloadEnd: number;
  /** Octets of the payload on the wire; more than payloadEnd - payloadStart where the snap length cut it. */
  payloadLength: number;
  /** Offset of the transport header (UDP, TCP, IGMP, ICMP). */
  transportStart: number;
  ipId: number;
  /** Octets. */
  fragOffset: number;
  moreFragments: boolean;
}

export function createLocated(): Located {
  return {
    what: What.OTHER,
    ipVersion: 0,
    ipStart: -1,
    srcOffset: -1,
    dstOffset: -1,
    protocol: -1,
    sport: -1,
    dport: -1,
    payloadStart: 0,
    payloadEnd: 0,
    payloadLength: 0,
    transportStart: 0,
    ipId: 0,
    fragOffset: 0,
    moreFragments: false,
  };
}

export const LinkType = {
  NULL: 0,
  ETHERNET: 1,
  RAW_BSD_12: 12,
  RAW_BSD_14: 14,
  RAW: 101,
  LOOP: 108,
  LINUX_SLL: 113,
  IPV4: 228,
  IPV6: 229,
  LINUX_SLL2: 276,
} as const;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const ETHERTYPE_ARP = 0x0806;
const VLAN_TYPES: readonly number[] = [0x8100, 0x88a8, 0x9100];
/** VLAN tags and IPv6 extension headers passed over at most. */
const NESTING_MAX = 8;

export const PROTOCOL_ICMP = 1;
export const PROTOCOL_IGMP = 2;
export const PROTOCOL_TCP = 6;
export const PROTOCOL_UDP = 17;
export const PROTOCOL_ICMPV6 = 58;

function u16(b: Uint8Array, at: number): number {
  return (b[at]! << 8) | b[at + 1]!;
}

/** Locates the payload of the frame bytes[start, start + captured). */
export function locate(bytes: Uint8Array, start: number, captured: number, linktype: number, out: Located): void {
  out.what = What.OTHER;
  out.ipVersion = 0;
  out.ipStart = out.srcOffset = out.dstOffset = out.sport = out.dport = out.protocol = -1;
  out.fragOffset = out.ipId = 0;
  out.moreFragments = false;
  out.payloadStart = out.payloadEnd = out.transportStart = start;
  out.payloadLength = 0;
  const end = start + captured;
  switch (linktype) {
    case LinkType.ETHERNET:
      if (captured >= 14) byEthertype(bytes, start + 14, end, u16(bytes, start + 12), out);
      return;
    case LinkType.LINUX_SLL:
      if (captured >= 16) byEthertype(bytes, start + 16, end, u16(bytes, start + 14), out);
      return;
    case LinkType.LINUX_SLL2:
      if (captured >= 20) byEthertype(bytes, start + 20, end, u16(bytes, start), out);
      return;
    case LinkType.NULL:
    case LinkType.LOOP:
      // The address family stands in host order of whoever captured; the IP header tells its version anyway.
      if (captured >= 5) byVersion(bytes, start + 4, end, out);
      return;
    case LinkType.RAW:
    case LinkType.RAW_BSD_12:
    case LinkType.RAW_BSD_14:
    case LinkType.IPV4:
    case LinkType.IPV6:
      if (captured >= 1) byVersion(bytes, start, end, out);
      return;
    default:
      out.what = What.UNKNOWN_LINK;
  }
}

function byEthertype(bytes: Uint8Array, at: number, end: number, ethertype: number, out: Located): void {
  // Most frames have no tag.
  if (ethertype === ETHERTYPE_IPV4) return ipv4(bytes, at, end, out);
  let type = ethertype;
  let offset = at;
  for (let tags = 0; VLAN_TYPES.includes(type) && tags < NESTING_MAX && offset + 4 <= end; tags++) {
    type = u16(bytes, offset + 2);
    offset += 4;
  }
  if (type === ETHERTYPE_IPV4) ipv4(bytes, offset, end, out);
  else if (type === ETHERTYPE_IPV6) ipv6(bytes, offset, end, out);
  else if (type === ETHERTYPE_ARP) out.what = What.ARP;
}

function byVersion(bytes: Uint8Array, at: number, end: number, out: Located): void {
  const version = bytes[at]! >> 4;
  if (version === 4) ipv4(bytes, at, end, out);
  else if (version === 6) ipv6(bytes, at, end, out);
}

function ipv4(bytes: Uint8Array, at: number, end: number, out: Located): void {
  out.what = What.MALFORMED;
  if (end - at < 20 || bytes[at]! >> 4 !== 4) return;
  const header = (bytes[at]! & 15) * 4;
  // A total length of 0 is left by segmentation offload: then the frame's end counts.
  const total = u16(bytes, at + 2) || end - at;
  out.ipVersion = 4;
  out.ipStart = at;
  out.srcOffset = at + 12;
  out.dstOffset = at + 16;
  if (header < 20 || total < header || end - at < header) return;
  const fragment = u16(bytes, at + 6);
  out.ipId = u16(bytes, at + 4);
  out.moreFragments = (fragment & 0x2000) !== 0;
  out.fragOffset = (fragment & 0x1fff) * 8;
  transport(bytes, at + header, Math.min(end, at + total), at + total, bytes[at + 9]!, out);
}

function ipv6(bytes: Uint8Array, at: number, end: number, out: Located): void {
  out.what = What.MALFORMED;
  if (end - at < 40 || bytes[at]! >> 4 !== 6) return;
  out.ipVersion = 6;
  out.ipStart = at;
  out.srcOffset = at + 8;
  out.dstOffset = at + 24;
  const length = u16(bytes, at + 4);
  const wireEnd = length === 0 ? end : at + 40 + length;
  let next = bytes[at + 6]!;
  let offset = at + 40;
  const stop = Math.min(end, wireEnd);
  for (let headers = 0; headers < NESTING_MAX; headers++) {
    const isExtension = next === 0 || next === 43 || next === 60;
    if (!isExtension && next !== 44) break;
    if (offset + 8 > stop) return;
    const following = bytes[offset]!;
    if (next === 44) {
      const fragment = u16(bytes, offset + 2);
      out.fragOffset = fragment & 0xfff8;
      out.moreFragments = (fragment & 1) !== 0;
      // The identification has 32 bits in IPv6.
      out.ipId = (u16(bytes, offset + 4) * 65536 + u16(bytes, offset + 6)) >>> 0;
      offset += 8;
    } else offset += (bytes[offset + 1]! + 1) * 8;
    next = following;
  }
  if (offset > stop) return;
  transport(bytes, offset, stop, wireEnd, next, out);
}

function transport(bytes: Uint8Array, at: number, end: number, wireEnd: number, protocol: number, out: Located): void {
  out.protocol = protocol;
  out.transportStart = out.payloadStart = at;
  out.payloadEnd = end;
  out.payloadLength = wireEnd - at;
  const isFragment = out.moreFragments || out.fragOffset > 0;
  const isFirst = out.fragOffset === 0;
  if (protocol === PROTOCOL_UDP) {
    if (isFirst && end - at >= 8) {
      out.sport = u16(bytes, at);
      out.dport = u16(bytes, at + 2);
    }
    if (isFragment) {
      out.what = What.UDP_FRAGMENT;
      return;
    }
    if (end - at < 8) return;
    udp(bytes, at, end, wireEnd, out);
  } else if (isFragment) out.what = What.OTHER;
  else if (protocol === PROTOCOL_TCP) {
    if (end - at < 20) return;
    out.what = What.TCP;
    out.sport = u16(bytes, at);
    out.dport = u16(bytes, at + 2);
    const header = Math.max(20, (bytes[at + 12]! >> 4) * 4);
    out.payloadStart = Math.min(end, at + header);
    out.payloadLength = Math.max(0, wireEnd - at - header);
  } else if (protocol === PROTOCOL_IGMP) out.what = What.IGMP;
  else if (protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6) out.what = What.ICMP;
  else out.what = What.OTHER;
}

function udp(bytes: Uint8Array, at: number, end: number, wireEnd: number, out: Located): void {
  const length = u16(bytes, at + 4);
  out.payloadStart = at + 8;
  out.what = What.UDP;
  // Length 0 stands for a datagram beyond 64 KiB (IPv6 jumbo) or one whose header was never filled in.
  const claimed = length < 8 ? wireEnd - at - 8 : length - 8;
  out.payloadLength = Math.max(0, Math.min(claimed, wireEnd - at - 8));
  out.payloadEnd = Math.min(end, out.payloadStart + out.payloadLength);
}
