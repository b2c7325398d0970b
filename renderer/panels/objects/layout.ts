// The hash ring as a picture: who owns which arc, objects at their hashes, a track for each node with the copies that
// lie there, and the walk to the copies of one object. Pure geometry.
import type { StoreMap, StoreObject } from '../../../app/lab/objects/store-map.ts';
import { differenceOf } from '../../../app/lab/objects/store-map.ts';
import type { Move } from '../../../app/lab/objects/moves.ts';
import type { Walk } from '../../../protocol/sheep/placement/walk.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a mark on a node's track says of a copy. */
export type CopyMark = 'here' | 'wanted' | 'missing' | 'stray' | 'old';

export interface PlacedCopy extends Point {
  /** Place in the map's objects and nodes. */
  readonly object: number;
  readonly node: number;
  readonly mark: CopyMark;
}

export interface PlacedObject extends Point {
  readonly object: number;
  /** The disks are not as placement wants them. */
  readonly isOdd: boolean;
}

export interface Arc {
  /** Shares of the way round, clockwise from twelve o'clock; `to` may be above 1. */
  readonly from: number;
  readonly to: number;
  readonly node: number;
}

export interface HashRingLayout {
  readonly centre: Point;
  /** Outer edge of the band of virtual nodes. */
  readonly radius: number;
  readonly arcs: readonly Arc[];
  readonly objects: readonly PlacedObject[];
  readonly copies: readonly PlacedCopy[];
  /** Radius of each node's track, by place in the map's nodes. */
  readonly tracks: readonly number[];
  /** Radius of an object's dot. */
  readonly dot: number;
}

/** Pixels outside the band, for the numbers of a walk. */
const MARGIN = 26;
export const BAND = 10;
const OBJECTS_INSET = 17;
const TRACKS_INSET = 28;
const TRACK_APART_MAX = 16;
/** Pixels in the middle that stay free for the figures. */
const MIDDLE = 34;
const DOTS = [4, 3, 2.5, 2, 1.5] as const;

const TWO_53 = 2 ** 53;

/** Where a hash stands: the share of the way round, from 0 at twelve o'clock, clockwise. */
export const turnOf = (hash: bigint): number => Number(hash >> 11n) / TWO_53;

export function pointAt({ x, y }: Point, radius: number, turn: number): Point {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
}

/** Each virtual node owns what lies between the one before and itself; the first also what is behind the last. */
export function arcsOf({ ring, places }: StoreMap): readonly Arc[] {
  const turns = Array.from(ring.ids, turnOf);
  return turns.map((to, i) => {
    const from = i === 0 ? (turns.at(-1) ?? 0) - 1 : (turns[i - 1] ?? 0);
    return { from, to, node: places[ring.owners[i]!] ?? 0 };
  });
}

function marksOf({ wanted, held }: StoreObject): readonly (readonly [node: number, mark: CopyMark])[] {
  if (held === null) return wanted.map((node) => [node, 'wanted'] as const);
  return held.flatMap((own, node): readonly (readonly [number, CopyMark])[] => {
    const isWanted = wanted.includes(node);
    if (own === 'now') return [[node, isWanted ? 'here' : 'stray']];
    if (own === 'old') return [[node, isWanted ? 'missing' : 'old']];
    return isWanted ? [[node, 'missing']] : [];
  });
}

/** The map on so many pixels. */
export function layoutHashRing(map: StoreMap, width: number, height: number): HashRingLayout {
  const centre = { x: width / 2, y: height / 2 };
  const radius = Math.max(40, Math.min(width, height) / 2 - MARGIN);
  const room = radius - TRACKS_INSET - MIDDLE;
  const apart = Math.max(3, Math.min(TRACK_APART_MAX, room / Math.max(1, map.nodes.length)));
  const tracks = map.nodes.map((_, i) => radius - TRACKS_INSET - i * apart - apart / 2);
  const crowd = map.objects.length / radius;
  const dot = DOTS[Math.min(DOTS.length - 1, Math.floor(crowd * 1.5))] ?? 1.5;
  const objects: PlacedObject[] = [];
  const copies: PlacedCopy[] = [];
  for (const [i, object] of map.objects.entries()) {
    const turn = turnOf(object.hash);
    const isOdd = differenceOf(object) !== null;
    objects.push({ ...pointAt(centre, radius - OBJECTS_INSET, turn), object: i, isOdd });
    for (const [node, mark] of marksOf(object))
      copies.push({ ...pointAt(centre, tracks[node] ?? 0, turn), object: i, node, mark });
  }
  return { centre, radius, arcs: arcsOf(map), objects, copies, tracks, dot };
}

/** The object whose dot or copy lies nearest to a point, within some pixels; null where none is. */
export function objectAt({ objects, copies }: HashRingLayout, { x, y }: Point): number | null {
  let best: number | null = null;
  let distance = HIT;
  for (const mark of [...objects, ...copies]) {
    const own = Math.hypot(mark.x - x, mark.y - y);
    if (own < distance) {
      best = mark.object;
      distance = own;
    }
  }
  return best;
}
const HIT = 9;

export interface WalkMark {
  /** Number of the step, from 1. */
  readonly step: number;
  /** On the band, and where its number stands. */
  readonly at: Point;
  readonly label: Point;
  readonly turn: number;
  readonly isChosen: boolean;
}

export interface WalkPath {
  /** Where the walk begins: the object's hash. */
  readonly start: number;
  readonly marks: readonly WalkMark[];
}

/** Pixels between two numbers along the circle. */
const LABEL_APART = 15;

/** The walk on the ring: its steps on the band, the numbers outside it, apart enough to be read. */
export function layoutWalk({ centre, radius }: HashRingLayout, walk: Walk): WalkPath {
  const start = turnOf(walk.hash);
  const apart = LABEL_APART / (2 * Math.PI * (radius + 16));
  let last = start - apart;
  const marks = walk.steps.map(({ id, verdict }, i): WalkMark => {
    const own = turnOf(id);
    const turn = own < start ? own + 1 : own;
    last = Math.max(turn, last + apart);
    return {
      step: i + 1,
      at: pointAt(centre, radius, turn),
      label: pointAt(centre, radius + 16, last),
      turn,
      isChosen: verdict === 'chosen',
    };
  });
  return { start, marks };
}

/** A copy on its way: from the track of the node that gave it to that of the node that has it now. */
export interface Flight {
  readonly object: number;
  /** Null where the disks do not tell who gave it. */
  readonly from: Point | null;
  readonly to: Point;
}

/** Flights that are drawn; more would be a blot. */
export const FLIGHTS_MAX = 300;

/** The copies that came from elsewhere. One that was on its node before has no way to go. */
export function layoutFlights(
  { centre, tracks }: HashRingLayout,
  map: StoreMap,
  moves: readonly Move[],
): readonly Flight[] {
  const places = new Map(map.nodes.flatMap(({ number }, i) => (number === null ? [] : [[number, i] as const])));
  const objects = new Map(map.objects.map(({ oid }, i) => [oid, i]));
  const flights: Flight[] = [];
  for (const { oid, from, to } of moves) {
    const object = objects.get(oid);
    const place = places.get(to);
    const hash = object === undefined ? undefined : map.objects[object]?.hash;
    if (object === undefined || hash === undefined || place === undefined || from.includes(to)) continue;
    if (flights.length >= FLIGHTS_MAX) break;
    const at = (node: number): Point => pointAt(centre, tracks[node] ?? 0, turnOf(hash));
    const source = from.length === 1 ? places.get(from[0]!) : undefined;
    flights.push({ object, from: source === undefined ? null : at(source), to: at(place) });
  }
  return flights;
}
