// The file that the annotations of a capture lie in, beside it: CAPTURE.annotations.json. Text in and out, no files.
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { ANNOTATIONS_MAX, annotationFrom, type Annotation } from './annotation.ts';
import type { Annotations } from './list.ts';

const FORMAT = 'totem-lab annotations';
const VERSION = 1;
/** Characters of a file: far more than ANNOTATIONS_MAX texts of usual length. */
export const FILE_LENGTH_MAX = 64 * 1024 * 1024;

/** What the name of a capture's annotations adds to the capture's own. */
export const ANNOTATIONS_ENDING = '.annotations.json';

export function annotationsText(list: Annotations): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, annotations: list }, null, 1)}\n`;
}

export interface ReadAnnotations {
  readonly annotations: Annotations;
  /** Entries that were no annotations, or too many. */
  readonly skipped: number;
}

/** Reads a file's text; a problem is a sentence that says what to do. */
export function readAnnotations(text: string): Result<ReadAnnotations, string> {
  if (text.length > FILE_LENGTH_MAX) return fail('it is too large to hold annotations: is it the right file?');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('it is no JSON: move it away to annotate anew, or restore it from a copy');
  }
  const file = value as {
    readonly format?: unknown;
    readonly version?: unknown;
    readonly annotations?: unknown;
  } | null;
  if (typeof file !== 'object' || file?.format !== FORMAT || !Array.isArray(file.annotations))
    return fail('it holds no annotations of this program: give the FILE.annotations.json beside a capture');
  if (file.version !== VERSION)
    return fail(`its version is ${String(file.version)}, and this program reads ${VERSION}: use a newer Totem Lab`);
  const found = new Map<string, Annotation>();
  const { annotations: entries } = file;
  for (const entry of entries.slice(0, ANNOTATIONS_MAX)) {
    const own = annotationFrom(entry);
    if (own !== null && !found.has(own.id)) found.set(own.id, own);
  }
  return ok({ annotations: [...found.values()], skipped: entries.length - found.size });
}
