// A command that goes on, like tail -f: said again and again with what has come since, until Ctrl-C ends it and not the
// lab.
import { setTimeout as rest } from 'node:timers/promises';
import type { LineResult } from '../../node/lab/prompt/line.ts';

/** Milliseconds from one look to the next. */
const AGAIN_MS = 200;
/** What a shell returns for a command that was interrupted. */
export const INTERRUPTED = 130;

export class GoingOn {
  private ending: AbortController | null = null;

  /** Ends the command that goes on; false where none does. */
  interrupt(): boolean {
    this.ending?.abort();
    return this.ending !== null;
  }

  /** Runs a line; each part of what goes on is told as it comes. Resolves with the last one. */
  async run(
    line: string,
    say: (line: string) => Promise<LineResult>,
    part: (result: LineResult) => void,
  ): Promise<LineResult> {
    let result = await say(line);
    if (result.again === undefined) return result;
    const { signal } = (this.ending = new AbortController());
    while (result.again !== undefined && !signal.aborted) {
      part(result);
      await rest(AGAIN_MS, null, { signal }).catch(() => undefined);
      if (!signal.aborted) result = await say(result.again);
    }
    this.ending = null;
    return signal.aborted ? { out: '', err: '', code: INTERRUPTED, isQuit: false } : result;
  }
}
