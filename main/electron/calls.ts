// The ipc server: checks who calls and with what, then runs the handler. Every refusal is an Error the page sees.
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { CallName, Handlers } from '../../app/ipc/contract.ts';
import { guards } from '../../app/ipc/guards.ts';
import { CALL_CHANNEL } from '../../app/ipc/port.ts';
import { isOwnUrl } from './security.ts';

const isCall = (name: unknown): name is CallName => typeof name === 'string' && Object.hasOwn(guards, name);

function isOwnFrame({ senderFrame, sender }: IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isOwnUrl(senderFrame.url);
}

/** Serves all calls of all windows. */
export function serveCalls(handlers: Handlers<WebContents>): void {
  ipcMain.handle(CALL_CHANNEL, async (event, name: unknown, args: unknown) => {
    if (!isOwnFrame(event)) throw new Error('this page may not call');
    if (!isCall(name)) throw new Error('there is no such call');
    if (!Array.isArray(args) || !guards[name](args))
      throw new Error(`${name} was called with arguments it does not take`);
    const handler = handlers[name] as (caller: WebContents, ...args: unknown[]) => Promise<unknown>;
    return handler(event.sender, ...(args as unknown[]));
  });
}
