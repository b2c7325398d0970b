// The 48-octet headers of sheepdog's TCP protocol, requests and responses, in the form that each operation gives them.
// Not the stream they stand in: tcp-stream.ts.
import { assert, fail, ok, type Result } from '../base/result.ts';
import { viewOf } from '../base/bytes.ts';
import { bytes, decode, encode, struct, u16, u32, u64, u8, walkFields, cName } from '../wire/layout.ts';
import type { FieldSpan, Layout, LayoutProblem } from '../wire/layout.ts';
import { SHEEP_LITTLE_ENDIAN } from './node-entry.ts';
import { objectIdText, readObjectId } from './object-id.ts';
import { flagNames, operationName, OPERATIONS, resultText } from './operations.ts';
import type { RequestForm, ResponseForm } from './operations.ts';

export const SHEEP_HEADER_OCTETS = 48;
/** Octets that every header has in common: they tell the operation and what follows. */
export const SHEEP_COMMON_OCTETS = 16;

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;
const oidText = (oid: bigint): string => {
  const { kind, vdi, index } = readObjectId(oid);
  return `${objectIdText(oid)} (${kind} of vdi ${vdi.toString(16).padStart(6, '0')}, index ${index.toString(16)})`;
};
const timeText = (ctime: bigint): string => `${ctime} (${ctime >> 32n} s ${ctime & 0xffff_ffffn} ns)`;

const COMMON = {
  protoVer: u8('protocol version; 0 from most senders'),
  opcode: u8('operation', (opcode) => `${hex(opcode)} (${operationName(opcode)})`),
  flags: u16('flags', (flags) => `0x${flags.toString(16)} (${flagNames(0, flags).join(' ')})`),
  epoch: u32('epoch of the sender, or 0 from clients'),
  id: u32('number by which the answer is matched'),
  dataLength: u32('octets that follow; without WRITE in a request: room for the answer'),
} as const;
const reserved = (octets: number) => bytes(octets, 'not used by this operation');
const copies = u32('copies; 0 for the default of the cluster');
const RESULT = { result: u32('result', (code) => `${hex(code)} (${resultText(code)})`) } as const;

/** Requests by the form of their last 32 octets (specs/sheepdog.md 5.1). */
export const SHEEP_REQUESTS = {
  object: struct('sd_obj_req', {
    ...COMMON,
    oid: u64('object', oidText),
    cowOid: u64('object to copy from', oidText),
    copies,
    tgtEpoch: u32('epoch that is asked about'),
    offset: u64('octets from the start of the object'),
  }),
  vdi: struct('sd_vdi_req', {
    ...COMMON,
    vdiSize: u64('octets of the image'),
    baseVdiId: u32('image that the new one is based on'),
    copies,
    snapid: u32('snapshot'),
    reserved: reserved(12),
  }),
  format: struct('sd_so_req', {
    ...COMMON,
    oid: u64('not used'),
    ctime: u64('creation time of the cluster', timeText),
    copies,
    tag: u32('not used'),
    reserved: reserved(8),
  }),
  list: struct('sd_list_req', {
    ...COMMON,
    tgtEpoch: u32('epoch that is asked about'),
    reserved: u32('not used'),
    ctime: u64('creation time of the cluster; of our own sheep only', timeText),
    reserved2: reserved(16),
  }),
  plain: struct('sd_req', { ...COMMON, opcodeSpecific: reserved(32) }),
} as const;

/** Responses by the form of their last 32 octets. */
export const SHEEP_RESPONSES = {
  object: struct('sd_obj_rsp', { ...COMMON, ...RESULT, copies, reserved: reserved(24) }),
  vdi: struct('sd_vdi_rsp', {
    ...COMMON,
    ...RESULT,
    reserved: u32('not used'),
    vdiId: u32('image', (vdi) => vdi.toString(16).padStart(6, '0')),
    attrId: u32('attribute'),
    copies,
    reserved2: reserved(12),
  }),
  node: struct('sd_node_rsp', {
    ...COMMON,
    ...RESULT,
    nrNodes: u32('nodes that follow'),
    localIdx: u32('place of the answering node among them'),
    masterIdx: u32('place of the master; 4294967295 in 0.3.0, which does not tell'),
    storeSize: u64('octets of the store'),
    storeFree: u64('free octets of the store'),
  }),
  plain: struct('sd_rsp', { ...COMMON, ...RESULT, reserved: reserved(28) }),
} as const;

export type SheepSide = 'request' | 'response';

/** One header. `fields` are those of its form, by the names of the layouts above, as far as captured. */
export interface SheepHeader {
  readonly side: SheepSide;
  readonly form: RequestForm | ResponseForm;
  readonly protoVer: number;
  readonly opcode: number;
  readonly flags: number;
  readonly epoch: number;
  readonly id: number;
  readonly dataLength: number;
  /** Null in a request, and where it was not captured. */
  readonly result: number | null;
  /** Octets of the header that were captured: 48, or fewer behind a short snap length. */
  readonly captured: number;
  readonly fields: { readonly [name: string]: number | bigint | Uint8Array };
}

interface CommonFields {
  readonly protoVer: number;
  readonly opcode: number;
  readonly flags: number;
  readonly epoch: number;
  readonly id: number;
  readonly dataLength: number;
  readonly result?: number;
}

function formOf(side: SheepSide, opcode: number): RequestForm | ResponseForm {
  return OPERATIONS.get(opcode)?.[side] ?? 'plain';
}

function layoutOf(side: SheepSide, form: RequestForm | ResponseForm): Layout<unknown, number> {
  const forms: { readonly [form: string]: Layout<unknown, number> } =
    side === 'request' ? SHEEP_REQUESTS : SHEEP_RESPONSES;
  return forms[form] ?? (forms['plain'] as Layout<unknown, number>);
}

