// What the bundles are made of, and whether they are up to date. Light: the command line asks this at every start.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OUT, ROOT } from './paths.mjs';
import { isStamped, stampOf } from './stamp.mjs';

const TOOLS = ['package.json', 'package-lock.json', 'scripts/lib/build.mjs', 'scripts/lib/sources.mjs'];

/** Two sets, since a change of the benchmark is no reason to build the program. */
export const SETS = {
  program: { sources: ['protocol', 'app', 'main', 'renderer', ...TOOLS], stamp: join(OUT, '.stamp') },
  bench: {
    sources: ['protocol', 'app', 'main/node', 'test/bench', 'test/support', ...TOOLS],
    stamp: join(OUT, 'bench', '.stamp'),
  },
};

export function sourceStamp(set) {
  return stampOf(ROOT, SETS[set].sources);
}

export function isBuilt(set = 'program') {
  return existsSync(SETS[set].stamp) && isStamped(SETS[set].stamp, sourceStamp(set));
}
