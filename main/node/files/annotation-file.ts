// The file of a capture's annotations: beside it, or in the program's own folder where nothing may be written there.
// Written whole or not at all, so that no crash costs more than the last key.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ANNOTATIONS_ENDING, FILE_LENGTH_MAX } from '../../../app/annotations/file.ts';
import type { OpenProblem } from '../../../app/ipc/contract.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { writeWhole } from './atomic-file.ts';
import { explainSystemError } from './open-problem.ts';

const beside = (capture: string): string => `${capture}${ANNOTATIONS_ENDING}`;

/** Where annotations lie that have no place beside their capture. */
function elsewhere(capture: string, folder: string): string {
  return join(folder, `${createHash('sha256').update(capture).digest('hex').slice(0, 32)}${ANNOTATIONS_ENDING}`);
}

/** The text of a capture's annotations; null where there are none. */
export function loadAnnotations(capture: string, folder: string): Result<string | null, OpenProblem> {
  const path = [beside(capture), elsewhere(capture, folder)].find((own) => existsSync(own));
  if (path === undefined) return ok(null);
  try {
    if (statSync(path).size > FILE_LENGTH_MAX)
      return fail({ kind: 'too-large', says: `${path} is too large to hold annotations: move it away.` });
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(explainSystemError(error, path));
  }
}

/** Writes them; null, or why that was not possible. */
export function saveAnnotations(capture: string, folder: string, text: string): string | null {
  const bytes = new TextEncoder().encode(text);
  const problem = writeWhole(beside(capture), [capture], bytes);
  if (problem === null) return null;
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return problem;
  }
  return writeWhole(elsewhere(capture, folder), [capture], bytes) === null ? null : problem;
}
