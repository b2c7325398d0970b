// Requests as they arrive on connections from clients and other sheep, and the way back. What they ask for is serve.ts.
import { assert } from '../../../base/result.ts';
import { FLAG_WRITE } from '../../operations.ts';
import { encodeSheepHeader, makeHeader } from '../../tcp-headers.ts';
import type { SheepHeader } from '../../tcp-headers.ts';
import { SHEEP_DATA_MAX } from '../../tcp-stream.ts';
import { opText, say } from '../log.ts';
import type { Sheep } from '../sheep.ts';
import type { Answer, Inbound, Message } from '../state.ts';
import { missingOctets, takeMessage } from './message.ts';
import { addOctets, lengthOf, noOctets } from './octets.ts';

/** Requests of one connection that may be unanswered; more are not read. */
export const UNANSWERED_MAX = 64;
/** Connections from elsewhere; more are closed at once. */
export const INBOUND_MAX = 1024;

/** A request with the data that came with it. */
export interface Request extends Message {
  /** Of the client; null where the sheep asks itself. */
  readonly conn: number | null;
}

export function answer(result: number, fields: Answer['fields'] = {}, parts: readonly Uint8Array[] = []): Answer {
  return { result, fields, parts };
}

/** Refusals keep the length that was asked for: so many octets of nothing follow (specs/sheepdog.md 5.1). */
export function refusal(result: number, { flags, dataLength }: SheepHeader): Answer {
  const isRead = (flags & FLAG_WRITE) === 0 && dataLength > 0 && dataLength <= SHEEP_DATA_MAX;
  return answer(result, {}, isRead ? [new Uint8Array(dataLength)] : []);
}

export function accept(sheep: Sheep, conn: number): void {
  const { inbound } = sheep.state.net;
  say(sheep, 'listen_handler(601)', `accepted a new connection: ${conn}`);
  if (inbound.size >= INBOUND_MAX) sheep.emit({ kind: 'tcp-close', conn });
  else inbound.set(conn, { conn, octets: noOctets(), head: null, unanswered: 0, isHeld: false, journal: 0 });
}

export function isConnected({ state }: Sheep, conn: number | null): boolean {
  return conn === null || state.net.inbound.has(conn);
}

/** Takes what is whole, as long as not too much is unanswered. */
function takeRequests(sheep: Sheep, from: Inbound, take: (request: Request) => void): void {
  while (from.unanswered < UNANSWERED_MAX) {
    const message = takeMessage('request', from);
    if (message === null) break;
    if (message === 'broken') {
      closeInbound(sheep, from.conn);
      return;
    }
    from.unanswered++;
    say(sheep, 'queue_request(213)', opText(message.header.opcode));
    take({ conn: from.conn, ...message });
  }
  const isHeld = from.unanswered >= UNANSWERED_MAX;
  if (isHeld !== from.isHeld) sheep.emit({ kind: 'tcp-hold', conn: from.conn, isHeld });
  from.isHeld = isHeld;
}

export function inboundTake(sheep: Sheep, conn: number, octets: Uint8Array, take: (request: Request) => void): void {
  const from = sheep.state.net.inbound.get(conn);
  if (from === undefined) return;
  addOctets(from.octets, octets);
  takeRequests(sheep, from, take);
}

/**
 * Sends the answer to a request, if its client is still there, and is done with what came with it; then more of its
 * requests may be taken.
 */
export function respond(sheep: Sheep, request: Request, answered: Answer, take: (request: Request) => void): void {
  sendAnswer(sheep, request, answered);
  if (request.parts.length > 0) sheep.emit({ kind: 'octets-done', parts: request.parts });
  const from = request.conn === null ? undefined : sheep.state.net.inbound.get(request.conn);
  if (from !== undefined) takeRequests(sheep, from, take);
}

function sendAnswer(sheep: Sheep, { conn, header }: Request, answered: Answer): void {
  const from = conn === null ? undefined : sheep.state.net.inbound.get(conn);
  if (conn === null || from === undefined) return;
  assert(from.unanswered > 0, 'an answer has a request');
  from.unanswered--;
  const { result, fields, parts } = answered;
  const response = makeHeader('response', header.opcode, {
    ...fields,
    epoch: sheep.state.cluster.epoch,
    id: header.id,
    dataLength: lengthOf(parts),
    result,
  });
  sheep.emit({ kind: 'tcp-send', conn, parts: [encodeSheepHeader(response), ...parts] });
}

export function inboundMissing({ state }: Sheep, conn: number): number {
  const from = state.net.inbound.get(conn);
  return from === undefined ? 1 : missingOctets(from);
}

function closeInbound(sheep: Sheep, conn: number): void {
  sheep.emit({ kind: 'tcp-close', conn });
  inboundClosed(sheep, conn);
}

export function inboundClosed(sheep: Sheep, conn: number): void {
  if (!sheep.state.net.inbound.delete(conn)) return;
  say(sheep, 'client_handler(551)', `closed connection ${conn}`);
}
