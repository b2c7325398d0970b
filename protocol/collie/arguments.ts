// The words of a command line taken apart as getopt_long does it: options anywhere, short ones joined, long ones cut
// short where that is clear.
import { fail, ok, type Result } from '../base/result.ts';
import { COMMANDS, lettersOf, OPTIONS, type CommandHelp, type OptionLetter } from './usage.ts';

export interface Arguments {
  readonly values: ReadonlyMap<OptionLetter, string>;
  readonly words: readonly string[];
}

/** What getopt prints of a word that it does not take. */
export type ArgumentProblem = string;

interface Taken {
  readonly letter: OptionLetter;
  readonly value: string;
  /** The next word was its value. */
  readonly isNextUsed: boolean;
}

function takeLong(help: CommandHelp, word: string, next: string | undefined): Result<Taken, ArgumentProblem> {
  const [name = '', value] = word.slice(2).split(/=(.*)/s);
  const matching = lettersOf(help).filter((letter) => OPTIONS[letter].long.startsWith(name));
  const letter =
    matching.find((one) => OPTIONS[one].long === name) ?? (matching.length === 1 ? matching[0] : undefined);
  if (letter === undefined)
    return fail(matching.length > 1 ? `option '--${name}' is ambiguous` : `unrecognized option '--${name}'`);
  const { hasValue, long } = OPTIONS[letter];
  if (!hasValue)
    return value === undefined
      ? ok({ letter, value: '', isNextUsed: false })
      : fail(`option '--${long}' doesn't allow an argument`);
  if (value !== undefined) return ok({ letter, value, isNextUsed: false });
  return next === undefined
    ? fail(`option '--${long}' requires an argument`)
    : ok({ letter, value: next, isNextUsed: true });
}

/** The letters of one word; the last may take the rest of the word, or the next one, as its value. */
function takeShort(
  help: CommandHelp,
  word: string,
  next: string | undefined,
): Result<readonly Taken[], ArgumentProblem> {
  const taken: Taken[] = [];
  for (let i = 1; i < word.length; i++) {
    const letter = lettersOf(help).find((one) => one === word[i]);
    if (letter === undefined) return fail(`invalid option -- '${word[i]}'`);
    if (!OPTIONS[letter].hasValue) {
      taken.push({ letter, value: '', isNextUsed: false });
      continue;
    }
    const rest = word.slice(i + 1);
    if (rest === '' && next === undefined) return fail(`option requires an argument -- '${letter}'`);
    return ok([...taken, { letter, value: rest === '' ? (next ?? '') : rest, isNextUsed: rest === '' }]);
  }
  return ok(taken);
}

export function parseWords(help: CommandHelp, given: readonly string[]): Result<Arguments, ArgumentProblem> {
  const values = new Map<OptionLetter, string>();
  const words: string[] = [];
  for (let i = 0; i < given.length; i++) {
    const word = given[i] ?? '';
    if (word === '--') return ok({ values, words: [...words, ...given.slice(i + 1)] });
    if (!word.startsWith('-') || word === '-') {
      words.push(word);
      continue;
    }
    const taken = word.startsWith('--') ? takeLong(help, word, given[i + 1]) : takeShort(help, word, given[i + 1]);
    if (!taken.ok) return taken;
    for (const { letter, value, isNextUsed } of [taken.value].flat()) {
      values.set(letter, value);
      if (isNextUsed) i++;
    }
  }
  return ok({ values, words });
}

export function findCommand(command: string, name: string): CommandHelp | null {
  return COMMANDS.find((help) => help.command === command && help.name === name) ?? null;
}

export function isCommand(command: string): boolean {
  return COMMANDS.some((help) => help.command === command);
}
