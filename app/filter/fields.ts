// The fields that a filter may name: the names of `totemlab decode`'s lines. Their values come from a record.
import type { DecodeRecord } from '../session/decode-record.ts';
import type { Json } from '../session/totem-record.ts';
import { nearest } from './nearest.ts';

/** Fields without `totem.` before them. */
const PLAIN: readonly string[] = [
  'frame',
  'time',
  'src',
  'dst',
  'node',
  'cpg.group',
  'cpg.nodeid',
  'cpg.pid',
  'sheepdog.type',
];

/** The line's own fields, usable as `totem.kind` or `kind`. */
const OF_LINE: readonly string[] = [
  'sport',
  'dport',
  'transport',
  'dialect',
  'security',
  'authentic',
  'kind',
  'reassembledIn',
  'length',
  'partial',
  'problem',
];

const OF_MESSAGE: readonly string[] = [
  'header.nodeid',
  'header.target_nodeid',
  'header.encapsulated',
  'header.little_endian',
  'system_from.nodeid',
  'system_from.ip',
  'seq',
  'token_seq',
  'this_seqno',
  'aru',
  'aru_addr',
  'ring_id',
  'ring_seq',
  'backlog',
  'fcc',
  'retrans_flg',
  'rtr_list',
  'rtr_list.seq',
  'rtr_list.ring_id',
  'node_id',
  'guarantee',
  'proc_list',
  'proc_list.nodeid',
  'proc_list.ip',
  'failed_list',
  'failed_list.nodeid',
  'failed_list.ip',
  'memb_index',
  'addr',
  'addr.nodeid',
  'addr.ip',
  'memb_list',
  'memb_list.ring_id',
  'memb_list.aru',
  'memb_list.high_delivered',
  'memb_list.received_flg',
  'inner',
  'inner.seq',
  'inner.ring_id',
  'payload',
  'payload.group',
  'payload.service',
  'payload.function',
  'payload.length',
  'payload.sha256',
  'knet',
  'knet.type',
  'knet.node',
  'knet.seq',
  'knet.fragment',
  'knet.fragments',
  'knet.link',
  'knet.rtt',
  'problem.kind',
  'problem.says',
];

/** Every field: complete.ts offers them, and the nearest one to a misspelt name is named. */
export const FIELDS: readonly string[] = [...PLAIN, ...[...OF_LINE, ...OF_MESSAGE].map((name) => `totem.${name}`)];
const KNOWN = new Set([...FIELDS, ...OF_LINE]);
/** sheepdog's fields are as many as its messages have. */
const OPEN_PREFIX = 'sheepdog.';

export function isField(name: string): boolean {
  return KNOWN.has(name) || (name.startsWith(OPEN_PREFIX) && /^[a-z_.]+$/.test(name));
}

/** At most two fields that a misspelt name may have meant, which may lack the `totem.` before it. */
export function nearestFields(name: string): readonly string[] {
  const fields = new Map(FIELDS.map((field) => [field.replace(/^totem\./, ''), field]));
  return nearest(name.replace(/^totem\./, ''), [...fields.keys()]).map((short) => fields.get(short) ?? short);
}

type Value = string | number | boolean;

function collect(json: Json | undefined, path: readonly string[], out: Value[]): void {
  if (json === null || json === undefined) return;
  if (Array.isArray(json)) {
    for (const item of json) collect(item as Json, path, out);
    return;
  }
  if (typeof json !== 'object') {
    if (path.length === 0) out.push(json);
    return;
  }
  const [first, ...rest] = path;
  // Naming an object or a list of objects asks whether it is there.
  if (first === undefined) out.push(true);
  else collect((json as { readonly [field: string]: Json })[first], rest, out);
}

const NODE_PATHS = [
  'header.nodeid',
  'system_from.nodeid',
  'proc_list.nodeid',
  'failed_list.nodeid',
  'addr.nodeid',
  'aru_addr',
].map((path) => path.split('.'));

/** Nanoseconds since 1970 of a line's time. */
function nanoseconds(time: string): bigint {
  return BigInt(time.replace('.', ''));
}

/**
 * Every value that a field has in a record; a field in a list has one for each element. `firstNs`: time of the
 * capture's first frame, nanoseconds since 1970, from which the field `time` counts.
 */
export function valuesOf(record: DecodeRecord, field: string, firstNs: bigint): readonly Value[] {
  const out: Value[] = [];
  const name = field.startsWith('totem.') ? field.slice('totem.'.length) : field;
  const path = name.split('.');
  const [first = '', ...rest] = path;
  if (field === 'time') out.push(Number(nanoseconds(record.time) - firstNs) / 1e9);
  else if (field === 'node') for (const nodePath of NODE_PATHS) collect(record.totem, nodePath, out);
  else if (first === 'cpg' || first === 'sheepdog')
    for (const entry of record.payload ?? []) collect(entry[first], rest, out);
  else if (first in record && first !== 'totem') collect(record[first], rest, out);
  else collect(record.totem, path, out);
  if (field === 'node' && record.knet !== null) collect(record.knet['node'], [], out);
  return out;
}
