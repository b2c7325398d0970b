// TCP of a world: octets in order between sheep, and between commands and sheep, over the same links as datagrams. What
// a link does not let through is sent again after a while, twice as long each time, as systems do.
import type { SimNode } from '../world/sim-node.ts';
import type { FlockWorld } from './contract.ts';

/** Who has an end: the sheep of a node in one of its lives, or a command that runs at a node. */
export type Owner =
  | { readonly kind: 'sheep'; readonly life: number; readonly conn: number }
  | { readonly kind: 'client'; readonly client: number };

/** What goes over one way of a stream, in order. */
type Item =
  { readonly kind: 'open' | 'opened' | 'refused' | 'end' } | { readonly kind: 'data'; readonly octets: Uint8Array };

interface End {
  readonly node: number;
  /** Null at the far end until it is accepted. */
  readonly owner: Owner | null;
  /** It reads nothing for now. */
  readonly isHeld: boolean;
  /** Its owner has closed it, or is no more. */
  readonly isGone: boolean;
}

interface Way {
  readonly items: readonly Item[];
  /** Items under way. */
  readonly moving: number;
  /** It was sent, and is to be sent again. */
  readonly isWaiting: boolean;
  /** Times in a row that nothing came through. */
  readonly tries: number;
  /** The other system could not say that it has what it has. */
  readonly isUnacknowledged: boolean;
}

/** Plain data that does not change. */
interface Stream {
  readonly ends: readonly [End, End];
  readonly ways: readonly [Way, Way];
}

export interface StreamsState {
  readonly streams: readonly (readonly [id: number, stream: Stream])[];
  readonly next: number;
}

/** Whom an end's owner hears of what came. */
export interface StreamHooks {
  /** Somebody connects to the sheep of a node; null where none listens there. */
  accept(node: SimNode): Owner | null;
  accepted(node: SimNode, owner: Owner): void;
  opened(node: SimNode, owner: Owner): void;
  data(node: SimNode, owner: Owner, octets: Uint8Array): void;
  /** `why`: as C's strerror says it. */
  closed(node: SimNode, owner: Owner, why: string): void;
}

/** Octets of one piece, and of all that are under way at once. */
const PIECE_OCTETS = 64 * 1024;
const WINDOW_OCTETS = 256 * 1024;
/** Octets of a packet without data. */
const HEAD_OCTETS = 40;
const AGAIN_MICROS = 200_000;
const OPEN_AGAIN_MICROS = 1_000_000;
/** Tries until a system gives up: some 13 minutes for data, 2 for a new connection. */
const TRIES_MAX = 12;
const OPEN_TRIES_MAX = 7;

const NEW_WAY: Way = { items: [], moving: 0, isWaiting: false, tries: 0, isUnacknowledged: false };
const other = (way: 0 | 1): 0 | 1 => (way === 0 ? 1 : 0);
const lengthOf = (item: Item): number => (item.kind === 'data' ? item.octets.length : HEAD_OCTETS);

function isSame(a: Owner, b: Owner): boolean {
  if (a.kind === 'client') return b.kind === 'client' && a.client === b.client;
  return b.kind === 'sheep' && a.life === b.life && a.conn === b.conn;
}

/** So many of the first as may be under way at once. */
function windowOf(items: readonly Item[]): { readonly count: number; readonly octets: number } {
  let count = 0;
  let octets = 0;
  for (const item of items) {
    if (count > 0 && octets + lengthOf(item) > WINDOW_OCTETS) break;
    octets += lengthOf(item);
    count++;
  }
  return { count, octets };
}

export class Streams {
  readonly #world: FlockWorld;
  readonly #hooks: StreamHooks;
  readonly #streams: Map<number, Stream>;
  #next: number;

  constructor(world: FlockWorld, hooks: StreamHooks, saved?: StreamsState) {
    this.#world = world;
    this.#hooks = hooks;
    this.#streams = new Map(saved?.streams);
    this.#next = saved?.next ?? 1;
  }

