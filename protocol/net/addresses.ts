// IP addresses read from text, and as small numbers: a capture knows few, and a row has room for two octets.
import { ipv4Text, ipv6Text } from '../base/ip-text.ts';

/** 2^32 over the golden ratio: multiplied by it, the few addresses of a network lie far apart. */
const GOLDEN = 0x9e3779b1;
/** Addresses told apart in one session; further ones share the last number. */
export const ADDRESSES_MAX = 65_535;

/** The four octets of an IPv4 address as text; null where it is none. */
export function parseIpv4(text: string): readonly number[] | null {
  const octets = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  return octets.length === 4 && octets.every((octet) => octet < 256) ? octets : null;
}

/** The two octets of a group of an IPv6 address, the four of an IPv4 address in it, or null. */
function groupOctets(group: string): readonly number[] | null {
  if (group.includes('.')) return parseIpv4(group);
  const value = /^[0-9a-f]{1,4}$/i.test(group) ? parseInt(group, 16) : -1;
  return value < 0 ? null : [value >> 8, value & 255];
}

function halfOctets(half: string): readonly number[] | null {
  const groups = half === '' ? [] : half.split(':').map(groupOctets);
  return groups.includes(null) ? null : groups.flatMap((group) => group ?? []);
}

/** The 16 octets of an IPv6 address as text, without a zone; null where it is none. */
export function parseIpv6(text: string): readonly number[] | null {
  const halves = /^[0-9a-f:.]{2,45}$/i.test(text) ? text.split('::') : [];
  const [before = null, behind = null] = halves.map(halfOctets);
  if (before === null || halves.length > 2) return null;
  if (halves.length === 1) return before.length === 16 ? before : null;
  const missing = behind === null ? 0 : 16 - before.length - behind.length;
  return missing < 2 ? null : [...before, ...Array.from({ length: missing }, () => 0), ...(behind ?? [])];
}

export interface AddressTable {
  /** Number of the address at bytes[at], from 1; 0 stands for no address. */
  idOf(bytes: Uint8Array, at: number, version: number): number;
  text(id: number): string;
}

export function createAddressTable(): AddressTable {
  const texts: string[] = [''];
  const ids4 = new Map<number, number>();
  const ids6 = new Map<string, number>();
  // Direct-mapped cache over the IPv4 map: rings talk among few.
  const cachedAddress = new Uint32Array(256);
  const cachedId = new Uint16Array(256);

  const add = (text: string): number => {
    if (texts.length < ADDRESSES_MAX) return texts.push(text) - 1;
    texts[ADDRESSES_MAX] = 'other';
    return ADDRESSES_MAX;
  };

  return {
    idOf(bytes, at, version) {
      if (version !== 6) {
        const address = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
        const slot = Math.imul(address, GOLDEN) >>> 24;
        if (cachedAddress[slot] === address && cachedId[slot] !== 0) return cachedId[slot]!;
        let id = ids4.get(address);
        if (id === undefined) {
          id = add(ipv4Text(bytes, at));
          if (id < ADDRESSES_MAX) ids4.set(address, id);
        }
        cachedAddress[slot] = address;
        cachedId[slot] = id;
        return id;
      }
      const text = ipv6Text(bytes, at);
      let id = ids6.get(text);
      if (id === undefined) {
        id = add(text);
        if (id < ADDRESSES_MAX) ids6.set(text, id);
      }
      return id;
    },
    text: (id) => texts[id] ?? '',
  };
}
