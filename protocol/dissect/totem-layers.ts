// The layers from knet up to the messages of a service, as fields with their bytes. Frames and IP: net-layers.ts.
import { viewOf } from '../base/bytes.ts';
import { explainServiceProblem, readServiceMessage, walkServiceMessage } from '../cpg/service-message.ts';
import { readKnet } from '../knet/packet.ts';
import type { DialectId, Dialect } from '../totem/dialect.ts';
import { decodeTotem, explainProblem, layoutOf, type DecodeProblem } from '../totem/decode.ts';
import { ringIdText } from '../totem/identity.ts';
import { RingTest } from '../totem/messages.ts';
import { isLittleEndian } from '../totem/recognise.ts';
import { readPacket, TotempgMcast } from '../totempg/packet.ts';
import { walkFields, type FieldSpan, type LayoutProblem } from '../wire/layout.ts';
import type { DissectedProblem, Layer } from './dissection.ts';

const rest = (path: string, offset: number, end: number, doc: string): FieldSpan[] =>
  offset >= end
    ? []
    : [{ path, offset, length: end - offset, text: `${end - offset} octets`, ctype: `u8[${end - offset}]`, doc }];

function problemOf(problem: DecodeProblem | LayoutProblem | null): DissectedProblem | null {
  return problem === null ? null : { kind: problem.kind, at: problem.at, says: explainProblem(problem) };
}

/** The knet packet bytes[at, end) of a source. */
export function knetLayer(bytes: Uint8Array, at: number, end: number, source: number): Layer {
  const read = readKnet(bytes, at, end);
  if (!read.ok) {
    const problem = problemOf(read.problem);
    return {
      name: 'knet',
      summary: 'knet, cannot be read',
      source,
      offset: at,
      length: end - at,
      fields: rest('bytes', at, end, 'not read'),
      problem,
    };
  }
  const { layout, type, node, seq, fragments, fragment, end: after } = read.value;
  const { spans } = walkFields(layout, viewOf(bytes), at, end, true);
  const part = fragments !== null && fragments > 1 ? `, fragment ${fragment} of ${fragments}` : '';
  const summary = `knet ${type.replace('_', ' ')} from node ${node}${seq === null ? '' : `, seq ${seq}`}${part}`;
  const isData = type === 'data';
  const fields = isData
    ? spans
    : [...spans, ...rest('filler', after, end, 'fills the packet up to the size that is tried')];
  return { name: 'knet', summary, source, offset: at, length: (isData ? after : end) - at, fields, problem: null };
}

function messageSummary(
  bytes: Uint8Array,
  at: number,
  end: number,
  dialect: Dialect,
): { readonly summary: string; readonly end: number } {
  const decoded = decodeTotem(bytes, at, end, dialect);
  if (!decoded.ok) return { summary: 'Totem message, cannot be read', end };
  const { message } = decoded.value;
  const where = 'ringId' in message ? `, ring ${ringIdText(message.ringId)}` : `, ring_seq ${message.ringSeq}`;
  const place = 'seq' in message ? `, seq ${message.seq}` : '';
  return { summary: `${message.type}${where}${place}`, end: decoded.value.end };
}

/** The Totem message bytes[at, end) of a source, and what it carries. */
export function totemLayers(
  bytes: Uint8Array,
  at: number,
  end: number,
  dialect: Dialect,
  source: number,
): readonly Layer[] {
  const littleEndian = isLittleEndian(bytes, at, dialect);
  const type = bytes[at + dialect.at.type] ?? 0xff;
  const isTest = type === 6 || type === 7;
  const layout = isTest ? RingTest : layoutOf(dialect, type);
  if (layout === null || end - at < dialect.at.nodeid + 4) {
    const decoded = decodeTotem(bytes, at, end, dialect);
    const problem = decoded.ok ? null : problemOf(decoded.problem);
    const fields = rest('bytes', at, end, 'not read');
    return [
      {
        name: 'totem',
        summary: 'Totem message, cannot be read',
        source,
        offset: at,
        length: end - at,
        fields,
        problem,
      },
    ];
  }
  const walked = walkFields(layout as never, viewOf(bytes), at, end, littleEndian);
  const { summary, end: after } = isTest
    ? { summary: 'ring test', end: walked.end }
    : messageSummary(bytes, at, end, dialect);
  const isMcast = type === 1 && walked.problem === null;
  const extra = isMcast ? [] : rest('trailing_bytes', walked.end, end, 'octets that no field of this message covers');
  const layer: Layer = {
    name: 'totem',
    summary,
    source,
    offset: at,
    length: (isMcast ? after : end) - at,
    fields: [...walked.spans, ...extra],
    problem: problemOf(walked.problem),
  };
  if (!isMcast) return [layer];
  const encapsulated = bytes[at + dialect.at.encapsulated] === 1;
  const above = encapsulated
    ? totemLayers(bytes, after, end, dialect, source)
    : [totempgLayer(bytes, after, end, littleEndian, source)];
  return [layer, ...above];
}

function totempgLayer(bytes: Uint8Array, at: number, end: number, littleEndian: boolean, source: number): Layer {
  const view = viewOf(bytes);
  const { spans, problem } = walkFields(TotempgMcast, view, at, end, littleEndian);
  const packet = readPacket(view, at, end, littleEndian);
  const base = { name: 'totempg', source, offset: at, length: end - at } as const;
  if (!packet.ok) {
    const says =
      packet.problem.kind === 'no-pieces' ? 'the packet says that it holds no message' : explainProblem(packet.problem);
    return {
      ...base,
      summary: 'totempg packet, cannot be read',
      fields: spans,
      problem: { kind: packet.problem.kind, at: packet.problem.at, says },
    };
  }
  const { pieces, continuation, fragmented, end: after } = packet.value;
  const last = pieces.length - 1;
  const fields = pieces.map((piece, i): FieldSpan => {
    const begins = i > 0 || continuation === 0 ? '' : ' (goes on from an earlier packet)';
    const ends = i < last || fragmented === 0 ? '' : ' (goes on in a later packet)';
    const text = `${piece.length} octets${begins}${ends}`;
    return {
      path: `piece[${i}]`,
      offset: piece.at,
      length: piece.length,
      text,
      ctype: `u8[${piece.length}]`,
      doc: 'a message, or a part of one',
    };
  });
  const summary = `totempg, ${pieces.length} ${pieces.length === 1 ? 'piece' : 'pieces'}`;
  return {
    ...base,
    summary,
    fields: [...spans, ...fields, ...rest('padding', after, end, 'octets behind the last piece')],
    problem: problemOf(problem),
  };
}

/** One whole message, which is a source of its own. */
export function messageLayer(
  bytes: Uint8Array,
  littleEndian: boolean,
  generation: DialectId,
  sender: number,
  source: number,
): Layer {
  const message = readServiceMessage(bytes, littleEndian, generation, sender);
  const { spans } = walkServiceMessage(bytes, littleEndian, generation);
  const { problem, cpg } = message;
  const what =
    [message.service, message.function].filter((name) => name !== null).join(' ') || `group ${message.group ?? '?'}`;
  const whose = cpg === null ? '' : `, group ${cpg.group}, node ${cpg.nodeid}, pid ${cpg.pid}`;
  return {
    name: 'message',
    summary: `${what}${whose}, ${message.application.length} octets`,
    source,
    offset: 0,
    length: bytes.length,
    fields: spans,
    problem: problem === null ? null : { kind: problem.kind, at: problem.at, says: explainServiceProblem(problem) },
  };
}
