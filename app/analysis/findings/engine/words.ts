// How findings speak of nodes, times and counts: as a cluster engineer would.
import type { FindingContext } from './rule.ts';

type Nodes = Pick<FindingContext, 'nodes'>;

/** A node as a person knows it: its address too, where one is known. */
export function nodeText({ nodes }: Nodes, nodeid: number): string {
  const address = nodes.find((node) => node.nodeid === nodeid)?.addresses[0];
  return address === undefined ? `node ${nodeid}` : `node ${nodeid} (${address})`;
}

export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

export function nodesText(context: Nodes, nodeids: Iterable<number>): string {
  return listed([...nodeids].map((node) => nodeText(context, node)));
}

/** "node 2" or "nodes 1 and 3": ids alone, where the addresses were said before. */
export function idsText(nodeids: readonly number[]): string {
  return `${nodeids.length === 1 ? 'node' : 'nodes'} ${listed(nodeids.map(String))}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
export const seconds = (ns: number): string => (ns / 1e9).toFixed(Math.abs(ns) < 0.1e9 ? 4 : 2);
export const millis = (ns: number): string => (ns < 10e6 ? (ns / 1e6).toFixed(1) : Math.round(ns / 1e6).toFixed(0));

export function times(count: number): string {
  return count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
