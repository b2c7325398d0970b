// A frame without real addresses and payloads, in place and of the same length: hardware and IP addresses, ARP, IGMP
// and ICMP, checksums. What a UDP datagram carries is scrubbed by whoever knows it.
import { createLocated, LinkType, locate, PROTOCOL_ICMPV6, What, type Located } from '../../../protocol/net/locate.ts';
import type { AddressMap } from './address-map.ts';
import { pseudoSum, writeChecksum, writeTransportChecksum } from './checksums.ts';

/** Scrubs bytes[at, end), the UDP payload or the part of it that a fragment holds. */
export type ScrubPayload = (bytes: Uint8Array, at: number, end: number, located: Located) => void;

const ARP_OCTETS = 28;
const IPV4_NOP = 1;
const IPV4_ROUTER_ALERT = 0x94;
const ROUTING_HEADER = 43;
const UDP_HEADER = 8;

const linkHeader: Readonly<Record<number, number>> = {
  [LinkType.ETHERNET]: 14,
  [LinkType.LINUX_SLL]: 16,
  [LinkType.LINUX_SLL2]: 20,
  [LinkType.NULL]: 4,
  [LinkType.LOOP]: 4,
};
/** Where a link header holds hardware addresses, the destination first. */
const hardwareAt: Readonly<Record<number, readonly number[]>> = {
  [LinkType.ETHERNET]: [0, 6],
  [LinkType.LINUX_SLL]: [6],
  [LinkType.LINUX_SLL2]: [12],
};

class FrameScrub {
  private readonly bytes: Uint8Array;
  private readonly located: Located;
  private readonly addresses: AddressMap;

  constructor(bytes: Uint8Array, located: Located, addresses: AddressMap) {
    this.bytes = bytes;
    this.located = located;
    this.addresses = addresses;
  }

  /** Hardware addresses, after the IP addresses: those of groups follow them. */
  link(linktype: number): void {
    const { bytes, located, addresses } = this;
    const { dstOffset, ipVersion } = located;
    const group = dstOffset < 0 ? null : [...bytes.subarray(dstOffset, dstOffset + (ipVersion === 6 ? 16 : 4))];
    for (const at of hardwareAt[linktype] ?? []) addresses.replaceHardware(bytes, at, group);
  }

  /** All behind the link header goes: what it is cannot be told. */
  blank(linktype: number): void {
    this.bytes.fill(0, Math.min(this.bytes.length, linkHeader[linktype] ?? 0));
  }

  arp(linktype: number): void {
    const { bytes, addresses } = this;
    const at = this.arpAt(linktype);
    const isUsual = at + ARP_OCTETS <= bytes.length && bytes[at + 4] === 6 && bytes[at + 5] === 4;
    if (!isUsual) {
      this.blank(linktype);
      return;
    }
    addresses.replaceHardware(bytes, at + 8, null);
    addresses.replace(bytes, at + 14, 4);
    addresses.replaceHardware(bytes, at + 18, null);
    addresses.replace(bytes, at + 24, 4);
    bytes.fill(0, at + ARP_OCTETS);
  }

  private arpAt(linktype: number): number {
    let at = linkHeader[linktype] ?? 0;
    while (linktype === LinkType.ETHERNET && at + 4 < this.bytes.length && this.bytes[at - 2] === 0x81) at += 4;
    return at;
  }

  ip(): void {
    const { bytes, located, addresses } = this;
    const { ipStart, ipVersion, srcOffset, dstOffset, transportStart } = located;
    addresses.replace(bytes, srcOffset, ipVersion);
    addresses.replace(bytes, dstOffset, ipVersion);
    if (ipVersion === 6) {
      // A routing header names hosts on the way.
      if (bytes[ipStart + 6] === ROUTING_HEADER) bytes.fill(0, ipStart + 40);
      return;
    }
    const options = ipStart + 20;
    if (bytes[options] !== IPV4_ROUTER_ALERT) bytes.fill(IPV4_NOP, options, Math.max(options, transportStart));
    writeChecksum(bytes, ipStart + 10, ipStart, Math.max(options, transportStart));
  }

