// What must hold of a cluster that is quiet: epochs agree, every object is where placement says and nowhere less, and
// all copies are equal. What clients were told is a matter of their own.
import { Status } from '../../../protocol/sheep/operations.ts';
import { entryText, isSameNode } from '../../../protocol/sheep/node-entry.ts';
import { buildHashRing, holdersOf } from '../../../protocol/sheep/placement/hash-ring.ts';
import { objectFolder, oidOfName } from '../../../protocol/sheep/engine/store/paths.ts';
import { objectOctets } from '../../../protocol/sheep/engine/io/sizes.ts';
import type { SheepStatus } from '../../../protocol/sheep/engine/contract.ts';
import type { World, WorldNode } from './world.ts';

/** So often the world is looked at: the status of a sheep costs more than a step. */
const LOOK_MICROS = 300_000;

const bytesEqual = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

interface Living {
  readonly node: WorldNode;
  readonly status: SheepStatus;
}

export function living(world: World): readonly Living[] {
  return world.nodes.flatMap((node) => {
    const status = node.engine?.inspect();
    return status === undefined ? [] : [{ node, status }];
  });
}

/** Every living sheep is a member, serves, and has nothing left to copy. */
export function isQuiet(world: World): boolean {
  const all = living(world);
  return all.every(
    ({ status }) =>
      status.phase === 'joined' &&
      !status.isSuspended &&
      (status.clusterStatus === Status.OK || status.clusterStatus === Status.HALT) &&
      status.members.length === all.length &&
      status.committedEpoch === status.epoch &&
      status.recovery === null &&
      status.queue.length === 0 &&
      status.outstanding === 0 &&
      // No client waits: what was asked has been answered.
      !status.scripts.includes('serve'),
  );
}

/** Runs until it is quiet; false where it is not within `micros`. */
export function untilQuiet(world: World, micros = 60_000_000): boolean {
  for (const end = world.now + micros; world.now < end; world.run(LOOK_MICROS)) if (isQuiet(world)) return true;
  return isQuiet(world);
}

export function describeWorld(world: World): string {
  return world.nodes
    .map((node) => {
      const s = node.engine?.inspect();
      if (s === undefined) return `.${node.last} dead ${JSON.stringify(node.exit)}`;
      const members = s.members.map(entryText).join(' ');
      const queue = s.queue.map((event) => `${event.type}${event.isBlocked ? '*' : ''}@${event.sender.nodeid >>> 24}`);
      const order = s.joinOrder.map(({ nodeid }) => nodeid >>> 24).join(' ');
      const status = `status ${s.clusterStatus}${s.isSuspended ? ' suspended' : ''}`;
      return (
        `.${node.last} part ${node.part} ${s.phase} ${status} epoch ${s.epoch}/${s.committedEpoch} [${members}] ` +
        `order ${order} queue ${queue.join(' ')} recovery ${JSON.stringify(s.recovery)} out ${s.outstanding} ` +
        `scripts ${s.scripts.join(',')}`
      );
    })
    .join('\n');
}

export function epochTrouble(world: World): readonly string[] {
  const trouble: string[] = [];
  const all = living(world);
  const [first] = all;
  for (const { node, status } of all) {
    if (first === undefined) continue;
    const same = status.epoch === first.status.epoch && status.copies === first.status.copies;
    const members = status.members.map(entryText).join(' ');
    if (!same || members !== first.status.members.map(entryText).join(' '))
      trouble.push(`.${node.last}: epoch ${status.epoch} copies ${status.copies} [${members}]`);
  }
  const files = new Map<string, { readonly octets: Uint8Array; readonly last: number }>();
  for (const { node } of all)
    for (const path of node.disk.paths()) {
      if (!/^epoch\/\d{8}$/.test(path)) continue;
      const octets = (node.disk.octets(path) ?? new Uint8Array(0)).slice(0, -8);
      const known = files.get(path);
      if (known === undefined) files.set(path, { octets, last: node.last });
      else if (!bytesEqual(known.octets, octets)) trouble.push(`${path} differs on .${known.last} and .${node.last}`);
    }
  return trouble;
}

/** Objects of the current epoch: on each of their nodes, and equal. */
export function copyTrouble(world: World): readonly string[] {
  const trouble: string[] = [];
  const all = living(world);
  const [first] = all;
  if (first === undefined) return [];
  const { epoch, members, copies } = first.status;
  const ring = buildHashRing(members);
  const folder = objectFolder(epoch);
  const seen = new Set<bigint>();
  for (const { node } of all)
    for (const path of node.disk.paths()) {
      const name = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : '';
      const oid = oidOfName(name);
      if (oid !== null) seen.add(oid);
      else if (name !== '') trouble.push(`${path} on .${node.last} is no object`);
    }
  for (const oid of seen) {
    const holders = holdersOf(ring, oid, copies);
    const path = `${folder}/${oid.toString(16).padStart(16, '0')}`;
    const [example, ...others] = holders.map((entry) => {
      const node = all.find((one) => isSameNode(one.node.entry, entry))?.node;
      // A file may be longer than its object: 0.3.0 gives every object the room of a data object.
      return { last: node?.last, octets: node?.disk.octets(path, objectOctets(oid)) ?? null };
    });
    for (const { last, octets } of [example, ...others].flatMap((one) => one ?? []))
      if (octets === null) trouble.push(`${path} is missing on .${last}`);
      else if (example?.octets != null && !bytesEqual(example.octets, octets))
        trouble.push(`${path} differs on .${example.last} and .${last}`);
    for (const { node } of all)
      if (node.disk.has(path) && !holders.some((entry) => isSameNode(entry, node.entry)))
        trouble.push(`${path} is on .${node.last}, where it does not belong`);
  }
  return trouble;
}
