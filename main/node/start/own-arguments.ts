// Which of the process's arguments are ours: those after the app's own path, without Chromium's switches.
import { resolve } from 'node:path';

export interface OwnArguments {
  readonly isSmoke: boolean;
  /** Absolute. */
  readonly files: readonly string[];
  /** Absolute; keys to open encrypted captures with. */
  readonly keys: readonly string[];
}

/**
 * argv as the process got it. Unpackaged, the app's folder is an argument and ours follow it; packaged, ours follow
 * the program. Relative names count from `folder`.
 */
export function ownArguments(
  argv: readonly string[],
  appPath: string,
  isPackaged: boolean,
  folder: string,
): OwnArguments {
  const own = isPackaged
    ? 0
    : argv.findIndex((arg, i) => i > 0 && !arg.startsWith('-') && resolve(folder, arg) === resolve(appPath));
  const rest = argv.slice(Math.max(own, 0) + 1);
  const files: string[] = [];
  const keys: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const arg = rest[i] ?? '';
    if (arg === '--key') {
      const key = rest[++i];
      if (key !== undefined) keys.push(resolve(folder, key));
    } else if (!arg.startsWith('-') && arg !== '') files.push(resolve(folder, arg));
  }
  return { isSmoke: rest.includes('--smoke'), files, keys };
}
