// Where a step leads from a row or a moment: to the next hop of the token, to the next rotation, to the next change of
// membership, and back. Pure.
import type { Transition } from '../../app/analysis/result.ts';
import { PacketKind, RowFlag } from '../../app/store/kinds.ts';
import type { PacketStore } from '../../app/store/packet-store.ts';
import { transmitter, type NodeDirectory } from './node-directory.ts';

export type StepKind = 'hop' | 'rotation' | 'change';
export type Direction = 1 | -1;

/** True for a token on its way, copies that were sent again included: a copy for another addressee is no hop. */
function isHop({ chunks }: PacketStore, row: number): boolean {
  const columns = chunks[row >>> 16];
  const index = row & 0xffff;
  return columns?.kind[index] === PacketKind.ORF_TOKEN && (columns.flags[index]! & RowFlag.FANOUT_COPY) === 0;
}

/** A rotation begins where the representative sends a new token. */
function isRotation(store: PacketStore, directory: NodeDirectory, row: number): boolean {
  if (!isHop(store, row)) return false;
  const { flags, ring, src, sender } = store.chunks[row >>> 16]!;
  const index = row & 0xffff;
  if ((flags[index]! & RowFlag.REPEATED) !== 0) return false;
  return store.rings[ring[index]!]?.rep === transmitter(directory, src[index]!, sender[index]!);
}

/** The next row behind `from`, or before it, that begins a step of this kind; null where there is none. */
export function stepRow(
  store: PacketStore,
  directory: NodeDirectory,
  from: number,
  kind: Exclude<StepKind, 'change'>,
  direction: Direction,
): number | null {
  const fits = (row: number): boolean => (kind === 'hop' ? isHop(store, row) : isRotation(store, directory, row));
  for (let row = from + direction; row >= store.firstRow && row < store.length; row += direction)
    if (fits(row)) return row;
  return null;
}

/** The nearest change of membership after a time, or before it; of several at once the last. `transitions` by time. */
export function stepChange(transitions: readonly Transition[], time: number, direction: Direction): Transition | null {
  if (direction < 0) return transitions.findLast((transition) => transition.time < time) ?? null;
  const next = transitions.find((transition) => transition.time > time);
  return next === undefined ? null : (transitions.findLast((transition) => transition.time === next.time) ?? null);
}
