// Requests to other sheep: connections that are kept and used again, one request on each at a time.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import { encodeSheepHeader, withFields } from '../../tcp-headers.ts';
import type { SheepHeader } from '../../tcp-headers.ts';
import { act, untilWithin, type Script } from '../kernel.ts';
import { say } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import type { Message, Outbound } from '../state.ts';
import { missingOctets, takeMessage } from './message.ts';
import { addOctets, noOctets } from './octets.ts';

/** So long a sheep waits for an answer of another (specs/sheepdog.md 5.4). */
export const REPLY_MICROS_MAX = 5_000_000;
/** So long for a connection. */
const OPEN_MICROS_MAX = 5_000_000;
/** Connections kept open without use, to one node. */
const IDLE_MAX = 8;

export interface Call {
  readonly to: NodeEntry;
  readonly request: SheepHeader;
  readonly parts: readonly Uint8Array[];
  /** A connection of its own, closed afterwards: what 0.3.0 does for all but copies of objects. */
  readonly isAlone: boolean;
}

/** Null where the other could not be reached or did not answer in time. */
export type CallResult = Message | null;

/** Its process has left the group: no answer will come. */
function isAway({ state }: Sheep, to: NodeEntry): boolean {
  return state.driver.away.some((entry) => isSameNode(entry, to));
}

function open(sheep: Sheep, to: NodeEntry): number {
  const { net, cluster } = sheep.state;
  const conn = net.nextConn--;
  net.outbound.set(conn, {
    conn,
    to,
    phase: 'opening',
    epoch: cluster.epoch,
    octets: noOctets(),
    head: null,
    reply: null,
  });
  sheep.emit({ kind: 'tcp-open', conn, to });
  return conn;
}

/** A connection to that node that is free, or a new one. */
function connectionTo(sheep: Sheep, { to, isAlone }: Call): number {
  const { net, cluster } = sheep.state;
  const isFree = ({ phase, to: node }: Outbound): boolean => phase === 'idle' && isSameNode(node, to);
  const kept = isAlone ? undefined : [...net.outbound.values()].find(isFree);
  if (!isAlone) say(sheep, 'get_sheep_fd(842)', `${cluster.epoch}, ${kept === undefined ? -1 : -kept.conn}`);
  if (kept === undefined) return open(sheep, to);
  say(sheep, 'get_sheep_fd(845)', `using the cached fd ${-kept.conn}`);
  return kept.conn;
}

function send(sheep: Sheep, conn: number, { request, parts }: Call): void {
  const peer = sheep.state.net.outbound.get(conn);
  if (peer === undefined || peer.phase === 'closed') return;
  peer.phase = 'busy';
  const header = withFields(request, { id: sheep.state.net.nextId++ >>> 0 });
  sheep.emit({ kind: 'tcp-send', conn, parts: [encodeSheepHeader(header), ...parts] });
}

/** Takes the answer, and keeps the connection where it can be used again. */
function finish(sheep: Sheep, conn: number, { to, isAlone }: Call): CallResult {
  const { net, cluster } = sheep.state;
  const peer = net.outbound.get(conn);
  const reply = peer?.reply ?? null;
  const isIdle = ({ phase, to: node }: Outbound): boolean => phase === 'idle' && isSameNode(node, to);
  const kept = [...net.outbound.values()].filter(isIdle).length;
  const isKept = reply !== null && !isAlone && peer?.epoch === cluster.epoch && kept < IDLE_MAX;
  if (peer !== undefined && isKept && peer.phase === 'busy') {
    peer.phase = 'idle';
    peer.reply = null;
  } else closePeer(sheep, conn);
  return reply;
}

function closePeer(sheep: Sheep, conn: number): void {
  const peer = sheep.state.net.outbound.get(conn);
  if (peer === undefined) return;
  sheep.state.net.outbound.delete(conn);
  if (peer.phase !== 'closed') sheep.emit({ kind: 'tcp-close', conn });
}

/** Closes what is kept open: the epoch advanced. */
export function closeIdlePeers(sheep: Sheep): void {
  for (const { conn, phase } of Array.from(sheep.state.net.outbound.values()))
    if (phase === 'idle') closePeer(sheep, conn);
}

/** Asks another sheep something and waits for its answer. */
export function* call(asked: Call): Script<CallResult> {
  const conn = yield* act((sheep) => connectionTo(sheep, asked));
  const phaseOf = ({ state }: Sheep): Outbound['phase'] => state.net.outbound.get(conn)?.phase ?? 'closed';
  yield* untilWithin(OPEN_MICROS_MAX, (sheep) => phaseOf(sheep) !== 'opening' || isAway(sheep, asked.to));
  yield* act((sheep) => {
    if (phaseOf(sheep) === 'opening') closePeer(sheep, conn);
    send(sheep, conn, asked);
  });
  const isOver = (sheep: Sheep): boolean =>
    phaseOf(sheep) === 'closed' || sheep.state.net.outbound.get(conn)?.reply !== null || isAway(sheep, asked.to);
  yield* untilWithin(REPLY_MICROS_MAX, isOver);
  return yield* act((sheep) => finish(sheep, conn, asked));
}

/** Whether a node takes connections at all. */
export function* canConnect(to: NodeEntry): Script<boolean> {
  const conn = yield* act((sheep) => open(sheep, to));
  const isOpening = ({ state }: Sheep): boolean => state.net.outbound.get(conn)?.phase === 'opening';
  yield* untilWithin(OPEN_MICROS_MAX, (sheep) => !isOpening(sheep));
  return yield* act((sheep) => {
    const isOpen = sheep.state.net.outbound.get(conn)?.phase === 'busy';
    closePeer(sheep, conn);
    return isOpen;
  });
}

/** Octets of an opened connection. */
export function peerData(sheep: Sheep, conn: number, octets: Uint8Array): void {
  const peer = sheep.state.net.outbound.get(conn);
  if (peer === undefined || peer.phase === 'closed') return;
  if (peer.phase !== 'busy') {
    // Nothing was asked.
    closePeer(sheep, conn);
    return;
  }
  addOctets(peer.octets, octets);
  const reply = takeMessage('response', peer);
  if (reply === 'broken') {
    peer.phase = 'closed';
    sheep.emit({ kind: 'tcp-close', conn });
  } else if (reply !== null) peer.reply = reply;
}

export function peerMissing({ state }: Sheep, conn: number): number {
  const peer = state.net.outbound.get(conn);
  return peer?.phase === 'busy' ? missingOctets(peer) : 1;
}

export function peerOpened(sheep: Sheep, conn: number): void {
  const peer = sheep.state.net.outbound.get(conn);
  if (peer?.phase === 'opening') peer.phase = 'busy';
}

export function peerClosed(sheep: Sheep, conn: number): void {
  const peer = sheep.state.net.outbound.get(conn);
  if (peer === undefined) return;
  if (peer.phase === 'idle') sheep.state.net.outbound.delete(conn);
  else peer.phase = 'closed';
}
