// tail and cat over a text file, whoever has it: what was asked for, which octets of the file that takes, what is
// printed of them. A file that is followed is asked for again and again, each time from where the last answer ended.
import { toolErr, type ToolResult } from './node-view.ts';

/** Octets of a file that one answer reads. */
const OCTETS_MAX = 1 << 20;
const LINES_USUAL = 10;
const NEWLINE = 0x0a;

export interface TailWords {
  readonly path: string;
  /** Last lines that are wanted. */
  readonly lines: number;
  /** From this octet on, instead of the last lines; null where lines count. */
  readonly from: number | null;
  readonly isFollowed: boolean;
}

export interface FilePart {
  readonly octets: Uint8Array;
  /** Where in the file they begin. */
  readonly at: number;
  /** Octets of the whole file. */
  readonly size: number;
}

/** `-n 20`, `-20`, `-fn20`, `-c +1`: what it follows, which value it has, and the value where it is joined. */
const OPTION = /^-([fF]*)([nc]?)([+-]?\d*)$/;

/** `tail [-f] [-n N | -N | -c +OCTET] FILE`; a sentence where it is not that. */
export function readTail(args: readonly string[]): TailWords | ToolResult {
  const words = { path: '', lines: LINES_USUAL, from: null as number | null, isFollowed: false };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('-')) {
      words.path ||= arg;
      continue;
    }
    const [isOption, follow, option, joined] = OPTION.exec(arg) ?? [null];
    if (isOption === null) return toolErr(`tail: ${arg}: -n N, -f and -c +OCTET are known here\n`);
    words.isFollowed ||= follow !== '';
    if (option === '' && joined === '') continue;
    const value = joined === '' ? (args[++i] ?? '') : (joined ?? '');
    if (!(option === 'c' ? /^\+\d{1,15}$/ : /^-?\d{1,15}$/).test(value))
      return toolErr(
        `tail: "${value}": ${option === 'c' ? 'the octet to begin at, like -c +1' : 'how many lines, like -n 20'}\n`,
      );
    if (option === 'c') words.from = Math.max(0, Number(value) - 1);
    else words.lines = Math.abs(Number(value));
  }
  return words.path === '' ? toolErr('tail wants a file: tail corosync.log\n') : words;
}

/** `cat FILE`: the end of a file that is very long. */
export function readCat(args: readonly string[]): TailWords | ToolResult {
  const path = args.find((arg) => !arg.startsWith('-'));
  if (path === undefined) return toolErr('cat wants a file: cat corosync.log\n');
  return { path, lines: Infinity, from: null, isFollowed: false };
}

/** Which octets of a file of this size are to be read. A file that has become shorter begins anew. */
export function partWanted({ from }: TailWords, size: number): { readonly at: number; readonly length: number } {
  const at = from === null ? Math.max(0, size - OCTETS_MAX) : from > size ? 0 : from;
  return { at, length: Math.min(size - at, OCTETS_MAX) };
}

/** Up to and with the last whole line; all where there is no line in very much. */
function wholeLines(octets: Uint8Array): Uint8Array {
  const end = octets.lastIndexOf(NEWLINE) + 1;
  return end === 0 && octets.length === OCTETS_MAX ? octets : octets.subarray(0, end);
}

function lastLines(text: string, count: number): string {
  if (text === '' || count === 0) return '';
  const lines = text.replace(/\n$/, '').split('\n');
  return `${(count >= lines.length ? lines : lines.slice(-count)).join('\n')}\n`;
}

const quoted = (path: string): string => (path.includes('"') ? `'${path}'` : `"${path}"`);

/** What is printed of the part. */
export function tailResult(
  { path, lines, from, isFollowed }: TailWords,
  { octets, at, size }: FilePart,
  textOf: (octets: Uint8Array) => string,
): ToolResult {
  const shown = isFollowed ? wholeLines(octets) : octets;
  const text = textOf(shown);
  const out = from === null ? lastLines(text, lines) : text;
  const err = from !== null && from > size ? `tail: ${path}: file truncated\n` : '';
  const again = `tail -f -c +${at + shown.length + 1} ${quoted(path)}`;
  return { out, err, code: 0, ...(isFollowed ? { again } : {}) };
}
