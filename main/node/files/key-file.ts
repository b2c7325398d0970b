// Reads a key: any small file. Corosync's authkey has 128 octets in 1.x and 2.x, 128 to 4096 in 3.x.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { KeyFile, OpenProblem } from '../../../app/ipc/contract.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { directoryProblem, emptyProblem, explainSystemError } from './open-problem.ts';

/** Octets; a larger file is no key. */
export const KEY_FILE_OCTETS_MAX = 65_536;

export async function readKeyFile(path: string): Promise<Result<KeyFile, OpenProblem>> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return fail(directoryProblem(path));
    if (found.size === 0) return fail(emptyProblem(path));
    if (found.size > KEY_FILE_OCTETS_MAX)
      return fail({
        kind: 'too-large',
        says: `${basename(path)} is no key: keys have 128 to 4096 octets, this file has ${found.size}.`,
      });
    return ok({ name: basename(path), bytes: new Uint8Array(await readFile(path)) });
  } catch (error) {
    return fail(explainSystemError(error, path));
  }
}
