// The index pass: frames in, rows out, each relevant packet shown once to the analyzers. Reassembles IP, leaves what a
// datagram is to datagram-reader.ts and the order of mcasts to delivery-order.ts. Keeps numbers, not bytes.
import { viewOf } from '../../protocol/base/bytes.ts';
import type { Keyring } from '../../protocol/crypto/keyring.ts';
import { createAddressTable } from '../../protocol/net/addresses.ts';
import { createIpReassembly } from '../../protocol/net/ip-reassembly.ts';
import { createLocated, locate, What, type Located } from '../../protocol/net/locate.ts';
import type { FrameSink } from '../../protocol/pcap/capture-reader.ts';
import { COROSYNC_1 } from '../../protocol/totem/dialect.ts';
import { DatagramReader } from './datagram-reader.ts';
import type { DeliveryListener } from './delivered-message.ts';
import { DeliveryOrder, newOrderedMcast } from './delivery-order.ts';
import { DuplicateWatch } from './tracks/duplicate-watch.ts';
import { FragmentTrail } from './tracks/fragment-trail.ts';
import type { Analyzer, IndexedMessage } from './indexed-message.ts';
import { isRelevant, PacketKind, RowFlag } from './kinds.ts';
import { readInnerMcast } from './message-columns.ts';
import { CHUNK_ROWS, SESSION_PACKETS_MAX, type PacketColumns } from './packet-store.ts';
import type { PacketTable } from './packet-table.ts';
import { PingWatch } from './tracks/ping-watch.ts';
import { SheepTcp } from './tracks/sheep-tcp.ts';
import { SHEEP_PORT, TotemPorts } from './tracks/totem-ports.ts';

export interface IndexerOptions {
  readonly table: PacketTable;
  readonly keyring: Keyring | null;
  readonly analyzers: readonly Analyzer[];
  readonly listeners: readonly DeliveryListener[];
}

const NO_BYTES = new Uint8Array();
const UDP_HEADER_OCTETS = 8;
const KNET_PING = 0x81;
const KNET_PONG = 0x82;

function newMessage(): IndexedMessage {
  return {
    row: 0,
    timeNs: 0,
    kind: PacketKind.UNRELATED,
    flags: 0,
    encoding: 0,
    src: 0,
    dst: 0,
    ring: 0,
    sport: -1,
    dport: -1,
    sender: 0,
    seq: 0,
    aru: 0,
    tokenSeq: 0,
    dialect: COROSYNC_1,
    littleEndian: true,
    toGroup: false,
    cutOctets: 0,
    cutRequests: 0,
    knetBroadcast: false,
    bytes: NO_BYTES,
    view: viewOf(NO_BYTES),
    at: 0,
    end: 0,
  };
}

export class Indexer implements FrameSink {
  private readonly table: PacketTable;
  private readonly analyzers: readonly Analyzer[];
  private readonly reader: DatagramReader;
  private readonly order: DeliveryOrder;
  private readonly located: Located = createLocated();
  private readonly addresses = createAddressTable();
  private readonly reassembly = createIpReassembly();
  private readonly trail: FragmentTrail;
  private readonly ports: TotemPorts;
  private readonly pings = new PingWatch();
  private readonly duplicates = new DuplicateWatch();
  /** Requests and responses on sheepdog's port, by frame. */
  readonly sheepTcp = new SheepTcp();
  private readonly message = newMessage();
  private readonly ordered = newOrderedMcast();
  /** The last new token_seq of each ring, to mark repeated tokens. */
  private readonly lastTokenSeq: (number | undefined)[] = [];
  /** Frames of the ring that the snap length cut. */
  cutFrames = 0;
  /** Frames of a link type that is not read. */
  unknownLinks = 0;
  /** The first of them: its link type and where it stands in the capture. */
  firstUnknownLink: { readonly linktype: number; readonly offset: number } | null = null;

  constructor({ table, keyring, analyzers, listeners }: IndexerOptions) {
    this.table = table;
    this.analyzers = analyzers;
    this.reader = new DatagramReader(table, keyring);
    this.order = new DeliveryOrder(table, listeners);
    this.ports = new TotemPorts(table);
    this.trail = new FragmentTrail(table, this.ports);
    table.addressText = (id) => this.addresses.text(id);
  }

