// What stands where nodes and rings would stand, while a capture shows none.
import type { ReactNode } from 'react';
import { useSession } from '../state/session-store.ts';

/** Why no node can be shown; null where one can, or where that is not yet known. */
export function useNothing(): string | null {
  const analysis = useSession((state) => state.analysis);
  const hasNodes = useSession((state) => state.nodes.nodes.length > 0);
  if (analysis === null || hasNodes) return null;
  if ((analysis.packets.byKind['encrypted'] ?? 0) > 0)
    return 'The packets are encrypted: nodes and rings are seen once a key opens them.';
  return analysis.packets.relevant === 0 ? 'No Totem, no nodes.' : null;
}

export function Nothing(): ReactNode {
  const says = useNothing();
  return says === null ? null : <p className="nothing">{says}</p>;
}
