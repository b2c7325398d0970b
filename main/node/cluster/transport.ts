// The sockets of a node on udp (multicast) and udpu (a unicast to each member): who sends from where to where, as in
// specs/totem.md 1.13. Sends what it is given and hands on what arrives; a node's own multicasts are the host's to
// loop.
import type { RemoteInfo, Socket } from 'node:dgram';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { NodeRef } from '../../../protocol/totem/identity.ts';
import { bindSocket, connectSocket, joinGroup, sendMulticastsFrom } from './datagram-socket.ts';
import type { NodeProblem } from './node-problem.ts';

/** A datagram that is about to be handed to the kernel: told of before, so that its time is before any answer's. */
export interface SentDatagram {
  readonly from: { readonly ip: string; readonly port: number };
  readonly to: { readonly ip: string; readonly port: number };
  readonly bytes: Uint8Array;
}

export interface TransportOptions {
  readonly kind: 'udp' | 'udpu';
  readonly self: { readonly nodeid: number; readonly ip: string };
  /** Every configured node, oneself included, by node id. */
  readonly nodelist: ReadonlyMap<number, string>;
  readonly group: string;
  /** Corosync's mcastport: tokens and multicasts go to it, udp sends from the one below it. */
  readonly port: number;
  readonly ttl: number;
  /**
   * Udp: who is not in the nodelist is not heard, which real nodes do hear. The kernel then keeps a node's own
   * multicasts from it too, which would cost it as much as all that it hears.
   */
  readonly isListedOnly?: boolean;
  readonly onDatagram: (bytes: Uint8Array, from: string, isMulticast: boolean) => void;
  /** Sees what this node sends to others, just before. */
  readonly onSent?: (sent: SentDatagram) => void;
}

/** What the kernel does not take is as good as lost on the way. */
export interface Transport {
  sendToken(to: NodeRef, bytes: Uint8Array): void;
  sendMcast(bytes: Uint8Array): void;
  close(): void;
}

/** Opens one socket after the other; closes those that are open where one cannot be had. */
class Opening {
  readonly sockets: Socket[] = [];

  async bind(address: string, port: number, isShared: boolean, onDatagram?: (b: Uint8Array, f: RemoteInfo) => void) {
    const bound = await bindSocket({ address, port, isShared, ...(onDatagram === undefined ? {} : { onDatagram }) });
    if (bound.ok) this.sockets.push(bound.value);
    return bound;
  }

  close(): void {
    for (const socket of this.sockets) socket.close();
    this.sockets.length = 0;
  }

  failWith(problem: NodeProblem): Result<never, NodeProblem> {
    this.close();
    return fail(problem);
  }
}

async function openUdp(options: TransportOptions): Promise<Result<Transport, NodeProblem>> {
  const { self, group, port, ttl, nodelist, onDatagram, onSent } = options;
  const opening = new Opening();
  const own = self.ip;
  // The kernel loops multicasts to every socket of this machine, the sender's too: the host has handed it its own.
  const heard = (bytes: Uint8Array, { address, port: from }: RemoteInfo): void => {
    if (address !== own || from !== port - 1) onDatagram(bytes, address, true);
  };
  const unicast = await opening.bind(own, port, false, (bytes, { address }) => onDatagram(bytes, address, false));
  if (!unicast.ok) return opening.failWith(unicast.problem);
  const multicast = await opening.bind(group, port, true, heard);
  if (!multicast.ok) return opening.failWith(multicast.problem);
  const others = options.isListedOnly === true ? [...nodelist.values()].filter((address) => address !== own) : [];
  const joined = joinGroup(multicast.value, group, own, others);
  if (!joined.ok) return opening.failWith(joined.problem);
  // Two sockets of one address and port: tokens go to whoever is next, multicasts always to the group.
  const sending = await opening.bind(own, port - 1, true);
  if (!sending.ok) return opening.failWith(sending.problem);
  const toGroup = await opening.bind(own, port - 1, true);
  if (!toGroup.ok) return opening.failWith(toGroup.problem);
  const ready = sendMulticastsFrom(toGroup.value, own, ttl);
  if (!ready.ok) return opening.failWith(ready.problem);
  const connected = await connectSocket(toGroup.value, group, port);
  if (!connected.ok) return opening.failWith(connected.problem);
  const from = { ip: own, port: port - 1 };
  return ok({
    sendToken(to, bytes) {
      const ip = to.ip ?? nodelist.get(to.nodeid);
      if (ip === undefined) return;
      onSent?.({ from, to: { ip, port }, bytes });
      sending.value.send(bytes, port, ip);
    },
    sendMcast(bytes) {
      onSent?.({ from, to: { ip: group, port }, bytes });
      toGroup.value.send(bytes);
    },
    close: () => opening.close(),
  });
}

async function openUdpu(options: TransportOptions): Promise<Result<Transport, NodeProblem>> {
  const { self, port, nodelist, onDatagram, onSent } = options;
  const opening = new Opening();
  const listed = new Set(nodelist.values());
  // A datagram from the port itself is a token, one from any other is what multicast is on udp. Strangers are not
  // heard, as with block_unlisted_ips.
  const token = await opening.bind(self.ip, port, false, (bytes, { address, port: from }) => {
    if (listed.has(address)) onDatagram(bytes, address, from !== port);
  });
  if (!token.ok) return opening.failWith(token.problem);
  const members: { readonly address: string; readonly socket: Socket }[] = [];
  for (const address of listed) {
    if (address === self.ip) continue;
    const bound = await opening.bind(self.ip, 0, false);
    if (!bound.ok) return opening.failWith(bound.problem);
    members.push({ address, socket: bound.value });
  }
  const send = (socket: Socket, bytes: Uint8Array, ip: string): void => {
    onSent?.({ from: { ip: self.ip, port: socket.address().port }, to: { ip, port }, bytes });
    socket.send(bytes, port, ip);
  };
  return ok({
    sendToken(to, bytes) {
      const address = to.ip ?? nodelist.get(to.nodeid);
      if (address !== undefined) send(token.value, bytes, address);
    },
    sendMcast(bytes) {
      for (const { address, socket } of members) send(socket, bytes, address);
    },
    close: () => opening.close(),
  });
}

/** Opens the sockets of one node; none is left open where one of them cannot be had. */
export function openTransport(options: TransportOptions): Promise<Result<Transport, NodeProblem>> {
  return options.kind === 'udp' ? openUdp(options) : openUdpu(options);
}
