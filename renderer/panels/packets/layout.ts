// What each cell of the packet table says. Pure: from columns, the analysis and the form that times are to have.
import type { Analysis } from '../../../app/analysis/result.ts';
import { summaryOf } from '../../../app/session/explain-row.ts';
import { PACKET_KINDS } from '../../../app/store/kinds.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import type { Row } from '../../../protocol/base/brand.ts';
import { lookOf, type Look } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import type { TimeForm } from '../../state/view-store.ts';

export interface PacketLine {
  readonly number: string;
  readonly time: string;
  readonly source: string;
  readonly target: string;
  readonly look: Look;
  readonly kind: string;
  readonly kindDoc: string;
  /** Ring id, shortened in the cell and whole in the tooltip; empty where there is none. */
  readonly ring: string;
  readonly ringDoc: string;
  readonly seq: string;
  readonly says: string;
}

/** Kinds whose column `seq` is a sequence number. */
const WITH_SEQ = new Set([0, 1]);

const two = (value: number): string => String(value).padStart(2, '0');

/** Wall clock of a time in the zone of this computer, to the microsecond. */
export function clockText(epochNs: bigint, time: number): string {
  const micros = epochNs / 1000n + BigInt(Math.floor(time / 1000));
  const date = new Date(Number(micros / 1000n));
  const rest = String(Number(micros % 1_000_000n)).padStart(6, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${rest}`;
}

/** Seconds with six decimals. */
export function secondsText(ns: number): string {
  return (ns / 1e9).toFixed(6);
}

function timeCell(store: PacketStore, row: number, previous: number, form: TimeForm): string {
  const timeOf = (at: number): number => store.chunks[at >>> 16]?.timeNs[at & 0xffff] ?? 0;
  const time = timeOf(row);
  if (form === 'clock') return clockText(store.epochNs, time);
  if (form === 'previous') return previous < 0 ? secondsText(0) : secondsText(time - timeOf(previous));
  return secondsText(time - timeOf(0));
}

/** "1862379712:12" is mostly its representative: the short form names that node. */
export function ringText(rep: number, seq: bigint, directory: NodeDirectory): string {
  return `${directory.label(rep).replace(/^node /, '')}:${seq}`;
}

/** Who to whom; empty for a frame without addresses. */
export function wayText(source: string, target: string): string {
  return source === '' && target === '' ? '' : `${source} → ${target}`;
}

/** The line of a row; `previous` is the row shown before it, -1 for none. */
export function packetLine(
  store: PacketStore,
  directory: NodeDirectory,
  row: number,
  previous: number,
  form: TimeForm,
): PacketLine | null {
  const columns = store.chunks[row >>> 16];
  if (columns === undefined || row >= store.length) return null;
  const index = row & 0xffff;
  const kind = columns.kind[index]!;
  const ring = columns.ring[index] === 0 ? undefined : store.rings[columns.ring[index]!];
  const known = PACKET_KINDS[kind];
  return {
    number: String(row + 1),
    time: timeCell(store, row, previous, form),
    source: store.address(columns.src[index]!),
    target: store.address(columns.dst[index]!),
    look: lookOf(kind, columns.flags[index]!),
    kind: known?.label ?? '',
    kindDoc: known?.doc ?? '',
    ring: ring === undefined ? '' : ringText(ring.rep, ring.seq, directory),
    ringDoc: ring === undefined ? '' : `ring ${ring.id}: its representative's node id and its number`,
    seq: WITH_SEQ.has(kind) ? String(columns.seq[index]) : '',
    says: summaryOf(store, row as Row),
  };
}

/** "763 of 787" for the heading line. */
export function countText(store: PacketStore, filtered: Uint32Array | null, analysis: Analysis | null): string {
  const all = store.length.toLocaleString('en');
  if (filtered !== null) return `${filtered.length.toLocaleString('en')} of ${all} packets`;
  const relevant = analysis?.packets.relevant;
  return relevant === undefined ? `${all} packets` : `${all} packets, ${relevant.toLocaleString('en')} of Totem`;
}
