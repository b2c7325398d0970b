// The ring sequence number on disk, as Corosync keeps it: `ringid_<ip>` or `ringid_<nodeid>`, 8 octets, little-endian
// as on every machine this runs on (specs/totem.md 2.6). A node that forgets it may speak a ring id twice.
import { open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { codeOf, type NodeProblem } from './node-problem.ts';

const OCTETS = 8;

export interface RingIdFile {
  readonly path: string;
  /** 0 where there is no file yet. */
  load(): Promise<Result<bigint, NodeProblem>>;
  /** On disk, with its name, when the promise is fulfilled. */
  store(seq: bigint): Promise<Result<void, NodeProblem>>;
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Written beside and renamed: a crash leaves the old number or the new one, never a half. */
async function replace(path: string, octets: Uint8Array): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', 0o600);
  try {
    await file.writeFile(octets);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(path);
}

/** `name` is the node's address in the dialects of Corosync 1 and 2, its node id in that of 3. */
export function ringIdFile(folder: string, name: string): RingIdFile {
  const path = join(folder, `ringid_${name}`);
  return {
    path,
    async load() {
      try {
        const octets = await readFile(path);
        if (octets.length !== OCTETS) return fail({ kind: 'corrupt', path, octets: octets.length });
        return ok(octets.readBigUInt64LE(0));
      } catch (error) {
        return codeOf(error) === 'ENOENT' ? ok(0n) : fail({ kind: 'disk', path, code: codeOf(error) });
      }
    },
    async store(seq) {
      const octets = new Uint8Array(OCTETS);
      new DataView(octets.buffer).setBigUint64(0, seq, true);
      try {
        await replace(path, octets);
        return ok(undefined);
      } catch (error) {
        return fail({ kind: 'disk', path, code: codeOf(error) });
      }
    },
  };
}
