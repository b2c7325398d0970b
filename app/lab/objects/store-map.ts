// The store of a cluster as a map: its nodes on the hash ring, its objects at their hashes, where placement wants each
// copy and which nodes have one on disk. From a lab's stores, or from what a capture tells of the members. Pure.
import {
  addrOctets,
  compareEntries,
  entryText,
  isSameNode,
  nodeEntry,
  type NodeEntry,
} from '../../../protocol/sheep/node-entry.ts';
import { readObjectId } from '../../../protocol/sheep/object-id.ts';
import { hashOfObject } from '../../../protocol/sheep/placement/fnv.ts';
import { buildHashRing, targetsOf, type HashRing } from '../../../protocol/sheep/placement/hash-ring.ts';
import type { LabNodeView, LabObjects } from '../lab-view.ts';

export interface StoreNode {
  /** `n2` of a lab, else the address and port. */
  readonly name: string;
  /** ADDRESS:PORT. */
  readonly address: string;
  /** Number in the lab; null of a node that only a capture knows. */
  readonly number: number | null;
  /** Its node id in the ring; null where that is not known. */
  readonly nodeid: number | null;
  readonly isMember: boolean;
  readonly zone: number;
  /** Octets of its objects, and what is left on its disk; null where nobody looked. */
  readonly used: number | null;
  readonly free: number | null;
}

/** What lies on a node's disk of an object: a copy of this epoch, one of an older epoch only, or nothing. */
export type Held = 'now' | 'old' | 'none';

export interface StoreObject {
  /** 16 hex digits. */
  readonly oid: string;
  readonly id: bigint;
  readonly hash: bigint;
  readonly octets: number;
  /** Copies that it should have. */
  readonly copies: number;
  /** Places in `nodes` in the order of the copies: where placement wants them. */
  readonly wanted: readonly number[];
  /** By place in `nodes`; null where no disk was looked at. */
  readonly held: readonly Held[] | null;
}

export interface StoreMap {
  readonly ring: HashRing;
  /** Members and others in an order that stays whoever comes and goes. */
  readonly nodes: readonly StoreNode[];
  /** Place in `nodes` of each of the ring's entries. */
  readonly places: readonly number[];
  /** In order of their hashes. */
  readonly objects: readonly StoreObject[];
  /** Copies that the cluster was formatted with; 0 where that is not known. */
  readonly copies: number;
  readonly epoch: number;
}

/** Objects of one map: what comes beyond is left out, and that is said by `omitted`. */
export const STORE_OBJECTS_MAX = 200_000;

/** `192.168.1.111:7000` as an entry; null where it is no address with a port. */
export function memberEntry(text: string, zone: number | null): NodeEntry | null {
  const at = text.lastIndexOf(':');
  const addr = addrOctets(text.slice(0, at));
  const port = Number(text.slice(at + 1));
  const isPort = Number.isSafeInteger(port) && port > 0 && port <= 0xffff;
  return addr === null || !isPort ? null : nodeEntry(addr, { port, ...(zone === null ? {} : { zone }) });
}

interface Known {
  readonly entry: NodeEntry;
  readonly name: string;
  readonly number: number | null;
  readonly nodeid: number | null;
  readonly used: number | null;
  readonly free: number | null;
}

/** Those that are known, in their order, then members that nobody knows otherwise; and where each entry is of them. */
function nodesOf(ring: HashRing, known: readonly Known[]): Pick<StoreMap, 'nodes' | 'places'> {
  const members = ring.entries.map(entryText);
  const strangers = ring.entries
    .filter((entry) => !known.some((node) => isSameNode(node.entry, entry)))
    .map((entry): Known => ({ entry, name: entryText(entry), number: null, nodeid: null, used: null, free: null }));
  const nodes = [...known, ...strangers].map(({ entry, ...node }): StoreNode => {
    const address = entryText(entry);
    return { ...node, address, zone: entry.zone, isMember: members.includes(address) };
  });
  return { nodes, places: members.map((text) => nodes.findIndex(({ address }) => address === text)) };
}

const byHash = (a: StoreObject, b: StoreObject): number => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0);

/** Where placement wants an object, as places in the map's nodes. */
function wantedOf(ring: HashRing, places: readonly number[], id: bigint, copies: number): readonly number[] {
  return copies === 0 ? [] : targetsOf(ring, id, copies).flatMap(({ node }) => places[node] ?? []);
}

const HEX_OID = /^[0-9a-f]{16}$/;

/** Per object: its size, and by node the newest epoch of which a copy lies there. */
function foundIn(
  stores: LabObjects['stores'],
  placeOf: ReadonlyMap<number, number>,
): ReadonlyMap<string, { octets: number; readonly epochs: Map<number, number> }> {
  const found = new Map<string, { octets: number; readonly epochs: Map<number, number> }>();
  for (const { node, objects } of stores) {
    const place = placeOf.get(node);
    if (place === undefined) continue;
    for (const { oid, octets, epoch } of objects) {
      let own = found.get(oid);
      if (own === undefined) {
        if (found.size >= STORE_OBJECTS_MAX || !HEX_OID.test(oid)) continue;
        own = { octets, epochs: new Map() };
        found.set(oid, own);
      }
      own.octets = Math.max(own.octets, octets);
      own.epochs.set(place, Math.max(own.epochs.get(place) ?? 0, epoch));
    }
  }
  return found;
}

