// The packets that the window shows: too many for a store, so they lie here, and the session store's revision tells of
// new ones.
import { StoreMirror } from '../ingest/store-mirror.ts';
import type { Span } from '../canvas/time-scale.ts';

const nothing = new StoreMirror();
let shown = nothing;

/** Packets of the session; grows with the session store's revision. */
export function packets(): StoreMirror {
  return shown;
}

/** Shows the packets of another reading; null for none. */
export function showPackets(mirror: StoreMirror | null): void {
  shown = mirror ?? nothing;
}

export function timeOfRow(row: number): number {
  return shown.chunks[row >>> 16]?.timeNs[row & 0xffff] ?? 0;
}

/** From the first packet that the window holds to the last. */
export function wholeSpan(): Span {
  if (shown.length === 0) return { from: 0, to: 1e9 };
  const from = timeOfRow(shown.firstRow);
  return { from, to: Math.max(timeOfRow(shown.length - 1), from + 1000) };
}
