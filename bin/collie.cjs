#!/usr/bin/env node
// sheepdog's command: runs its bundle, building it first where there is none or its sources changed. CommonJS, and only
// its own sources are looked at, since people type it for answers that take milliseconds.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { isFresh, noteAgain } = require('../scripts/lib/fresh.cjs');

const root = join(__dirname, '..');
const bundle = join(root, 'out', 'cli', 'collie.cjs');

/** Compares contents, and builds where they differ; what was touched without a change is noted as it is now. */
async function refresh() {
  const { isBuilt } = await import('../scripts/lib/sources.mjs');
  if (!existsSync(bundle) || !isBuilt()) {
    const { spawnSync } = require('node:child_process');
    // Standard output belongs to the command's results.
    const build = spawnSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: ['ignore', 2, 2] });
    if (build.status !== 0) process.exit(2);
    return;
  }
  try {
    noteAgain(root, bundle);
  } catch (error) {
    // A folder that this person may not write into: contents are compared each time.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
}

if (existsSync(bundle) && isFresh(root, bundle)) require(bundle);
else void refresh().then(() => require(bundle));
