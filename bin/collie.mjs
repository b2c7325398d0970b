#!/usr/bin/env node
// sheepdog's command: runs its bundle, building it first where there is none or its sources changed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isBuilt } from '../scripts/lib/sources.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bundle = join(root, 'out', 'cli', 'collie.mjs');

if (!existsSync(bundle) || !isBuilt()) {
  // Standard output belongs to the command's results.
  const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (build.status !== 0) process.exit(2);
}
await import(pathToFileURL(bundle).href);
