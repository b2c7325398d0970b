// What each call does, in a few words each: the work is in main/node and in the files beside this one.
import { join } from 'node:path';
import { app, BrowserWindow, dialog, type OpenDialogOptions, type WebContents } from 'electron';
import type { Handlers, KeyFile } from '../../app/ipc/contract.ts';
import { fail, ok } from '../../protocol/base/result.ts';
import { readKeyFile } from '../node/files/key-file.ts';
import { recentFiles } from '../node/files/recent-files.ts';
import { samplesIn } from '../node/files/samples.ts';
import {
  followCapture,
  listInterfaces,
  saveCapture,
  startCapture,
  stopCapture,
  watchInterfaces,
  writeCapture,
} from './live/captures.ts';
import { endLabOf, endOtherLab, runningLab, sayToLab, startLab } from './live/labs.ts';
import { granted, recent, settings } from './remembered.ts';
import { reportSmoke } from './smoke.ts';
import { beginExport, endExport, loadNotes, saveNotes, writeExport } from './saving.ts';
import { closeStream, openStream } from './streams.ts';
import { firstShowOf, openWindow, tellOthers } from './windows.ts';

const CAPTURE_FILTERS = [
  { name: 'Captures', extensions: ['pcap', 'pcapng', 'cap', 'gz'] },
  { name: 'All files', extensions: ['*'] },
];

async function choose(contents: WebContents, options: OpenDialogOptions): Promise<readonly string[]> {
  const window = BrowserWindow.fromWebContents(contents);
  const { canceled, filePaths } = await (window === null
    ? dialog.showOpenDialog(options)
    : dialog.showOpenDialog(window, options));
  return canceled ? [] : filePaths;
}

/** Shows the dialog for a capture; null where the person changed their mind. */
export async function chooseCapture(contents: WebContents): Promise<string | null> {
  const paths = await choose(contents, { title: 'Open a capture', properties: ['openFile'], filters: CAPTURE_FILTERS });
  const [path] = paths;
  if (path === undefined) return null;
  granted.grant(path);
  return path;
}

/** Where the captures lie that come with the program. */
function captures(): string {
  return app.isPackaged ? join(process.resourcesPath, 'samples') : join(app.getAppPath(), 'test', 'golden', 'captures');
}

export const handlers: Handlers<WebContents> = {
  'window.hello': async (caller) => {
    const { open, keys, isSmoke } = firstShowOf(caller);
    const samples = samplesIn(captures());
    for (const { path } of samples) granted.grant(path);
    return {
      version: app.getVersion(),
      open,
      keys,
      recent: recentFiles(recent.list()),
      samples,
      settings: settings.get(),
      isSmoke,
    };
  },
  'session.choose': async (caller) => chooseCapture(caller),
  'session.open': async (caller, path) => {
    if (!granted.has(path))
      return fail({ kind: 'not-allowed', says: `${path} was not chosen by you: open it by Open….` });
    const opened = await openStream(caller, path);
    if (opened.ok) {
      await recent.add(path);
      BrowserWindow.fromWebContents(caller)?.setTitle(`${opened.value.name} – Totem Lab`);
    }
    return opened;
  },
  'session.follow': async (caller, path) =>
    granted.has(path)
      ? followCapture(caller, path)
      : fail({ kind: 'not-allowed', says: `${path} was not chosen by you: open it by Open….` }),
  'session.close': async (caller, stream) => closeStream(stream, caller),
  'window.open': async (_caller, path) => {
    if (granted.has(path)) openWindow({ open: path });
  },
  'settings.change': async (caller, change) => {
    await settings.change(change);
    tellOthers(caller, 'settings.changed', { settings: settings.get() });
  },
  'keys.choose': async (caller) => {
    const paths = await choose(caller, {
      title: 'Open keys (authkey)',
      properties: ['openFile', 'multiSelections', 'showHiddenFiles'],
    });
    const keys: KeyFile[] = [];
    for (const path of paths) {
      const key = await readKeyFile(path);
      if (!key.ok) return key;
      keys.push(key.value);
    }
    return ok(keys);
  },
  'recent.list': async () => recentFiles(recent.list()),
  'smoke.report': async (caller, report) => reportSmoke(caller, report),
  'annotations.load': loadNotes,
  'annotations.save': saveNotes,
  'export.begin': beginExport,
  'export.write': writeExport,
  'export.end': endExport,
  'lab.start': startLab,
  'lab.command': sayToLab,
  'lab.end': endLabOf,
  'lab.running': runningLab,
  'lab.endOther': endOtherLab,
  'capture.interfaces': async () => listInterfaces(),
  'capture.watch': watchInterfaces,
  'capture.start': startCapture,
  'capture.stop': stopCapture,
  'capture.save': saveCapture,
  'capture.write': writeCapture,
};
