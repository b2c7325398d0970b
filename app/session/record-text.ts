// A line of `totemlab decode --text`: one packet in the field's words, in columns.
import type { DecodeRecord } from './decode-record.ts';
import type { Json, JsonObject } from './totem-record.ts';

const FRAME_WIDTH = 7;
const TIME_WIDTH = 12;
const ADDRESSES_WIDTH = 31;
const KIND_WIDTH = 17;

const nodes = (list: Json | undefined): string =>
  Array.isArray(list)
    ? list.map((node) => (node as JsonObject)['nodeid'] || (node as JsonObject)['ip']).join(' ') || 'none'
    : '';

function totemText(totem: JsonObject, kind: string): string {
  const { seq, aru, token_seq: tokenSeq, ring_id: ring } = totem;
  switch (kind) {
    case 'orf_token': {
      const requests = (totem['rtr_list'] as readonly JsonObject[]).map((item) => item['seq']);
      const asks = requests.length === 0 ? '' : `, ${requests.length} requests: ${requests.join(' ')}`;
      const backlog = totem['backlog'] === 0 ? '' : ` backlog ${totem['backlog']}`;
      const fcc = totem['fcc'] === 0 ? '' : ` fcc ${totem['fcc']}`;
      const place = `seq ${seq} aru ${aru === 4294967295 ? '-1' : aru}`;
      return `ring ${ring} token_seq ${tokenSeq} ${place}${fcc}${backlog}${asks}`;
    }
    case 'mcast':
      return `ring ${ring} seq ${seq} from ${(totem['system_from'] as JsonObject)['nodeid']}`;
    case 'memb_join':
      return `proc ${nodes(totem['proc_list'])}, failed ${nodes(totem['failed_list'])}, ring_seq ${totem['ring_seq']}`;
    case 'memb_commit_token':
      return `ring ${ring} members ${nodes(totem['addr'])}, memb_index ${totem['memb_index']} token_seq ${tokenSeq}`;
    default:
      return `ring ${ring}`;
  }
}

function payloadText(payload: readonly JsonObject[]): string {
  const entries = payload.map(({ service, function: name, group, length, cpg, sheepdog }) => {
    const whose = cpg === null ? '' : ` ${(cpg as JsonObject)['group']}`;
    const type = sheepdog === null ? '' : ` ${(sheepdog as JsonObject)['type']}`;
    return `${service ?? group} ${name ?? ''}${whose}${type} ${length}`;
  });
  return entries.length === 0 ? '' : ` [${entries.join('; ')}]`;
}

/** What a packet says, without where and when; empty where its kind says it all. */
export function recordInfo({ kind, totem, payload, knet, reassembledIn }: DecodeRecord): string {
  if (totem !== null) return totemText(totem, kind) + payloadText(payload ?? []);
  if (kind === 'fragment') return reassembledIn === null ? 'never completed' : `completed by frame ${reassembledIn}`;
  if (knet === null) return '';
  return `${knet['type']} node ${knet['node']}${knet['rtt'] == null ? '' : ` round trip ${knet['rtt']} ms`}`;
}

/** `firstNs`: time of the first frame, nanoseconds since 1970. */
export function recordText(record: DecodeRecord, firstNs: bigint): string {
  const { frame, time, src, dst, kind, problem } = record;
  const seconds = (Number(BigInt(time.replace('.', '')) - firstNs) / 1e9).toFixed(6);
  const parts = [
    String(frame).padStart(FRAME_WIDTH),
    seconds.padStart(TIME_WIDTH),
    `${src} → ${dst}`.padEnd(ADDRESSES_WIDTH),
    kind.padEnd(KIND_WIDTH),
  ];
  const info = recordInfo(record);
  if (info !== '') parts.push(info);
  if (problem !== null) parts.push(`! ${problem['says']}`);
  return parts.join('  ').trimEnd();
}
