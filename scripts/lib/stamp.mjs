// Says whether a set of files changed since a step was last done, by a hash of their names and contents. Contents and
// not times: a clone, a checkout and a copy give all files new times.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SKIPPED = new Set(['node_modules', 'README.md']);

function addTo(hash, root, name) {
  const path = join(root, name);
  if (!existsSync(path)) return;
  let entries = null;
  try {
    entries = readdirSync(path);
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
  }
  if (entries === null) hash.update(`${name}\0`).update(readFileSync(path)).update('\0');
  else for (const entry of entries.sort()) if (!SKIPPED.has(entry)) addTo(hash, root, `${name}/${entry}`);
}

/** A short text that changes when one of the files or folders below root does; names that do not exist count too. */
export function stampOf(root, names) {
  const hash = createHash('sha256');
  for (const name of names) addTo(hash, root, name);
  return hash.digest('hex');
}

function addLook(hash, root, name) {
  const path = join(root, name);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isDirectory()) hash.update(`${name}\0${found.size} ${found.mtimeMs} ${found.ctimeMs}\0`);
  else for (const entry of readdirSync(path).sort()) if (!SKIPPED.has(entry)) addLook(hash, root, `${name}/${entry}`);
}

/**
 * A text that changes when one of the files is touched: contents need not be read while it is the same. Files that were
 * touched may still have the contents that they had.
 */
export function lookOf(root, names) {
  const hash = createHash('sha256');
  for (const name of names) addLook(hash, root, name);
  return hash.digest('hex');
}

export function isStamped(file, stamp) {
  return existsSync(file) && readFileSync(file, 'utf8') === stamp;
}

/** Written whole or not at all, also when the program is stopped meanwhile. */
export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, stamp);
  renameSync(draft, file);
}