  frame(
    bytes: Uint8Array,
    start: number,
    captured: number,
    original: number,
    timeNs: number,
    linktype: number,
    fileOffset: number,
  ): void {
    const { table, located, message: m } = this;
    table.frames++;
    if (table.length - table.firstRow >= SESSION_PACKETS_MAX) return;
    const row = table.length;
    const columns = table.addRow();
    const index = row & 0xffff;
    columns.timeNs[index] = timeNs;
    columns.offset[index] = fileOffset;
    columns.captured[index] = captured;
    columns.original[index] = original;
    table.noteLinktype(row, linktype);
    locate(bytes, start, captured, linktype, located);
    if (located.srcOffset >= 0) {
      columns.src[index] = m.src = this.addresses.idOf(bytes, located.srcOffset, located.ipVersion);
      columns.dst[index] = m.dst = this.addresses.idOf(bytes, located.dstOffset, located.ipVersion);
    }
    m.row = row;
    m.timeNs = timeNs;
    if (located.what === What.UDP) {
      m.sport = located.sport;
      m.dport = located.dport;
      m.toGroup = this.isGroup(bytes, located);
      m.cutOctets = Math.max(0, located.payloadLength - (located.payloadEnd - located.payloadStart));
      m.cutRequests = 0;
      this.datagram(columns, index, bytes, located.payloadStart, located.payloadEnd);
      if (m.cutOctets > 0) this.markCut(columns, index);
    } else if (located.what === What.UDP_FRAGMENT) this.fragment(columns, index, bytes);
    else {
      const kind = this.kindOfOther(located);
      columns.kind[index] = kind;
      if (located.what === What.UNKNOWN_LINK) this.unknownLink(linktype, fileOffset);
      if (kind === PacketKind.SHEEP_TCP) this.sheepTcp.segment(row, timeNs, m.src, m.dst, located, bytes);
    }
  }

  /** A log line between the packets is a row, so that a row is a frame number less one there, too. */
  log(_bytes: Uint8Array, _start: number, length: number, timeNs: number, fileOffset: number): void {
    const { table } = this;
    table.frames++;
    if (table.length - table.firstRow >= SESSION_PACKETS_MAX) return;
    const index = table.length & 0xffff;
    const columns = table.addRow();
    columns.timeNs[index] = timeNs;
    columns.offset[index] = fileOffset;
    columns.captured[index] = columns.original[index] = length;
    columns.kind[index] = PacketKind.LOG;
  }

  /** Lets chunks of rows go until no more than `rows` are in memory, and what was kept of them. */
  keep(rows: number): void {
    const { table } = this;
    const before = table.firstRow;
    while (table.length - table.firstRow >= rows + CHUNK_ROWS) table.forgetChunk();
    if (table.firstRow === before) return;
    this.ports.forget(table.firstRow);
    this.sheepTcp.forget(table.firstRow);
  }

  /** Told when the source ended: what waited is settled, ports learnt late are applied. */
  finish(): void {
    this.order.finish();
    this.ports.settle();
  }

  /** Rows below this number can be shown for good while the source goes on. */
  settledRows(lag: number): number {
    const { table } = this;
    let settled = table.length;
    for (let row = Math.max(0, table.length - lag); row < table.length; row++) {
      const columns = table.columnsOf(row);
      const index = row & 0xffff;
      const kind = columns.kind[index]!;
      const waits =
        kind === PacketKind.FRAGMENT
          ? columns.link[index] === 0
          : kind === PacketKind.MCAST && this.order.isHeld(columns.ring[index]!, columns.seq[index]!);
      if (waits || this.trail.isPending(row)) {
        settled = row;
        break;
      }
    }
    return settled;
  }

  private unknownLink(linktype: number, offset: number): void {
    this.unknownLinks++;
    this.firstUnknownLink ??= { linktype, offset };
  }

  private markCut(columns: PacketColumns, index: number): void {
    columns.flags[index] = columns.flags[index]! | RowFlag.CUT;
    this.cutFrames++;
  }

  private isGroup(bytes: Uint8Array, { ipVersion, dstOffset }: Located): boolean {
    const first = bytes[dstOffset]!;
    if (ipVersion === 6) return first === 0xff;
    return (first >= 224 && first < 240) || (first === 255 && bytes[dstOffset + 3] === 255);
  }

  private kindOfOther({ what, sport, dport }: Located): number {
    if (what === What.IGMP) return PacketKind.IGMP;
    if (what === What.ICMP) return PacketKind.ICMP;
    if (what === What.TCP && (sport === SHEEP_PORT || dport === SHEEP_PORT)) return PacketKind.SHEEP_TCP;
    return PacketKind.UNRELATED;
  }

