// TCP of the world: connections between nodes, and of clients that sit at one. What was sent arrives in order, also
// when the sender dies; where the network is cut it waits.
import { isSameNode, type NodeEntry } from '../../../protocol/sheep/node-entry.ts';
import type { WorldNode } from './node.ts';
import type { World } from './world.ts';

export interface Client {
  onOpen(): void;
  onData(octets: Uint8Array): void;
  onClosed(): void;
}

export interface ClientConnection {
  send(parts: readonly Uint8Array[]): void;
  close(): void;
}

/** One end of a connection: a node's number for it, or a client of the test. */
interface End {
  readonly node: WorldNode | null;
  /** Where it sits. */
  readonly at: WorldNode;
  readonly conn: number;
  readonly client: Client | null;
  readyAt: number;
}

export interface Link {
  readonly a: End;
  readonly b: End;
  isClosed: boolean;
  /** The end that closed it: what that one sent before still arrives. */
  closedBy: 'a' | 'b' | null;
}

const TCP_MICROS = 80;
/** So long nobody answers behind a cut network. */
const SILENCE_MICROS = 3_000_000;
const RETRY_MICROS = 200_000;

export class Tcp {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  private later(micros: number, run: () => void): void {
    this.world.at(this.world.now + micros, run);
  }

  private delay(): number {
    return TCP_MICROS + this.world.chance.below(TCP_MICROS);
  }

  open(node: WorldNode, conn: number, to: NodeEntry): void {
    const target = this.world.nodes.find(({ entry }) => isSameNode(entry, to));
    this.link({ node, at: node, conn, client: null, readyAt: 0 }, target ?? null, () => undefined);
  }

  /** A connection of a client that sits at a node. */
  connect(at: WorldNode, to: WorldNode, client: Client): ClientConnection {
    const held: { link: Link | null; isClosed: boolean } = { link: null, isClosed: false };
    this.link({ node: null, at, conn: 0, client, readyAt: 0 }, to, (link) => {
      held.link = link;
      if (held.isClosed) this.close(link, 'a');
    });
    return {
      send: (parts) => {
        if (held.link !== null) for (const part of parts) this.transmit(held.link, 'a', part);
      },
      close: () => {
        held.isClosed = true;
        if (held.link !== null) this.close(held.link, 'a');
      },
    };
  }

  private link(from: End, target: WorldNode | null, made: (link: Link) => void): void {
    const life = from.node?.life;
    this.later(this.delay(), () => {
      if (from.node !== null && from.node.life !== life) return;
      const isCut = target !== null && target.part !== from.at.part;
      if (target === null || isCut || !target.isListening) {
        this.later(isCut ? SILENCE_MICROS : TCP_MICROS, () => this.tell(from, life, 'closed'));
        return;
      }
      const conn = target.nextConn++;
      const to: End = { node: target, at: target, conn, client: null, readyAt: 0 };
      const link: Link = { a: from, b: to, isClosed: false, closedBy: null };
      if (from.node !== null) from.node.links.set(from.conn, { link, end: 'a' });
      target.links.set(conn, { link, end: 'b' });
      made(link);
      this.world.step(target, { kind: 'tcp-accepted', conn });
      this.tell(from, life, 'opened');
    });
  }

  private tell(end: End, life: number | undefined, what: 'opened' | 'closed'): void {
    const { node, conn, client } = end;
    if (node === null) {
      if (what === 'opened') client?.onOpen();
      else client?.onClosed();
    } else if (node.life === life)
      this.world.step(node, { kind: what === 'opened' ? 'tcp-opened' : 'tcp-closed', conn });
  }

  send(node: WorldNode, conn: number, parts: readonly Uint8Array[]): void {
    const held = node.links.get(conn);
    if (held !== undefined) for (const part of parts) this.transmit(held.link, held.end, part);
  }

  private transmit(link: Link, from: 'a' | 'b', sent: Uint8Array): void {
    const octets = sent.slice();
    const [source, to] = from === 'a' ? [link.a, link.b] : [link.b, link.a];
    const { world } = this;
    const isAlive = (): boolean => {
      if (link.isClosed && link.closedBy !== from) return false;
      return to.node === null || to.node.links.get(to.conn)?.link === link;
    };
    const arrive = (): void => {
      if (!isAlive()) return;
      if (to.at.part !== source.at.part) {
        to.readyAt = world.now + RETRY_MICROS;
        world.at(to.readyAt, arrive);
      } else if (to.node === null) to.client?.onData(octets);
      else world.step(to.node, { kind: 'tcp-data', conn: to.conn, octets });
    };
    to.readyAt = Math.max(to.readyAt, world.now + this.delay() + Math.floor(octets.length / 1000));
    world.at(to.readyAt, arrive);
  }

  closeOf(node: WorldNode, conn: number): void {
    const held = node.links.get(conn);
    if (held !== undefined) this.close(held.link, held.end);
  }

  private close(link: Link, by: 'a' | 'b'): void {
    if (link.isClosed) return;
    link.isClosed = true;
    link.closedBy = by;
    const mine = by === 'a' ? link.a : link.b;
    mine.node?.links.delete(mine.conn);
    this.tellClosed(link);
  }

  /** Tells the ends that have not heard, where the network lets them. */
  private tellClosed(link: Link): void {
    for (const end of [link.a, link.b]) {
      const other = end === link.a ? link.b : link.a;
      const isThere = end.node === null || end.node.links.get(end.conn)?.link === link;
      if (!isThere || end.at.part !== other.at.part) continue;
      const life = end.node?.life;
      this.world.at(Math.max(end.readyAt, this.world.now + TCP_MICROS), () => {
        if (end.node !== null && end.node.links.get(end.conn)?.link !== link) return;
        end.node?.links.delete(end.conn);
        this.tell(end, life, 'closed');
      });
    }
  }

  /** The network is whole again: closed connections are heard of. */
  healed(): void {
    for (const node of this.world.nodes)
      for (const { link } of node.links.values()) if (link.isClosed) this.tellClosed(link);
  }
}
