// One row as a line of `totemlab decode`: the plain object of the command-line contract, keys in its order.
// Values that are not known are null, never invented.
import { sha256 } from '@noble/hashes/sha2.js';
import type { Row } from '../../protocol/base/brand.ts';
import { toHex } from '../../protocol/base/bytes.ts';
import { readServiceMessage } from '../../protocol/cpg/service-message.ts';
import type { KnetPacket } from '../../protocol/knet/packet.ts';
import { decodeTotem, explainProblem, type DecodeProblem } from '../../protocol/totem/decode.ts';
import { sheepRecord } from '../../protocol/sheep/cluster-message.ts';
import { isRelevant, PACKET_KINDS, PacketKind, RowFlag } from '../store/kinds.ts';
import type { Ingest } from './ingest.ts';
import { columnsAt, openRow, type FrameBytes, type OpenedRow } from './open-row.ts';
import { canonicalRow, endedMessages, payloadMcast, readPayloadPacket, type EndedMessage } from './payloads.ts';
import { packetOpener } from './dissect-row.ts';
import { timeText, wallClock } from '../store/times.ts';
import { totemRecord, type Json, type JsonObject } from './totem-record.ts';

/** The fields of cli.md, in its order. */
export interface DecodeRecord {
  readonly [field: string]: Json;
  readonly frame: number;
  readonly time: string;
  readonly src: string;
  readonly dst: string;
  readonly sport: number | null;
  readonly dport: number | null;
  readonly transport: string | null;
  readonly dialect: string | null;
  readonly security: string | null;
  readonly authentic: boolean | null;
  readonly kind: string;
  readonly reassembledIn: number | null;
  readonly length: number | null;
  readonly totem: JsonObject | null;
  readonly inner: JsonObject | null;
  readonly payload: readonly JsonObject[] | null;
  readonly partial: number | null;
  readonly knet: JsonObject | null;
  readonly problem: JsonObject | null;
}

export interface RecordOptions {
  /** Give the application's octets as hex. */
  readonly data: boolean;
}

const PAYLOADS_KEPT_MAX = 256;

/** Payload entries of the rows asked for lately: retransmission storms ask for the same ones again and again. */
class PayloadCache {
  private readonly kept = new Map<number, readonly JsonObject[]>();
  get(row: number): readonly JsonObject[] | undefined {
    return this.kept.get(row);
  }
  set(row: number, payload: readonly JsonObject[]): void {
    if (this.kept.size >= PAYLOADS_KEPT_MAX) this.kept.clear();
    this.kept.set(row, payload);
  }
}
const caches = new WeakMap<Ingest, { readonly plain: PayloadCache; readonly data: PayloadCache }>();

function payloadEntry(ended: EndedMessage, data: boolean): JsonObject {
  const { bytes, generation, littleEndian, sender, firstRow, lastRow } = ended;
  const message = readServiceMessage(bytes, littleEndian, generation, sender);
  const { at, length } = message.application;
  const application = bytes.subarray(at, at + length);
  const cpg =
    message.cpg === null ? null : { group: message.cpg.group, nodeid: message.cpg.nodeid, pid: message.cpg.pid };
  const isSheep = cpg?.group === 'sheepdog' && (message.function === 'MCAST' || message.function === 'PARTIAL_MCAST');
  return {
    group: message.group,
    service: message.service,
    function: message.function,
    frames: [firstRow + 1, lastRow + 1],
    length,
    sha256: toHex(sha256(application)),
    ...(data ? { data: toHex(application) } : {}),
    cpg,
    sheepdog: isSheep ? sheepRecord(application) : null,
  };
}

function payloadOf(ingest: Ingest, row: Row, frame: FrameBytes, data: boolean): readonly JsonObject[] {
  const { table } = ingest;
  const first = canonicalRow(table, row);
  let both = caches.get(ingest);
  if (both === undefined) caches.set(ingest, (both = { plain: new PayloadCache(), data: new PayloadCache() }));
  const cache = data ? both.data : both.plain;
  const known = cache.get(first);
  if (known !== undefined) return known;
  const payload = endedMessages(table, first, packetOpener(ingest, frame)).map((ended) => payloadEntry(ended, data));
  cache.set(first, payload);
  return payload;
}

function knetRecord(knet: KnetPacket, rtt: number | null): JsonObject {
  const { type, node, seq, fragments, fragment, broadcast, channel, link } = knet;
  if (type === 'data') return { type, node, seq, fragments, fragment, broadcast, channel };
  if (type === 'ping') return { type, node, link, seq };
  if (type === 'pong') return { type, node, link, seq, rtt };
  return { type, node, link };
}

interface TotemPart {
  readonly length: number | null;
  readonly totem: JsonObject | null;
  readonly inner: JsonObject | null;
  readonly payload: readonly JsonObject[] | null;
  readonly partial: number | null;
  readonly problem: JsonObject | null;
}
const NO_TOTEM: TotemPart = { length: null, totem: null, inner: null, payload: null, partial: null, problem: null };

