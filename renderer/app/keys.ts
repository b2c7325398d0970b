// The keys that work everywhere in the window, and what the menu asks for. Panels handle their own; a single key does
// nothing here while a person types.
import { bridge } from '../bridge/bridge.ts';
import { takeNews } from '../lab/capture-actions.ts';
import { takeSnapshot } from '../lab/lab-actions.ts';
import { openCapture } from '../state/actions.ts';
import { followSettings } from '../state/settings-store.ts';
import { COMMANDS, runCommand } from './commands.ts';

const isMac = navigator.platform.startsWith('Mac');

/** The name of what was pressed, as the list of keys has it. */
export function keyName({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  const isLetter = /^[a-z]$/i.test(key);
  const isPrinted = key.length === 1 && !isLetter;
  const name = key === ' ' ? 'Space' : isLetter ? key.toUpperCase() : key;
  // A sign such as ? is typed with Shift on some keyboards and without on others.
  return [
    (isMac ? metaKey : ctrlKey) ? 'Ctrl+' : '',
    altKey ? 'Alt+' : '',
    shiftKey && !isPrinted ? 'Shift+' : '',
    name,
  ].join('');
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

/** True for keys that mean something to what has the focus. */
function belongsToFocus(event: KeyboardEvent, name: string): boolean {
  const { target } = event;
  // What was typed is undone by the field itself.
  if (isTyping(target)) return /^Ctrl\+(Shift\+)?Z$/.test(name) || !/^(Ctrl\+|(Shift\+)?F\d)/.test(name);
  return name === 'Space' && target instanceof HTMLElement && target.matches('button, summary, a, [role^=menuitem]');
}

const BY_KEY = new Map(COMMANDS.flatMap(({ id, keys = [] }) => keys.map((key) => [key, id] as const)));

/** Listens until the returned function is called. */
export function startKeys(): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const name = keyName(event);
    const id = BY_KEY.get(name);
    if (id === undefined || belongsToFocus(event, name) || document.querySelector('dialog[open], .menu') !== null)
      return;
    event.preventDefault();
    runCommand(id);
  };
  document.addEventListener('keydown', onKey);
  const stops = [
    bridge.on('menu.command', ({ command }) => runCommand(command)),
    bridge.on('session.request', ({ path }) => void openCapture(path)),
    bridge.on('settings.changed', ({ settings }) => followSettings(settings)),
    bridge.on('capture.news', takeNews),
    bridge.on('lab.snapshot', ({ snapshot }) => takeSnapshot(snapshot)),
    () => document.removeEventListener('keydown', onKey),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
