// The wall between page and program, with two doors: call and on. Also hands stream ports and paths of dropped files
// over. Checks names against the contract; arguments are checked by the main process.
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { EVENT_NAMES } from '../../app/ipc/contract.ts';
import { CALL_NAMES } from '../../app/ipc/guards.ts';
import { CALL_CHANNEL, DROPPED_CHANNEL, EVENT_CHANNEL, PORT_CHANNEL } from '../../app/ipc/port.ts';

const calls: readonly string[] = CALL_NAMES;
const events: readonly string[] = EVENT_NAMES;

/**
 * The path of a dropped file, which the page may open from then on; empty where it has none. Only the browser makes
 * files with a path. Electron before 32 puts the path on the File, later ones hand it out here.
 */
function pathOf(file: File & { readonly path?: string }): string {
  if (!(file instanceof File)) return '';
  const utils: typeof webUtils | undefined = webUtils;
  const path = utils === undefined ? (file.path ?? '') : utils.getPathForFile(file);
  if (path !== '') ipcRenderer.send(DROPPED_CHANNEL, path);
  return path;
}

// Ports cannot cross the bridge; they go to the page as a message to itself.
ipcRenderer.on(PORT_CHANNEL, (event, message: { readonly stream: number }) => {
  window.postMessage({ channel: PORT_CHANNEL, stream: message.stream }, window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld('lab', {
  call: (name: string, args: readonly unknown[]): Promise<unknown> =>
    calls.includes(name)
      ? ipcRenderer.invoke(CALL_CHANNEL, name, args)
      : Promise.reject(new Error(`there is no call ${name}`)),
  on: (name: string, listener: (event: unknown) => void): (() => void) => {
    if (!events.includes(name)) throw new Error(`there is no event ${name}`);
    const heard = (_event: unknown, told: string, event: unknown): void => {
      if (told === name) listener(event);
    };
    ipcRenderer.on(EVENT_CHANNEL, heard);
    return () => ipcRenderer.removeListener(EVENT_CHANNEL, heard);
  },
  pathOf,
});
