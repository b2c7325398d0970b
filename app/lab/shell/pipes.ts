// What may stand behind a pipe in a node's shell: grep, wc -l, head, tail, sort over a command's lines.
import type { ToolResult } from './node-view.ts';

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const textOf = (lines: readonly string[]): string => (lines.length === 0 ? '' : `${lines.join('\n')}\n`);

function countOf(args: readonly string[], standard: number): number {
  const option = args.find((arg) => /^-n?\d+$/.test(arg)) ?? (args[0] === '-n' ? `-${args[1] ?? ''}` : '');
  const count = Number(/\d+$/.exec(option)?.[0] ?? standard);
  return Number.isSafeInteger(count) ? count : standard;
}

function grep(args: readonly string[], lines: readonly string[]): readonly string[] {
  const flags = args.filter((arg) => arg.startsWith('-')).join('');
  const pattern = args.find((arg) => !arg.startsWith('-')) ?? '';
  const fold = (text: string): string => (flags.includes('i') ? text.toLowerCase() : text);
  // A plain text: a pattern of a person's making must not keep the program busy.
  return lines.filter((line) => fold(line).includes(fold(pattern)) !== flags.includes('v'));
}

/** The result of `words` fed with what came before; null where there is no such filter. */
export function throughPipe(words: readonly string[], before: ToolResult): ToolResult | null {
  const [name, ...args] = words;
  const lines = linesOf(before.out);
  switch (name) {
    case 'grep': {
      const found = grep(args, lines);
      return { ...before, out: textOf(found), code: found.length > 0 ? 0 : 1 };
    }
    case 'wc':
      return { ...before, out: `${lines.length}\n`, code: 0 };
    case 'head':
      return { ...before, out: textOf(lines.slice(0, countOf(args, 10))), code: 0 };
    case 'tail':
      return { ...before, out: textOf(lines.slice(-countOf(args, 10))), code: 0 };
    case 'sort':
      return { ...before, out: textOf([...lines].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))), code: 0 };
    default:
      return null;
  }
}
