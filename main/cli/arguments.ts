// The arguments of a command, by what it takes. One sentence where they are wrong.
import { parseArgs } from 'node:util';
import { fail, ok, type Result } from '../../protocol/base/result.ts';

export interface OptionSpec {
  readonly [name: string]: {
    readonly type: 'boolean' | 'string';
    readonly multiple?: boolean;
    readonly short?: string;
  };
}

export interface Arguments {
  readonly files: readonly string[];
  flag(name: string): boolean;
  text(name: string): string | null;
  texts(name: string): readonly string[];
}

const COMMON: OptionSpec = { help: { type: 'boolean', short: 'h' } };

/** Parses what follows a command's name; the problem is a sentence that says what to do. */
export function parseArguments(
  command: string,
  args: readonly string[],
  options: OptionSpec,
): Result<Arguments, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...COMMON, ...options },
      allowPositionals: true,
      strict: true,
    });
    const all = values as Record<string, string | boolean | (string | boolean)[] | undefined>;
    return ok({
      files: positionals,
      flag: (name) => all[name] === true,
      text: (name) => (typeof all[name] === 'string' ? all[name] : null),
      texts: (name) =>
        Array.isArray(all[name]) ? all[name].map(String) : typeof all[name] === 'string' ? [all[name]] : [],
    });
  } catch (error) {
    const what = error instanceof Error ? (error.message.split(/\.\s|\n/)[0] ?? '') : String(error);
    return fail(`${command}: ${what}; see totemlab ${command} --help`);
  }
}

/** A whole number of at least `least`. */
export function wholeNumber(text: string, least: number): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) && value >= least ? value : null;
}
