// Nodes as the panels know them: a short label, and the lane that an address or a node id belongs to.
import type { NodeEntry } from '../../app/analysis/result.ts';

export interface KnownNode {
  readonly nodeid: number;
  /** Short and unique in this capture: its name, its number, or the end of its address. */
  readonly label: string;
  /** Everything that is known, for a tooltip. */
  readonly says: string;
  readonly addresses: readonly string[];
}

export interface NodeDirectory {
  readonly nodes: readonly KnownNode[];
  /** Lane of the node with this id; -1 where it is none of the nodes. */
  laneOfNode(nodeid: number): number;
  /** Lane by the number of an address in the store; -1 for others. */
  readonly laneOfAddress: Int16Array;
  label(nodeid: number): string;
  /** Label of the node with this address, else the address. */
  labelOfAddress(address: string): string;
}

/** The node that transmitted a packet: by its address; a held token of Corosync 1 names its predecessor. */
export function transmitter({ nodes, laneOfAddress }: NodeDirectory, src: number, sender: number): number {
  return nodes[laneOfAddress[src] ?? -1]?.nodeid ?? sender;
}

/** Node ids above this were made from an address by Corosync 1 and 2, and tell a person nothing. */
const PLAIN_NODEID_MAX = 65_535;

function shortName({ nodeid, name, addresses }: NodeEntry): string {
  if (name !== null && name !== '') return name;
  const address = addresses[0];
  if (nodeid <= PLAIN_NODEID_MAX || address === undefined) return `node ${nodeid}`;
  return `.${address.split(/[.:]/).at(-1) ?? address}`;
}

function labels(nodes: readonly NodeEntry[]): readonly string[] {
  const short = nodes.map(shortName);
  const isUnique = new Set(short).size === short.length;
  return isUnique ? short : nodes.map(({ nodeid, addresses }) => addresses[0] ?? `node ${nodeid}`);
}

/** True where a directory says all that these entries and addresses say. */
export function isDirectoryOf(
  known: NodeDirectory,
  entries: readonly NodeEntry[],
  addresses: readonly string[],
): boolean {
  if (known.laneOfAddress.length !== addresses.length || known.nodes.length !== entries.length) return false;
  const next = createNodeDirectory(entries, addresses);
  const isSame = (node: KnownNode, i: number): boolean =>
    node.label === next.nodes[i]?.label && node.says === next.nodes[i]?.says;
  return known.nodes.every(isSame);
}

/** The directory of an analysis; `addresses` are the store's texts by number. */
export function createNodeDirectory(entries: readonly NodeEntry[], addresses: readonly string[]): NodeDirectory {
  const sorted = [...entries].sort((a, b) => a.nodeid - b.nodeid);
  const texts = labels(sorted);
  const nodes = sorted.map((entry, i): KnownNode => {
    const { nodeid, dialect } = entry;
    const says = [`node id ${nodeid}`, entry.addresses.join(', '), dialect ?? '']
      .filter((part) => part !== '')
      .join(' · ');
    return { nodeid, label: texts[i] ?? String(nodeid), says, addresses: entry.addresses };
  });
  const laneOf = new Map(nodes.map(({ nodeid }, lane) => [nodeid, lane]));
  const laneOfText = new Map(nodes.flatMap((node, lane) => node.addresses.map((address) => [address, lane] as const)));
  return {
    nodes,
    laneOfNode: (nodeid) => laneOf.get(nodeid) ?? -1,
    laneOfAddress: Int16Array.from(addresses, (text) => laneOfText.get(text) ?? -1),
    label: (nodeid) => nodes[laneOf.get(nodeid) ?? -1]?.label ?? `node ${nodeid}`,
    labelOfAddress: (address) => nodes[laneOfText.get(address) ?? -1]?.label ?? address,
  };
}

/** A sentence of the analysis with nodes and rings named as the panels name them: "node .114", "ring .111:8". */
export function shortSays(says: string, directory: NodeDirectory): string {
  let text = says;
  for (const { nodeid, label, addresses } of directory.nodes)
    // At the beginning of a sentence, too.
    for (const [word, name] of [
      ['node', label.startsWith('node ') ? label : `node ${label}`],
      ['Node', label.startsWith('node ') ? label.replace('node', 'Node') : `Node ${label}`],
    ] as const) {
      for (const address of addresses) text = text.replaceAll(`${word} ${nodeid} (${address})`, name);
      if (nodeid > PLAIN_NODEID_MAX) text = text.replaceAll(`${word} ${nodeid}`, name);
    }
  return text.replace(/\b(\d{6,}):(\d+)\b/g, (ring, rep: string, seq: string) =>
    directory.laneOfNode(Number(rep)) < 0 ? ring : `${directory.label(Number(rep)).replace(/^node /, '')}:${seq}`,
  );
}