  transport(payload: ScrubPayload): void {
    const { bytes, located } = this;
    const { what, transportStart, payloadStart, payloadEnd } = located;
    // Filler behind the packet is left-over memory.
    bytes.fill(0, Math.min(bytes.length, payloadEnd));
    switch (what) {
      case What.UDP:
        payload(bytes, payloadStart, payloadEnd, located);
        this.checksum(transportStart + 6, true);
        return;
      case What.UDP_FRAGMENT:
        payload(bytes, payloadStart, payloadEnd, located);
        return;
      case What.TCP:
        bytes.fill(0, payloadStart, payloadEnd);
        this.checksum(transportStart + 16, false);
        return;
      case What.IGMP:
        this.igmp(transportStart, payloadEnd);
        return;
      case What.ICMP:
        // A message about a packet quotes it.
        bytes.fill(0, Math.min(payloadEnd, transportStart + 8), payloadEnd);
        if (located.protocol === PROTOCOL_ICMPV6) {
          bytes.fill(0, transportStart + 4, payloadEnd);
          this.checksum(transportStart + 2, false);
        } else writeChecksum(bytes, transportStart + 2, transportStart, payloadEnd);
        return;
      default:
        bytes.fill(0, transportStart, payloadEnd);
    }
  }

  private igmp(at: number, end: number): void {
    const { bytes, addresses } = this;
    if (end - at < 8) {
      bytes.fill(0, at, end);
      return;
    }
    if (bytes[at] === 0x22) {
      // Version 3: records of a group each, with sources that are named.
      for (let record = at + 8; record + 8 <= end;) {
        const sources = (bytes[record + 2]! << 8) | bytes[record + 3]!;
        addresses.replace(bytes, record + 4, 4);
        const behind = record + 8 + 4 * sources;
        for (let source = record + 8; source + 4 <= Math.min(end, behind); source += 4)
          addresses.replace(bytes, source, 4);
        record = behind + 4 * bytes[record + 1]!;
      }
    } else {
      addresses.replace(bytes, at + 4, 4);
      bytes.fill(0, Math.min(end, at + 12), end);
    }
    writeChecksum(bytes, at + 2, at, end);
  }

  /** One of the whole packet; where the snap length cut it UDP has none, which is allowed, and TCP a wrong one. */
  private checksum(at: number, isUdp: boolean): void {
    const { bytes, located } = this;
    const { transportStart: from, payloadStart, payloadEnd, payloadLength } = located;
    const isWhole = payloadEnd - payloadStart >= payloadLength;
    if (isUdp && bytes[at] === 0 && bytes[at + 1] === 0) return;
    if (isUdp && !isWhole) {
      bytes.fill(0, at, at + 2);
      return;
    }
    const { srcOffset, dstOffset, ipVersion, protocol } = located;
    const length = payloadStart - from + payloadLength;
    const pseudo = pseudoSum(bytes, srcOffset, dstOffset, ipVersion, protocol, length);
    writeTransportChecksum(bytes, at, from, payloadEnd, pseudo, isUdp);
  }
}

/** Scrubs a frame in place; `payload` sees to what UDP carries, after the addresses. */
export function scrubFrame(bytes: Uint8Array, linktype: number, addresses: AddressMap, payload: ScrubPayload): void {
  const located = createLocated();
  locate(bytes, 0, bytes.length, linktype, located);
  const frame = new FrameScrub(bytes, located, addresses);
  const { what, ipStart, ipVersion } = located;
  if (what === What.UNKNOWN_LINK) bytes.fill(0);
  else if (what === What.ARP) {
    frame.link(linktype);
    frame.arp(linktype);
  } else if (ipStart < 0 || what === What.MALFORMED || (ipVersion === 4 && located.protocol < 0)) {
    frame.link(linktype);
    frame.blank(linktype);
  } else {
    frame.ip();
    frame.link(linktype);
    frame.transport(payload);
  }
}

/** The checksum of a datagram that came in fragments: bytes[0, length) is the datagram with its UDP header. */
export function writeDatagramChecksum(datagram: Uint8Array, frame: Uint8Array, located: Located): void {
  if (datagram.length < UDP_HEADER || (datagram[6] === 0 && datagram[7] === 0)) return;
  const { srcOffset, dstOffset, ipVersion, protocol } = located;
  const pseudo = pseudoSum(frame, srcOffset, dstOffset, ipVersion, protocol, datagram.length);
  writeTransportChecksum(datagram, 6, 0, datagram.length, pseudo, true);
}
