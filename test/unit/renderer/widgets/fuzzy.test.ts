// Names found by a few of their letters.
import { describe, expect, it } from 'vitest';
import { fuzzyScore } from '../../../../renderer/widgets/fuzzy.ts';

const best = (wish: string, names: readonly string[]): string | undefined =>
  names
    .map((name) => ({ name, score: fuzzyScore(wish, name) }))
    .filter((entry): entry is { name: string; score: number } => entry.score !== null)
    .sort((a, b) => b.score - a.score)[0]?.name;

describe('fuzzy score', () => {
  it.each([
    ['oac', 'Open a capture…', ['Close the capture', 'Open a capture…']],
    ['glos', 'Open the glossary', ['Go to the pane before', 'Open the glossary']],
    ['fit', 'Fit the timeline', ['Filter packets', 'Fit the timeline']],
    ['ring 1', 'Ring 1:12', ['Go to Ring', 'Ring 1:12']],
  ])('%s finds %s', (wish, found, names) => {
    expect(best(wish, names)).toBe(found);
  });

  it('refuses letters that are not there in this order', () => {
    expect(fuzzyScore('xyz', 'Open a capture')).toBeNull();
    expect(fuzzyScore('po', 'Op')).toBeNull();
  });

  it('finds letters where the beginnings of words lead astray', () => {
    expect(fuzzyScore('abc', 'ab b bc')).not.toBeNull();
    expect(fuzzyScore('tme', 'time to meet e')).not.toBeNull();
  });
});
