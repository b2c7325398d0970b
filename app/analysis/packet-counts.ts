// How many packets of each kind: counted from the columns, which late findings about ports may have changed.
import { isRelevant, PACKET_KINDS, PacketKind } from '../store/kinds.ts';
import type { PacketStore } from '../store/packet-store.ts';
import type { PacketCounts } from './result.ts';

/** Counts the store's rows as cli.md's `packets` says. */
export function countPackets(store: PacketStore): PacketCounts {
  const counts = new Float64Array(256);
  const isUnauthentic = store.encodings.map(({ authentic }) => authentic === false);
  let unauthentic = 0;
  for (const [i, { kind, encoding }] of store.chunks.entries()) {
    const rows = Math.min(kind.length, store.length - i * kind.length);
    for (let row = 0; row < rows; row++) {
      const k = kind[row]!;
      counts[k]!++;
      if (isRelevant(k) && isUnauthentic[encoding[row]!] === true) unauthentic++;
    }
  }
  const byKind: Record<string, number> = {};
  let relevant = 0;
  for (let kind = 0; kind < PacketKind.UNRELATED; kind++) {
    relevant += counts[kind]!;
    byKind[PACKET_KINDS[kind]?.name ?? String(kind)] = counts[kind]!;
  }
  return { frames: store.frames, relevant, byKind, unauthentic };
}
