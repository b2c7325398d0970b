// Completion of a shell's line: names of commands, then what may stand behind them. Pure.
import { SHELL_COMMANDS } from '../../../app/lab/shell/command-names.ts';
import { COMMANDS as COLLIE_COMMANDS } from '../../../protocol/collie/usage.ts';

/** Whole lines that begin with what was typed, in order of their letters. */
function candidates(typed: string): readonly string[] {
  const words = /^(\S+)\s/.exec(typed)?.[1];
  if (words === undefined) return Object.keys(SHELL_COMMANDS).filter((name) => name.startsWith(typed));
  const behind =
    words === 'collie'
      ? COLLIE_COMMANDS.map(({ command, name }) => `${command} ${name}`)
      : (SHELL_COMMANDS[words] ?? []);
  return behind.map((rest) => `${words} ${rest}`).filter((line) => line.startsWith(typed));
}

function commonStart(lines: readonly string[]): string {
  let start = lines[0] ?? '';
  for (const line of lines) while (!line.startsWith(start)) start = start.slice(0, -1);
  return start;
}

export interface Completion {
  /** The line as far as it is certain. */
  readonly line: string;
  /** What it may go on with, where there is more than one way. */
  readonly choices: readonly string[];
}

/** Completes the last part of a pipe; what stands before is kept. */
export function complete(line: string): Completion {
  const at = line.lastIndexOf('|') + 1;
  const kept = line.slice(0, at) + (/^\s*/.exec(line.slice(at))?.[0] ?? '');
  const typed = line.slice(kept.length).replace(/\s+/g, ' ');
  const found = [...new Set(candidates(typed))].sort();
  const [only] = found;
  if (only === undefined) return { line, choices: [] };
  if (found.length === 1) return { line: `${kept}${only} `, choices: [] };
  const start = commonStart(found);
  // The next word of each is enough to choose by.
  const words = found.map((own) => own.slice(start.lastIndexOf(' ') + 1).split(' ')[0] ?? own);
  return { line: kept + start, choices: [...new Set(words)] };
}
