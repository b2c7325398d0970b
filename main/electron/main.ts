// The program's start and end under Electron: policy first, then the window that the command line asks for.
import { app, BrowserWindow, ipcMain } from 'electron';
import type { KeyFile } from '../../app/ipc/contract.ts';
import { DROPPED_CHANNEL } from '../../app/ipc/port.ts';
import { readKeyFile } from '../node/files/key-file.ts';
import { ownArguments } from '../node/start/own-arguments.ts';
import { declareAppScheme, serveApp } from './app-protocol.ts';
import { serveCalls } from './calls.ts';
import { handlers } from './handlers.ts';
import { buildMenu } from './menu.ts';
import { offerLeftOver } from './live/spools.ts';
import { granted, recent, settings } from './remembered.ts';
import { lockEverything } from './security.ts';
import { startSmoke } from './smoke.ts';
import { closeAllStreams } from './streams.ts';
import { openCapture, openWindow } from './windows.ts';

const { isSmoke, files, keys } = ownArguments(process.argv, app.getAppPath(), app.isPackaged, process.cwd());
const asked: string[] = [...files];
let isStarted = false;
let isLeaving = false;

declareAppScheme();
app.setName('Totem Lab');
if (isSmoke) startSmoke();

async function readKeys(): Promise<readonly KeyFile[]> {
  const read: KeyFile[] = [];
  for (const path of keys) {
    const key = await readKeyFile(path);
    if (key.ok) read.push(key.value);
    else process.stderr.write(`${key.problem.says}\n`);
  }
  return read;
}

async function start(): Promise<void> {
  await app.whenReady();
  lockEverything();
  serveApp();
  serveCalls(handlers);
  // Only the preload reaches this channel: the page has no way to name a path.
  ipcMain.on(DROPPED_CHANNEL, (_event, path: unknown) => {
    if (typeof path === 'string') granted.grant(path);
  });
  await Promise.all([recent.load(buildMenu), settings.load()]);
  await offerLeftOver();
  buildMenu();
  const opened = await readKeys();
  const first = asked.length === 0 ? [null] : isSmoke ? asked.slice(0, 1) : asked;
  for (const open of first) openWindow({ open, keys: opened, isSmoke });
  isStarted = true;
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
}

// A second start hands its captures to the first, which shows them in windows of their own. A start that is to prove
// that it draws, or that brings keys, goes its own way.
const isAlone = isSmoke || keys.length > 0 || app.requestSingleInstanceLock();
if (!isAlone) {
  process.stderr.write('Totem Lab is running: the capture opens there\n');
  app.exit(0);
}
app.on('second-instance', (_event, argv, folder) => {
  const { files: more } = ownArguments(argv, app.getAppPath(), app.isPackaged, folder);
  for (const open of more.length === 0 ? [null] : more) openWindow({ open });
});

// macOS hands files over by this event, also before the app is ready.
app.on('open-file', (event, path) => {
  event.preventDefault();
  if (isStarted) openCapture(path);
  else asked.push(path);
});
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
app.on('will-quit', (event) => {
  if (isLeaving) return;
  isLeaving = true;
  event.preventDefault();
  void Promise.all([closeAllStreams(), settings.written()]).finally(() => app.exit(0));
});
if (isAlone) void start();
