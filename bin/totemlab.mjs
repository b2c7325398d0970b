#!/usr/bin/env node
// The command line: runs the bundle, building it first where there is none or its sources changed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuilt } from '../scripts/lib/sources.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'out', 'cli', 'totemlab.mjs');

if (!existsSync(bundle) || !isBuilt()) {
  // Standard output belongs to the command's results.
  const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (build.status !== 0) process.exit(2);
}
// npm runs this in the checkout's folder; a relative file counts from where the person typed it.
if (process.env.npm_lifecycle_event === 'totemlab' && process.env.INIT_CWD) process.chdir(process.env.INIT_CWD);
await import(pathToFileURL(bundle).href);
