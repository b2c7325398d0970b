// One UDP socket without needless work on each packet: no name lookup, large buffers. Knows no ring.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { codeOf, type NodeProblem } from './node-problem.ts';

/** Octets asked of the kernel for either direction; it may give less. Real nodes ask for as much (16 × 64 KiB). */
const SOCKET_BUFFER_OCTETS = 1 << 20;

type Listener = (bytes: Uint8Array, from: RemoteInfo) => void;

/** Every destination is an address already: answered at once, so that a send reaches the kernel within the call. */
function sameAddress(
  address: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void {
  done(null, address, address.includes(':') ? 6 : 4);
}

function problemOf(code: string, address: string, port: number): NodeProblem {
  if (code === 'EADDRINUSE') return { kind: 'address-in-use', address, port };
  if (code === 'EADDRNOTAVAIL') return { kind: 'no-such-address', address };
  if (code === 'EACCES' || code === 'EPERM') return { kind: 'not-permitted', what: `${address}:${port}` };
  return { kind: 'socket', what: `binding ${address}:${port}`, code };
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER_OCTETS);
    socket.setSendBufferSize(SOCKET_BUFFER_OCTETS);
  } catch {
    // The kernel's limit stands: smaller buffers lose packets earlier, and Totem asks for them again.
  }
}

export interface BindOptions {
  readonly address: string;
  /** 0 lets the kernel choose. */
  readonly port: number;
  /** Several sockets share the address and port: the group of all nodes on one machine. */
  readonly isShared: boolean;
  readonly onDatagram?: Listener;
}

/** A bound socket; errors on it later are a packet's loss, which Totem mends. */
export function bindSocket(options: BindOptions): Promise<Result<Socket, NodeProblem>> {
  const { address, port, isShared, onDatagram } = options;
  const type = address.includes(':') ? 'udp6' : 'udp4';
  const socket = createSocket({ type, reuseAddr: isShared, lookup: sameAddress as never });
  return new Promise((done) => {
    socket.once('error', (error) => {
      socket.close();
      done(fail(problemOf(codeOf(error), address, port)));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      socket.on('error', () => undefined);
      enlargeBuffers(socket);
      if (onDatagram !== undefined) socket.on('message', onDatagram);
      done(ok(socket));
    });
  });
}

/** Everything that leaves the socket goes to one place: the kernel looks for the way there once. */
export function connectSocket(socket: Socket, address: string, port: number): Promise<Result<void, NodeProblem>> {
  return new Promise((done) => {
    const failed = (error: Error): void =>
      done(fail({ kind: 'socket', what: `connecting to ${address}:${port}`, code: codeOf(error) }));
    socket.once('error', failed);
    socket.connect(port, address, () => {
      socket.removeListener('error', failed);
      done(ok(undefined));
    });
  });
}

/** Senders that Linux lets a socket name for a group (net.ipv4.igmp_max_msf). */
const SOURCES_MAX = 10;

/** Hears the group from these senders only; false where that cannot be, and nothing has changed. */
function joinGroupOf(socket: Socket, group: string, address: string, sources: readonly string[]): boolean {
  const joined: string[] = [];
  try {
    for (const source of sources) {
      socket.addSourceSpecificMembership(source, group, address);
      joined.push(source);
    }
    return true;
  } catch {
    for (const source of joined) socket.dropSourceSpecificMembership(source, group, address);
    return false;
  }
}

/**
 * Joins a multicast group on the interface that has `address`; of `sources` only, where there are a few: what others
 * send, this node itself above all, then costs nothing.
 */
export function joinGroup(
  socket: Socket,
  group: string,
  address: string,
  sources: readonly string[],
): Result<void, NodeProblem> {
  const areFew = sources.length > 0 && sources.length <= SOURCES_MAX;
  if (areFew && joinGroupOf(socket, group, address, sources)) return ok(undefined);
  try {
    socket.addMembership(group, address);
    return ok(undefined);
  } catch (error) {
    return fail({ kind: 'no-multicast', group, address, code: codeOf(error) });
  }
}

/** Sends multicasts through the interface that has `address`; nodes on the same machine hear them too. */
export function sendMulticastsFrom(socket: Socket, address: string, ttl: number): Result<void, NodeProblem> {
  try {
    socket.setMulticastInterface(address);
    socket.setMulticastTTL(ttl);
    socket.setMulticastLoopback(true);
    return ok(undefined);
  } catch (error) {
    return fail({ kind: 'no-multicast', group: 'multicast', address, code: codeOf(error) });
  }
}
