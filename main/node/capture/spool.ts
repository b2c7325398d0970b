// Writes a live capture to a file as it comes: a program that is killed leaves what was captured, and a long capture
// does not fill the memory.
import { createWriteStream, type WriteStream } from 'node:fs';

export interface Spool {
  readonly path: string;
  /** False where the disk is behind: `drained` is called when it has caught up. */
  write(chunk: Uint8Array): boolean;
  /** Everything is written and the file is closed; the sentence says what went wrong. */
  end(): Promise<string | null>;
}

export interface SpoolHooks {
  readonly drained: () => void;
  /** Nothing can be written any more. */
  readonly failed: (says: string) => void;
  /** So many octets of it can be read by now. */
  readonly written?: (octets: number) => void;
}

function sentence(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOSPC') return `${path} cannot grow: the disk is full. What was captured before is in it.`;
  if (error.code === 'EACCES' || error.code === 'EPERM')
    return `${path} may not be written by you: choose another folder.`;
  if (error.code === 'ENOENT') return `${path} cannot be made: its folder does not exist.`;
  return `${path} cannot be written: ${error.message}.`;
}

export function createSpool(path: string, hooks: SpoolHooks): Spool {
  const stream: WriteStream = createWriteStream(path, { mode: 0o600 });
  let problem: string | null = null;
  const written = (): void => hooks.written?.(stream.bytesWritten);
  stream.on('drain', hooks.drained);
  stream.on('error', (error) => {
    problem = sentence(path, error);
    hooks.failed(problem);
  });
  return {
    path,
    write: (chunk) => (problem === null ? stream.write(chunk, written) : true),
    end: () =>
      new Promise((done) => {
        if (problem !== null) done(problem);
        else stream.end(() => done(problem));
      }),
  };
}
