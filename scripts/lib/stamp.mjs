// Says whether a set of files changed since a step was last done, by a hash of their names, sizes and times.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'out', '.tsbuild', '.git', 'captures', 'dist']);

function addTo(hash, path) {
  if (!existsSync(path)) return;
  const stat = statSync(path);
  if (stat.isDirectory()) {
    for (const entry of readdirSync(path).sort()) if (!SKIPPED.has(entry)) addTo(hash, join(path, entry));
  } else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
}

/** A short text that changes when one of the files or folders does. */
export function stampOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addTo(hash, path);
  return hash.digest('hex');
}

export function isStamped(file, stamp) {
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}
