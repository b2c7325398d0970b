// Holds what a scenario expects of sheep against the world: what they say of themselves, and what lies on their disks.
import { bytesEqual } from '../../base/bytes.ts';
import { Status } from '../../sheep/operations.ts';
import { addrOctets, isSameNode, nodeEntry } from '../../sheep/node-entry.ts';
import { buildHashRing, holdersOf } from '../../sheep/placement/hash-ring.ts';
import { isChanging } from '../../sheep/engine/inspect.ts';
import { objectFolder, oidOfName } from '../../sheep/engine/store/paths.ts';
import type { ClusterState, Expectation } from '../scenario/commands.ts';
import type { Flock } from '../sheep/flock.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';

type OfSheep = Extract<Expectation, { readonly kind: 'epoch' | 'cluster' | 'objects' | 'whole' }>;

const STATES: ReadonlyMap<number, ClusterState> = new Map([
  [Status.OK, 'running'],
  [Status.WAIT_FOR_FORMAT, 'unformatted'],
  [Status.WAIT_FOR_JOIN, 'waiting'],
  [Status.SHUTDOWN, 'shutdown'],
  [Status.JOIN_FAILED, 'failed'],
  [Status.HALT, 'halted'],
]);

/** Names of the objects of an epoch on a disk. */
function objectsOf(flock: Flock, node: SimNode, epoch: number): readonly string[] {
  const within = `${objectFolder(epoch)}/`;
  return flock
    .disk(node)
    .paths()
    .flatMap((path) => (path.startsWith(within) ? [path.slice(within.length)] : []))
    .filter((name) => oidOfName(name) !== null);
}

/** Why an object is not whole; null where each of its places has an equal copy, and nobody else has one. */
function troubleOf(flock: Flock, nodes: readonly SimNode[], name: string, of: SimNode): string | null {
  const status = flock.status(of);
  const oid = oidOfName(name);
  if (status === null || oid === null) return null;
  const { epoch, members, copies } = status;
  const holders = holdersOf(buildHashRing(members), oid, copies);
  let example: Uint8Array | null = null;
  for (const node of nodes) {
    const entry = nodeEntry(addrOctets(node.spec.ip) ?? new Uint8Array(16));
    const octets = flock.disk(node).octets(`${objectFolder(epoch)}/${name}`);
    const isWanted = holders.some((holder) => isSameNode(holder, entry));
    if (isWanted && octets === null) return `${name} is missing on node ${node.spec.number}`;
    if (!isWanted && octets !== null) return `${name} is on node ${node.spec.number}, where it does not belong`;
    if (octets === null) continue;
    example ??= octets;
    if (!bytesEqual(example, octets)) return `${name} differs on node ${node.spec.number}`;
  }
  return null;
}

/** What is so instead of what is expected of a node's sheep; null where it is so. */
export function unmetBySheep(world: World, expectation: OfSheep, node: SimNode): string | null {
  const { flock } = world;
  const { number } = node.spec;
  if (flock === null) return 'there are no sheep';
  const status = flock.status(node);
  if (expectation.kind === 'cluster') {
    const state = status === null ? 'down' : STATES.get(status.clusterStatus);
    return state === expectation.state ? null : `node ${number} is ${state ?? 'in no known state'}`;
  }
  if (status === null) return `node ${number} has no sheep`;
  if (expectation.kind === 'epoch')
    return status.epoch === expectation.epoch ? null : `node ${number} is in epoch ${status.epoch}`;
  const names = objectsOf(flock, node, status.epoch);
  if (expectation.kind === 'objects')
    return names.length === expectation.count ? null : `node ${number} has ${names.length}`;
  const nodes = expectation.nodes.flatMap((one) => world.nodes[one - 1] ?? []);
  for (const name of names) {
    const trouble = troubleOf(flock, nodes, name, node);
    if (trouble !== null) return trouble;
  }
  return null;
}

/** So many nodes of a node's ring have a sheep that runs. */
function sheepInRing({ nodes, flock }: World, node: SimNode): number {
  const ring = new Set(node.program?.totemStatus().members.map(({ nodeid }) => nodeid));
  return nodes.filter((one) => ring.has(one.spec.nodeid) && flock?.pid(one) != null).length;
}

/** What the sheep of a node that runs still has to do; null where nothing. */
function workOf(world: World, node: SimNode): string | null {
  if (node.phase !== 'running') return null;
  const { number } = node.spec;
  const status = world.flock?.status(node) ?? null;
  if (status === null) return `node ${number} has no sheep`;
  const { phase, queue, recovery, members } = status;
  if (phase !== 'joined' || queue.length > 0) return `the sheep of node ${number} is ${phase}, ${queue.length} wait`;
  const there = sheepInRing(world, node);
  if (members.length !== there) return `the sheep of node ${number} has ${members.length} members, there are ${there}`;
  if (recovery !== null) return `the sheep of node ${number} recovers ${recovery.done} of ${recovery.total}`;
  return isChanging(status) ? `the sheep of node ${number} is in the midst of a change` : null;
}

/** The sheep of every node that runs is one with those of its ring, and has nothing left to copy. */
export function areSheepQuiet(world: World): boolean {
  return world.nodes.every((node) => workOf(world, node) === null);
}

/** Why they are not, for a person. */
export function sheepUnrest(world: World): string {
  return world.nodes.flatMap((node) => workOf(world, node) ?? []).join(', ');
}
