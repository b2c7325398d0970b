// Windows: makes them, knows what each is to show first, and talks to one. One capture a window.
import { join } from 'node:path';
import { BrowserWindow, nativeTheme, type WebContents } from 'electron';
import type { Events, KeyFile } from '../../app/ipc/contract.ts';
import { EVENT_CHANNEL } from '../../app/ipc/port.ts';
import { APP_ORIGIN } from './app-protocol.ts';
import { granted, settings } from './remembered.ts';
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

const greeted = new WeakSet<WebContents>();

/** What a window was made for; its page asks once it is there. */
export function firstShowOf(contents: WebContents): FirstShow {
  greeted.add(contents);
  return firstShows.get(contents) ?? NOTHING;
}

/** The ground of a window before its page has drawn: that of the theme, so that nothing flashes. */
function ground(): string {
  const { theme } = settings.get();
  const isDark = theme === 'dark' || (theme === 'system' && nativeTheme.shouldUseDarkColors);
  return theme === 'contrast' ? '#000000' : isDark ? '#101315' : '#eef0f2';
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
    backgroundColor: ground(),
    webPreferences: lockedPreferences(join(__dirname, 'preload.cjs')),
  });
  if (typeof show.open === 'string') granted.grant(show.open);
  firstShows.set(window.webContents, { ...NOTHING, ...show });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${APP_ORIGIN}/index.html`);
  return window;
}

export function tell<K extends keyof Events>(contents: WebContents, name: K, event: Events[K]): void {
  if (!contents.isDestroyed()) contents.send(EVENT_CHANNEL, name, event);
}

/** Tells all windows but the one that said it. */
export function tellOthers<K extends keyof Events>(teller: WebContents, name: K, event: Events[K]): void {
  for (const { webContents } of BrowserWindow.getAllWindows())
    if (webContents !== teller) tell(webContents, name, event);
}

/** Asks the focused window to open a capture, or opens a window for it. */
export function openCapture(path: string, window = BrowserWindow.getFocusedWindow()): void {
  granted.grant(path);
  if (window === null) openWindow({ open: path });
  else if (!greeted.has(window.webContents)) firstShows.set(window.webContents, { ...NOTHING, open: path });
  else tell(window.webContents, 'session.request', { path });
}
