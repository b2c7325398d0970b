// A line of a scenario taken apart into words, and words read as numbers, nodes, times, shares, sizes, texts. Every
// problem knows its column. Which words make a command is said elsewhere.
import { fail, ok, type Result } from '../../base/result.ts';

/** Why a line cannot be read. Columns count from 1. */
export interface LineProblem {
  readonly column: number;
  readonly says: string;
}

export interface Word {
  readonly text: string;
  readonly column: number;
  /** It stood in quotes: text of a message, never a keyword. */
  readonly isQuoted: boolean;
}

export const MICROS_PER_SECOND = 1_000_000;
/** Longest time that can be said: a week. */
const TIME_MICROS_MAX = 7 * 86_400 * MICROS_PER_SECOND;

const ESCAPES: { readonly [letter: string]: string } = { n: '\n', t: '\t', '"': '"', '\\': '\\' };

function readQuoted(line: string, at: number): Result<{ readonly text: string; readonly end: number }, LineProblem> {
  let text = '';
  for (let i = at + 1; i < line.length; i++) {
    const char = line[i] ?? '';
    if (char === '"') return ok({ text, end: i + 1 });
    if (char !== '\\') {
      text += char;
      continue;
    }
    const escape = ESCAPES[line[++i] ?? ''];
    if (escape === undefined) return fail({ column: i, says: 'after \\ comes n, t, " or \\' });
    text += escape;
  }
  return fail({ column: at + 1, says: 'this text has no closing "' });
}

