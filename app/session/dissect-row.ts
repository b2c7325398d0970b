// One row taken apart for the detail tree and the hex view: frame, datagram, what a key opened, messages.
import type { Row } from '../../protocol/base/brand.ts';
import { utf8Text } from '../../protocol/base/bytes.ts';
import type { Dissection, DissectedBytes, Layer } from '../../protocol/dissect/dissection.ts';
import { sheepLayer } from '../../protocol/dissect/sheep-layers.ts';
import { netLayers } from '../../protocol/dissect/net-layers.ts';
import { knetLayer, messageLayer, totemLayers } from '../../protocol/dissect/totem-layers.ts';
import type { FieldSpan } from '../../protocol/wire/layout.ts';
import { PacketKind } from '../store/kinds.ts';
import type { Ingest } from './ingest.ts';
import { readLogRow } from './beside-packets.ts';
import { columnsAt, openRow, type FrameBytes, type OpenedRow } from './open-row.ts';
import { canonicalRow, endedMessages, payloadMcast, readPayloadPacket, type OpenPacket } from './payloads.ts';

/** Messages of one packet that are shown as sources of their own. */
export const MESSAGES_SHOWN_MAX = 64;

/** Opens the mcast of any row, for joining messages. */
export function packetOpener(ingest: Ingest, frame: FrameBytes): OpenPacket {
  return (row) => {
    const { message, dialect } = openRow(ingest.table, ingest.keyring, row, frame);
    const mcast = message === null || dialect === null ? null : payloadMcast(message, dialect);
    const packet = mcast === null ? null : readPayloadPacket(mcast);
    return mcast === null || packet === null || !packet.ok ? null : { mcast, packet: packet.value };
  };
}

interface Sources {
  readonly sources: DissectedBytes[];
  add(label: string, bytes: Uint8Array): number;
}

function newSources(): Sources {
  const sources: DissectedBytes[] = [];
  return { sources, add: (label, bytes) => sources.push({ label, bytes }) - 1 };
}

function unreadLayer(kind: number, bytes: Uint8Array, source: number, at: number): Layer | null {
  if (kind !== PacketKind.ENCRYPTED && kind !== PacketKind.OTHER) return null;
  const summary = kind === PacketKind.ENCRYPTED ? 'encrypted: no key at hand opens it' : 'not Totem';
  const length = bytes.length - at;
  const doc =
    kind === PacketKind.ENCRYPTED
      ? 'add the authkey file to open it'
      : 'on a Totem port, without a start that is known';
  const fields =
    length === 0 ? [] : [{ path: 'bytes', offset: at, length, text: `${length} octets`, ctype: `u8[${length}]`, doc }];
  return { name: 'payload', summary, source, offset: at, length, fields, problem: null };
}

/** The layers above UDP, whatever they were wrapped in. */
function upperLayers(opened: OpenedRow, kind: number, sources: Sources): readonly Layer[] {
  const { datagram, clear, knet, message, messageAt, dialect, frame, isReassembled, located } = opened;
  if (datagram === null) return [];
  // Bytes of the frame stay the frame's, so that a field's bytes are marked where they were captured.
  const inFrame = !isReassembled && clear === null;
  const source =
    clear !== null
      ? sources.add('decrypted', clear)
      : isReassembled
        ? sources.add('reassembled datagram', datagram)
        : 0;
  const base = inFrame ? located.payloadStart : 0;
  const bytes = inFrame ? frame : (clear ?? datagram);
  const end = base + (clear ?? datagram).length;
  const unread = unreadLayer(kind, bytes.subarray(0, end), source, base);
  if (unread !== null) return [unread];
  const layers: Layer[] = knet === null ? [] : [knetLayer(bytes, base, end, source)];
  if (message === null || dialect === null) return layers;
  if (messageAt < 0) {
    const joined = sources.add('message joined from knet fragments', message);
    return [...layers, ...totemLayers(message, 0, message.length, dialect, joined)];
  }
  const at = base + messageAt;
  return [...layers, ...totemLayers(bytes, at, at + message.length, dialect, source)];
}

function endedLayers(ingest: Ingest, row: Row, frame: FrameBytes, sources: Sources): readonly Layer[] {
  const messages = endedMessages(ingest.table, canonicalRow(ingest.table, row), packetOpener(ingest, frame));
  return messages.slice(0, MESSAGES_SHOWN_MAX).map((ended, i) => {
    const { bytes, littleEndian, generation, sender, firstRow, lastRow } = ended;
    const from = firstRow === lastRow ? '' : `, from frame ${firstRow + 1}`;
    return messageLayer(bytes, littleEndian, generation, sender, sources.add(`message ${i + 1}${from}`, bytes));
  });
}

/** Fields of a journal entry that are shown. */
const LOG_FIELDS_MAX = 64;

/** A log line: the fields of its journal entry. */
function logLayer(bytes: Uint8Array): Layer {
  const fields: FieldSpan[] = [];
  for (let at = 0; at < bytes.length && fields.length < LOG_FIELDS_MAX;) {
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline;
    const equals = bytes.indexOf(61, at);
    if (equals > at && equals < end) {
      const path = utf8Text(bytes.subarray(at, equals)).toLowerCase();
      const text = utf8Text(bytes.subarray(equals + 1, end));
      fields.push({ path, offset: at, length: end - at, text, ctype: 'text', doc: 'field of the journal entry' });
    }
    at = end + 1;
  }
  const { host, message } = readLogRow(bytes);
  const summary = `${host ?? 'log'}: ${message}`;
  return { name: 'log', summary, source: 0, offset: 0, length: bytes.length, fields, problem: null };
}

/** Takes a row apart. Needs the bytes of rowsNeeded() frames; never throws on any capture. */
export function dissectRow(ingest: Ingest, row: Row, frame: FrameBytes): Dissection {
  const { table, keyring } = ingest;
  const { columns, index } = columnsAt(table, row);
  const kind = columns.kind[index]!;
  const sources = newSources();
  if (kind === PacketKind.LOG) {
    const bytes = frame(row);
    sources.add('log entry', bytes);
    return { sources: sources.sources, layers: [logLayer(bytes)] };
  }
  const opened = openRow(table, keyring, row, frame);
  sources.add('frame', opened.frame);
  const layers: Layer[] = [...netLayers(opened.frame, table.linktype(row), 0)];
  layers.push(...upperLayers(opened, kind, sources));
  if (kind === PacketKind.SHEEP_TCP) {
    const { payloadStart } = opened.located;
    for (const { seen, at } of ingest.sheepTcp.at(row))
      layers.push(sheepLayer(opened.frame, seen, at < 0 ? -1 : payloadStart + at, 0));
  }
  if (kind === PacketKind.MCAST) layers.push(...endedLayers(ingest, row, frame, sources));
  return { sources: sources.sources, layers };
}
