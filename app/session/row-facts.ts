// What a packet says beyond its columns, for the line of the table: who is wanted, what is asked for, what is carried.
// Needs the packet's bytes; the sentence is made where it is shown.
import type { Row } from '../../protocol/base/brand.ts';
import { decodeRecord } from './decode-record.ts';
import { dissectRow } from './dissect-row.ts';
import type { Ingest } from './ingest.ts';
import { PacketKind } from '../store/kinds.ts';
import { readLogRow } from './beside-packets.ts';
import type { FrameBytes } from './open-row.ts';
import type { Json, JsonObject } from './totem-record.ts';

/** A node by its id, or by its address where it has none on the wire. */
export type NodeName = number | string;

export type RowFacts =
  | {
      readonly kind: 'token';
      readonly requests: readonly number[];
      readonly backlog: number;
      readonly fcc: number;
      readonly aruAddr: number;
    }
  | { readonly kind: 'join'; readonly wants: readonly NodeName[]; readonly gaveUp: readonly NodeName[] }
  | { readonly kind: 'commit'; readonly members: readonly NodeName[] }
  /** What a packet beside Totem says, in words. */
  | { readonly kind: 'said'; readonly says: string }
  | { readonly kind: 'log'; readonly host: string | null; readonly message: string }
  | { readonly kind: 'mcast'; readonly carries: readonly string[]; readonly inner: string | null };

/** Messages of one mcast that are named. */
const CARRIED_MAX = 3;

const list = (json: Json | undefined): readonly JsonObject[] => (Array.isArray(json) ? (json as JsonObject[]) : []);
const number = (json: Json | undefined): number => (typeof json === 'number' ? json : 0);

function names(json: Json | undefined): readonly NodeName[] {
  return list(json).map(({ nodeid, ip }) => (number(nodeid) !== 0 || ip == null ? number(nodeid) : String(ip)));
}

function carriedText({ service, function: name, group, length, cpg, sheepdog }: JsonObject): string {
  const whose = cpg === null ? null : (cpg as JsonObject)['group'];
  const type = sheepdog === null ? null : (sheepdog as JsonObject)['type'];
  const words = [service ?? group, name, whose, type].filter((word) => word !== null && word !== undefined);
  return `${words.join(' ')} (${number(length)} octets)`;
}

/** Kinds whose layers say it in their own words. */
const BESIDE: readonly number[] = [PacketKind.IGMP, PacketKind.ICMP, PacketKind.SHEEP_TCP];

/** The requests and responses that end in a packet; without any what its transport says. */
function saidBeside(ingest: Ingest, row: Row, frame: FrameBytes): RowFacts | null {
  const { layers } = dissectRow(ingest, row, frame);
  const sheep = layers.filter(({ name }) => name === 'sheep').map(({ summary }) => summary.replace(/^sheepdog /, ''));
  const transport = layers.findLast(({ name }) => name === 'igmp' || name === 'icmp' || name === 'tcp');
  const says = sheep.length > 0 ? sheep.join('; ') : (transport?.summary.replace(/^.* octets: /, '') ?? '');
  return says === '' ? null : { kind: 'said', says };
}

/** The facts of a row; null for a kind whose columns say it all. Needs the bytes of rowsNeeded() frames. */
export function rowFacts(ingest: Ingest, row: Row, frame: FrameBytes): RowFacts | null {
  const kind = ingest.table.columnsOf(row).kind[row & 0xffff]!;
  if (BESIDE.includes(kind)) return saidBeside(ingest, row, frame);
  if (kind === PacketKind.LOG) {
    const { host, message } = readLogRow(frame(row));
    return { kind: 'log', host, message };
  }
  const record = decodeRecord(ingest, row, frame, { data: false });
  const totem = record?.totem;
  if (record === null || totem === null || totem === undefined) return null;
  switch (record.kind) {
    case 'orf_token':
      return {
        kind: 'token',
        requests: list(totem['rtr_list']).map(({ seq }) => number(seq)),
        backlog: number(totem['backlog']),
        fcc: number(totem['fcc']),
        aruAddr: number(totem['aru_addr']),
      };
    case 'memb_join':
      return { kind: 'join', wants: names(totem['proc_list']), gaveUp: names(totem['failed_list']) };
    case 'memb_commit_token':
      return { kind: 'commit', members: names(totem['addr']) };
    case 'mcast': {
      const { inner } = record;
      const payload = record.payload ?? [];
      const carries = payload.slice(0, CARRIED_MAX).map(carriedText);
      if (payload.length > CARRIED_MAX) carries.push(`${payload.length - CARRIED_MAX} more`);
      return {
        kind: 'mcast',
        carries,
        inner: inner === null ? null : `ring ${String(inner['ring_id'])} seq ${String(inner['seq'])}`,
      };
    }
    default:
      return null;
  }
}
