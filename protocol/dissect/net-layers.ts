// The layers from the link up to UDP, TCP, IGMP or ICMP of one frame, as fields with their bytes. What a datagram holds
// is read elsewhere.
import { viewOf } from '../base/bytes.ts';
import { addressText } from '../base/ip-text.ts';
import { BsdLoop, Ethernet, Icmp, Igmp, Ipv4, Ipv6, LinuxSll, LinuxSll2, Tcp, Udp, VlanTag } from '../net/headers.ts';
import { createLocated, LinkType, locate, What, type Located } from '../net/locate.ts';
import { walkFields, type FieldSpan, type Layout } from '../wire/layout.ts';
import { icmpWords, igmpWords, tcpWords } from './control-words.ts';
import type { DissectedProblem, Layer } from './dissection.ts';

const LINKS: { readonly [linktype: number]: readonly [name: string, layout: Layout<unknown>] } = {
  [LinkType.ETHERNET]: ['ethernet', Ethernet as Layout<unknown>],
  [LinkType.LINUX_SLL]: ['linux cooked', LinuxSll as Layout<unknown>],
  [LinkType.LINUX_SLL2]: ['linux cooked v2', LinuxSll2 as Layout<unknown>],
  [LinkType.NULL]: ['bsd loopback', BsdLoop as Layout<unknown>],
  [LinkType.LOOP]: ['bsd loopback', BsdLoop as Layout<unknown>],
};

function octets(path: string, at: number, end: number, doc: string): FieldSpan[] {
  const length = end - at;
  return length <= 0 ? [] : [{ path, offset: at, length, text: `${length} octets`, ctype: `u8[${length}]`, doc }];
}

interface Place {
  readonly bytes: Uint8Array;
  readonly source: number;
}

function layer(
  place: Place,
  name: string,
  summary: string,
  layout: Layout<unknown>,
  at: number,
  end: number,
  rest = '',
): Layer {
  const walked = walkFields(layout, viewOf(place.bytes), at, end, false);
  const problem: DissectedProblem | null =
    walked.problem === null
      ? null
      : { kind: walked.problem.kind, at: walked.problem.at, says: 'the frame ends within this header' };
  const fields = [...walked.spans, ...(rest === '' ? [] : octets(rest, walked.end, end, rest.replace('_', ' ')))];
  return { name, summary, source: place.source, offset: at, length: end - at, fields, problem };
}

function linkLayers(place: Place, linktype: number, until: number): Layer[] {
  const link = LINKS[linktype];
  if (link === undefined) return [];
  const [name, layout] = link;
  const size = Math.min(layout.size ?? 0, place.bytes.length);
  const layers = [layer(place, name, name, layout, 0, size)];
  // VLAN tags stand between the hardware addresses and the packet.
  for (let at = size; at + 4 <= until; at += 4) {
    const tag = ((place.bytes[at]! << 8) | place.bytes[at + 1]!) & 0xfff;
    layers.push(layer(place, 'vlan', `VLAN ${tag}`, VlanTag as Layout<unknown>, at, at + 4));
  }
  return layers;
}

function ipLayer(place: Place, located: Located): Layer {
  const { bytes } = place;
  const { ipVersion, ipStart, srcOffset, dstOffset, transportStart, fragOffset, moreFragments } = located;
  const src = addressText(bytes, srcOffset, ipVersion);
  const dst = addressText(bytes, dstOffset, ipVersion);
  const part = fragOffset > 0 || moreFragments ? `, fragment at ${fragOffset}` : '';
  const end = Math.max(transportStart, ipStart + 20);
  const layout = (ipVersion === 6 ? Ipv6 : Ipv4) as Layout<unknown>;
  const rest = ipVersion === 6 ? 'extension_headers' : 'options';
  return layer(place, `ipv${ipVersion}`, `${src} → ${dst}${part}`, layout, ipStart, Math.min(end, bytes.length), rest);
}

function fragmentLayer(place: Place, located: Located): Layer {
  const { transportStart: at, payloadEnd, sport, dport, fragOffset, moreFragments } = located;
  if (fragOffset === 0 && sport >= 0)
    return layer(place, 'udp', `${sport} → ${dport}, first fragment`, Udp as Layout<unknown>, at, at + 8);
  const fields = octets('fragment', at, payloadEnd, 'part of a datagram that other frames complete');
  const summary = `part of a datagram, octets ${fragOffset} on${moreFragments ? '' : ', the last'}`;
  const { source } = place;
  return { name: 'fragment', summary, source, offset: at, length: payloadEnd - at, fields, problem: null };
}

function transportLayer(place: Place, located: Located): Layer | null {
  const { what, transportStart: at, payloadStart, payloadEnd, payloadLength, sport, dport } = located;
  const { bytes } = place;
  const { ipVersion } = located;
  const ports = `${sport} → ${dport}, ${payloadLength} octets`;
  const of = (name: string, summary: string, layout: unknown, end: number, rest = ''): Layer =>
    layer(place, name, summary, layout as Layout<unknown>, at, end, rest);
  switch (what) {
    case What.UDP:
      return of('udp', ports, Udp, payloadStart);
    case What.UDP_FRAGMENT:
      return fragmentLayer(place, located);
    case What.TCP:
      return of('tcp', `${ports}: ${tcpWords(bytes, at, payloadLength)}`, Tcp, payloadStart, 'options');
    case What.IGMP:
      return of('igmp', igmpWords(bytes, at), Igmp, payloadEnd, 'group_records');
    case What.ICMP:
      return of('icmp', icmpWords(bytes, at, ipVersion), Icmp, payloadEnd, 'quoted_packet');
    default:
      return null;
  }
}

/** Takes a captured frame apart up to its transport header. Never throws on any bytes. */
export function netLayers(frame: Uint8Array, linktype: number, source: number): readonly Layer[] {
  const located = createLocated();
  locate(frame, 0, frame.length, linktype, located);
  const place: Place = { bytes: frame, source };
  const layers = linkLayers(place, linktype, located.ipStart);
  if (located.ipStart >= 0) layers.push(ipLayer(place, located));
  const transport = transportLayer(place, located);
  if (transport !== null) layers.push(transport);
  if (layers.length === 0 || (located.ipStart < 0 && linktype !== LinkType.ETHERNET)) {
    const fields = octets('bytes', 0, frame.length, 'not read');
    layers.push({
      name: 'frame',
      summary: `link type ${linktype}`,
      source,
      offset: 0,
      length: frame.length,
      fields,
      problem: null,
    });
  }
  return layers;
}
