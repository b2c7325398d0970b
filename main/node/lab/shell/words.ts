// One line of a shell: split into words and pipes, run, its result. Knows no command.
import { toolErr, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
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

/** Runs a line; `command` gives null for a name that it does not know. */
export async function runLineOf(
  line: string,
  command: (name: string, args: readonly string[]) => Promise<ToolResult | null>,
): Promise<ToolResult> {
  const [first = '', ...pipes] = partsOf(line);
  const [name = '', ...args] = wordsOf(first);
  const found = await command(name.replace(/^.*\//, ''), args);
  if (found === null) return toolErr(`${name}: command not found; help lists the commands\n`, 127);
  let result = found;
  for (const pipe of pipes) {
    const words = wordsOf(pipe);
    const next = throughPipe(words, result);
    if (next === null)
      return toolErr(`${words[0] ?? ''}: not behind a pipe here; grep, wc, head, tail and sort are\n`, 127);
    result = next;
  }
  return result;
}