/**
 * Reads the header octets[at, at + 48). `answered`: the operation that decides the form, where the header's own does
 * not; the responses inside cluster messages leave theirs 0. Never throws on any bytes.
 */
export function readSheepHeader(
  side: SheepSide,
  octets: Uint8Array,
  at: number,
  answered: number | null = null,
): Result<SheepHeader, LayoutProblem> {
  const have = Math.max(0, octets.length - at);
  if (have < SHEEP_HEADER_OCTETS)
    return fail({ kind: 'truncated', field: 'header', at, need: SHEEP_HEADER_OCTETS, have });
  const form = formOf(side, answered ?? octets[at + SHEEP_REQUESTS.plain.at.opcode] ?? 0);
  const decoded = decode(layoutOf(side, form), viewOf(octets), at, octets.length, SHEEP_LITTLE_ENDIAN);
  if (!decoded.ok) return decoded;
  const fields = decoded.value.value as SheepHeader['fields'] & CommonFields;
  const { protoVer, opcode, flags, epoch, id, dataLength, result = null } = fields;
  return ok({
    side,
    form,
    protoVer,
    opcode,
    flags,
    epoch,
    id,
    dataLength,
    result,
    captured: SHEEP_HEADER_OCTETS,
    fields,
  });
}

/** Reads a header of which only the first octets were captured, at least SHEEP_COMMON_OCTETS of them. */
export function readCutHeader(side: SheepSide, octets: Uint8Array): Result<SheepHeader, LayoutProblem> {
  const captured = Math.min(octets.length, SHEEP_HEADER_OCTETS);
  if (captured < SHEEP_COMMON_OCTETS)
    return fail({ kind: 'truncated', field: 'header', at: 0, need: SHEEP_COMMON_OCTETS, have: captured });
  const padded = new Uint8Array(SHEEP_HEADER_OCTETS);
  padded.set(octets.subarray(0, captured));
  const read = readSheepHeader(side, padded, 0);
  if (!read.ok || captured === SHEEP_HEADER_OCTETS) return read;
  const header = read.value;
  const spans = walkSheepHeader(header, viewOf(padded), 0, '');
  const known = new Set(spans.filter(({ offset, length }) => offset + length <= captured).map(({ path }) => path));
  const fields = Object.fromEntries(Object.entries(header.fields).filter(([name]) => known.has(cName(name))));
  return ok({ ...header, captured, fields, result: known.has('result') ? header.result : null });
}

/** The 48 octets of a whole header; the inverse of readSheepHeader. */
export function encodeSheepHeader(header: Pick<SheepHeader, 'side' | 'form' | 'fields'>): Uint8Array {
  return encode(layoutOf(header.side, header.form), header.fields, SHEEP_LITTLE_ENDIAN);
}

const ZEROS = new Uint8Array(SHEEP_HEADER_OCTETS);

/** A header of an operation; fields that are not given are 0. Every header made by this program is made here. */
export function makeHeader(
  side: SheepSide,
  opcode: number,
  given: { readonly [name: string]: number | bigint } = {},
): SheepHeader {
  const form = formOf(side, opcode);
  const zero = decode(layoutOf(side, form), viewOf(ZEROS), 0, SHEEP_HEADER_OCTETS, SHEEP_LITTLE_ENDIAN);
  assert(zero.ok, 'a header of zeros can be read');
  const fields = { ...(zero.value.value as SheepHeader['fields']), opcode, ...given };
  const common = fields as unknown as CommonFields;
  const { protoVer, flags, epoch, id, dataLength } = common;
  const result = side === 'response' ? (common.result ?? 0) : null;
  const captured = SHEEP_HEADER_OCTETS;
  return { side, form, protoVer, opcode: common.opcode, flags, epoch, id, dataLength, result, captured, fields };
}

/** The same header with other values in some of its fields. */
export function withFields(header: SheepHeader, given: { readonly [name: string]: number | bigint }): SheepHeader {
  const fields = header.fields as { readonly [name: string]: number };
  return { ...makeHeader(header.side, header.opcode, { ...fields, ...given }), form: header.form };
}

/** A field of a header that its form has, as a number. */
export function numberField({ fields }: Pick<SheepHeader, 'fields'>, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}

/** A field of 64 bits that its form has. */
export function bigField({ fields }: Pick<SheepHeader, 'fields'>, name: string): bigint {
  const value = fields[name];
  return typeof value === 'bigint' ? value : 0n;
}

/** The spans of a header of that form at that offset of a view, for the detail tree. */
export function walkSheepHeader(
  { side, form }: Pick<SheepHeader, 'side' | 'form'>,
  view: DataView,
  at: number,
  path: string,
): readonly FieldSpan[] {
  return walkFields(layoutOf(side, form), view, at, view.byteLength, SHEEP_LITTLE_ENDIAN, path).spans;
}

export type SheepHeaderJson = { readonly [name: string]: string | number | readonly string[] };

/** A header for programs: C names, object ids in hex, 64-bit numbers as text, the reserved octets left out. */
export function sheepHeaderJson(header: SheepHeader): SheepHeaderJson {
  const json: { [name: string]: string | number | readonly string[] } = {};
  for (const [name, value] of Object.entries(header.fields)) {
    if (value instanceof Uint8Array || name.startsWith('reserved')) continue;
    if (typeof value === 'bigint')
      json[cName(name)] = name.toLowerCase().endsWith('oid') ? objectIdText(value) : String(value);
    else json[cName(name)] = value;
  }
  json['opcode'] = operationName(header.opcode);
  json['flag_names'] = flagNames(header.opcode, header.flags);
  if (header.result !== null) json['result_text'] = resultText(header.result);
  return json;
}
