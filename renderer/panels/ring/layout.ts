// Where nodes, the token and what flies between them stand in the ring view. Pure geometry over a moment.
import { PacketKind } from '../../../app/store/kinds.ts';
import type { Moment, RingNow } from '../../state/moment.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedNode extends Point {
  readonly nodeid: number;
  readonly isRepresentative: boolean;
  readonly isHolder: boolean;
  /** Where its label stands, and from which side it is read. */
  readonly labelAt: Point;
  readonly anchor: 'start' | 'middle' | 'end';
}

export interface PlacedRing {
  readonly ring: RingNow;
  readonly centre: Point;
  readonly radius: number;
  readonly nodeRadius: number;
  readonly nodes: readonly PlacedNode[];
  /** The token, hollow where it is the hop of a copy. */
  readonly token: Point | null;
  /** The arc that the token is on its way along, as an SVG path. */
  readonly hop: string | null;
}

export interface Ray {
  readonly from: Point;
  readonly to: Point;
}

export interface Flight {
  readonly kind: number;
  readonly sender: number;
  /** Node id of the one addressee, null for all. */
  readonly target: number | null;
}

const LABEL_ROOM = 46;

/** Members in ring order, the representative first. */
export function fromRepresentative({ members, rep }: RingNow): readonly number[] {
  const first = members.indexOf(rep);
  return first <= 0 ? members : [...members.slice(first), ...members.slice(0, first)];
}

const onCircle = ({ x, y }: Point, radius: number, turn: number): Point => {
  const angle = (turn - 0.25) * 2 * Math.PI;
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
};

function placeRing(ring: RingNow, centre: Point, room: Point): PlacedRing {
  const order = fromRepresentative(ring);
  const radius = Math.max(20, Math.min(room.x / 2 - LABEL_ROOM - 8, room.y / 2 - LABEL_ROOM));
  const nodeRadius = Math.max(4, Math.min(15, (radius * 2.4) / Math.max(3, order.length)));
  const turnOf = (nodeid: number): number => order.indexOf(nodeid) / order.length;
  const { token } = ring;
  const nodes = order.map((nodeid): PlacedNode => {
    const turn = turnOf(nodeid);
    const side = Math.cos((turn - 0.25) * 2 * Math.PI);
    const labelAt = onCircle(centre, radius + nodeRadius + 10, turn);
    const isHolder = token !== null && !token.isOnHop && token.to === nodeid;
    const anchor = Math.abs(side) < 0.2 ? 'middle' : side > 0 ? 'start' : 'end';
    return {
      ...onCircle(centre, radius, turn),
      nodeid,
      isRepresentative: nodeid === ring.rep,
      isHolder,
      labelAt,
      anchor,
    };
  });
  const base = { ring, centre, radius, nodeRadius, nodes };
  if (token === null || !order.includes(token.to)) return { ...base, token: null, hop: null };
  if (!token.isOnHop || !order.includes(token.from))
    return { ...base, token: onCircle(centre, radius, turnOf(token.to)), hop: null };
  const start = turnOf(token.from);
  const way = (turnOf(token.to) - start + 1) % 1 || 1;
  const from = onCircle(centre, radius, start);
  const to = onCircle(centre, radius, start + way * 0.999);
  const hop = `M${from.x} ${from.y}A${radius} ${radius} 0 ${way > 0.5 ? 1 : 0} 1 ${to.x} ${to.y}`;
  return { ...base, token: onCircle(centre, radius, start + way / 2), hop };
}

/** The rings side by side; two after a partition are two, with a gap. */
export function layoutRings(moment: Moment, width: number, height: number): readonly PlacedRing[] {
  const count = Math.max(1, moment.rings.length);
  const room = { x: width / count, y: height };
  return moment.rings.map((ring, i) => placeRing(ring, { x: room.x * (i + 0.5), y: height / 2 }, room));
}

/** Lines from the sender to whom a packet is for; none for tokens, which travel on the ring. */
export function raysOf(rings: readonly PlacedRing[], { kind, sender, target }: Flight): readonly Ray[] {
  if (kind === PacketKind.ORF_TOKEN) return [];
  const nodes = rings.flatMap((ring) => ring.nodes);
  const from = nodes.find(({ nodeid }) => nodeid === sender);
  if (from === undefined) return [];
  return nodes
    .filter(({ nodeid }) => nodeid !== sender && (target === null || nodeid === target))
    .map((to) => ({ from, to: shortened(from, to, 20) }));
}

function shortened(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const part = length <= by ? 0 : (length - by) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}
