// Files that a window writes: annotations beside its capture, and exports to where a person says. The page names only
// captures that it was granted; where an export goes is asked of the person.
import { basename, dirname, join } from 'node:path';
import { readAnnotations } from '../../app/annotations/file.ts';
import { app, BrowserWindow, dialog, type SaveDialogOptions, type WebContents } from 'electron';
import type { ExportKind, OpenProblem, StartedExport } from '../../app/ipc/contract.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { loadAnnotations, saveAnnotations } from '../node/files/annotation-file.ts';
import { createAtomicFile, type AtomicFile } from '../node/files/atomic-file.ts';
import { granted } from './remembered.ts';

/** Exports of all windows at once. */
const EXPORTS_MAX = 16;
const KINDS: Readonly<
  Record<ExportKind, { readonly title: string; readonly name: string; readonly endings: string[] }>
> = {
  capture: { title: 'Export the annotated capture', name: 'pcapng capture', endings: ['pcapng'] },
  report: { title: 'Write the report', name: 'Report', endings: ['html', 'md'] },
  table: { title: 'Write the table', name: 'Table', endings: ['csv'] },
};

const running = new Map<number, { readonly owner: WebContents; readonly file: AtomicFile }>();
let next = 1;

const folder = (): string => join(app.getPath('userData'), 'annotations');
const refused = (path: string): OpenProblem => ({ kind: 'not-allowed', says: `${path} was not chosen by you.` });

export async function loadNotes(_caller: WebContents, path: string): Promise<Result<string | null, OpenProblem>> {
  return granted.has(path) ? loadAnnotations(path, folder()) : fail(refused(path));
}

export async function saveNotes(_caller: WebContents, path: string, text: string): Promise<string | null> {
  if (!granted.has(path)) return refused(path).says;
  // A page that was taken over writes nothing else beside a capture.
  if (!readAnnotations(text).ok) return 'these are no annotations';
  return saveAnnotations(path, folder(), text);
}

/** Asks where, and begins the file there. */
export async function beginExport(
  caller: WebContents,
  kind: ExportKind,
  source: string,
): Promise<Result<StartedExport | null, OpenProblem>> {
  if (running.size >= EXPORTS_MAX)
    return fail({ kind: 'not-allowed', says: `${EXPORTS_MAX} exports are being written: wait for one of them.` });
  const { title, name, endings } = KINDS[kind];
  const bare = basename(source)
    .replace(/\.gz$/i, '')
    .replace(/\.(pcap|pcapng|cap)$/i, '');
  const ending = kind === 'capture' ? '-annotated.pcapng' : kind === 'report' ? '-report.html' : '.csv';
  const options: SaveDialogOptions = {
    title,
    defaultPath: join(granted.has(source) ? dirname(source) : app.getPath('documents'), `${bare}${ending}`),
    filters: [{ name, extensions: endings }],
  };
  const window = BrowserWindow.fromWebContents(caller);
  const { canceled, filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (canceled || !filePath) return ok(null);
  const file = createAtomicFile(filePath, granted.has(source) ? [source] : []);
  if (!file.ok) return fail({ kind: 'unreadable', says: `${file.problem}.` });
  const id = next++;
  running.set(id, { owner: caller, file: file.value });
  caller.once('destroyed', () => {
    running.get(id)?.file.abandon();
    running.delete(id);
  });
  // From now on it may be opened here.
  granted.grant(filePath);
  return ok({ id, name: basename(filePath), path: filePath });
}

export async function writeExport(caller: WebContents, id: number, bytes: Uint8Array): Promise<string | null> {
  const own = running.get(id);
  if (own?.owner !== caller) return 'this export has ended';
  const problem = own.file.write(bytes);
  if (problem !== null) running.delete(id);
  return problem;
}

/** Puts the file in its place, or leaves what was there before. */
export async function endExport(caller: WebContents, id: number, isWhole: boolean): Promise<string | null> {
  const own = running.get(id);
  if (own?.owner !== caller) return 'this export has ended';
  running.delete(id);
  if (isWhole) return own.file.commit();
  own.file.abandon();
  return null;
}