  private fragment(columns: PacketColumns, index: number, bytes: Uint8Array): void {
    const { located, message: m, table } = this;
    const { payloadStart, payloadEnd, fragOffset } = located;
    this.trail.add(m.row, m.src, m.dst, located.ipId, fragOffset === 0 ? located.sport : -1, located.dport);
    const whole = this.reassembly.push(m.row, m.timeNs, m.src, m.dst, located, bytes, payloadStart, payloadEnd);
    if (whole === null) return;
    const { payload, rows } = whole;
    if (payload.length < UDP_HEADER_OCTETS) return;
    m.sport = (payload[0]! << 8) | payload[1]!;
    m.dport = (payload[2]! << 8) | payload[3]!;
    m.toGroup = this.isGroup(bytes, located);
    m.cutOctets = m.cutRequests = 0;
    table.ipParts.set(m.row, [...rows.filter((row) => row !== m.row), m.row]);
    this.datagram(columns, index, payload, UDP_HEADER_OCTETS, payload.length);
    if (isRelevant(columns.kind[index]!)) {
      columns.flags[index] = columns.flags[index]! | RowFlag.REASSEMBLED;
      this.trail.completed(m.row, rows);
    } else table.ipParts.delete(m.row);
  }

  private datagram(columns: PacketColumns, index: number, bytes: Uint8Array, at: number, end: number): void {
    const { message: m } = this;
    this.reader.read(m, bytes, at, end);
    if (m.dialect === null && m.kind >= PacketKind.ENCRYPTED && !this.ports.isTotem(m.sport, m.dport)) {
      columns.kind[index] = PacketKind.UNRELATED;
      this.ports.candidate(m);
      return;
    }
    if (m.dialect !== null || m.kind === PacketKind.KNET || m.kind === PacketKind.FRAGMENT)
      this.ports.recognised(m.dport);
    if (m.kind === PacketKind.KNET) this.watchPing();
    else if (m.kind === PacketKind.ORF_TOKEN) this.watchToken();
    else if (m.kind === PacketKind.MCAST) this.watchMcast(columns, index);
    if (this.duplicates.isDuplicate(m.timeNs, m.src, m.dst, this.located.ipId, end - at)) m.flags |= RowFlag.DUPLICATE;
    columns.kind[index] = m.kind;
    columns.flags[index] = m.flags;
    columns.encoding[index] = m.encoding;
    columns.sender[index] = m.sender;
    columns.ring[index] = m.ring;
    columns.seq[index] = m.seq;
    columns.aru[index] = m.aru;
    columns.tokenSeq[index] = m.tokenSeq;
    for (const analyzer of this.analyzers) analyzer.ingest(m);
  }

  private watchPing(): void {
    const { message: m } = this;
    const type = m.bytes[m.at + 1];
    if (m.end - m.at < 26) return;
    if (type === KNET_PING) this.pings.ping(m.bytes, m.at, m.src, m.dst, m.timeNs);
    else if (type === KNET_PONG) m.aru = this.pings.pong(m.bytes, m.at, m.src, m.dst, m.timeNs);
  }

  private watchToken(): void {
    const { message: m } = this;
    const last = this.lastTokenSeq[m.ring];
    // Half the circle: older or equal is a copy, whatever path it took.
    if (last !== undefined && (last - m.tokenSeq) >>> 0 < 0x80000000) m.flags |= RowFlag.REPEATED;
    else this.lastTokenSeq[m.ring] = m.tokenSeq;
    if (last === undefined && m.seq === 0 && m.tokenSeq === 0) this.order.ringStarts(m.ring);
    this.order.received(m.ring, m.aru);
  }

  private watchMcast(columns: PacketColumns, index: number): void {
    const { message: m, ordered, table } = this;
    const dialect = m.dialect ?? COROSYNC_1;
    ordered.row = m.row;
    ordered.timeNs = m.timeNs;
    ordered.ring = m.ring;
    ordered.seq = m.seq;
    ordered.sender = m.sender;
    ordered.dialect = dialect.id;
    ordered.littleEndian = m.littleEndian;
    ordered.bytes = m.bytes;
    ordered.view = m.view;
    ordered.at = m.at + dialect.at.mcast.size;
    ordered.end = m.end;
    if ((m.flags & RowFlag.ENCAPSULATED) !== 0) {
      // The outer place in the order is taken too: the ring's sequence goes on over recovery messages.
      this.order.skip(m.ring, m.seq);
      if (!readInnerMcast(m, table, ordered)) return;
    }
    const first = this.order.mcast(ordered);
    if (first === 0) return;
    m.flags |= RowFlag.PAYLOAD_COPY;
    columns.link[index] = first;
    const source = table.columnsOf(first - 1);
    const fanout = source.src[(first - 1) & 0xffff] === m.src && source.dst[(first - 1) & 0xffff] !== m.dst;
    m.flags |= fanout ? RowFlag.FANOUT_COPY : RowFlag.REPEATED;
  }
}
