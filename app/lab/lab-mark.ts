// What a person did to a lab as a comment in its capture, so that a capture opened again shows it at its time. Plain
// words for other programs, the exact time for this one.

export interface LabMark {
  /** Nanoseconds since 1970. */
  readonly atNs: bigint;
  /** The prompt's line: `fault kill 2`. */
  readonly words: string;
}

/** Characters of the words that are kept. */
const WORDS_MAX = 200;
const NS_PER_SECOND = 1_000_000_000n;

/** `lab at 1353670414.000000000: fault kill 2`. */
export function labMarkText({ atNs, words }: LabMark): string {
  const seconds = `${atNs / NS_PER_SECOND}.${String(atNs % NS_PER_SECOND).padStart(9, '0')}`;
  return `lab at ${seconds}: ${words.slice(0, WORDS_MAX)}`;
}

/** The mark in a comment; null where it is another kind of comment. */
export function readLabMark(comment: string): LabMark | null {
  const found = /^lab at (\d{1,12})\.(\d{9}): (.+)$/.exec(comment);
  if (found === null) return null;
  const [, seconds = '', ns = '', words = ''] = found;
  return { atNs: BigInt(seconds) * NS_PER_SECOND + BigInt(ns), words: words.slice(0, WORDS_MAX) };
}
