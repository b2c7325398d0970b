// The TCP connections of a sheep: those that others make to it have numbers above 0, those that it makes below 0.
// Moves octets; knows no requests.
import { createServer, connect, type OnReadOpts, type Server, type Socket } from 'node:net';
import { codeOf } from '../cluster/node-problem.ts';
import type { Portions } from './portions.ts';
import { createReception, receiveWith } from './reception.ts';

export interface TcpHooks {
  readonly accepted: (conn: number) => void;
  readonly opened: (conn: number) => void;
  readonly data: (conn: number, octets: Uint8Array) => void;
  /** Octets of a connection that are of no use before there are so many. */
  readonly wanted: (conn: number) => number;
  /** Once for every connection that there was. */
  readonly closed: (conn: number) => void;
  readonly listenFailed: (why: string) => void;
}

/** Connections at once; more are turned away. */
const CONNECTIONS_MAX = 4096;

export interface SheepTcp {
  listen(port: number): void;
  open(conn: number, host: string, port: number): void;
  /** Says once when nothing of it is going to be sent any more. */
  send(conn: number, parts: readonly Uint8Array[], over: () => void): void;
  close(conn: number): void;
  hold(conn: number, isHeld: boolean): void;
  end(): void;
}

function listenTrouble(error: Error, address: string, port: number): string {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return `${address}:${port} is in use: another sheep runs there`;
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine`;
  if (code === 'EACCES') return `${address}:${port} is not permitted to you`;
  return `${address}:${port}: ${error.message}`;
}

/** `address` is both where connections are taken and where they come from; large data arrives in `portions`. */
export function createSheepTcp(address: string, portions: Portions, hooks: TcpHooks): SheepTcp {
  const sockets = new Map<number, Socket>();
  let server: Server | null = null;
  let last = 0;
  const receptionOf = (conn: number): OnReadOpts =>
    createReception({ portions, wanted: () => hooks.wanted(conn), data: (octets) => hooks.data(conn, octets) });
  const adopt = (conn: number, socket: Socket): void => {
    sockets.set(conn, socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      sockets.delete(conn);
      hooks.closed(conn);
    });
  };
  return {
    listen(port) {
      server = createServer({ pauseOnConnect: true }, (accepted) => {
        if (sockets.size >= CONNECTIONS_MAX) {
          accepted.destroy();
          return;
        }
        last++;
        const conn = last;
        const socket = receiveWith(accepted, receptionOf(conn));
        adopt(conn, socket ?? accepted.on('data', (octets) => hooks.data(conn, octets)).resume());
        hooks.accepted(conn);
      });
      server.once('error', (error) => hooks.listenFailed(listenTrouble(error, address, port)));
      server.listen({ host: address, port });
    },
    open(conn, host, port) {
      const socket = connect({ host, port, localAddress: address, onread: receptionOf(conn) });
      adopt(conn, socket);
      socket.once('connect', () => hooks.opened(conn));
    },
    send(conn, parts, over) {
      const socket = sockets.get(conn);
      const last = parts.at(-1);
      if (socket === undefined || last === undefined) return over();
      socket.cork();
      for (const part of parts.slice(0, -1)) socket.write(part);
      // Written in one go, or given up in one.
      socket.write(last, over);
      socket.uncork();
    },
    close(conn) {
      sockets.get(conn)?.destroySoon();
    },
    hold(conn, isHeld) {
      const socket = sockets.get(conn);
      if (isHeld) socket?.pause();
      else socket?.resume();
    },
    end() {
      server?.close();
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}
