// Windows: makes them, knows what each is to show first, and talks to one. One capture a window.
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, type WebContents } from 'electron';
import type { Events, KeyFile } from '../../app/ipc/contract.ts';
import { EVENT_CHANNEL } from '../../app/ipc/port.ts';
import { APP_ORIGIN } from './app-protocol.ts';
import { lockedPreferences } from './security.ts';

/** Windows at once. */
export const WINDOWS_MAX = 32;

export interface FirstShow {
  readonly open: string | null;
  readonly keys: readonly KeyFile[];
  readonly isSmoke: boolean;
}

const firstShows = new WeakMap<WebContents, FirstShow>();
const NOTHING: FirstShow = { open: null, keys: [], isSmoke: false };

/** What a window was made for. */
export function firstShowOf(contents: WebContents): FirstShow {
  return firstShows.get(contents) ?? NOTHING;
}

export function openWindow(show: Partial<FirstShow> = {}): BrowserWindow | null {
  if (BrowserWindow.getAllWindows().length >= WINDOWS_MAX) return null;
  const window = new BrowserWindow({
    width: 1440,
    height: 900,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: 'Totem Lab',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#15181b' : '#ffffff',
    webPreferences: lockedPreferences(join(__dirname, 'preload.cjs')),
  });
  firstShows.set(window.webContents, { ...NOTHING, ...show });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${APP_ORIGIN}/index.html`);
  return window;
}

export function tell<K extends keyof Events>(contents: WebContents, name: K, event: Events[K]): void {
  if (!contents.isDestroyed()) contents.send(EVENT_CHANNEL, name, event);
}

/** Asks the focused window to open a capture, or opens a window for it. */
export function openCapture(path: string, window = BrowserWindow.getFocusedWindow()): void {
  if (window === null) openWindow({ open: path });
  else tell(window.webContents, 'session.request', { path });
}
