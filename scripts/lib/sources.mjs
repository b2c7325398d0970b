// What the bundles are made of, and whether they are up to date. Light: the command line asks this at every start.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OUT, ROOT } from './paths.mjs';
import { isStamped, lookOf, stampOf, writeStamp } from './stamp.mjs';

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

/** Contents are read only where a file was touched since they were last found to be the same. */
export function isBuilt(set = 'program') {
  const { sources, stamp } = SETS[set];
  if (!existsSync(stamp)) return false;
  const stampText = readFileSync(stamp, 'utf8');
  const look = `${stampText} ${lookOf(ROOT, sources)}`;
  if (isStamped(`${stamp}-look`, look)) return true;
  if (stampText !== sourceStamp(set)) return false;
  try {
    writeStamp(`${stamp}-look`, look);
  } catch (error) {
    // A folder that this person may not write into: contents are read each time.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
  return true;
}
