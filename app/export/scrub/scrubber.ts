// Everything of one capture without what tells whose it is: addresses, names and payloads, the same everywhere, so that
// the story of the ring can still be read. Encrypted octets stay as they are: nobody reads them without the key, which
// never goes along. Pure.
import type { Row } from '../../../protocol/base/brand.ts';
import { readKnet } from '../../../protocol/knet/packet.ts';
import { createLocated, locate, type Located } from '../../../protocol/net/locate.ts';
import { COROSYNC_3 } from '../../../protocol/totem/dialect.ts';
import type { Annotation } from '../../annotations/annotation.ts';
import { nodeNamed } from '../../analysis/report/logs.ts';
import type { Finding, NodeEntry } from '../../analysis/result.ts';
import { columnsAt, hashOctets, openRow, type FrameBytes } from '../../session/open-row.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';
import type { PacketTable } from '../../store/packet-table.ts';
import type { LogEntry } from '../log-lines.ts';
import { AddressMap } from './address-map.ts';
import { scrubFrame, writeDatagramChecksum } from './frame-scrub.ts';
import { scrubMessage, type Maps } from './message-scrub.ts';
import { NodeMap } from './node-map.ts';

export interface ScrubberInput {
  readonly table: PacketTable;
  readonly nodes: readonly NodeEntry[];
  readonly names: ReadonlyMap<string, string>;
}

/** Joined datagrams that are kept, while their fragments are written. */
const DATAGRAMS_KEPT_MAX = 64;
const UDP_HEADER = 8;
/** Octets that tell what a malformed message wanted to be. */
const START_OCTETS = 4;

function addressesOf({ table, nodes }: ScrubberInput): readonly string[] {
  const texts = new Set(nodes.flatMap(({ addresses }) => addresses));
  for (let id = 1; table.address(id) !== ''; id++) texts.add(table.address(id));
  return [...texts];
}

export class Scrubber {
  private readonly table: PacketTable;
  private readonly maps: Maps;
  private readonly nodes: readonly NodeEntry[];
  /** Scrubbed datagrams with their UDP header, by the row that completes them. */
  private readonly joined = new Map<number, Uint8Array>();

  constructor(input: ScrubberInput) {
    this.table = input.table;
    this.nodes = input.nodes;
    const known = addressesOf(input);
    const addresses = new AddressMap(known);
    this.maps = { addresses, nodes: new NodeMap(addresses, known, input.nodes, input.names) };
  }

  readonly address = (address: string): string => this.maps.addresses.text(address);
  readonly nodeid = (nodeid: number): number => this.maps.nodes.nodeid(nodeid);
  readonly nodeidBefore = (nodeid: number): number => this.maps.nodes.nodeidBefore(nodeid);
  readonly name = (name: string | null, nodeid: number): string | null =>
    name === null ? null : `node-${this.nodeid(nodeid)}`;
  readonly text = (text: string): string => this.maps.nodes.text(text);

  finding(finding: Finding): Finding {
    const orNull = (text: string | null): string | null => (text === null ? null : this.text(text));
    return {
      ...finding,
      culprits: finding.culprits.map(this.nodeid),
      says: this.text(finding.says),
      evidence: finding.evidence.map((piece) => ({ ...piece, says: this.text(piece.says) })),
      cause: orNull(finding.cause),
      advice: orNull(finding.advice),
    };
  }

  annotation(annotation: Annotation): Annotation {
    const { on, text, tags } = annotation;
    const place = on.kind === 'node' ? { ...on, nodeid: this.nodeid(on.nodeid) } : on;
    return { ...annotation, on: place, text: this.text(text), tags: tags.map(this.text) };
  }

  /** What stands for a node that a person named by id, name or address. */
  nodeNamed(node: string): string {
    const nodeid = nodeNamed(node, this.nodes)?.nodeid;
    return nodeid === undefined ? 'host' : String(this.nodeid(nodeid));
  }

  /** Of a log only what Corosync says of the ring, without who wrote it; null for other lines. */
  log(entry: LogEntry): LogEntry | null {
    const at = entry.line.indexOf('[TOTEM');
    if (at < 0) return null;
    const node = entry.nodeid ?? nodeNamed(entry.node, this.nodes)?.nodeid;
    const shown = node === undefined ? null : this.nodeid(node);
    return {
      ...entry,
      node: shown === null ? 'host' : `node-${shown}`,
      nodeid: shown,
      line: this.text(entry.line.slice(at)),
    };
  }

  /** Rows whose octets `frame` needs for a row. */
  rowsNeeded(row: Row): readonly Row[] {
    const whole = this.completedBy(row);
    const parts = this.table.ipParts.get(whole) ?? [];
    return [...new Set([row, ...(parts as readonly Row[])])];
  }

