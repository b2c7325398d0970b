// Live captures of the windows: starts and stops them, and copies what they captured where a person wants it.
import { copyFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BrowserWindow, dialog, type WebContents } from 'electron';
import type { CaptureChoice, OpenedSource, OpenProblem, StreamId } from '../../../app/ipc/contract.ts';
import type { CaptureInterfaces } from '../../../app/session/live-capture.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { FollowedFile } from '../../node/capture/growing/followed-file.ts';
import { captureHelper } from '../../node/capture/helper-command.ts';
import { captureBackends, captureInterfaces } from '../../node/capture/interfaces.ts';
import { watchPackets } from '../../node/capture/growing/seen-packets.ts';
import { WindowCapture } from '../../node/capture/growing/window-capture.ts';
import { explainSystemError } from '../../node/files/open-problem.ts';
import { granted, recent } from '../remembered.ts';
import { forget, newSpool, remember } from './spools.ts';
import { pathOfStream, serveSource, streamsFull } from '../streams.ts';
import { tell } from '../windows.ts';

interface Stoppable {
  readonly owner: WebContents;
  readonly stop: () => Promise<void> | void;
}

const running = new Map<StreamId, Stoppable>();

export const listInterfaces = (): CaptureInterfaces => ({
  interfaces: captureInterfaces(),
  backends: captureBackends(),
});

const watches = new Map<WebContents, () => void>();

/** Counts what Totem says on each interface for a window, while it wants to know. */
export async function watchInterfaces(owner: WebContents, isWanted: boolean): Promise<void> {
  watches.get(owner)?.();
  watches.delete(owner);
  if (!isWanted || captureBackends()[0] !== 'tcpdump') return;
  watches.set(
    owner,
    watchPackets(captureHelper('tcpdump'), (seen) => tell(owner, 'capture.seen', seen)),
  );
  owner.once('destroyed', () => void watchInterfaces(owner, false));
}

export async function startCapture(
  owner: WebContents,
  choice: CaptureChoice,
): Promise<Result<OpenedSource, OpenProblem>> {
  const full = streamsFull(owner);
  if (full !== null) return fail(full);
  const { interface: name, backend, filter } = choice;
  const spool = await newSpool(name);
  let stream: StreamId | null = null;
  const capture = new WindowCapture(choice, captureHelper(backend), spool, (news) => {
    if (stream !== null) tell(owner, 'capture.news', { stream, ...news });
  });
  const problem = await capture.started();
  if (problem !== null || owner.isDestroyed()) {
    await capture.stop();
    await forget(spool);
    return fail({ kind: 'denied', says: problem ?? 'the window was closed.' });
  }
  const id = serveSource(owner, capture.capture, async () => {
    running.delete(id);
    await capture.stop();
    await remember(spool);
  });
  stream = id;
  running.set(id, { owner, stop: () => capture.stop() });
  const live = { kind: 'interface', interface: name, backend, filter } as const;
  // What was told before the window knew the stream.
  setImmediate(() => tell(owner, 'capture.news', { stream: id, ...capture.news }));
  return ok({ stream: id, name: `${name} · ${backend}`, path: spool, byteLength: 0, isCompressed: false, live });
}

export async function stopCapture(owner: WebContents, stream: StreamId): Promise<void> {
  const found = running.get(stream);
  if (found?.owner === owner) await found.stop();
}

/** Goes on with a file that another program still writes. */
export async function followCapture(owner: WebContents, path: string): Promise<Result<OpenedSource, OpenProblem>> {
  const full = streamsFull(owner);
  if (full !== null) return fail(full);
  const followed = await FollowedFile.open(path);
  if (!followed.ok) return followed;
  const file = followed.value;
  const id = serveSource(owner, file, async () => {
    running.delete(id);
  });
  running.set(id, { owner, stop: () => file.end() });
  await recent.add(path);
  const { name, byteLength } = file;
  return ok({ stream: id, name, path, byteLength, isCompressed: false, live: { kind: 'file' } });
}

/** Where the person wants a capture; null where they changed their mind. */
async function placeFor(owner: WebContents, defaultPath: string): Promise<string | null> {
  const window = BrowserWindow.fromWebContents(owner);
  const options = { title: 'Keep the capture', defaultPath };
  const { canceled, filePath } = await (window === null
    ? dialog.showSaveDialog(options)
    : dialog.showSaveDialog(window, options));
  if (canceled || filePath === undefined || filePath === '') return null;
  return filePath.endsWith('.pcapng') ? filePath : `${filePath}.pcapng`;
}

async function keep(
  owner: WebContents,
  name: string,
  write: (path: string) => Promise<void>,
): Promise<Result<string | null, OpenProblem>> {
  const path = await placeFor(owner, name);
  if (path === null) return ok(null);
  try {
    await write(path);
  } catch (error) {
    return fail(explainSystemError(error, path));
  }
  granted.grant(path);
  await recent.add(path);
  return ok(path);
}

export async function saveCapture(owner: WebContents, stream: StreamId): Promise<Result<string | null, OpenProblem>> {
  const spool = pathOfStream(stream, owner);
  if (spool === null) return fail({ kind: 'missing', says: 'this capture is no longer open: open it again.' });
  return keep(owner, basename(spool), (path) => copyFile(spool, path));
}

export function writeCapture(
  owner: WebContents,
  name: string,
  bytes: Uint8Array,
): Promise<Result<string | null, OpenProblem>> {
  return keep(owner, basename(name), (path) => writeFile(path, bytes));
}
