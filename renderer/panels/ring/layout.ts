// Where nodes, the token and what flies between them stand in the ring view. Pure geometry over a moment.
import { PacketKind } from '../../../app/store/kinds.ts';
import type { Moment, NodeNow, RingNow } from '../../state/moment.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode extends Point {
  readonly nodeid: number;
  readonly isRepresentative: boolean;
  /** Share of the way round, clockwise from twelve o'clock. */
  readonly turn: number;
  /** Where its label stands, and from which side it is read. */
  readonly labelAt: Point;
  readonly anchor: 'start' | 'middle' | 'end';
  /** False where there would be no room between its neighbours' labels. */
  readonly isLabelled: boolean;
}

/** A ring, or the circle of those who look for one. */
export interface PlacedRing {
  /** Null for the circle of those who gather. */
  readonly ring: RingNow | null;
  readonly key: string;
  readonly centre: Point;
  readonly radius: number;
  readonly nodeRadius: number;
  readonly nodes: readonly PlacedNode[];
}

export interface Ray {
  readonly from: Point;
  readonly to: Point;
  /** It did not arrive: the addressee asked for it later. */
  readonly isMissed: boolean;
}

export interface Flight {
  readonly kind: number;
  readonly sender: number;
  /** Node id of the one addressee, null for all. */
  readonly target: number | null;
  /** Nodes that it missed. */
  readonly missed: readonly number[];
}

/** Pixels between a ring and the edge of its place, for labels and the crown. */
const LABEL_ROOM_MAX = 74;
/** Of it, what is not the label; and pixels of a letter. */
const LABEL_GAP = 34;
const LETTER = 7;
/** Pixels beside a ring for labels of so many letters. */
export const labelRoom = (letters: number): number => Math.min(LABEL_ROOM_MAX, LABEL_GAP + letters * LETTER);
const labelHeight = (height: number): number => Math.min(46, Math.max(40, height * 0.17));
const RADIUS_MIN = 20;
const NODE_RADIUS_MIN = 2.5;
const NODE_RADIUS_MAX = 17;
/** Pixels along the circle that a label takes. */
const LABEL_ARC = 22;

/** Places in ring order, the representative's first. */
export function fromRepresentative({ places, rep }: Pick<RingNow, 'places' | 'rep'>): readonly number[] {
  const first = places.indexOf(rep);
  return first <= 0 ? places : [...places.slice(first), ...places.slice(0, first)];
}

export function onCircle({ x, y }: Point, radius: number, turn: number): Point {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
}

interface Place {
  readonly centre: Point;
  readonly width: number;
  readonly height: number;
}

function placeNodes(
  order: readonly number[],
  ring: RingNow | null,
  key: string,
  { centre, width, height }: Place,
  room: number,
): PlacedRing {
  const roomy = Math.min(width / 2 - room, height / 2 - labelHeight(height));
  const radius = Math.max(RADIUS_MIN, roomy);
  const spacing = (2 * Math.PI * radius) / Math.max(1, order.length);
  const nodeRadius = Math.max(NODE_RADIUS_MIN, Math.min(NODE_RADIUS_MAX, radius * 0.3, spacing * 0.4));
  const every = Math.max(1, Math.ceil(LABEL_ARC / spacing));
  const nodes = order.map((nodeid, i): PlacedNode => {
    const turn = i / order.length;
    const side = Math.cos((turn - 0.25) * 2 * Math.PI);
    // Where there is no room above and below, the names of the first and the last stand beside them.
    const isBeside = roomy < RADIUS_MIN && Math.abs(side) < 0.2;
    const at = onCircle(centre, radius, turn);
    return {
      ...at,
      nodeid,
      turn,
      isRepresentative: nodeid === ring?.rep,
      labelAt: isBeside ? { x: at.x + nodeRadius + 9, y: at.y } : onCircle(centre, radius + nodeRadius + 9, turn),
      anchor: isBeside || side >= 0.2 ? 'start' : side <= -0.2 ? 'end' : 'middle',
      isLabelled: i % every === 0 && (i === 0 || order.length - i >= every),
    };
  });
  return { ring, key, centre, radius, nodeRadius, nodes };
}

/** Places for so many rings: beside each other or below, whichever leaves more room. */
function placesFor(count: number, width: number, height: number, labels: number): readonly Place[] {
  let best = { columns: 1, rows: Math.max(1, count), size: -1 };
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const rows = Math.ceil(count / columns);
    const size = Math.min(width / columns - 2 * labels, height / rows - 2 * labelHeight(height / rows));
    if (size > best.size) best = { columns, rows, size };
  }
  const room = { width: width / best.columns, height: height / best.rows };
  return Array.from({ length: count }, (_, i) => ({
    ...room,
    centre: {
      x: room.width * ((i % best.columns) + 0.5),
      y: room.height * (Math.floor(i / best.columns) + 0.5) + CROWN_ROOM,
    },
  }));
}
const CROWN_ROOM = 6;

