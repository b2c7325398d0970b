// npm run bench: builds, then runs the benchmark with the collector at hand, so that memory is measured after it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { installModules } from './lib/modules.mjs';
import { OUT, ROOT } from './lib/paths.mjs';
import { says } from './lib/says.mjs';

if (!existsSync(join(ROOT, 'test', 'bench', 'bench.ts'))) {
  says('there is no benchmark: test/bench/bench.ts does not exist');
  process.exit(0);
}
await installModules(says);
await build(says);
await build(says, 'bench');
const args = ['--expose-gc', join(OUT, 'bench', 'bench.mjs'), ...process.argv.slice(2)];
const env = { ...process.env, TOTEM_LAB_ROOT: ROOT };
const run = spawnSync(process.execPath, args, { stdio: 'inherit', cwd: ROOT, env });
process.exit(run.status ?? 1);
