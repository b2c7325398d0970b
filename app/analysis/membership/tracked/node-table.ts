// Which node sent a packet: by header where it names the transmitter, by address where it does not. Keeps the nodes.
import { addressOf, type NodeRef, type TotemIpAddress } from '../../../../protocol/totem/identity.ts';
import type { IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../../store/kinds.ts';
import type { PacketStore } from '../../../store/packet-store.ts';
import { NodeTrack } from './node-track.ts';

/** Nodes told apart in one capture; beyond it, further ones are not followed. */
export const NODES_MAX = 1024;
/** Pairs of address and node id learnt from lists. */
const PAIRS_MAX = 4096;

export class NodeTable {
  private readonly store: PacketStore;
  private readonly byId = new Map<number, NodeTrack>();
  /** By address number. */
  private readonly byAddress: (NodeTrack | undefined)[] = [];
  /** Node ids that 1.x and 2.x messages give to an address, by its text. */
  private readonly idOfAddress = new Map<string, number>();
  /** Messages of nodes beyond NODES_MAX. */
  ignored = 0;
  /** Rises when a message says something new of who has which address: until then, the same message says nothing. */
  lessons = 0;
  /** A message names a second address of its node: the ring is redundant. */
  isRedundant = false;

  constructor(store: PacketStore) {
    this.store = store;
  }

  get all(): Iterable<NodeTrack> {
    return this.byId.values();
  }

  get(nodeid: number): NodeTrack | undefined {
    return this.byId.get(nodeid);
  }

  /** The node at an address, as far as it has transmitted itself. */
  at(address: number): NodeTrack | undefined {
    return this.byAddress[address];
  }

  /** What a message says of a node: which id belongs to which address. */
  learn({ nodeid, ip }: NodeRef): void {
    if (ip === null || nodeid === 0 || this.idOfAddress.size >= PAIRS_MAX) return;
    if (this.idOfAddress.get(ip) === nodeid) return;
    this.idOfAddress.set(ip, nodeid);
    this.lessons++;
  }

  /** The address on a redundant ring that a decoded srp_addr of 1.x or 2.x gives beside the first. */
  learnSecond(srpAddr: unknown): void {
    const { addr0, addr1 } = srpAddr as { readonly addr0?: TotemIpAddress; readonly addr1?: TotemIpAddress };
    if (addr0 === undefined || addr1 === undefined || addr1.family === 0) return;
    this.isRedundant = true;
    this.learn({ nodeid: addr0.nodeid, ip: addressOf(addr1.family, addr1.addr) });
  }

  /** What the first multicast or merge detect of a node says of its addresses. */
  learnFirst(m: IndexedMessage, node: NodeTrack): void {
    node.isIntroduced = true;
    const first = systemFromAt(m);
    if (first < 0 || m.dialect === null || m.dialect.id === 'corosync-3') return;
    const second = readIpAddress(m.bytes, first + IP_ADDRESS_OCTETS, m.end, m.littleEndian);
    if (second !== null && second.ip !== null && second.nodeid === m.sender) this.isRedundant = true;
  }

  /** The id that a list means: a LEAVE of 1.x and 2.x has 0 and is told by its address. */
  idOf({ nodeid, ip }: NodeRef): number {
    return nodeid === 0 && ip !== null ? (this.idOfAddress.get(ip) ?? 0) : nodeid;
  }

  /** The node that transmitted this copy, null where it cannot be told. */
  transmitter(m: IndexedMessage): NodeTrack | null {
    const known = this.byAddress[m.src];
    // What names its transmitter in the header is believed; tokens of 1.x and retransmitted mcasts do not.
    if (known !== undefined && (known.nodeid === m.sender || !this.namesTransmitter(m))) return known;
    const nodeid = this.identify(m);
    return nodeid === 0 ? (known ?? null) : this.place(nodeid, m);
  }

  /** The node with this id, which was heard now; null beyond NODES_MAX. */
  private named(nodeid: number, timeNs: number): NodeTrack | null {
    const known = this.byId.get(nodeid);
    if (known !== undefined) return known;
    if (this.byId.size >= NODES_MAX) {
      this.ignored++;
      return null;
    }
    const node = new NodeTrack(nodeid, timeNs);
    this.byId.set(nodeid, node);
    return node;
  }

  private namesTransmitter({ kind, dialect, sender }: IndexedMessage): boolean {
    if (kind === PacketKind.MCAST || sender === 0) return false;
    const isToken = kind === PacketKind.ORF_TOKEN || kind === PacketKind.MEMB_COMMIT_TOKEN;
    return !isToken || dialect?.id !== 'corosync-1';
  }

  private identify(m: IndexedMessage): number {
    if (this.namesTransmitter(m)) return m.sender;
    const text = this.store.address(m.src);
    const paired = this.idOfAddress.get(text);
    if (paired !== undefined) return paired;
    const own = systemFrom(m);
    if (own !== null && own.ip === text) return own.nodeid;
    // Nothing better: the first copy of a token or mcast comes from the node that its header names, unless the token
    // was held, which only the representative does.
    if ((m.flags & (RowFlag.REPEATED | RowFlag.PAYLOAD_COPY)) !== 0) return 0;
    return m.kind === PacketKind.MEMB_JOIN ? (own?.nodeid ?? 0) : m.sender;
  }

  private place(nodeid: number, m: IndexedMessage): NodeTrack | null {
    const node = this.named(nodeid, m.timeNs);
    if (node === null) return null;
    const former = this.byAddress[m.src];
    if (former !== undefined) former.addresses.splice(former.addresses.indexOf(m.src), 1);
    this.byAddress[m.src] = node;
    if (!node.addresses.includes(m.src)) node.addresses.push(m.src);
    return node;
  }
}

const IP_ADDRESS_OCTETS = 22;

/** Where the address of who made this message begins; -1 where it has none. */
function systemFromAt({ dialect, at, kind }: IndexedMessage): number {
  if (dialect === null) return -1;
  let offset = -1;
  if (kind === PacketKind.MCAST) offset = dialect.at.mcast.systemFrom;
  else if (kind === PacketKind.MEMB_MERGE_DETECT) offset = dialect.at.merge.systemFrom;
  else if (kind === PacketKind.MEMB_JOIN) offset = dialect.at.join.systemFrom;
  // 2.x has a leading count of addresses; then the first totem_ip_address follows, in 3.x the id alone.
  return offset < 0 ? -1 : at + offset + (dialect.id === 'corosync-2' ? 1 : 0);
}

/** The node and address in the totem_ip_address bytes[at, at + 22), null where they are cut. */
export function readIpAddress(bytes: Uint8Array, at: number, end: number, littleEndian: boolean): NodeRef | null {
  if (at + IP_ADDRESS_OCTETS > end) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const family = view.getUint16(at + 4, littleEndian);
  return { nodeid: view.getUint32(at, littleEndian), ip: addressOf(family, bytes.subarray(at + 6, at + 22)) };
}

/** Who says to have made this message: mcast, merge and join carry it, elsewhere null. */
function systemFrom(m: IndexedMessage): NodeRef | null {
  const { dialect, bytes, end, littleEndian } = m;
  const first = systemFromAt(m);
  if (dialect === null || first < 0) return null;
  if (dialect.id !== 'corosync-3') return readIpAddress(bytes, first, end, littleEndian);
  if (first + 4 > end) return null;
  return { nodeid: new DataView(bytes.buffer, bytes.byteOffset).getUint32(first, littleEndian), ip: null };
}