  save(): StreamsState {
    return { streams: [...this.#streams], next: this.#next };
  }

  open(at: SimNode, owner: Owner, to: SimNode): void {
    const id = this.#next++;
    const near: End = { node: at.index, owner, isHeld: false, isGone: false };
    const far: End = { node: to.index, owner: null, isHeld: false, isGone: false };
    this.#streams.set(id, { ends: [near, far], ways: [NEW_WAY, NEW_WAY] });
    this.#put(id, 0, [{ kind: 'open' }]);
  }

  send(at: SimNode, owner: Owner, parts: readonly Uint8Array[]): void {
    const found = this.#find(at, owner);
    if (found === null) return;
    const items: Item[] = [];
    for (const part of parts)
      for (let from = 0; from < part.length; from += PIECE_OCTETS)
        items.push({ kind: 'data', octets: part.subarray(from, from + PIECE_OCTETS) });
    this.#put(found.id, found.end, items);
  }

  hold(at: SimNode, owner: Owner, isHeld: boolean): void {
    const found = this.#find(at, owner);
    if (found === null) return;
    this.#setEnd(found.id, found.end, { isHeld });
    if (!isHeld) this.#move(found.id, other(found.end));
  }

  /** What was sent before still arrives. */
  close(at: SimNode, owner: Owner): void {
    const found = this.#find(at, owner);
    if (found !== null) this.#leave(found.id, found.end);
  }

  /** The sheep of a node is no more: its system closes what it had open. */
  closeAll(at: SimNode, life: number): void {
    for (const [id, { ends }] of Array.from(this.#streams))
      for (const end of [0, 1] as const) {
        const { node, owner, isGone } = ends[end];
        if (node === at.index && owner?.kind === 'sheep' && owner.life === life && !isGone) this.#leave(id, end);
      }
  }

  arrive(id: number, way: 0 | 1): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const { moving, items } = stream.ways[way];
    const [from, to] = this.#nodesOf(stream, way);
    const isUnacknowledged = !this.#world.isOpen(to, from);
    this.#setWay(id, way, { moving: 0, items: items.slice(moving), isUnacknowledged });
    for (const item of items.slice(0, moving)) this.#deliver(id, other(way), to, item);
    this.#move(id, way);
  }

  again(id: number, way: 0 | 1): void {
    if (!this.#streams.has(id)) return;
    this.#setWay(id, way, { isWaiting: false });
    this.#move(id, way);
  }

  #find(at: SimNode, owner: Owner): { readonly id: number; readonly end: 0 | 1 } | null {
    for (const [id, { ends }] of this.#streams)
      for (const end of [0, 1] as const) {
        const found = ends[end];
        const isIt = found.node === at.index && found.owner !== null && isSame(found.owner, owner);
        if (isIt && !found.isGone) return { id, end };
      }
    return null;
  }

  #nodesOf({ ends }: Stream, way: 0 | 1): readonly [from: SimNode, to: SimNode] {
    const [from, to] = [this.#world.nodes[ends[way].node], this.#world.nodes[ends[other(way)].node]];
    if (from === undefined || to === undefined) throw new Error('broken invariant: a stream is between nodes');
    return [from, to];
  }

  #setEnd(id: number, end: 0 | 1, change: Partial<End>): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const ends = stream.ends.map((one, i) => (i === end ? { ...one, ...change } : one)) as [End, End];
    this.#streams.set(id, { ...stream, ends });
  }

  #setWay(id: number, way: 0 | 1, change: Partial<Way>): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const ways = stream.ways.map((one, i) => (i === way ? { ...one, ...change } : one)) as [Way, Way];
    this.#streams.set(id, { ...stream, ways });
  }

  #put(id: number, way: 0 | 1, items: readonly Item[]): void {
    const held = this.#streams.get(id)?.ways[way].items ?? [];
    this.#setWay(id, way, { items: [...held, ...items] });
    this.#move(id, way);
  }

  #leave(id: number, end: 0 | 1): void {
    this.#setEnd(id, end, { isGone: true });
    const stream = this.#streams.get(id);
    if (stream?.ends[other(end)].isGone === true) this.#streams.delete(id);
    else this.#put(id, end, [{ kind: 'end' }]);
  }

  /** Sends what waits on a way, unless something is under way there already. */
  #move(id: number, way: 0 | 1): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const { items, moving, isWaiting, tries, isUnacknowledged } = stream.ways[way];
    if (items.length === 0 || moving > 0 || isWaiting || stream.ends[other(way)].isHeld) return;
    const [from, to] = this.#nodesOf(stream, way);
    const { count, octets } = windowOf(items);
    const isStuck = isUnacknowledged && !this.#world.isOpen(to, from);
    const at = isStuck ? Infinity : this.#world.carry(from, to, octets + HEAD_OCTETS);
    if (at < Infinity) {
      this.#setWay(id, way, { moving: count, tries: 0 });
      this.#world.push(at, { kind: 'arrive', stream: id, way });
      return;
    }
    const isOpening = items[0]?.kind === 'open' || items[0]?.kind === 'opened';
    if (tries >= (isOpening ? OPEN_TRIES_MAX : TRIES_MAX)) return this.#giveUp(id, way, from);
    this.#setWay(id, way, { isWaiting: true, tries: tries + 1 });
    const wait = (isOpening ? OPEN_AGAIN_MICROS : AGAIN_MICROS) * 2 ** tries;
    this.#world.push(this.#world.now() + wait, { kind: 'again', stream: id, way });
  }

  /** After minutes in which nothing came through, both systems give the stream up. */
  #giveUp(id: number, end: 0 | 1, node: SimNode): void {
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    for (const each of [end, other(end)] as const) {
      const { owner, isGone, node: at } = stream?.ends[each] ?? {};
      const place = each === end ? node : this.#world.nodes[at ?? -1];
      if (owner != null && isGone === false && place !== undefined)
        this.#hooks.closed(place, owner, 'Connection timed out');
    }
  }

  #deliver(id: number, end: 0 | 1, node: SimNode, item: Item): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (item.kind === 'open') return this.#accept(id, node);
    const { owner, isGone } = stream.ends[end];
    if (item.kind === 'end' || item.kind === 'refused') {
      this.#streams.delete(id);
      const why = item.kind === 'end' ? 'Connection reset by peer' : 'Connection refused';
      if (owner !== null && !isGone) this.#hooks.closed(node, owner, why);
    } else if (owner === null || isGone) return;
    else if (item.kind === 'opened') this.#hooks.opened(node, owner);
    else if (item.kind === 'data') this.#hooks.data(node, owner, item.octets);
  }

  #accept(id: number, node: SimNode): void {
    const owner = this.#hooks.accept(node);
    if (owner !== null) this.#setEnd(id, 1, { owner });
    this.#put(id, 1, [{ kind: owner === null ? 'refused' : 'opened' }]);
    if (owner !== null) this.#hooks.accepted(node, owner);
  }
}
