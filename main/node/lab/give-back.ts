// Gives memory back that lies about in a node's process. In Electron, what V8 keeps outside its heap for a datagram (an
// entry of its table of outside pointers, the octets behind it) is freed by full collections only, and a heap that
// stays small hardly ever wants one: a node of an idle ring grew by 13 MiB a minute. Plain Node does not grow so.

/** A process that holds so much more than after its last collection is collected. */
const GROWTH_OCTETS = 32 << 20;
const LOOK_MS = 10_000;

export interface Memory {
  /** Octets that stay in memory for this process. */
  readonly resident: () => number;
  /** A full collection, some milliseconds with a node's small heap; undefined without --expose-gc. */
  readonly collect: (() => void) | undefined;
}

const OWN: Memory = {
  resident: () => process.memoryUsage.rss(),
  collect: (globalThis as { gc?: () => void }).gc,
};

/** Looks from time to time for as long as the process lives; does not keep it alive. */
export function giveBackGrowth({ resident, collect }: Memory = OWN): void {
  if (collect === undefined) return;
  let held = resident();
  const look = (): void => {
    if (resident() - held < GROWTH_OCTETS) return;
    collect();
    held = resident();
  };
  setInterval(look, LOOK_MS).unref();
}
