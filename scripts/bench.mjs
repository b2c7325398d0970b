// npm run bench: builds, then runs the benchmark with the collector at hand, so that memory is measured after it.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { installModules } from './lib/modules.mjs';
import { OUT, ROOT } from './lib/paths.mjs';

const says = (line) => process.stderr.write(`${line}\n`);
installModules(says);
await build(says);
const env = { ...process.env, TOTEM_LAB_ROOT: ROOT };
const run = spawnSync(process.execPath, ['--expose-gc', join(OUT, 'bench', 'bench.mjs')], {
  stdio: 'inherit',
  cwd: ROOT,
  env,
});
process.exit(run.status ?? 1);
