// Node ids and texts where a capture is shared without real addresses: ids that were made from an address follow it,
// and whatever a sentence says of addresses, such ids and names is said of what stands for them. Pure.
import { parseIpv4, parseIpv6 } from '../../../protocol/net/addresses.ts';
import type { NodeEntry } from '../../analysis/result.ts';
import type { AddressMap } from './address-map.ts';

/** Ids up to this are a person's choice, and tell nothing of a network. */
const CHOSEN_NODEID_MAX = 65_535;
/** Names that are looked for in texts. */
const NAMES_MAX = 4096;
/** A shorter name would be found within words. */
const NAME_LENGTH_MIN = 2;

/** How an id may be made from an address: as its sender's memory has it, with the highest bit cleared on request. */
const MAKERS: readonly ((octets: readonly number[]) => number)[] = [
  ([a = 0, b = 0, c = 0, d = 0]) => (a | (b << 8) | (c << 16) | (d << 24)) >>> 0,
  ([a = 0, b = 0, c = 0, d = 0]) => (a | (b << 8) | (c << 16) | ((d & 127) << 24)) >>> 0,
  ([a = 0, b = 0, c = 0, d = 0]) => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0,
  ([a = 0, b = 0, c = 0, d = 0]) => (((a & 127) << 24) | (b << 16) | (c << 8) | d) >>> 0,
];

const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g;
const IPV6 = /(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi;
const LONG_NUMBER = /(?<![\w.])\d{6,10}(?![\w.]*\d)/g;

export class NodeMap {
  private readonly addresses: AddressMap;
  private readonly ids = new Map<number, number>();
  private readonly before = new Map<number, number>();
  private readonly names: ReadonlyMap<string, string>;
  private readonly anyName: RegExp | null;

  /** `known`: the addresses that ids may be made from. */
  constructor(
    addresses: AddressMap,
    known: Iterable<string>,
    nodes: readonly NodeEntry[],
    names: ReadonlyMap<string, string>,
  ) {
    this.addresses = addresses;
    for (const text of known) {
      const four = parseIpv4(text);
      if (four === null) continue;
      for (const maker of MAKERS) {
        const id = maker(four);
        if (id > CHOSEN_NODEID_MAX && !this.ids.has(id)) this.set(id, maker(addresses.four(four)));
      }
    }
    const nameOf = new Map<string, string>();
    for (const [address, name] of names) {
      const node = nodes.find((own) => own.addresses.includes(address));
      nameOf.set(name, node === undefined ? `host-${nameOf.size + 1}` : `node-${this.nodeid(node.nodeid)}`);
    }
    for (const { name, nodeid } of nodes) if (name !== null) nameOf.set(name, `node-${this.nodeid(nodeid)}`);
    const sorted = [...nameOf].filter(([name]) => name.length >= NAME_LENGTH_MIN && !/^[\d.:]+$/.test(name));
    this.names = new Map(sorted.slice(0, NAMES_MAX));
    const words = [...this.names.keys()].sort((a, b) => b.length - a.length).map((name) => escaped(name));
    this.anyName = words.length === 0 ? null : new RegExp(`(?<![\\w-])(?:${words.join('|')})(?![\\w-])`, 'g');
  }

  private set(id: number, other: number): void {
    this.ids.set(id, other);
    this.before.set(other, id);
  }

  nodeid(id: number): number {
    return this.ids.get(id) ?? id;
  }

  /** The id in the capture of one that was replaced. */
  nodeidBefore(id: number): number {
    return this.before.get(id) ?? id;
  }

  /** A text with other addresses, ids and names. */
  text(text: string): string {
    const { addresses } = this;
    const swapped = text
      .replace(IPV6, (found) => (parseIpv6(found) === null ? found : addresses.text(found)))
      .replace(IPV4, (found) => addresses.text(found))
      .replace(LONG_NUMBER, (found) => String(this.nodeid(Number(found))));
    return this.anyName === null ? swapped : swapped.replace(this.anyName, (name) => this.names.get(name) ?? name);
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
