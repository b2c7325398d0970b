// Which known names a misspelt one may have meant. Pure.

/** Letters of a name that are looked at. */
const LENGTH_MAX = 64;

/** How many letters must be changed, put in or left out. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** At most two of the known names, the nearest first; none where a word has little in common with any. */
export function nearest(name: string, known: readonly string[]): readonly string[] {
  const asked = name.slice(0, LENGTH_MAX);
  return known
    .map((text) => ({ text, off: distance(asked, text) }))
    .filter(({ off }) => off <= Math.max(1, Math.floor(asked.length / 3)))
    .sort((a, b) => a.off - b.off)
    .slice(0, 2)
    .map(({ text }) => text);
}

/** The same as the end of a sentence: "; did you mean a or b?", or nothing. */
export function nearestText(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
}
