// The program's start and end under Electron: policy first, then the window that the command line asks for.
import { app, BrowserWindow } from 'electron';
import type { KeyFile } from '../../app/ipc/contract.ts';
import { readKeyFile } from '../node/files/key-file.ts';
import { ownArguments } from '../node/start/own-arguments.ts';
import { declareAppScheme, serveApp } from './app-protocol.ts';
import { serveCalls } from './calls.ts';
import { handlers } from './handlers.ts';
import { buildMenu } from './menu.ts';
import { recent } from './recent.ts';
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
  await recent.load(buildMenu);
  buildMenu();
  isStarted = true;
  const opened = await readKeys();
  const first = asked.length === 0 ? [null] : isSmoke ? asked.slice(0, 1) : asked;
  for (const open of first) openWindow({ open, keys: opened, isSmoke });
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
}

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
  void closeAllStreams().finally(() => app.exit(0));
});
void start();
