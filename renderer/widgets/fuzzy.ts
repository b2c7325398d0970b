// How well what a person typed names a thing: letters in order, better where words begin and where they follow each
// other. Pure. No domain words.

/** Points of a letter that begins a word, that follows the one before, that is merely there. */
const AT_WORD = 10;
const IN_ROW = 6;
const ANYWHERE = 1;
/** Points lost by each letter of the name, so that short names come first among equals. */
const PER_LETTER = 0.05;

const beginsWord = (text: string, at: number): boolean => at === 0 || /[\s._:/-]/.test(text[at - 1] ?? '');

/** Points for a name; null where the letters are not in it in this order. An empty wish fits all alike. */
export function fuzzyScore(wish: string, name: string): number | null {
  const asked = wish.toLowerCase().replace(/\s+/g, '');
  const text = name.toLowerCase();
  if (asked === '') return 0;
  const whole = text.indexOf(wish.trim().toLowerCase());
  if (whole >= 0) return 1000 + (beginsWord(text, whole) ? 500 : 0) - whole - text.length * PER_LETTER;
  const score = pointsOf(asked, text, wordStart) ?? pointsOf(asked, text, () => -1);
  return score === null ? null : score - text.length * PER_LETTER;
}

type Find = (text: string, letter: string, from: number) => number;

/** Points of letters found one after the other, by `jump` where it finds one, else by the next that there is. */
function pointsOf(asked: string, text: string, jump: Find): number | null {
  let score = 0;
  let at = -1;
  for (const letter of asked) {
    const follows = text[at + 1] === letter;
    const word = follows ? -1 : jump(text, letter, at + 1);
    const found = follows ? at + 1 : word >= 0 ? word : text.indexOf(letter, at + 1);
    if (found < 0) return null;
    score += beginsWord(text, found) ? AT_WORD : follows ? IN_ROW : ANYWHERE;
    at = found;
  }
  return score;
}

function wordStart(text: string, letter: string, from: number): number {
  for (let at = text.indexOf(letter, from); at >= 0; at = text.indexOf(letter, at + 1))
    if (beginsWord(text, at)) return at;
  return -1;
}
