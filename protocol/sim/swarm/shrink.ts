// Makes a failing scenario smaller by leaving out lines and settings, as long as it still fails in the same way.

/** Runs that are spent on one scenario. */
const TRIES_MAX = 80;

/** Settings without which a cluster is none, or another. */
const KEPT = /^(cluster|nodes=|dialect=|stack=|seed=|token=|token_coefficient=)/;

/** A text with one line, or one setting of the first line, left out; null where that one must stay. */
function without(lines: readonly string[], at: number): readonly string[] | null {
  const line = lines[at] ?? '';
  return at === 0 || line === '' ? null : lines.filter((_, i) => i !== at);
}

export function shrink(text: string, stillFails: (text: string) => boolean): string {
  let tries = 0;
  let lines: readonly string[] = text.split('\n');
  const isWorth = (candidate: readonly string[]): boolean => tries++ < TRIES_MAX && stillFails(candidate.join('\n'));
  for (let at = lines.length - 1; at > 0; at--) {
    const candidate = without(lines, at);
    if (candidate !== null && isWorth(candidate)) lines = candidate;
  }
  for (const word of (lines[0] ?? '').split(' ').filter((setting) => !KEPT.test(setting))) {
    const head = (lines[0] ?? '').split(' ').filter((setting) => setting !== word);
    const candidate = [head.join(' '), ...lines.slice(1)];
    if (isWorth(candidate)) lines = candidate;
  }
  return lines.join('\n');
}
