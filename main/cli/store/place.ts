// totemlab place: where a store of given nodes keeps objects.
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { addrOctets, entryText, nodeEntry, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { objectIdText } from '../../../protocol/sheep/object-id.ts';
import { hashOfObject } from '../../../protocol/sheep/placement/fnv.ts';
import { buildHashRing, holdersOf, SHEEP_COPIES_MAX } from '../../../protocol/sheep/placement/hash-ring.ts';
import { parseArguments, wholeNumber } from '../arguments.ts';
import { HELP } from '../help.ts';
import { complain, createOutput } from '../output.ts';

const COPIES_DEFAULT = 3;
const U16_MAX = 0xffff;
const U32_MAX = 0xffff_ffff;
/** Virtual nodes of one node, as many as its field holds, and nodes: what sheepdog has room for. */
const NODES_MAX = 1024;

/** A node as the command line names it: ADDR[:PORT[:VNODES[:ZONE]]]. */
export function parseNode(text: string): Result<NodeEntry, string> {
  const bracketed = /^\[([^\]]+)\](?::(.*))?$/.exec(text);
  const [address = '', ...numbers] =
    bracketed === null ? text.split(':') : [bracketed[1] ?? '', ...(bracketed[2]?.split(':') ?? [])];
  const addr = addrOctets(address);
  if (addr === null) return fail(`"${address}" is no IPv4 address and no IPv6 address in brackets`);
  const [port, nrVnodes, zone] = numbers.map((number) => wholeNumber(number, 0));
  const isWrong = port === null || port === 0 || nrVnodes === null || nrVnodes === 0 || zone === null;
  if (isWrong || numbers.length > 3) return fail(`"${text}" is not ADDR[:PORT[:VNODES[:ZONE]]]`);
  if ((port ?? 1) > U16_MAX || (nrVnodes ?? 1) > U16_MAX || (zone ?? 0) > U32_MAX)
    return fail(`"${text}": a port and virtual nodes are at most ${U16_MAX}, a zone at most ${U32_MAX}`);
  return ok(
    nodeEntry(addr, {
      ...(port === undefined ? {} : { port }),
      ...(nrVnodes === undefined ? {} : { nrVnodes }),
      ...(zone === undefined ? {} : { zone }),
    }),
  );
}

function parseNodes(text: string): Result<readonly NodeEntry[], string> {
  const nodes: NodeEntry[] = [];
  for (const one of text.split(',')) {
    const node = parseNode(one);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  if (nodes.length > NODES_MAX) return fail(`${nodes.length} nodes; sheepdog has room for ${NODES_MAX}`);
  const names = nodes.map(entryText);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? ok(nodes) : fail(`${twice} is given twice`);
}

export interface Placed {
  readonly oid: string;
  readonly hash: string;
  readonly replicas: readonly string[];
}

/** The text of a node with its port: an IPv6 address in brackets, so that it reads back. */
function replicaText(entry: NodeEntry): string {
  const text = entryText(entry);
  const at = text.lastIndexOf(':');
  const address = text.slice(0, at);
  return address.includes(':') ? `[${address}]${text.slice(at)}` : text;
}

export function placeObjects(oids: readonly bigint[], nodes: readonly NodeEntry[], copies: number): readonly Placed[] {
  const ring = buildHashRing(nodes);
  return oids.map((oid) => ({
    oid: objectIdText(oid),
    hash: objectIdText(hashOfObject(oid)),
    replicas: holdersOf(ring, oid, copies).map(replicaText),
  }));
}

interface Question {
  readonly oids: readonly bigint[];
  readonly nodes: readonly NodeEntry[];
  readonly copies: number;
}

function question(
  files: readonly string[],
  nodesText: string | null,
  copiesText: string | null,
): Result<Question, string> {
  const isOid = (text: string): boolean => /^(0x)?[0-9a-f]{1,16}$/i.test(text);
  const noOid = files.find((text) => !isOid(text));
  if (files.length === 0) return fail('place wants object ids: totemlab place OID… --nodes ADDR,…');
  if (noOid !== undefined) return fail(`"${noOid}" is no object id: up to 16 hex digits`);
  if (nodesText === null) return fail('place wants the nodes of the store: --nodes ADDR[:PORT[:VNODES[:ZONE]]],…');
  const nodes = parseNodes(nodesText);
  if (!nodes.ok) return fail(`--nodes: ${nodes.problem}`);
  const copies = copiesText === null ? COPIES_DEFAULT : wholeNumber(copiesText, 1);
  if (copies === null || copies > SHEEP_COPIES_MAX)
    return fail(`--copies wants a number from 1 to ${SHEEP_COPIES_MAX}, not "${copiesText}"`);
  return ok({ oids: files.map((text) => BigInt(`0x${text.replace(/^0x/i, '')}`)), nodes: nodes.value, copies });
}

function wrong(says: string): number {
  complain(says);
  return 2;
}

export async function place(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('place', args, {
    nodes: { type: 'string' },
    copies: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['place']}\n`);
    return 0;
  }
  const asked = question(files, text('nodes'), text('copies'));
  if (!asked.ok) return wrong(asked.problem);
  const { oids, nodes, copies } = asked.value;
  const placed = placeObjects(oids, nodes, copies);
  const output = createOutput();
  if (flag('json')) await output.line(JSON.stringify(placed));
  else for (const { oid, replicas } of placed) await output.line(`${oid}  ${replicas.join(' ')}`);
  await output.flush();
  return 0;
}
