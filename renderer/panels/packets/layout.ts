// What the packet table says as a whole, and one packet in one line for panels that show no table. Pure.
import type { Analysis } from '../../../app/analysis/result.ts';
import type { TimeForm } from '../../../app/settings/settings.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import { PACKET_KINDS } from '../../../app/store/kinds.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { COLUMNS } from './columns.ts';
import { infoOf, plainName } from '../packet-info.ts';

export interface PacketLine {
  readonly number: string;
  readonly time: string;
  readonly source: string;
  readonly target: string;
  readonly kind: string;
  readonly says: string;
}

/** A row in one line; `previous` is the row shown before it, -1 for none. */
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
  const { seq, rest } = infoOf(store, row, null, plainName);
  return {
    number: String(row + 1),
    time: COLUMNS.time.text(row, columns, index, { store, directory, form, previous, isShort: false }),
    source: store.address(columns.src[index]!),
    target: store.address(columns.dst[index]!),
    kind: PACKET_KINDS[columns.kind[index]!]?.label ?? '',
    says: [seq, rest].filter((part) => part !== '').join(' '),
  };
}

/** "763 of 787" for the heading line. */
export function countText(store: PacketStore, filtered: Uint32Array | null, analysis: Analysis | null): string {
  // Conclusions of a capture that goes on may be ahead of the rows that have come.
  const all = Math.max(store.length, analysis?.packets.frames ?? 0).toLocaleString('en');
  if (filtered !== null) return `${filtered.length.toLocaleString('en')} of ${all} packets`;
  const relevant = analysis?.packets.relevant;
  return relevant === undefined ? `${all} packets` : `${all} packets, ${relevant.toLocaleString('en')} of Totem`;
}
