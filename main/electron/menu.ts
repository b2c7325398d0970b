// The menu. Each entry is a verb; what concerns the page is sent to it by name.
import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../app/ipc/contract.ts';
import { recentFiles } from '../node/files/recent-files.ts';
import { chooseCapture } from './handlers.ts';
import { recent } from './remembered.ts';
import { openCapture, openWindow, tell } from './windows.ts';

type Item = MenuItemConstructorOptions;

const pageItem = (label: string, command: MenuCommand, accelerator?: string): Item => ({
  label,
  ...(accelerator === undefined ? {} : { accelerator }),
  // The page listens to its keys itself, where typing into a field must win; the menu only shows them.
  registerAccelerator: false,
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
      {
        id: 'open',
        label: 'Open…',
        accelerator: 'CmdOrCtrl+O',
        registerAccelerator: false,
        click: () => void open(focused(), false),
      },
      { label: 'Open in New Window…', accelerator: 'CmdOrCtrl+Shift+O', click: () => void open(focused(), true) },
      { label: 'Open Recent', submenu: recentItems() },
      { type: 'separator' },
      pageItem('Follow a Growing Capture…', 'follow'),
      pageItem('Start a Lab', 'start-lab', 'CmdOrCtrl+Shift+Enter'),
      pageItem('End the Lab or the Live Capture', 'stop-source'),
      pageItem('Keep the Live Capture…', 'keep', 'CmdOrCtrl+S'),
      { type: 'separator' },
      pageItem('Export Annotated Capture…', 'export-capture', 'CmdOrCtrl+E'),
      pageItem('Write Report…', 'export-report'),
      pageItem('Write Table…', 'export-table'),
      { type: 'separator' },
      pageItem('Keys…', 'keys', 'CmdOrCtrl+Shift+K'),
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
  submenu: [
    pageItem('Annotate…', 'annotate', 'A'),
    pageItem('Undo Annotation', 'undo', 'CmdOrCtrl+Z'),
    pageItem('Redo Annotation', 'redo', 'CmdOrCtrl+Shift+Z'),
    { type: 'separator' },
    { role: 'cut' },
    { role: 'copy' },
    { role: 'paste' },
    { role: 'selectAll' },
  ],
};

const GO: Item = {
  label: '&Go',
  submenu: [
    pageItem('Everything by Name…', 'palette', 'CmdOrCtrl+K'),
    pageItem('Frame or Time…', 'go-to', 'CmdOrCtrl+G'),
    pageItem('Live', 'go-live', 'G'),
    { type: 'separator' },
    pageItem('Filter Packets', 'filter', '/'),
    pageItem('Highlight Packets', 'highlight', 'CmdOrCtrl+F'),
    pageItem('Next Match', 'next-match', 'F3'),
    pageItem('Previous Match', 'previous-match', 'Shift+F3'),
  ],
};

const VIEW: Item = {
  label: '&View',
  submenu: [
    pageItem('Teach', 'preset-teach', '1'),
    pageItem('Diagnose', 'preset-diagnose', '2'),
    pageItem('Maximise or Restore the Pane', 'maximise', 'M'),
    pageItem('Reset the Panes', 'reset-layout'),
    pageItem('Fit the Timeline', 'fit', 'F'),
    { type: 'separator' },
    {
      label: 'Theme',
      submenu: [
        pageItem('As the System', 'theme-system'),
        pageItem('Light', 'theme-light'),
        pageItem('Dark', 'theme-dark'),
        pageItem('High Contrast', 'theme-contrast'),
      ],
    },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'resetZoom' },
    { role: 'togglefullscreen' },
    { type: 'separator' },
    { role: 'toggleDevTools' },
  ],
};

const HELP: Item = {
  label: '&Help',
  submenu: [
    pageItem('Glossary', 'glossary', 'F1'),
    pageItem('Keyboard Shortcuts', 'shortcuts', '?'),
    { role: 'about' },
  ],
};

/** Builds the menu anew, as the recent captures are part of it. */
export function buildMenu(): void {
  const own: Item[] = process.platform === 'darwin' ? [{ role: 'appMenu', label: app.name }] : [];
  Menu.setApplicationMenu(Menu.buildFromTemplate([...own, fileMenu(), EDIT, GO, VIEW, { role: 'windowMenu' }, HELP]));
}