  /** The row that completes the datagram of a fragment; the row itself for all others. */
  private completedBy(row: Row): Row {
    const { columns, index } = columnsAt(this.table, row);
    const link = columns.kind[index] === PacketKind.FRAGMENT ? columns.link[index]! : 0;
    return link > 0 && this.table.ipParts.has(link - 1) ? ((link - 1) as Row) : row;
  }

  /** The scrubbed octets of a frame. */
  frame(row: Row, frame: FrameBytes): Uint8Array {
    const bytes = frame(row).slice();
    const { table } = this;
    scrubFrame(bytes, table.linktype(row), this.maps.addresses, (own, at, end, located) => {
      if (located.fragOffset === 0 && !located.moreFragments) this.payload(row, own.subarray(at, end), frame);
      else this.fragment(row, own, at, end, located, frame);
    });
    return bytes;
  }

  private fragment(row: Row, bytes: Uint8Array, at: number, end: number, located: Located, frame: FrameBytes): void {
    const whole = this.completedBy(row);
    if (!this.table.ipParts.has(whole)) {
      // Never completed: it cannot be told what is in it.
      bytes.fill(0, at + (located.fragOffset === 0 ? Math.min(UDP_HEADER, end - at) : 0), end);
      return;
    }
    let datagram = this.joined.get(whole);
    if (datagram === undefined) {
      datagram = this.join(whole, frame);
      const payload = datagram.subarray(UDP_HEADER);
      this.payload(whole, payload, frame);
      writeDatagramChecksum(datagram, bytes, located);
      if (this.joined.size >= DATAGRAMS_KEPT_MAX) this.joined.clear();
      this.joined.set(whole, datagram);
    }
    bytes.set(datagram.subarray(located.fragOffset, located.fragOffset + end - at), at);
  }

  /** A datagram with its header, from its fragments. */
  private join(whole: Row, frame: FrameBytes): Uint8Array {
    const { table } = this;
    const located = createLocated();
    const pieces = (table.ipParts.get(whole) ?? []).map((part) => {
      const bytes = frame(part as Row);
      locate(bytes, 0, bytes.length, table.linktype(part as Row), located);
      return { at: located.fragOffset, bytes: bytes.subarray(located.payloadStart, located.payloadEnd) };
    });
    const joined = new Uint8Array(Math.max(0, ...pieces.map(({ at, bytes }) => at + bytes.length)));
    for (const { at, bytes } of pieces.reverse()) joined.set(bytes, at);
    return joined;
  }

  /** Scrubs the whole UDP payload of a row in place. */
  private payload(row: Row, payload: Uint8Array, frame: FrameBytes): void {
    const { table } = this;
    const { columns, index } = columnsAt(table, row);
    const kind = columns.kind[index]!;
    const isOpened = (columns.flags[index]! & RowFlag.OPENED) !== 0;
    // A hash alone hides nothing.
    const { security = 'none' } = table.encodings[columns.encoding[index]!] ?? {};
    if ((isOpened && !security.startsWith('none')) || kind === PacketKind.ENCRYPTED) return;
    if (kind === PacketKind.KNET) return;
    if (kind === PacketKind.MALFORMED) payload.fill(0, Math.min(payload.length, START_OCTETS));
    else if (kind === PacketKind.FRAGMENT) this.knetFragment(payload);
    else if (kind <= PacketKind.RRP) this.message(row, payload, frame);
    else payload.fill(0);
  }

  private message(row: Row, payload: Uint8Array, frame: FrameBytes): void {
    const opened = openRow(this.table, null, row, frame, false);
    const { message, messageAt, dialect, knet, encoding } = opened;
    if (message === null || dialect === null || messageAt < 0) payload.fill(0, Math.min(payload.length, START_OCTETS));
    else if (knet !== null && (knet.compression !== 0 || (knet.fragment ?? 0) > 1)) payload.fill(0, knet.end);
    else {
      // The hash stays, though it fits no more: it tells how the ring is secured.
      const hash = encoding.keyIndex >= 0 ? hashOctets(encoding) : 0;
      scrubMessage(payload, messageAt, messageAt + message.length - hash, dialect, this.maps);
    }
  }

  /** A part of a message in clear that another packet completes: only its first part says what it is. */
  private knetFragment(payload: Uint8Array): void {
    const knet = readKnet(payload, 0, payload.length);
    if (!knet.ok) {
      payload.fill(0, Math.min(payload.length, START_OCTETS));
      return;
    }
    const { end, fragment, compression } = knet.value;
    if ((fragment ?? 0) > 1 || compression !== 0) payload.fill(0, end);
    else scrubMessage(payload, end, payload.length, COROSYNC_3, this.maps);
  }
}
