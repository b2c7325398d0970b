// The annotations of a capture as a list: adding, changing, taking away, searching. Each operation gives a new list.
import { ANNOTATIONS_MAX, TEXT_LENGTH_MAX, type Annotation, type PlaceKind } from './annotation.ts';

export type Annotations = readonly Annotation[];

/** The list with one more, or unchanged where it is full or the id is taken. */
export function withAnnotation(list: Annotations, added: Annotation): Annotations {
  if (list.length >= ANNOTATIONS_MAX || list.some(({ id }) => id === added.id)) return list;
  return [...list, { ...added, text: added.text.slice(0, TEXT_LENGTH_MAX) }];
}

export function changedAnnotation(
  list: Annotations,
  id: string,
  change: Partial<Pick<Annotation, 'text' | 'colour' | 'tags' | 'on'>>,
): Annotations {
  return list.map((own) => (own.id === id ? { ...own, ...change } : own));
}

export function withoutAnnotation(list: Annotations, id: string): Annotations {
  return list.filter((own) => own.id !== id);
}

/** An id that no annotation of the list has. */
export function nextId(list: Annotations): string {
  const taken = new Set(list.map(({ id }) => id));
  let number = list.length + 1;
  while (taken.has(`a${number}`)) number++;
  return `a${number}`;
}

/** Joins two lists: of the same id the first's stands, and what says the same of the same is kept once. */
export function joined(first: Annotations, second: Annotations): Annotations {
  const key = ({ on, text, colour, tags }: Annotation): string => JSON.stringify([on, text, colour, tags]);
  const known = new Set(first.map(key));
  let list = first;
  for (const own of second) {
    if (known.has(key(own))) continue;
    const isTaken = list.some(({ id }) => id === own.id);
    list = withAnnotation(list, isTaken ? { ...own, id: nextId(list) } : own);
  }
  return list;
}

const KINDS: readonly PlaceKind[] = ['packet', 'span', 'node', 'finding'];

/**
 * Those that a search finds: each word must be in the text or a tag; `#word` in a tag alone; `on:packet`, `on:span`,
 * `on:node`, `on:finding` say what it is on. Letters' case does not count. An empty search finds all.
 */
export function searchAnnotations(list: Annotations, asked: string): Annotations {
  const words = asked
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return list.filter(({ text, tags, on }) => {
    const own = text.toLowerCase();
    const ownTags = tags.map((tag) => tag.toLowerCase());
    return words.every((word) => {
      const kind = KINDS.find((name) => word === `on:${name}`);
      if (kind !== undefined) return on.kind === kind;
      if (word.startsWith('#')) return ownTags.some((tag) => tag.includes(word.slice(1)));
      return own.includes(word) || ownTags.some((tag) => tag.includes(word));
    });
  });
}
