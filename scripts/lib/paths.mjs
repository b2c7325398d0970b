// Where things are in the checkout. Nothing else.
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const OUT = join(ROOT, 'out');

/** An empty or relative XDG_CACHE_HOME does not count, as its specification says. */
const caches = process.env.XDG_CACHE_HOME ?? '';
export const CACHE = join(isAbsolute(caches) ? caches : join(homedir(), '.cache'), 'totem-lab');
