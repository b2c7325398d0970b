// Which address stands for which where a capture is to be shared without the real ones. Every address of a capture has
// one other, of the blocks that are kept for documentation, so that nobody takes it for real; the order of nodes stays,
// since Corosync 1 and 2 choose the representative by it. Pure.
import { ipv4Text, ipv6Text } from '../../../protocol/base/ip-text.ts';
import { parseIpv4, parseIpv6 } from '../../../protocol/net/addresses.ts';

/** Networks of 24 bits to put addresses into, in rising order: RFC 5737, and where these are too few RFC 2544. */
const FEW_NETWORKS: readonly (readonly [number, number, number])[] = [
  [192, 0, 2],
  [198, 51, 100],
  [203, 0, 113],
];
const BENCHMARK_NETWORKS = 512;

function networkOf(index: number, count: number): readonly [number, number, number] {
  const few = count <= FEW_NETWORKS.length ? FEW_NETWORKS[index] : undefined;
  if (few !== undefined) return few;
  if (index < BENCHMARK_NETWORKS) return [198, 18 + (index >> 8), index & 255];
  // More networks than a cluster can have: a hostile capture.
  return [240 + ((index >> 16) & 15), (index >> 8) & 255, index & 255];
}

const isKept4 = ([a = 0, b = 0, c = 0, d = 0]: readonly number[]): boolean =>
  // Unspecified, broadcast, and groups of the local network (IGMP's own) name nobody.
  (a === 0 && b === 0 && c === 0 && d === 0) || (a === 255 && d === 255) || (a === 224 && b === 0 && c === 0);
const isGroup4 = ([a = 0]: readonly number[]): boolean => a >= 224 && a < 240;

const rising = (values: Iterable<number>): readonly number[] => [...new Set(values)].sort((a, b) => a - b);
const keyOf = (octets: readonly number[]): string => octets.join('.');

export class AddressMap {
  private readonly of4 = new Map<string, readonly number[]>();
  private readonly of6 = new Map<string, readonly number[]>();
  private readonly hardware = new Map<string, readonly number[]>();
  private groups = 0;
  private late = 0;

  /** The addresses that are known beforehand, as text, keep their order. */
  constructor(known: Iterable<string>) {
    const texts = [...known];
    const four = texts.flatMap((text) => [parseIpv4(text) ?? []]).filter((octets) => octets.length === 4);
    const hosts = four.filter((octets) => !isKept4(octets) && !isGroup4(octets));
    const network = ([a = 0, b = 0, c = 0]: readonly number[]): number => (a << 16) | (b << 8) | c;
    const networks = rising(hosts.map(network));
    // The last octet keeps its order over all networks: node ids of Corosync 1 are addresses read backwards.
    const lasts = rising(hosts.map(([, , , d = 0]) => d).filter((d) => d !== 0 && d !== 255));
    const networkRank = new Map(networks.map((value, i) => [value, i]));
    const lastRank = new Map(lasts.map((value, i) => [value, i + 1]));
    for (const octets of hosts) {
      const at = networkRank.get(network(octets)) ?? 0;
      const last = octets[3] ?? 0;
      this.of4.set(keyOf(octets), [...networkOf(at, networks.length), lastRank.get(last) ?? last]);
    }
    for (const octets of four.filter((group) => isGroup4(group))) this.four(octets);
    const six = texts.flatMap((text) => (text.includes(':') ? [parseIpv6(text) ?? []] : []));
    const sorted = six.filter((octets) => octets.length === 16).sort(byOctets);
    for (const octets of sorted) this.six(octets);
  }

  /** The other IPv4 address, four octets. */
  four(octets: readonly number[]): readonly number[] {
    if (isKept4(octets)) return octets;
    const key = keyOf(octets);
    let other = this.of4.get(key);
    if (other === undefined) {
      if (isGroup4(octets)) {
        // RFC 6676: groups for documentation.
        this.groups++;
        other = [233, 252, (this.groups >> 8) & 255, this.groups & 255];
      } else {
        this.late++;
        other = [198, 19, 255 - ((this.late >> 8) & 255), this.late & 255];
      }
      this.of4.set(key, other);
    }
    return other;
  }

  /** The other IPv6 address, 16 octets. */
  six(octets: readonly number[]): readonly number[] {
    const [first = 0, second = 0] = octets;
    const isLocalGroup = first === 0xff && second === 2 && octets.slice(2, 11).every((octet) => octet === 0);
    if (octets.every((octet) => octet === 0) || (isLocalGroup && octets[11] !== 1)) return octets;
    const key = keyOf(octets);
    let other = this.of6.get(key);
    if (other === undefined) {
      const number = this.of6.size + 1;
      const tail = [(number >> 8) & 255, number & 255];
      const zeros = (count: number): readonly number[] => Array.from({ length: count }, () => 0);
      // Scope and kind of an address stay: link-local, group, or any other (RFC 3849).
      if (first === 0xff) other = [first, second, ...zeros(10), 0xdb, 8, ...tail];
      else if (first === 0xfe && (second & 0xc0) === 0x80) other = [0xfe, 0x80, ...zeros(12), ...tail];
      else other = [0x20, 1, 0xd, 0xb8, ...zeros(10), ...tail];
      this.of6.set(key, other);
    }
    return other;
  }

  /** Replaces the address of a version at bytes[at]. */
  replace(bytes: Uint8Array, at: number, version: number): void {
    const length = version === 6 ? 16 : 4;
    if (at < 0 || at + length > bytes.length) return;
    const octets = [...bytes.subarray(at, at + length)];
    bytes.set(version === 6 ? this.six(octets) : this.four(octets), at);
  }

  /** Replaces a hardware address of six octets; groups follow the address that they stand for (`group`), or stay. */
  replaceHardware(bytes: Uint8Array, at: number, group: readonly number[] | null): void {
    if (at + 6 > bytes.length) return;
    const own = [...bytes.subarray(at, at + 6)];
    if ((own[0]! & 1) !== 0) {
      const [a, b, c] = own;
      if (a === 1 && b === 0 && c === 0x5e && group?.length === 4)
        bytes.set([group[1]! & 127, group[2]!, group[3]!], at + 3);
      else if (a === 0x33 && b === 0x33 && group?.length === 16) bytes.set(group.slice(12), at + 2);
      return;
    }
    if (own.every((octet) => octet === 0)) return;
    const key = keyOf(own);
    let other = this.hardware.get(key);
    if (other === undefined) {
      const number = this.hardware.size + 1;
      // Locally administered: no maker's.
      this.hardware.set(key, (other = [2, 0, 0, (number >> 16) & 255, (number >> 8) & 255, number & 255]));
    }
    bytes.set(other, at);
  }

  /** The other address as text; what is no address stays. */
  text(address: string): string {
    const four = parseIpv4(address);
    if (four !== null) return ipv4Text(Uint8Array.from(this.four(four)), 0);
    const six = address.includes(':') ? parseIpv6(address) : null;
    return six === null ? address : ipv6Text(Uint8Array.from(this.six(six)), 0);
  }
}

function byOctets(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 16; i++) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
  return 0;
}
