// Gives memory back that lies about in a node's process under Electron. There each datagram leaves entries in V8's
// table of outside pointers. Only full collections free them, a node's small heap hardly ever asks for one, and the
// table does not shrink by a plain one: nodes of a lab grew from 90 to 290 MiB in an hour. Plain Node does not grow.

/** The table holds what comes within this time, some MiB. */
const COLLECT_MS = 20_000;

/** A full collection: some milliseconds with a node's heap. Undefined without --expose-gc. */
export type Collect = (() => void) | undefined;

/** Collects for as long as the process lives; does not keep it alive. */
export function giveBackGarbage(
  collect: Collect = (globalThis as { gc?: () => void }).gc,
  isElectron = process.versions['electron'] !== undefined,
): void {
  if (isElectron && collect !== undefined) setInterval(collect, COLLECT_MS).unref();
}
