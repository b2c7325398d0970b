// What would move if a node came or went, or the number of copies changed: the same placement asked twice. Pure.
import { entryText, isSameNode, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { buildHashRing, countZones, holdersOf, type HashRing } from '../../../protocol/sheep/placement/hash-ring.ts';
import type { StoreMap } from './store-map.ts';

export type Change =
  | { readonly kind: 'add'; readonly entry: NodeEntry }
  /** `address` is ADDRESS:PORT of a member. */
  | { readonly kind: 'remove'; readonly address: string }
  | { readonly kind: 'copies'; readonly copies: number };

export interface Flow {
  /** ADDRESS:PORT of a member that has a copy and stays. */
  readonly from: string;
  readonly to: string;
  /** Copies that are made on `to`, and their octets. */
  readonly copies: number;
  readonly octets: number;
}

export interface WhatIf {
  /** Members afterwards, and the hash ring of them. */
  readonly ring: HashRing;
  /** Objects whose places change, of how many. */
  readonly moved: number;
  readonly total: number;
  /** Copies that nodes must fetch, and their octets. */
  readonly fetched: number;
  readonly octets: number;
  /** Copies that are no longer wanted where they are. */
  readonly dropped: number;
  /** Objects that no member has any more. */
  readonly lost: number;
  /** By source and destination, the largest first. */
  readonly flows: readonly Flow[];
  /** Objects that change their places, by oid. */
  readonly oids: ReadonlySet<string>;
  /** Copies on each member afterwards, by ADDRESS:PORT. */
  readonly load: ReadonlyMap<string, number>;
  /** There are fewer zones than copies: the cluster would halt, or keep fewer copies. */
  readonly isShort: boolean;
}

function membersAfter({ entries }: HashRing, change: Change): readonly NodeEntry[] {
  if (change.kind === 'remove') return entries.filter((entry) => entryText(entry) !== change.address);
  if (change.kind === 'copies' || entries.some((entry) => isSameNode(entry, change.entry))) return entries;
  return [...entries, change.entry];
}

interface Tally {
  readonly flows: Map<string, { from: string; to: string; copies: number; octets: number }>;
  readonly oids: Set<string>;
  readonly load: Map<string, number>;
  fetched: number;
  octets: number;
  dropped: number;
  lost: number;
}

function note(tally: Tally, from: string, to: string, octets: number): void {
  const key = `${from}>${to}`;
  const flow = tally.flows.get(key) ?? { from, to, copies: 0, octets: 0 };
  flow.copies++;
  flow.octets += octets;
  tally.flows.set(key, flow);
  tally.fetched++;
  tally.octets += octets;
}

/** What the change would move, counted from where placement wants the copies now. */
export function whatIf(map: StoreMap, change: Change): WhatIf {
  const entries = membersAfter(map.ring, change);
  const ring = buildHashRing(entries);
  const stay = new Set(entries.map(entryText));
  const tally: Tally = {
    flows: new Map(),
    oids: new Set(),
    load: new Map([...stay].map((text) => [text, 0])),
    fetched: 0,
    octets: 0,
    dropped: 0,
    lost: 0,
  };
  let most = 0;
  for (const { oid, id, octets, copies: now } of map.objects) {
    const copies = change.kind === 'copies' ? change.copies : now;
    most = Math.max(most, copies);
    const before = now === 0 ? [] : holdersOf(map.ring, id, now).map(entryText);
    const after = copies === 0 ? [] : holdersOf(ring, id, copies).map(entryText);
    const sources = before.filter((text) => stay.has(text));
    const [source] = sources;
    if (before.length > 0 && source === undefined) {
      tally.lost++;
      tally.oids.add(oid);
      continue;
    }
    for (const to of after) {
      tally.load.set(to, (tally.load.get(to) ?? 0) + 1);
      if (source !== undefined && !before.includes(to)) note(tally, source, to, octets);
    }
    tally.dropped += sources.filter((text) => !after.includes(text)).length;
    if (before.length !== after.length || after.some((text) => !before.includes(text))) tally.oids.add(oid);
  }
  const { flows, oids, load, fetched, octets, dropped, lost } = tally;
  const sorted = [...flows.values()].sort((a, b) => b.copies - a.copies || (a.to < b.to ? -1 : 1));
  const isShort = countZones(entries) < Math.max(most, change.kind === 'copies' ? change.copies : map.copies);
  const figures = { fetched, octets, dropped, lost, moved: oids.size, total: map.objects.length };
  return { ring, ...figures, flows: sorted, oids, load, isShort };
}
