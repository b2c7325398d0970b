// How tests wait for what other processes do: by a condition, never for a time. The limit ends what hangs and measures
// nothing: a machine on which others work too may be many times slower.

/** Milliseconds after which something will not come. */
export const PATIENCE_MS = 300_000;

/** Asks until the answer is true; throws with `what`, and what `said` tells, when it never is. */
export async function until(what: string, isSo: () => boolean, said: () => string = () => ''): Promise<void> {
  for (const limit = Date.now() + PATIENCE_MS; !isSo();) {
    if (Date.now() > limit) throw new Error(`after ${PATIENCE_MS / 1000} s still not: ${what}\n${said()}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}