/** The map of a lab's stores: members of its last epoch, objects as they lie on the nodes' disks. */
export function labStoreMap(
  { copies, epochs, vdis, stores }: LabObjects,
  nodes: readonly Pick<LabNodeView, 'spec'>[],
  port: number,
): StoreMap {
  const last = epochs.at(-1);
  const storeOf = new Map(stores.map((store) => [store.node, store]));
  const known = nodes.flatMap(({ spec: { number, nodeid, ip } }): Known[] => {
    const store = storeOf.get(number);
    const entry = memberEntry(`${ip}:${port}`, store?.zone ?? null);
    if (entry === null) return [];
    const disk = { used: store?.usedOctets ?? null, free: store?.freeOctets ?? null };
    return [{ entry, name: `n${number}`, number, nodeid, ...disk }];
  });
  const zones = new Map(known.map(({ entry }) => [entryText(entry), entry.zone]));
  const ring = buildHashRing((last?.members ?? []).flatMap((text) => memberEntry(text, zones.get(text) ?? null) ?? []));
  const { nodes: all, places } = nodesOf(ring, known);
  const placeOf = new Map(all.flatMap(({ number }, i) => (number === null ? [] : [[number, i] as const])));
  const copiesOf = new Map(vdis.map((vdi) => [vdi.vid, vdi.copies]));
  const epoch = last?.epoch ?? 0;
  const objects = [...foundIn(stores, placeOf)].map(([oid, { octets, epochs: own }]): StoreObject => {
    const id = BigInt(`0x${oid}`);
    const wantedCopies = copiesOf.get(readObjectId(id).vdi) ?? copies;
    const held = all.map((_, place): Held => {
      const newest = own.get(place);
      return newest === undefined ? 'none' : newest >= epoch ? 'now' : 'old';
    });
    const wanted = wantedOf(ring, places, id, wantedCopies);
    return { oid, id, hash: hashOfObject(id), octets, copies: wantedCopies, wanted, held };
  });
  return { ring, nodes: all, places, objects: objects.sort(byHash), copies, epoch };
}

/** A node as a capture tells of it, member at some time or other. */
export interface CapturedNode {
  /** ADDRESS:PORT. */
  readonly address: string;
  readonly name: string;
  readonly nodeid: number | null;
  readonly isMember: boolean;
}

/** The map of what a capture tells: members and objects that messages name; nobody looked at disks. */
export function capturedStoreMap(
  nodes: readonly CapturedNode[],
  oids: readonly bigint[],
  copies: number,
  epoch: number,
): StoreMap {
  const told = nodes.flatMap(({ address, name, nodeid, isMember }) => {
    const entry = memberEntry(address, null);
    return entry === null ? [] : [{ entry, name, number: null, nodeid, used: null, free: null, isMember }];
  });
  told.sort((a, b) => compareEntries(a.entry, b.entry));
  const ring = buildHashRing(told.filter(({ isMember }) => isMember).map(({ entry }) => entry));
  const placed = nodesOf(ring, told);
  const objects = oids.slice(0, STORE_OBJECTS_MAX).map((id): StoreObject => {
    const oid = id.toString(16).padStart(16, '0');
    const wanted = wantedOf(ring, placed.places, id, copies);
    return { oid, id, hash: hashOfObject(id), octets: 0, copies, wanted, held: null };
  });
  return { ring, ...placed, objects: objects.sort(byHash), copies, epoch };
}

/** How the disks differ from placement. */
export interface StoreDifference {
  readonly oid: string;
  /** Places in `nodes` that should have a copy of this epoch and have none. */
  readonly missing: readonly number[];
  /** Those that have one and should not. */
  readonly stray: readonly number[];
  /** No node has a copy of this epoch: it waits for recovery, or was deleted before. */
  readonly isOld: boolean;
}

/** Null where the disks are as placement wants them, or nobody looked. */
export function differenceOf({ oid, wanted, held }: StoreObject): StoreDifference | null {
  if (held === null) return null;
  const isOld = !held.includes('now');
  const missing = wanted.filter((place) => held[place] !== 'now');
  const stray = held.flatMap((own, place) => (own === 'now' && !wanted.includes(place) ? [place] : []));
  return missing.length === 0 && stray.length === 0 ? null : { oid, missing, stray, isOld };
}

export interface NodeProgress {
  readonly name: string;
  readonly wanted: number;
  readonly here: number;
}

/** Copies of the epoch on each member's disk, of those that placement wants there. */
export function progressOf({ nodes, objects }: StoreMap): readonly NodeProgress[] {
  const counts = nodes.map(({ name }) => ({ name, wanted: 0, here: 0 }));
  for (const { wanted, held } of objects)
    for (const place of wanted) {
      const count = counts[place];
      if (count === undefined) continue;
      count.wanted++;
      if (held?.[place] === 'now') count.here++;
    }
  return counts.filter((_, i) => nodes[i]?.isMember === true);
}
