// Turns what the operating system says about a path into a sentence with a remedy. Knows no capture formats.
import type { OpenProblem } from '../../../app/ipc/contract.ts';

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** The problem behind a failed open or read of `path`. */
export function explainSystemError(error: unknown, path: string): OpenProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const name = nameOf(path);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'missing', says: `${path} does not exist: check its name and folder.` };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'denied', says: `${name} may not be read by you: chmod +r '${path}' or copy it.` };
    case 'EISDIR':
      return directoryProblem(path);
    default:
      return {
        kind: 'unreadable',
        says: `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      };
  }
}

export function directoryProblem(path: string): OpenProblem {
  return { kind: 'directory', says: `${nameOf(path)} is a folder: choose a capture file in it (.pcap, .pcapng, .gz).` };
}

export function emptyProblem(path: string): OpenProblem {
  return {
    kind: 'empty',
    says: `${nameOf(path)} is empty: the capture has not written anything yet, or was cut to nothing.`,
  };
}
