// What packets beside Totem say, in a few words: who joins which group, what did not arrive and why, how a connection
// stands. Reads octets that any network may have sent; what is not there reads as 0.
import { addressText } from '../base/ip-text.ts';

const u8 = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const u16 = (bytes: Uint8Array, at: number): number => (u8(bytes, at) << 8) | u8(bytes, at + 1);

const IGMP_QUERY = 0x11;
const IGMP_LEAVE = 0x17;
const IGMP_REPORT_V3 = 0x22;
const IGMP_JOINS: readonly number[] = [0x12, 0x16];
/** Kinds of records of a version 3 report that list sources not to be heard: all others are, so this is a join. */
const EXCLUDING: readonly number[] = [2, 4];
const RECORDS_SHOWN_MAX = 4;
const RECORD_HEAD = 8;

function group(bytes: Uint8Array, at: number): string {
  return bytes.length < at + 4 ? 'a group that was cut off' : addressText(bytes, at, 4);
}

/** The group records of a version 3 report, from `at` on. */
function records(bytes: Uint8Array, at: number): string {
  const count = u16(bytes, at + 6);
  const said: string[] = [];
  for (let i = 0, record = at + 8; i < count && i < RECORDS_SHOWN_MAX && record < bytes.length; i++) {
    const isJoin = EXCLUDING.includes(u8(bytes, record)) || u16(bytes, record + 2) > 0;
    said.push(`${isJoin ? 'wants' : 'leaves'} ${group(bytes, record + 4)}`);
    record += RECORD_HEAD + 4 * u16(bytes, record + 2) + 4 * u8(bytes, record + 1);
  }
  if (count > RECORDS_SHOWN_MAX) said.push(`${count - RECORDS_SHOWN_MAX} groups more`);
  return said.join(', ');
}

/** "wants the multicasts of 226.94.1.1" */
export function igmpWords(bytes: Uint8Array, at: number): string {
  const type = u8(bytes, at);
  if (IGMP_JOINS.includes(type)) return `wants the multicasts of ${group(bytes, at + 4)}`;
  if (type === IGMP_LEAVE) return `leaves the multicasts of ${group(bytes, at + 4)}`;
  if (type === IGMP_REPORT_V3) return `report: ${records(bytes, at)}`;
  if (type !== IGMP_QUERY) return `type 0x${type.toString(16)}`;
  const asked = group(bytes, at + 4);
  return asked === '0.0.0.0' ? 'asks who wants which multicasts' : `asks who wants the multicasts of ${asked}`;
}

const UNREACHABLE = 3;
const TOO_LARGE = 4;
const UNREACHABLE_WORDS: { readonly [code: number]: string } = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  9: 'network prohibited',
  10: 'host prohibited',
  13: 'prohibited by a filter',
};
const ICMP_WORDS: { readonly [type: number]: string } = {
  0: 'echo reply',
  5: 'redirect',
  8: 'echo request',
  11: 'time exceeded',
  12: 'parameter problem',
};
const ICMPV6_WORDS: { readonly [type: number]: string } = {
  1: 'unreachable',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  130: 'asks who wants which multicasts',
  131: 'wants multicasts of a group',
  132: 'leaves the multicasts of a group',
  133: 'looks for routers',
  134: 'router announcement',
  135: 'asks for the hardware address of a neighbour',
  136: 'tells its hardware address',
  143: 'wants multicasts of groups',
};
const V6_TOO_LARGE = 2;
const QUOTING: readonly number[] = [UNREACHABLE, 5, 11, 12];
const IPV4_HEAD = 20;
const PORT_CARRIERS: readonly number[] = [6, 17];

/** ": to 10.0.0.2 port 5405", of the packet that an ICMP message quotes. */
function quoted(bytes: Uint8Array, at: number): string {
  const head = (u8(bytes, at) & 15) * 4;
  if (u8(bytes, at) >> 4 !== 4 || head < IPV4_HEAD || bytes.length < at + head + 4) return '';
  const port = PORT_CARRIERS.includes(u8(bytes, at + 9)) ? ` port ${u16(bytes, at + head + 2)}` : '';
  return `: for a packet to ${addressText(bytes, at + 16, 4)}${port}`;
}

/** "port unreachable: for a packet to 10.0.0.2 port 5405" */
export function icmpWords(bytes: Uint8Array, at: number, ipVersion: number): string {
  const [type, code] = [u8(bytes, at), u8(bytes, at + 1)];
  if (ipVersion === 6) {
    const mtu = (u16(bytes, at + 4) << 16) | u16(bytes, at + 6);
    return type === V6_TOO_LARGE
      ? `packet too large, at most ${mtu} octets pass`
      : (ICMPV6_WORDS[type] ?? `type ${type}`);
  }
  const mtu = u16(bytes, at + 6);
  const words =
    type !== UNREACHABLE
      ? (ICMP_WORDS[type] ?? `type ${type} code ${code}`)
      : code === TOO_LARGE
        ? `packet too large and not to be fragmented, at most ${mtu} octets pass`
        : (UNREACHABLE_WORDS[code] ?? `unreachable, code ${code}`);
  return `${words}${QUOTING.includes(type) ? quoted(bytes, at + 8) : ''}`;
}

const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];

/** How a segment without a header of a request or response moves its connection on. */
export function tcpWords(bytes: Uint8Array, at: number, octets: number): string {
  const flags = u8(bytes, at + 13);
  if ((flags & RST) !== 0) return 'breaks the connection off';
  if ((flags & SYN) !== 0) return (flags & ACK) === 0 ? 'opens a connection' : 'accepts the connection';
  const end = (flags & FIN) === 0 ? '' : 'ends its side of the connection';
  const data = octets === 0 ? '' : `${octets} octets of a message`;
  return [data, end].filter((part) => part !== '').join(', ') || 'acknowledges what came';
}
