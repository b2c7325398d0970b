// One line of a node's shell: split into words and pipes, run, its result. Knows no command.
import { toolErr, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
import { COMMANDS, type ShellContext } from './commands.ts';
import { throughPipe } from './pipes.ts';

/** Words of a command; quotes hold spaces together. */
export function wordsOf(text: string): readonly string[] {
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

export async function runShell(context: ShellContext, line: string): Promise<ToolResult> {
  const [first = '', ...pipes] = partsOf(line);
  const [name = '', ...args] = wordsOf(first);
  const command = COMMANDS.get(name.replace(/^.*\//, ''));
  if (command === undefined) return toolErr(`${name}: command not found; help lists the commands\n`, 127);
  let result = await command(context, args);
  for (const pipe of pipes) {
    const words = wordsOf(pipe);
    const next = throughPipe(words, result);
    if (next === null)
      return toolErr(`${words[0] ?? ''}: not behind a pipe here; grep, wc, head, tail and sort are\n`, 127);
    result = next;
  }
  return result;
}
