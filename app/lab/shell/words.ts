// One line of a shell: split into words and pipes, run, its result. Knows no command.
import { toolErr, type ToolResult } from './node-view.ts';
import { throughPipe } from './pipes.ts';

/** Words of a command; quotes hold spaces together. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

/** Parts between pipes that stand outside quotes. */
function partsOf(line: string): readonly string[] {
  const parts: string[] = [''];
  let quote = '';
  for (const char of line) {
    if (quote === '' && char === '|') parts.push('');
    else {
      if (quote === '' && (char === '"' || char === "'")) quote = char;
      else if (char === quote) quote = '';
      parts[parts.length - 1] += char;
    }
  }
  return parts;
}

export interface ShellLine {
  /** Without its folder; empty where there is none. */
  readonly name: string;
  readonly args: readonly string[];
  /** What stands behind pipes, and the same as it was typed. */
  readonly pipes: readonly (readonly string[])[];
  readonly behind: string;
}

export function splitLine(line: string): ShellLine {
  const [first = '', ...pipes] = partsOf(line);
  const [name = '', ...args] = wordsOf(first);
  const behind = pipes.map((pipe) => ` |${pipe}`).join('');
  return { name: name.replace(/^.*\//, ''), args, pipes: pipes.map(wordsOf), behind };
}

export const notFound = (name: string): ToolResult =>
  toolErr(`${name}: command not found; help lists the commands\n`, 127);

/** What comes out behind the pipes. Of what goes on, each part passes them by itself: that suits grep alone. */
export function throughPipes({ pipes, behind }: ShellLine, first: ToolResult): ToolResult {
  const { again } = first;
  const whole = again === undefined ? undefined : pipes.find(([name]) => name !== 'grep');
  if (whole !== undefined)
    return toolErr(`${whole[0] ?? ''}: tail -f has no end to wait for; grep may stand behind it\n`);
  let result = first;
  for (const words of pipes) {
    const next = throughPipe(words, result);
    if (next === null)
      return toolErr(`${words[0] ?? ''}: not behind a pipe here; grep, wc, head, tail and sort are\n`, 127);
    result = next;
  }
  return again === undefined ? result : { ...result, code: 0, again: `${again}${behind}` };
}

/** Runs a line; `command` gives null for a name that it does not know. */
export async function runLineOf(
  line: string,
  command: (name: string, args: readonly string[]) => Promise<ToolResult | null>,
): Promise<ToolResult> {
  const words = splitLine(line);
  const found = await command(words.name, words.args);
  return found === null ? notFound(words.name) : throughPipes(words, found);
}
