// sheepdog's requests and responses on TCP port 7000, followed from segment to segment: which headers begin or end in
// which frame, and which response answers which request. Bounded; keeps headers, not data.
import { TcpOrder } from '../../../protocol/net/tcp-order.ts';
import type { Located } from '../../../protocol/net/locate.ts';
import { createSheepStream, type SheepHeaderSeen, type SheepStream } from '../../../protocol/sheep/tcp-stream.ts';
import { Op } from '../../../protocol/sheep/operations.ts';
import { SheepSigns } from './sheep-signs.ts';
import { SHEEP_PORT } from './totem-ports.ts';

/** Headers kept for the detail view of their frames. */
export const SHEEP_HEADERS_MAX = 500_000;
/** Objects that answers told of. */
export const SHEEP_OBJECTS_MAX = 200_000;
/** Connections followed at once; the oldest is let go. */
export const CONNECTIONS_MAX = 4096;

/** A header seen in a frame. */
export interface SheepInFrame {
  readonly seen: SheepHeaderSeen;
  /** Offset of the header's first octet in the TCP payload; negative where it began in an earlier frame. */
  readonly at: number;
}

interface Direction {
  readonly order: TcpOrder;
  /** Octets of the stream so far. */
  offset: number;
}

interface Connection {
  readonly request: Direction;
  readonly response: Direction;
  /** The client has closed it: that the server does so, too, says nothing of the server. */
  isLeft: boolean;
}

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const SUCCESS = 0;
const DATA_OPS: readonly number[] = [Op.CREATE_AND_WRITE_OBJ, Op.READ_OBJ, Op.WRITE_OBJ];
const NO_DIRECTION: Direction = { order: new TcpOrder(() => undefined), offset: 0 };
const NO_CONNECTION: Connection = { request: NO_DIRECTION, response: NO_DIRECTION, isLeft: true };

/** Numbers of the client's and the server's address and the client's port, in 48 bits. */
function connectionKey(client: number, server: number, port: number): number {
  return (client * 65_536 + server) * 65_536 + port;
}

export class SheepTcp {
  private readonly connections = new Map<number, Connection>();
  /** The connection of the segment before: they come in runs. */
  private lastKey = -1;
  private last: Connection = NO_CONNECTION;
  private readonly frames = new Map<number, SheepInFrame[]>();
  private count = 0;
  /** Row and time at which an answer first told that an object is there. */
  private readonly objects = new Map<bigint, { readonly row: number; readonly timeNs: number }>();
  /** Time of the segment at hand. */
  private timeNs = 0;
  /** Stream offset at which the payload of the segment at hand starts. */
  private start = 0;

  /** What connections tell of the sheep behind them. */
  readonly signs = new SheepSigns();

  /** The headers that end in a frame. */
  at(row: number): readonly SheepInFrame[] {
    return this.frames.get(row) ?? [];
  }

  /** Objects that were written or read with success, and not removed since; by the row of the first such answer. */
  objectsSeen(): readonly { readonly oid: bigint; readonly row: number; readonly timeNs: number }[] {
    return [...this.objects].map(([oid, told]) => ({ oid, ...told }));
  }

  /** Forgets the headers of frames before a row. */
  forget(before: number): void {
    for (const [row, headers] of this.frames) {
      if (row >= before) break;
      this.frames.delete(row);
      this.count -= headers.length;
    }
  }

  segment(row: number, timeNs: number, src: number, dst: number, located: Located, bytes: Uint8Array): void {
    const { sport, dport, transportStart, payloadStart, payloadEnd, payloadLength } = located;
    const isRequest = dport === SHEEP_PORT;
    const key = isRequest ? connectionKey(src, dst, sport) : connectionKey(dst, src, dport);
    const connection = key === this.lastKey ? this.last : (this.connections.get(key) ?? this.connect(key));
    this.lastKey = key;
    this.last = connection;
    const direction = isRequest ? connection.request : connection.response;
    const at = transportStart + 4;
    const seq = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
    const flags = bytes[transportStart + 13] ?? 0;
    this.timeNs = timeNs;
    if ((flags & SYN) !== 0) {
      direction.order.starts(seq);
      connection.isLeft = false;
    }
    if ((flags & (FIN | RST)) !== 0) {
      // A reset that answers a SYN counts from nothing: nobody listens there.
      if (!isRequest && (flags & RST) !== 0 && seq === 0) this.signs.refused(row, timeNs, src);
      else if (!isRequest && !connection.isLeft) this.signs.closed(row, timeNs, src);
      connection.isLeft = true;
    }
    // Acknowledgements carry nothing of the stream.
    if (payloadLength === 0) return;
    this.start = direction.offset;
    direction.order.segment(seq, bytes.subarray(payloadStart, payloadEnd), payloadLength, row);
  }

  private connect(key: number): Connection {
    if (this.connections.size >= CONNECTIONS_MAX)
      for (const oldest of this.connections.keys()) if (this.connections.delete(oldest)) break;
    const stream = createSheepStream();
    const connection = {
      request: this.direction(stream, 'request'),
      response: this.direction(stream, 'response'),
      isLeft: false,
    };
    this.connections.set(key, connection);
    return connection;
  }

  private direction(stream: SheepStream, side: 'request' | 'response'): Direction {
    const direction: Direction = {
      offset: 0,
      order: new TcpOrder((octets, length, row) => {
        direction.offset += length;
        const events = octets === null ? stream.skip(side, length, row) : stream.push(side, octets, row);
        for (const event of events) if (event.kind === 'header') this.keep(event);
      }),
    };
    return direction;
  }

  private noteObject({ header, request, last }: SheepHeaderSeen): void {
    const oid = request?.header.fields['oid'];
    if (request?.header.form !== 'object' || header.result !== SUCCESS || typeof oid !== 'bigint') return;
    const { opcode } = request.header;
    if (opcode === Op.REMOVE_OBJ) this.objects.delete(oid);
    else if (DATA_OPS.includes(opcode) && !this.objects.has(oid) && this.objects.size < SHEEP_OBJECTS_MAX)
      this.objects.set(oid, { row: last, timeNs: this.timeNs });
  }

  private keep(seen: SheepHeaderSeen): void {
    this.noteObject(seen);
    this.signs.header(seen, this.timeNs);
    if (this.count >= SHEEP_HEADERS_MAX) return;
    this.count++;
    const list = this.frames.get(seen.last);
    const entry = { seen, at: seen.at - this.start };
    if (list === undefined) this.frames.set(seen.last, [entry]);
    else list.push(entry);
  }
}
