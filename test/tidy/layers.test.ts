// The layers of ARCHITECTURE.md as a table, held against every import; and what the compiler cannot ban.
import { describe, expect, it } from 'vitest';
import { importsOf, SOURCES } from './sources.ts';

/** Who may import what: the first row whose `from` begins a file's path decides. `itself` is always allowed. */
const LAYERS: readonly { readonly from: string; readonly may: readonly string[] }[] = [
  { from: 'protocol/base/', may: [] },
  { from: 'protocol/wire/', may: ['protocol/base/'] },
  { from: 'protocol/pcap/', may: ['protocol/base/', 'protocol/net/addresses'] },
  { from: 'protocol/net/', may: ['protocol/base/', 'protocol/wire/'] },
  { from: 'protocol/totem/', may: ['protocol/base/', 'protocol/wire/'] },
  { from: 'protocol/crypto/', may: ['protocol/base/', 'protocol/totem/', '@noble/'] },
  { from: 'protocol/knet/', may: ['protocol/base/', 'protocol/wire/', 'protocol/net/', 'protocol/totem/'] },
  { from: 'protocol/totempg/', may: ['protocol/base/', 'protocol/wire/', 'protocol/totem/'] },
  { from: 'protocol/cpg/', may: ['protocol/base/', 'protocol/wire/', 'protocol/totem/', 'protocol/totempg/'] },
  {
    from: 'protocol/sheep/',
    may: [
      'protocol/base/',
      'protocol/wire/',
      'protocol/net/addresses',
      'protocol/totem/',
      'protocol/totempg/',
      'protocol/cpg/',
    ],
  },
  { from: 'protocol/dissect/', may: ['protocol/'] },
  { from: 'app/store/', may: ['protocol/'] },
  { from: 'app/analysis/', may: ['protocol/', 'app/store/'] },
  { from: 'app/session/', may: ['protocol/', 'app/store/', 'app/analysis/', 'app/ipc/stream', '@noble/hashes/'] },
  { from: 'app/filter/', may: ['protocol/base/', 'app/store/', 'app/session/'] },
  { from: 'app/ipc/', may: ['protocol/base/', 'app/store/', 'app/analysis/result', 'app/session/'] },
  { from: 'main/preload/', may: ['app/ipc/', 'electron'] },
  { from: 'main/electron/', may: ['protocol/', 'app/', 'main/', 'electron', 'node:'] },
  { from: 'main/node/', may: ['protocol/', 'app/', 'node:'] },
  { from: 'main/cli/', may: ['protocol/', 'app/', 'main/node/', 'node:', 'package.json'] },
  { from: 'renderer/canvas/', may: ['protocol/base/'] },
  { from: 'renderer/widgets/', may: ['protocol/base/', 'react', '@tanstack/react-virtual', 'renderer/theme/'] },
  {
    from: 'renderer/',
    may: [
      'protocol/',
      'app/',
      'react',
      'react-dom',
      'd3',
      'zustand',
      '@tanstack/react-virtual',
      'react-resizable-panels',
    ],
  },
  { from: 'test/', may: [''] },
  { from: 'scripts/', may: ['node:', 'vite', '@vitejs/plugin-react'] },
  { from: 'bin/', may: ['node:'] },
];

/** Imports that break the table and are to go. Empty. */
const DEBT: readonly string[] = [];

const within = (path: string, prefix: string): boolean =>
  path === prefix ||
  path.startsWith(prefix.endsWith('/') || prefix.endsWith(':') ? prefix : prefix) ||
  (!prefix.includes('/') && path.startsWith(`${prefix}/`));

function offences(path: string, imports: readonly string[]): readonly string[] {
  const layer = LAYERS.find(({ from }) => path.startsWith(from));
  if (layer === undefined) return [`${path} is in no layer`];
  return imports
    .filter((target) => !target.startsWith(layer.from) && !layer.may.some((allowed) => within(target, allowed)))
    .map((target) => `${path} → ${target}`);
}

describe('layers', () => {
  it('are kept by every import', () => {
    const broken = SOURCES.flatMap(({ path, imports }) => offences(path, imports));
    expect(broken.filter((line) => !DEBT.includes(line))).toEqual([]);
    expect(DEBT).toEqual([]);
  });

  it('would be seen broken', () => {
    const imports = importsOf(
      'protocol/totem/x.ts',
      "import { a } from '../sheep/tcp-stream.ts';\nimport { readFileSync } from 'node:fs';",
    );
    expect(offences('protocol/totem/x.ts', imports)).toEqual([
      'protocol/totem/x.ts → protocol/sheep/tcp-stream.ts',
      'protocol/totem/x.ts → node:fs',
    ]);
  });
});

/** What the compiler lets pass: pattern, where, and what to use. */
const BANS: readonly { readonly pattern: RegExp; readonly where: RegExp; readonly use: string }[] = [
  { pattern: /\bMath\.random\b/, where: /^(protocol|app)\//, use: 'an injected generator' },
  { pattern: /\bnew Date\b|\bDate\.(now|parse)\b/, where: /^(protocol|app)\//, use: 'times of the capture' },
  {
    pattern: /\bIntl\.|\.toLocale\w+\(/,
    where: /^(protocol|app)\//,
    use: 'plain formatting, the same on every machine',
  },
  {
    pattern: /\basync\b|\bPromise\b|\bawait\b/,
    where: /^(protocol|app\/(store|analysis|filter))\//,
    use: 'synchronous code',
  },
  { pattern: /\beval\(|\bnew Function\b/, where: /^(protocol|app|main|renderer)\//, use: 'data' },
  { pattern: /\bconsole\./, where: /^(protocol|app|main|renderer)\//, use: 'a result, or standard error' },
  { pattern: /\bfrom 'cap'/, where: /^(?!main\/helpers\/capture-helper\.ts)/, use: 'main/helpers/capture-helper.ts' },
  { pattern: /\bexport default\b/, where: /^(protocol|app|main|renderer|test)\//, use: 'a named export' },
  { pattern: /@ts-(ignore|nocheck|expect-error)/, where: /^(protocol|app|main|renderer)\//, use: 'types that hold' },
];

describe('bans', () => {
  it.each(BANS)('$pattern (use $use)', ({ pattern, where }) => {
    const code = (line: string): string =>
      line
        .replace(/\/\/.*$|^\s*\*.*$|^\s*\/\*.*$/, '')
        .replace(/'[^']*'|`[^`]*`/g, (text) => (text === "'cap'" ? text : "''"));
    const broken = SOURCES.filter(({ path }) => where.test(path) && !path.startsWith('test/tidy/')).flatMap(
      ({ path, lines }) =>
        lines.flatMap((line, i) => (pattern.test(code(line)) ? [`${path}:${i + 1}: ${line.trim()}`] : [])),
    );
    expect(broken).toEqual([]);
  });
});
