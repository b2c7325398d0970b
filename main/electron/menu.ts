// The menu. Each entry is a verb; what concerns the page is sent to it by name.
import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../app/ipc/contract.ts';
import { recentFiles } from '../node/files/recent-files.ts';
import { chooseCapture } from './handlers.ts';
import { recent } from './recent.ts';
import { openCapture, openWindow, tell } from './windows.ts';

type Item = MenuItemConstructorOptions;

const pageItem = (label: string, command: MenuCommand, accelerator?: string): Item => ({
  label,
  ...(accelerator === undefined ? {} : { accelerator }),
  // Single keys belong to the page, where typing into a field must win.
  registerAccelerator: accelerator?.includes('+') ?? false,
  click: (_item, window) => {
    if (window instanceof BrowserWindow) tell(window.webContents, 'menu.command', { command });
  },
});

async function open(window: BrowserWindow | null, isNewWindow: boolean): Promise<void> {
  const host = window ?? openWindow();
  if (host === null) return;
  const path = await chooseCapture(host.webContents);
  if (path === null) return;
  if (isNewWindow) openWindow({ open: path });
  else openCapture(path, host);
}

const focused = (): BrowserWindow | null =>
  BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0] ?? null;

function recentItems(): Item[] {
  const files = recentFiles(recent.list());
  if (files.length === 0) return [{ label: 'Nothing opened yet', enabled: false }];
  const items: Item[] = files.map(({ path, name }) => ({
    label: name,
    toolTip: path,
    click: () => openCapture(path, focused()),
  }));
  return [...items, { type: 'separator' }, { label: 'Clear This List', click: () => void recent.clear() }];
}

function fileMenu(): Item {
  return {
    label: '&File',
    submenu: [
      { id: 'open', label: 'Open…', accelerator: 'CmdOrCtrl+O', click: () => void open(focused(), false) },
      { label: 'Open in New Window…', accelerator: 'CmdOrCtrl+Shift+O', click: () => void open(focused(), true) },
      { label: 'Open Recent', submenu: recentItems() },
      pageItem('Open Keys…', 'open-key', 'CmdOrCtrl+K'),
      { type: 'separator' },
      { label: 'New Window', accelerator: 'CmdOrCtrl+N', click: () => void openWindow() },
      pageItem('Stop Reading', 'cancel', 'Escape'),
      pageItem('Close Capture', 'close', 'CmdOrCtrl+Shift+W'),
      { role: 'close', label: 'Close Window' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  };
}

const EDIT: Item = {
  label: '&Edit',
  submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
};

const VIEW: Item = {
  label: '&View',
  submenu: [
    pageItem('Fit the Timeline', 'fit', 'F'),
    pageItem('Filter Packets', 'filter', '/'),
    pageItem('Light or Dark', 'theme', 'CmdOrCtrl+Shift+L'),
    { type: 'separator' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'resetZoom' },
    { role: 'togglefullscreen' },
    { type: 'separator' },
    { role: 'toggleDevTools' },
  ],
};

const HELP: Item = { label: '&Help', submenu: [pageItem('Keyboard Shortcuts', 'shortcuts', '?'), { role: 'about' }] };

/** Builds the menu anew, as the recent captures are part of it. */
export function buildMenu(): void {
  const own: Item[] = process.platform === 'darwin' ? [{ role: 'appMenu', label: app.name }] : [];
  Menu.setApplicationMenu(Menu.buildFromTemplate([...own, fileMenu(), EDIT, VIEW, { role: 'windowMenu' }, HELP]));
}
