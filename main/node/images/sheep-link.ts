// One connection to a sheep with many requests under way: answers find theirs by number, in any order. A connection
// that breaks or falls silent fails all that was asked on it.
import { connect, type Socket } from 'node:net';
import type { Response } from '../../../protocol/collie/script.ts';
import {
  encodeSheepHeader,
  readSheepHeader,
  SHEEP_HEADER_OCTETS,
  withFields,
  type SheepHeader,
} from '../../../protocol/sheep/tcp-headers.ts';
import { SHEEP_DATA_MAX } from '../../../protocol/sheep/tcp-stream.ts';
import { connectionTrouble } from '../sheep-client.ts';

/** Read at once. */
const READ_OCTETS = 256 * 1024;
/** Milliseconds for a connection to be made. */
const CONNECT_MS_MAX = 5000;
/** Milliseconds without any octet while answers are awaited: then the node is taken for dead. */
const SILENCE_MS_MAX = 20_000;

/** The connection is gone; the message says why. */
export class LinkBroken extends Error {}

interface Awaited {
  /** Where the answer's data goes, if it fits. */
  readonly into: Uint8Array | null;
  readonly done: (response: Response) => void;
  readonly broken: (error: LinkBroken) => void;
}

export class SheepLink {
  private readonly socket: Socket;
  private readonly awaited = new Map<number, Awaited>();
  private readonly head = new Uint8Array(SHEEP_HEADER_OCTETS);
  private headFilled = 0;
  private header: SheepHeader | null = null;
  private data: Uint8Array = new Uint8Array(0);
  private filled = 0;
  private nextId = 1;
  private trouble: LinkBroken | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', (error) => this.fail(connectionTrouble(error)));
    socket.once('close', () => this.fail('the connection was closed'));
    socket.on('timeout', () => {
      if (this.awaited.size > 0) this.fail(`no answer for ${SILENCE_MS_MAX / 1000} s`);
    });
    socket.setTimeout(SILENCE_MS_MAX);
  }

  /** Throws LinkBroken where nobody takes the connection. */
  static open(host: string, port: number): Promise<SheepLink> {
    return new Promise((resolve, reject) => {
      let link: SheepLink | null = null;
      const callback = (length: number, octets: Uint8Array): boolean => {
        link?.take(octets.subarray(0, length));
        return true;
      };
      // What is read is copied at once, so all is read to the same place.
      const onread = { buffer: Buffer.allocUnsafeSlow(READ_OCTETS), callback };
      const socket = connect({ host, port, noDelay: true, onread });
      const late = setTimeout(() => {
        socket.destroy();
        reject(new LinkBroken('no answer to a connection'));
      }, CONNECT_MS_MAX);
      socket.once('error', (error) => {
        clearTimeout(late);
        reject(new LinkBroken(connectionTrouble(error)));
      });
      socket.once('connect', () => {
        clearTimeout(late);
        socket.removeAllListeners('error');
        link = new SheepLink(socket);
        resolve(link);
      });
    });
  }

  get isOpen(): boolean {
    return this.trouble === null;
  }

  /** Throws LinkBroken where the connection ends before the answer. The parts must stay as they are until then. */
  ask(request: SheepHeader, parts: readonly Uint8Array[], into: Uint8Array | null): Promise<Response> {
    return new Promise((done, broken) => {
      if (this.trouble !== null) return broken(this.trouble);
      const id = this.nextId++ >>> 0;
      this.awaited.set(id, { into, done, broken });
      this.socket.cork();
      this.socket.write(encodeSheepHeader(withFields(request, { id })));
      for (const part of parts) this.socket.write(part);
      this.socket.uncork();
    });
  }

  close(): void {
    this.fail('the connection was closed');
  }

  private fail(why: string): void {
    if (this.trouble !== null) return;
    this.trouble = new LinkBroken(why);
    this.socket.destroy();
    for (const { broken } of this.awaited.values()) broken(this.trouble);
    this.awaited.clear();
  }

  private take(octets: Uint8Array): void {
    for (let at = 0; at < octets.length && this.trouble === null;) {
      at += this.header === null ? this.takeHead(octets, at) : this.takeData(octets, at);
      if (this.header !== null && this.filled === this.header.dataLength) this.answered(this.header);
    }
  }

  private takeHead(octets: Uint8Array, at: number): number {
    const taken = Math.min(octets.length - at, SHEEP_HEADER_OCTETS - this.headFilled);
    this.head.set(octets.subarray(at, at + taken), this.headFilled);
    this.headFilled += taken;
    if (this.headFilled < SHEEP_HEADER_OCTETS) return taken;
    const read = readSheepHeader('response', this.head, 0);
    const awaited = read.ok ? this.awaited.get(read.value.id) : undefined;
    if (!read.ok || awaited === undefined || read.value.dataLength > SHEEP_DATA_MAX) {
      this.fail('what answers is no sheep');
      return taken;
    }
    const { dataLength } = read.value;
    this.header = read.value;
    this.filled = 0;
    const isRoom = awaited.into !== null && awaited.into.length >= dataLength;
    this.data = isRoom ? awaited.into.subarray(0, dataLength) : new Uint8Array(dataLength);
    return taken;
  }

  private takeData(octets: Uint8Array, at: number): number {
    const taken = Math.min(octets.length - at, this.data.length - this.filled);
    this.data.set(octets.subarray(at, at + taken), this.filled);
    this.filled += taken;
    return taken;
  }

  private answered(header: SheepHeader): void {
    const awaited = this.awaited.get(header.id);
    this.awaited.delete(header.id);
    const { data } = this;
    this.header = null;
    this.headFilled = 0;
    awaited?.done({ header, data });
  }
}
