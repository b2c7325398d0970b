// One interface for each node and link, so that a viewer can tell and filter who sent a packet over which link. Which
// interface a row belongs to; their descriptions as blocks. Knows no files.
import { interfaceDescription } from '../../protocol/pcap/pcapng-writer.ts';
import type { NodeEntry } from '../analysis/result.ts';

/** Interfaces of one capture; further senders share the last one. */
export const INTERFACES_MAX = 1024;

interface Sender {
  readonly name: string;
  readonly description: string;
}

const OTHERS: Sender = { name: 'other', description: 'sent by none of the nodes' };

/** Text of an address as a viewer shall see it. */
type AddressText = (address: string) => string;

export class Interfaces {
  private readonly senders = new Map<string, Sender>();
  private readonly ids = new Map<string, number>();
  private readonly blocks: Uint8Array[] = [];

  /** `nodeid` and `name` give what a viewer shall see of a node. */
  constructor(
    nodes: readonly NodeEntry[],
    addressText: AddressText,
    nodeid: (id: number) => number,
    name: (name: string | null, nodeid: number) => string | null,
  ) {
    for (const node of nodes)
      for (const [link, address] of node.addresses.entries()) {
        const shown = nodeid(node.nodeid);
        const named = name(node.name, node.nodeid);
        const who = named === null ? '' : `, ${named}`;
        this.senders.set(address, {
          name: `link${link}/n${shown}`,
          description: `sent by node ${shown}${who} (${addressText(address)}) on link ${link}`,
        });
      }
  }

  /** Number of the interface of a sender; new ones are described by the blocks that `described` gives next. */
  of(address: string, linktype: number): number {
    const sender = this.senders.get(address) ?? OTHERS;
    const key = `${linktype} ${sender.name}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.ids.size;
    this.ids.set(key, id);
    const full = id >= INTERFACES_MAX ? OTHERS : sender;
    this.blocks.push(interfaceDescription(linktype, full.name, full.description));
    return id;
  }

  get count(): number {
    return this.ids.size;
  }

  /** Descriptions of the interfaces that came up since the last call: they go before the next packet. */
  described(): readonly Uint8Array[] {
    return this.blocks.splice(0);
  }
}
