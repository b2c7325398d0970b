// Finds a term of the field by any of its spellings, and the terms that a text uses. Pure.
import { TERMS, type Term } from './terms.ts';

const spellings = (term: Term): readonly string[] => [term.word, ...term.also];
const BY_SPELLING = new Map(
  TERMS.flatMap((term) => spellings(term).map((word) => [word.toLowerCase(), term] as const)),
);

/** The term that a word means: `ring_id`, "ring id" and "Ring ids" mean the same. */
export function termOf(word: string): Term | null {
  const asked = word.trim().toLowerCase();
  return BY_SPELLING.get(asked) ?? BY_SPELLING.get(asked.replaceAll('_', ' ')) ?? null;
}

/** Terms whose word, spelling or line holds what was typed, the closest first. */
export function termsFor(typed: string): readonly Term[] {
  const asked = typed.trim().toLowerCase();
  if (asked === '') return TERMS;
  const place = (term: Term): number => {
    const words = spellings(term).map((word) => word.toLowerCase());
    if (words.includes(asked)) return 0;
    if (words.some((word) => word.startsWith(asked))) return 1;
    if (words.some((word) => word.includes(asked))) return 2;
    return `${term.says} ${term.more}`.toLowerCase().includes(asked) ? 3 : 4;
  };
  return TERMS.map((term) => ({ term, at: place(term) }))
    .filter(({ at }) => at < 4)
    .sort((a, b) => a.at - b.at)
    .map(({ term }) => term);
}

/** A stretch of a text, and the term it is, if any. */
export interface TextPart {
  readonly text: string;
  readonly term: Term | null;
}

/** Words too common to be pointed out wherever they stand. */
const PLAIN = new Set([
  'node',
  'nodes',
  'key',
  'keys',
  'copies',
  'safe',
  'held',
  'hold',
  'commit',
  'merged',
  'request',
]);
const longest = [...BY_SPELLING.keys()].filter((word) => !PLAIN.has(word)).sort((a, b) => b.length - a.length);
const escaped = longest.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
const ANY = new RegExp(`(?<![\\w.])(${escaped.join('|')})(?![\\w])`, 'gi');

/** A text in parts; each term is pointed out where it first stands. */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  const seen = new Set<Term>();
  let at = 0;
  for (const match of text.matchAll(ANY)) {
    const term = termOf(match[0]);
    if (term === null || seen.has(term)) continue;
    seen.add(term);
    if (match.index > at) parts.push({ text: text.slice(at, match.index), term: null });
    parts.push({ text: match[0], term });
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), term: null });
  return parts;
}