/** Nodes that look for a ring while none is seen: they stand in a circle, so that joins can be followed. */
export function gathererIds({ rings, bench }: Moment): readonly number[] {
  return rings.some(({ isSeen }) => isSeen)
    ? []
    : bench.filter(({ state }) => state !== null).map(({ nodeid }) => nodeid);
}

/** Nodes on the bench: with no place in a ring or in the circle. */
export function onBench(moment: Moment): readonly NodeNow[] {
  const placed = new Set([...gathererIds(moment), ...moment.rings.flatMap(({ places }) => places)]);
  return moment.bench.filter(({ nodeid }) => !placed.has(nodeid));
}

/** The rings, two after a partition with a gap between them; without any the circle of those who gather. */
export function layoutRings(
  moment: Moment,
  width: number,
  height: number,
  labels: number = LABEL_ROOM_MAX,
): readonly PlacedRing[] {
  const gatherers = gathererIds(moment);
  const places = placesFor(moment.rings.length + (gatherers.length > 0 ? 1 : 0), width, height, labels);
  const placed = moment.rings.map((ring, i) =>
    placeNodes(fromRepresentative(ring), ring, ring.id, places[i] ?? { centre: { x: 0, y: 0 }, width, height }, labels),
  );
  const last = places.at(-1);
  return gatherers.length === 0 || last === undefined
    ? placed
    : [...placed, placeNodes(gatherers, null, 'gather', last, labels)];
}

/** Where each node stands, and in which of the rings. */
export function nodePlaces(rings: readonly PlacedRing[]): ReadonlyMap<number, PlacedNode & { readonly key: string }> {
  return new Map(rings.flatMap(({ nodes, key }) => nodes.map((node) => [node.nodeid, { ...node, key }] as const)));
}

/** The way along the circle from one node to another, clockwise: turns of start and length. */
export function arcOf(
  { nodes }: PlacedRing,
  from: number,
  to: number,
): { readonly start: number; readonly way: number } | null {
  const [a, b] = [from, to].map((id) => nodes.find(({ nodeid }) => nodeid === id));
  if (a === undefined || b === undefined) return null;
  return { start: a.turn, way: (b.turn - a.turn + 1) % 1 || 1 };
}

/** Lines from the sender to whom a packet is for; none for tokens, which travel on the ring. */
export function raysOf(rings: readonly PlacedRing[], { kind, sender, target, missed }: Flight): readonly Ray[] {
  if (kind === PacketKind.ORF_TOKEN) return [];
  const own = rings.find(({ nodes }) => nodes.some(({ nodeid }) => nodeid === sender));
  const from = own?.nodes.find(({ nodeid }) => nodeid === sender);
  if (own === undefined || from === undefined) return [];
  return own.nodes
    .filter(({ nodeid }) => nodeid !== sender && (target === null || nodeid === target))
    .map((to) => {
      const isMissed = missed.includes(to.nodeid);
      return { from, to: shortened(from, to, own.nodeRadius + (isMissed ? MISS_GAP : 4)), isMissed };
    });
}
/** A ray that misses ends so far before its addressee. */
const MISS_GAP = 16;

function shortened(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length <= by ? 0 : (length - by) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

/** Lengths of a node's three bars as shares: what the token names, what it has delivered, what all have. */
export interface Gauge {
  readonly seq: number;
  readonly delivered: number;
  readonly aru: number;
}

/** Numbers below the lowest that a gauge shows, at least. */
const GAUGE_SPAN_MIN = 8;

/** Gauges of nodes to one measure, so that who lags behind is seen. */
export function gaugesOf(
  progress: ReadonlyMap<number, { readonly seq: number; readonly delivered: number; readonly aru: number }>,
): ReadonlyMap<number, Gauge> {
  const all = [...progress.values()];
  const top = Math.max(...all.map(({ seq }) => seq));
  const low = Math.min(...all.flatMap(({ aru, delivered, seq }) => [aru, delivered, seq]));
  const base = Math.min(low, top - GAUGE_SPAN_MIN) - 1;
  const share = (value: number): number => Math.max(0, (value - base) / (top - base));
  return new Map(
    [...progress].map(([nodeid, { seq, delivered, aru }]) => [
      nodeid,
      { seq: share(seq), delivered: share(delivered), aru: share(aru) },
    ]),
  );
}
