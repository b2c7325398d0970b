// The layers of ARCHITECTURE.md as a table, held against every import.
import { describe, expect, it } from 'vitest';
import { importsOf, SOURCES } from './sources.ts';

interface Layer {
  /** Beginning of a file's path: the first row that fits decides. */
  readonly from: string;
  /** Folders (with a slash at the end), files without extension, packages, and `node:`; `from` itself always. */
  readonly may: readonly string[];
}

const GROUND = ['protocol/base/', 'protocol/wire/'];
const OF_TOTEM = [...GROUND, 'protocol/totem/'];
const OF_CPG = [...OF_TOTEM, 'protocol/totempg/'];
const OF_SHEEP = [...OF_CPG, 'protocol/cpg/', 'protocol/net/addresses'];

const LAYERS: readonly Layer[] = [
  { from: 'protocol/base/', may: [] },
  { from: 'protocol/wire/', may: ['protocol/base/'] },
  { from: 'protocol/pcap/', may: ['protocol/base/', 'protocol/net/addresses'] },
  { from: 'protocol/net/', may: GROUND },
  { from: 'protocol/totem/', may: GROUND },
  { from: 'protocol/crypto/', may: ['protocol/base/', 'protocol/totem/', '@noble/ciphers', '@noble/hashes'] },
  { from: 'protocol/knet/', may: [...OF_TOTEM, 'protocol/net/', 'fflate', 'fzstd'] },
  { from: 'protocol/totempg/', may: OF_TOTEM },
  { from: 'protocol/cpg/', may: OF_CPG },
  { from: 'protocol/sheep/', may: OF_SHEEP },
  { from: 'protocol/collie/', may: [...OF_SHEEP, 'protocol/sheep/'] },
  { from: 'protocol/node/', may: [...OF_SHEEP, 'protocol/sheep/'] },
  { from: 'protocol/sim/', may: ['protocol/'] },
  { from: 'protocol/dissect/', may: ['protocol/'] },
  { from: 'app/store/', may: ['protocol/'] },
  { from: 'app/analysis/', may: ['protocol/', 'app/store/'] },
  { from: 'app/session/', may: ['protocol/', 'app/store/', 'app/analysis/', 'app/ipc/stream', '@noble/hashes'] },
  { from: 'app/filter/', may: ['protocol/base/', 'protocol/wire/', 'protocol/totem/', 'app/store/', 'app/session/'] },
  { from: 'app/glossary/', may: [] },
  { from: 'app/settings/', may: [] },
  { from: 'app/annotations/', may: ['protocol/base/'] },
  {
    from: 'app/export/',
    may: ['protocol/', 'app/store/', 'app/analysis/', 'app/annotations/', 'app/filter/', 'app/session/'],
  },
  { from: 'app/lab/', may: ['protocol/'] },
  { from: 'app/ipc/', may: ['protocol/base/', 'app/'] },
  { from: 'main/preload/', may: ['app/ipc/', 'electron'] },
  { from: 'main/electron/', may: ['protocol/', 'app/', 'main/', 'electron', 'node:'] },
  { from: 'main/helpers/capture-helper.ts', may: ['protocol/', 'app/', 'main/node/', 'node:', 'cap'] },
  { from: 'main/helpers/', may: ['protocol/', 'app/', 'main/node/', 'node:'] },
  { from: 'main/node/', may: ['protocol/', 'app/', 'node:'] },
  { from: 'main/cli/', may: ['protocol/', 'app/', 'main/node/', 'node:', 'package.json'] },
  { from: 'renderer/canvas/', may: ['protocol/base/', 'd3'] },
  { from: 'renderer/widgets/', may: ['protocol/base/', 'renderer/theme/', 'react'] },
  { from: 'renderer/panels/shell/', may: ['protocol/', 'app/', 'renderer/', 'react', '@xterm/'] },
  {
    from: 'renderer/',
    may: ['protocol/', 'app/', 'react', 'react-dom', 'd3', 'zustand', 'react-resizable-panels'],
  },
  { from: 'scripts/lib/runtime/default-app.cjs', may: ['electron', 'node:'] },
  { from: 'scripts/', may: ['node:', 'vite', '@vitejs/plugin-react'] },
  { from: 'bin/', may: ['node:', 'scripts/lib/sources.mjs', 'scripts/lib/fresh.cjs'] },
];

/** Imports that break the table and are to go. Empty. */
const DEBT: readonly string[] = [];

function isWithin(target: string, allowed: string): boolean {
  if (allowed.endsWith('/') || allowed.endsWith(':')) return target.startsWith(allowed);
  return target === allowed || target === `${allowed}.ts` || target.startsWith(`${allowed}/`);
}

function offences(path: string, imports: readonly string[]): readonly string[] {
  const layer = LAYERS.find(({ from }) => path.startsWith(from));
  if (layer === undefined) return [`${path} is in no layer: give its folder a row in the table`];
  return imports
    .filter((target) => !target.startsWith(layer.from) && !layer.may.some((allowed) => isWithin(target, allowed)))
    .map((target) => `${path} → ${target}`);
}

const checked = SOURCES.filter(({ path }) => !path.startsWith('test/'));

describe('layers', () => {
  it('are kept by every import', () => {
    const broken = checked.flatMap(({ path, imports }) => offences(path, imports));

    expect(broken.filter((line) => !DEBT.includes(line))).toEqual([]);
    expect(DEBT).toEqual([]);
  });

  it('let the contract between processes take types only', () => {
    const broken = SOURCES.filter(({ path }) => path.startsWith('app/ipc/')).flatMap(({ path, text }) =>
      [...text.matchAll(/^(?:import|export) (?!type\b)[^;]*? from '\.\.\/[^']+'/gm)].map(
        ([line]) => `${path}: ${line}`,
      ),
    );

    expect(broken).toEqual([]);
  });

  it.each([
    ['protocol/totem/x.ts', "import { a } from '../sheep/tcp-stream.ts';", 'protocol/sheep/tcp-stream.ts'],
    ['protocol/totem/x.ts', "export * from 'node:fs';", 'node:fs'],
    ['main/node/x.ts', "const cap = require('cap');", 'cap'],
    ['main/cli/x.ts', "const { app } = await import('electron');", 'electron'],
    ['renderer/canvas/x.ts', "import type { ReactNode } from 'react';", 'react'],
    ['renderer/widgets/x.tsx', "import {\n  a,\n  b,\n} from 'react-dom/client';", 'react-dom/client'],
    ['main/preload/x.ts', "import '../node/files/key-file.ts';", 'main/node/files/key-file.ts'],
    ['protocol/pcap/x.ts', "import { a } from '../net/addresses-too.ts';", 'protocol/net/addresses-too.ts'],
  ])('would be seen broken in %s by %s', (path, text, target) => {
    expect(offences(path, importsOf(path, text))).toEqual([`${path} → ${target}`]);
  });

  it('would see a folder that has no layer', () => {
    expect(offences('protocol/other/x.ts', [])).toHaveLength(1);
  });
});