function problemRecord(problem: DecodeProblem, messageAt: number, cut: boolean): JsonObject {
  const says = explainProblem(problem);
  return {
    kind: problem.kind,
    at: Math.max(0, messageAt) + problem.at,
    says: cut ? `${says}: the snap length cut the frame` : says,
  };
}

function totemPart(ingest: Ingest, row: Row, opened: OpenedRow, frame: FrameBytes, options: RecordOptions): TotemPart {
  const { message, dialect, messageAt, located } = opened;
  if (message === null || dialect === null) return NO_TOTEM;
  const cut = located.payloadEnd - located.payloadStart < located.payloadLength;
  const { length } = message;
  const decoded = decodeTotem(message, 0, length, dialect);
  if (!decoded.ok) return { ...NO_TOTEM, length, problem: problemRecord(decoded.problem, messageAt, cut) };
  const totem = totemRecord(decoded.value.message);
  if (decoded.value.message.type !== 'mcast') {
    const { end } = decoded.value;
    const trailing: DecodeProblem | null =
      end < length ? { kind: 'trailing-bytes', at: end, length: length - end } : null;
    return {
      ...NO_TOTEM,
      length,
      totem,
      problem: trailing === null ? null : problemRecord(trailing, messageAt, false),
    };
  }
  const mcast = payloadMcast(message, dialect);
  const encapsulated = mcast === null || mcast.at > 0;
  const innerDecoded = mcast !== null && encapsulated ? decodeTotem(message, mcast.at, length, dialect) : null;
  const inner = innerDecoded?.ok ? totemRecord(innerDecoded.value.message) : null;
  const packet = mcast === null ? null : readPayloadPacket(mcast);
  const at = Math.max(0, messageAt) + (mcast?.packetAt ?? dialect.at.mcast.size);
  if (mcast === null || packet === null || !packet.ok) {
    const says = cut ? 'the payload was cut by the snap length' : 'the payload is no whole totempg packet';
    return { ...NO_TOTEM, length, totem, inner, problem: { kind: cut ? 'truncated' : 'bad-payload', at, says } };
  }
  const payload = payloadOf(ingest, row, frame, options.data);
  return { length, totem, inner, payload, partial: packet.value.fragmented === 0 ? 0 : 1, problem: null };
}

function malformedProblem(kind: number, opened: OpenedRow): JsonObject | null {
  if (kind !== PacketKind.MALFORMED) return null;
  const says =
    opened.knet === null ? 'starts like Totem, but cannot be read' : 'knet packet too short for what it says';
  return { kind: 'truncated', at: 0, says };
}

/** The line of a row, or null where `decode` prints none. Needs the bytes of rowsNeeded() frames. */
export function decodeRecord(ingest: Ingest, row: Row, frame: FrameBytes, options: RecordOptions): DecodeRecord | null {
  const { table } = ingest;
  const { columns, index } = columnsAt(table, row);
  const kind = columns.kind[index]!;
  if (!isRelevant(kind)) return null;
  const opened = openRow(table, ingest.keyring, row, frame);
  const { located } = opened;
  const isFragment = kind === PacketKind.FRAGMENT;
  const completedBy = isFragment ? columns.link[index]! : 0;
  const of = completedBy === 0 ? null : columnsAt(table, completedBy - 1);
  const known =
    table.encodings[of === null ? columns.encoding[index]! : of.columns.encoding[of.index]!] ?? opened.encoding;
  const open = isFragment && of === null;
  const hasPorts = located.fragOffset === 0;
  const isTotem = kind <= PacketKind.TOKEN_HOLD_CANCEL || kind === PacketKind.MALFORMED;
  const part = isTotem ? totemPart(ingest, row, opened, frame, options) : NO_TOTEM;
  return {
    frame: row + 1,
    time: timeText(wallClock(table.epochNs, columns.timeNs[index]!)),
    src: table.address(columns.src[index]!),
    dst: table.address(columns.dst[index]!),
    sport: hasPorts ? located.sport : null,
    dport: hasPorts ? located.dport : null,
    transport: isFragment && of === null && opened.knet === null ? 'udp' : known.transport,
    dialect: open ? null : known.dialect,
    security: open ? null : known.security,
    authentic: open ? null : known.authentic,
    kind: PACKET_KINDS[kind]?.name ?? 'other',
    reassembledIn: completedBy === 0 ? null : completedBy,
    length: part.length,
    totem: part.totem,
    inner: part.inner,
    payload: part.payload,
    partial: part.partial,
    knet:
      opened.knet === null
        ? null
        : knetRecord(opened.knet, columns.aru[index]! === 0 ? null : columns.aru[index]! / 1e6),
    problem: part.problem ?? ((columns.flags[index]! & RowFlag.PROBLEM) === 0 ? null : malformedProblem(kind, opened)),
  };
}