/** Words of a line up to a # outside quotes. */
export function splitWords(line: string): Result<readonly Word[], LineProblem> {
  const words: Word[] = [];
  for (let at = 0; at < line.length;) {
    const char = line[at] ?? '';
    if (char === '#') break;
    if (char === ' ' || char === '\t' || char === '\r') {
      at++;
      continue;
    }
    if (char === '"') {
      const quoted = readQuoted(line, at);
      if (!quoted.ok) return quoted;
      words.push({ text: quoted.value.text, column: at + 1, isQuoted: true });
      at = quoted.value.end;
      continue;
    }
    let end = at;
    while (end < line.length && !/[\s"#]/.test(line[end] ?? '')) end++;
    words.push({ text: line.slice(at, end), column: at + 1, isQuoted: false });
    at = end;
  }
  return ok(words);
}

export const wrong = (word: Word, says: string): { readonly ok: false; readonly problem: LineProblem } =>
  fail({ column: word.column, says });

export function readWhole(word: Word, least: number, most: number): Result<number, LineProblem> {
  const value = /^\d+$/.test(word.text) ? Number(word.text) : NaN;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return ok(value);
  return wrong(word, `a whole number from ${least} to ${most} is wanted, not "${word.text}"`);
}

/** `1.5`, `1.5s`, `20ms`, `150us`: microseconds. A bare number is seconds. */
export function readTime(word: Word): Result<number, LineProblem> {
  const match = /^(\d+)(?:\.(\d+))?(s|ms|us)?$/.exec(word.text);
  if (match === null) return wrong(word, `a time is wanted, like 1.5s, 20ms or 150us, not "${word.text}"`);
  const [, whole = '', fraction = '', unit = 's'] = match;
  const digits = { s: 6, ms: 3, us: 0 }[unit] ?? 0;
  if (fraction.length > digits) return wrong(word, 'times are whole microseconds');
  const micros = Number(whole + fraction.padEnd(digits, '0'));
  return micros <= TIME_MICROS_MAX ? ok(micros) : wrong(word, 'that is longer than a week');
}

/** `5%`, `0.25%`: parts per million. */
export function readShare(word: Word): Result<number, LineProblem> {
  const match = /^(\d{1,3})(?:\.(\d{1,4}))?%$/.exec(word.text);
  const parts = match === null ? Infinity : Number((match[1] ?? '') + (match[2] ?? '').padEnd(4, '0'));
  return parts <= 1_000_000 ? ok(parts) : wrong(word, `a share is wanted, like 5% or 0.1%, not "${word.text}"`);
}

const SIZE_UNITS: { readonly [unit: string]: number } = {
  '': 1,
  B: 1,
  kB: 1000,
  MB: 1_000_000,
  KiB: 1024,
  MiB: 1 << 20,
};

/** `1400`, `64KiB`, `10MB`: octets. */
export function readOctets(word: Word, suffix = ''): Result<number, LineProblem> {
  const match = /^(\d{1,10})(B|kB|MB|KiB|MiB|)$/.exec(
    word.text.endsWith(suffix) ? word.text.slice(0, word.text.length - suffix.length) : '',
  );
  const octets = match === null ? NaN : Number(match[1]) * (SIZE_UNITS[match[2] ?? ''] ?? 1);
  if (Number.isSafeInteger(octets)) return ok(octets);
  return wrong(word, `octets are wanted, like 1400${suffix} or 64KiB${suffix}, not "${word.text}"`);
}

/** Nodes that a line may name: numbers from 1 to `count`, and what else `find` knows as a name of one. */
export interface NodeNames {
  readonly count: number;
  readonly find?: (name: string) => number | null;
}

/** `3`, `1,2,5`, `1-4`, `all`: numbers of nodes, ascending as written. */
export function readNodes(word: Word, { count, find }: NodeNames): Result<readonly number[], LineProblem> {
  if (word.text === 'all') return ok(Array.from({ length: count }, (_, i) => i + 1));
  const nodes: number[] = [];
  for (const part of word.text.split(',')) {
    const named = find?.(part) ?? null;
    if (named !== null) {
      nodes.push(named);
      continue;
    }
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part);
    const first = Number(match?.[1] ?? 0);
    const last = Number(match?.[2] ?? match?.[1] ?? 0);
    if (match === null || first < 1 || last > count || last < first)
      return wrong(word, `nodes are numbers from 1 to ${count}, like 2 or 1,3 or 1-4, not "${word.text}"`);
    for (let node = first; node <= last; node++) nodes.push(node);
  }
  return ok(nodes);
}

export function readNode(word: Word, names: NodeNames): Result<number, LineProblem> {
  const nodes = readNodes(word, names);
  if (!nodes.ok) return nodes;
  const [node] = nodes.value;
  return node !== undefined && nodes.value.length === 1 ? ok(node) : wrong(word, 'one node is wanted');
}

/** A link's end: a node, or every node. */
export type End = number | 'any';

/** `1>3`, `2>*`, `*>2`. */
export function readLink(word: Word, names: NodeNames): Result<{ readonly from: End; readonly to: End }, LineProblem> {
  const match = /^([^>]+)>([^>]+)$/.exec(word.text);
  if (match === null) return wrong(word, `a direction is wanted, like 1>3 or *>2, not "${word.text}"`);
  const end = (text: string): Result<End, LineProblem> =>
    text === '*' ? ok('any') : readNode({ ...word, text }, names);
  const from = end(match[1] ?? '');
  if (!from.ok) return from;
  const to = end(match[2] ?? '');
  return to.ok ? ok({ from: from.value, to: to.value }) : to;
}

export interface Setting {
  readonly key: string;
  readonly value: Word;
}

/** `key=value`; null for a word without =. */
export function settingOf(word: Word): Setting | null {
  const at = word.isQuoted ? -1 : word.text.indexOf('=');
  if (at < 1) return null;
  const value = { text: word.text.slice(at + 1), column: word.column + at + 1, isQuoted: false };
  return { key: word.text.slice(0, at), value };
}

const trimmed = (text: string): string => text.replace(/\.?0+$/, '');

/** Microseconds in the shortest exact form that readTime() reads. */
export function timeText(micros: number): string {
  if (micros === 0) return '0s';
  if (micros % 1000 !== 0) return micros < 1000 ? `${micros}us` : `${trimmed((micros / 1000).toFixed(3))}ms`;
  return micros < MICROS_PER_SECOND ? `${micros / 1000}ms` : `${secondsText(micros)}s`;
}

function secondsText(micros: number): string {
  const fraction = String(micros % MICROS_PER_SECOND)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(micros / MICROS_PER_SECOND);
  return fraction === '' ? `${whole}` : `${whole}.${fraction}`;
}

/** Parts per million as readShare() reads them. */
export function shareText(parts: number): string {
  const fraction = String(parts % 10_000)
    .padStart(4, '0')
    .replace(/0+$/, '');
  const whole = Math.floor(parts / 10_000);
  return `${whole}${fraction === '' ? '' : `.${fraction}`}%`;
}
