// A person's note on a capture: what it is on, what it says. Types, limits and the guard for what comes from outside.

/** Annotations of one capture. */
export const ANNOTATIONS_MAX = 10_000;
/** Characters of a text. */
export const TEXT_LENGTH_MAX = 4000;
export const TAGS_MAX = 16;
/** Characters of a tag. */
export const TAG_LENGTH_MAX = 40;
/** Characters of an id, also of a finding's. */
const ID_LENGTH_MAX = 200;
const FRAME_MAX = 2 ** 48;
const NODEID_MAX = 0xffff_ffff;

/** The hues that a person may give to a note: those of the marks, by their names in the style sheet. */
export const COLOURS = ['note', 'failure', 'warning', 'operational', 'gather', 'commit', 'recovery'] as const;
export type Colour = (typeof COLOURS)[number];

/** Seconds since 1970 with nine decimals, as everywhere in files. */
export type Time = string;

/** What a note is on. */
export type Place =
  /** Frame number, from 1. */
  | { readonly kind: 'packet'; readonly frame: number }
  | { readonly kind: 'span'; readonly from: Time; readonly to: Time }
  | { readonly kind: 'node'; readonly nodeid: number }
  | { readonly kind: 'finding'; readonly finding: string };
export type PlaceKind = Place['kind'];

export interface Annotation {
  /** Unique in its capture. */
  readonly id: string;
  readonly on: Place;
  readonly text: string;
  readonly colour: Colour;
  readonly tags: readonly string[];
}

const TIME = /^-?\d{1,12}\.\d{9}$/;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isWhole = (value: unknown, least: number, most: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
const isText = (value: unknown, most: number): value is string => typeof value === 'string' && value.length <= most;
const isId = (value: unknown): value is string => isText(value, ID_LENGTH_MAX) && value !== '';

function placeFrom(value: unknown): Place | null {
  if (!isRecord(value)) return null;
  const { kind, frame, from, to, nodeid, finding } = value;
  if (kind === 'packet' && isWhole(frame, 1, FRAME_MAX)) return { kind, frame };
  if (kind === 'node' && isWhole(nodeid, 0, NODEID_MAX)) return { kind, nodeid };
  if (kind === 'finding' && isId(finding)) return { kind, finding };
  const isSpan = kind === 'span' && typeof from === 'string' && typeof to === 'string';
  return isSpan && TIME.test(from) && TIME.test(to) && nsOf(from) <= nsOf(to) ? { kind, from, to } : null;
}

/** An annotation from anything: null where it is none. What may be left out takes its usual value. */
export function annotationFrom(value: unknown): Annotation | null {
  if (!isRecord(value)) return null;
  const { id, on, text, colour = 'note', tags = [] } = value;
  const place = placeFrom(on);
  if (place === null || !isId(id) || !isText(text, TEXT_LENGTH_MAX)) return null;
  if (!Array.isArray(tags) || tags.length > TAGS_MAX || !tags.every((tag) => isText(tag, TAG_LENGTH_MAX))) return null;
  const known = COLOURS.find((name) => name === colour);
  return { id, on: place, text, colour: known ?? 'note', tags: tags.map(String) };
}

/** Nanoseconds since 1970 of a time as text. */
export function nsOf(time: Time): bigint {
  return BigInt(time.replace('.', ''));
}

/** Tags as a person types them: words between commas or spaces, without # in front; each once. */
export function tagsFrom(text: string): readonly string[] {
  const words = text.split(/[\s,]+/).map((word) => word.replace(/^#+/, '').slice(0, TAG_LENGTH_MAX));
  return [...new Set(words.filter((word) => word !== ''))].slice(0, TAGS_MAX);
}
