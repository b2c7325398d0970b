// The keys that work everywhere in the window. Panels handle their own; nothing here while a person types.
import { bridge } from '../bridge/bridge.ts';
import type { MenuCommand } from '../../app/ipc/contract.ts';
import { TRANSPORT_SHORTCUTS } from '../panels/transport/keys.ts';
import {
  cancelReading,
  chooseKeys,
  closeCapture,
  fitTimeline,
  openCapture,
  showShortcuts,
  toggleTheme,
} from '../state/actions.ts';

/** What each key does, for the list that `?` shows. */
export const SHORTCUTS: readonly (readonly [string, string])[] = [
  ['Ctrl+O', 'open a capture'],
  ['Ctrl+K', 'open the key of an encrypted cluster'],
  ['↑ ↓ PgUp PgDn Home End', 'move in the table, the tree or the bytes'],
  ['← →', 'close and open in the tree; step from packet to packet in the timeline'],
  ['/', 'filter packets; Escape clears'],
  ['+ − wheel', 'zoom the timeline; Shift+wheel or dragging moves it'],
  ['F', 'fit the timeline'],
  ...TRANSPORT_SHORTCUTS,
  ['Ctrl+Shift+L', 'light or dark'],
  ['Escape', 'stop reading'],
  ['?', 'this list'],
];

function focusFilter(): void {
  const box = document.getElementById('filter');
  if (box instanceof HTMLInputElement) box.select();
}

const COMMANDS: Readonly<Record<MenuCommand, () => void>> = {
  'open-key': () => void chooseKeys(),
  close: () => void closeCapture(),
  fit: fitTimeline,
  filter: focusFilter,
  theme: toggleTheme,
  shortcuts: () => showShortcuts(true),
  cancel: cancelReading,
};

const KEYS: Readonly<Record<string, MenuCommand>> = { f: 'fit', '/': 'filter', '?': 'shortcuts', Escape: 'cancel' };

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement;

/** Listens until the returned function is called. */
export function startShortcuts(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    const command = KEYS[event.key];
    if (
      command === undefined ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      isTyping(event.target) ||
      document.querySelector('dialog[open]') !== null
    )
      return;
    event.preventDefault();
    COMMANDS[command]();
  };
  document.addEventListener('keydown', onKey);
  const stops = [
    bridge.on('menu.command', ({ command }) => COMMANDS[command]()),
    bridge.on('session.request', ({ path }) => void openCapture(path)),
    () => document.removeEventListener('keydown', onKey),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
