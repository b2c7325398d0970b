// What the compiler lets pass and the code must not use: each with what to use in its stead.
import { describe, expect, it } from 'vitest';
import { SOURCES } from './sources.ts';

interface Ban {
  readonly name: string;
  readonly pattern: RegExp;
  /** Where it is banned, by path. */
  readonly where: RegExp;
  readonly use: string;
}

const PURE = /^(protocol|app)\//;
const OURS = /^(protocol|app|main|renderer)\//;

const BANS: readonly Ban[] = [
  { name: 'Math.random', pattern: /\bMath\.random\b/, where: PURE, use: 'a generator that is handed in' },
  { name: 'Date', pattern: /\bDate\b/, where: PURE, use: 'times of the capture, or a clock that is handed in' },
  { name: 'Intl', pattern: /\bIntl\b/, where: PURE, use: 'plain formatting, the same on every machine' },
  { name: 'toLocale…', pattern: /\.toLocale\w+\(/, where: PURE, use: 'plain formatting, the same on every machine' },
  { name: 'localeCompare', pattern: /\.localeCompare\(/, where: PURE, use: 'comparison by code units' },
  {
    name: 'async, Promise, await',
    pattern: /\basync\b|\bPromise\b|\bawait\b/,
    where: /^(protocol|app\/(store|analysis|filter|export))\//,
    use: 'synchronous code',
  },
  { name: 'code made from text', pattern: /\beval\(|\bnew Function\b/, where: OURS, use: 'data' },
  { name: 'console', pattern: /\bconsole\./, where: OURS, use: 'a result, or standard error' },
  { name: 'export default', pattern: /\bexport default\b/, where: /^(?!.*\.config\.ts$)/, use: 'a named export' },
  { name: '@ts-…', pattern: /@ts-(ignore|nocheck|expect-error)/, where: OURS, use: 'types that hold' },
  {
    name: 'enum, namespace',
    pattern: /^\s*(export )?(const )?(enum|namespace) \w/,
    where: OURS,
    use: 'a table of constants',
  },
  {
    name: '! after anything but an index',
    pattern: /[\w)]!(?=[.,;:)\]\s[]|$)/,
    where: /\.tsx?$/,
    use: 'a check; x[i]! is for typed arrays',
  },
  { name: "d3's select", pattern: /\bselect(All)?\b.*\bd3\b|\bd3\.select/, where: /^renderer\//, use: 'React' },
  { name: 'window.lab', pattern: /\bwindow\.lab\b/, where: /^renderer\/(?!bridge\/)/, use: 'renderer/bridge' },
  {
    name: 'innerHTML',
    pattern: /innerHTML|insertAdjacentHTML|document\.write/,
    where: /^renderer\//,
    use: 'elements and text',
  },
];

/** A line without its comments and without what its strings hold; suppressions of the compiler are comments too. */
function codeOf(line: string): string {
  if (/@ts-/.test(line)) return line;
  return line
    .replace(/'(?:[^'\\]|\\.)*'/g, (text) => (text === "'d3'" ? text : "''"))
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/`[^`$]*`/g, '``')
    .replace(/\/\/.*$|^\s*\*.*$|\/\*.*?(\*\/|$)/g, '');
}

describe('bans', () => {
  it.each(BANS)('$name: use $use', ({ pattern, where }) => {
    const broken = SOURCES.filter(({ path }) => where.test(path) && !path.startsWith('test/tidy/')).flatMap(
      ({ path, lines }) =>
        lines.flatMap((line, i) => (pattern.test(codeOf(line)) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );

    expect(broken).toEqual([]);
  });

  it.each([
    ['Math.random', 'const x = Math.random();'],
    ['Date', 'return new Date(ms).getTime();'],
    ['async, Promise, await', 'export async function read() {'],
    ['! after anything but an index', 'return found!.row;'],
    ['! after anything but an index', 'take(first()!);'],
    ['window.lab', "window.lab.call('x');"],
    ["d3's select", "import { scaleLinear, select } from 'd3';"],
  ])('would see %s in: %s', (name, line) => {
    expect(BANS.find((ban) => ban.name === name)?.pattern.test(codeOf(line))).toBe(true);
  });

  it.each([
    ['Date', "says('Date of the capture'); // Date"],
    ['! after anything but an index', 'if (a !== b && !c) return column[row]!;'],
    ['! after anything but an index', "return 'No capture!';"],
  ])('would not see %s in: %s', (name, line) => {
    expect(BANS.find((ban) => ban.name === name)?.pattern.test(codeOf(line))).toBe(false);
  });
});
