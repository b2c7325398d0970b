// Records what leaves the nodes of a world as a capture on the bridge between them: pcapng with the addresses and ports
// that real nodes use (specs/totem.md 1.13), faults and losses as notes at the packets. It opens like any other.
import { TimeHeap } from '../../base/time-heap.ts';
import { udpFrames, type UdpEndpoint } from '../../net/compose.ts';
import { enhancedPacket, interfaceDescription, nameResolution, sectionHeader } from '../../pcap/pcapng-writer.ts';
import { faultText, type Fault } from '../fault.ts';
import { WORLD_EPOCH_NS } from '../world/clock.ts';
import type { LossCause } from '../world/link.ts';
import type { WorldObserver } from '../world/observer.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';

const LINKTYPE_ETHERNET = 1;
const MULTICAST_TTL = 1;
const UNICAST_TTL = 64;
/** First of the ports that udpu's sockets for single members are given. */
const EPHEMERAL_PORT = 32_768;
const EPHEMERAL_PORTS = 28_000;
/** Both ends of a datagram and its time to live. */
interface Route {
  readonly from: UdpEndpoint;
  readonly to: UdpEndpoint;
  readonly ttl: number;
}

interface Recorded {
  readonly frame: Uint8Array;
  readonly at: number;
  /** Grows until the next datagram is sent. */
  readonly notes: string[];
}

/** Plain data; nothing waits in it once its tap was flushed. */
export interface WireTapState {
  readonly ids: readonly number[];
  readonly notes: readonly string[];
}

export class WireTap implements WorldObserver {
  readonly #world: World;
  readonly #write: (bytes: Uint8Array) => void;
  /** Frames that leave later than now: their sender still works. */
  readonly #waiting = new TimeHeap<Recorded>();
  /** IP identification that each node used last. */
  readonly #ids: number[];
  #notes: string[];
  #last: Recorded | null = null;
  #losses = new Map<LossCause, number[]>();

  /**
   * `write` is handed the octets of the capture as they come. Watches the world from now on; goes on with a capture
   * where it was saved.
   */
  constructor(world: World, write: (bytes: Uint8Array) => void, saved?: WireTapState) {
    this.#world = world;
    this.#write = write;
    this.#ids = [...(saved?.ids ?? world.nodes.map(({ index }) => (index * 4099) & 0xffff))];
    this.#notes = [...(saved?.notes ?? [])];
    world.watch(this);
    if (saved !== undefined) return;
    const { nodes } = world.options.cluster;
    write(sectionHeader(['made by the simulator of Totem Lab']));
    write(interfaceDescription(LINKTYPE_ETHERNET, 'bridge'));
    write(nameResolution(new Map(nodes.map(({ ip, name }) => [ip, name]))));
  }

  /** Writes what has left its node by now. */
  flush(): void {
    this.#closeNotes();
    this.#flush(this.#world.now);
  }

  /** To be called after flush(). */
  save(): WireTapState {
    return { ids: [...this.#ids], notes: [...this.#notes] };
  }

  sent(from: SimNode, to: SimNode | null, bytes: Uint8Array, at: number): void {
    this.#closeNotes();
    this.#flush(this.#world.now);
    const { transport } = this.#world.options.cluster;
    if (to !== null) this.#record(from, this.#unicast(from, to, transport === 'udp' ? -1 : 0), bytes, at);
    else if (transport === 'udp') this.#record(from, this.#multicast(from), bytes, at);
    else
      for (const member of this.#world.nodes)
        if (member !== from) this.#record(from, this.#unicast(from, member, null), bytes, at);
  }

  lost(_from: SimNode, to: SimNode, _bytes: Uint8Array, cause: LossCause): void {
    // Those that reach a deaf interface or a full socket are lost later, when their packet is written.
    if (cause === 'interface' || cause === 'socket') return;
    const nodes = this.#losses.get(cause);
    if (nodes === undefined) this.#losses.set(cause, [to.spec.number]);
    else nodes.push(to.spec.number);
  }

  faulted(fault: Fault): void {
    this.#closeNotes();
    this.#notes.push(`fault ${faultText(fault)}`);
  }

  died(node: SimNode, _at: number, how: 'killed' | 'left' | 'crashed', says: string): void {
    if (says !== '')
      this.#notes.push(`node ${node.spec.number} ${how === 'crashed' ? `crashed: ${says}` : `died ${says}`}`);
  }

  /** Writes what is still waiting. */
  finish(): void {
    this.#closeNotes();
    this.#flush(Infinity);
  }

  #multicast(from: SimNode): Route {
    const { port, mcastAddress } = this.#world.options.cluster;
    return { from: { ip: from.spec.ip, port: port - 1 }, to: { ip: mcastAddress, port }, ttl: MULTICAST_TTL };
  }

  /** `shift`: the source port below or at the cluster's; null for udpu's socket for this member. */
  #unicast(from: SimNode, to: SimNode, shift: number | null): Route {
    const { port } = this.#world.options.cluster;
    const own = EPHEMERAL_PORT + ((from.index * 251 + to.index * 3) % EPHEMERAL_PORTS);
    const source = { ip: from.spec.ip, port: shift === null ? own : port + shift };
    return { from: source, to: { ip: to.spec.ip, port }, ttl: UNICAST_TTL };
  }

  #record(node: SimNode, { from, to, ttl }: Route, payload: Uint8Array, at: number): void {
    const id = ((this.#ids[node.index] ?? 0) + 1) & 0xffff;
    this.#ids[node.index] = id;
    for (const frame of udpFrames(from, to, payload, id, ttl)) {
      const recorded: Recorded = { frame, at, notes: this.#notes };
      this.#notes = [];
      this.#last ??= recorded;
      this.#waiting.push(at, recorded);
    }
  }

  /** What was lost of the last datagram stands at its first frame. */
  #closeNotes(): void {
    for (const [cause, nodes] of this.#losses)
      this.#last?.notes.push(`lost on the way to ${nodes.join(', ')} (${cause})`);
    this.#losses.clear();
    this.#last = null;
  }

  #flush(now: number): void {
    while (this.#waiting.size > 0 && this.#waiting.firstTime <= now) {
      const { frame, at, notes } = this.#waiting.pop();
      const timeNs = WORLD_EPOCH_NS + BigInt(at) * 1000n;
      this.#write(enhancedPacket({ interfaceId: 0, timeNs, bytes: frame, comments: notes }));
    }
  }
}
