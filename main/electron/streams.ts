// Opened captures of the windows: hands each stream's port to its window and forgets the capture with the window.
import { MessageChannelMain, type WebContents } from 'electron';
import type { OpenedSource, OpenProblem, StreamId } from '../../app/ipc/contract.ts';
import { PORT_CHANNEL } from '../../app/ipc/port.ts';
import { serveStream } from '../../app/session/serve-stream.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { openCaptureFile, type CaptureFile } from '../node/files/capture-file.ts';

interface OpenStream {
  readonly owner: WebContents;
  readonly file: CaptureFile;
  stop(): void;
}

/** Captures that one window may hold open; more are a mistake of the page. */
const STREAMS_OF_WINDOW_MAX = 4;
const streams = new Map<StreamId, OpenStream>();
let nextStream = 1;

const streamsOf = (owner: WebContents): readonly StreamId[] =>
  [...streams].filter(([, open]) => open.owner === owner).map(([id]) => id);

export async function openStream(owner: WebContents, path: string): Promise<Result<OpenedSource, OpenProblem>> {
  if (streamsOf(owner).length >= STREAMS_OF_WINDOW_MAX)
    return fail({
      kind: 'not-allowed',
      says: 'this window already holds several captures open: close it and open the capture again.',
    });
  const found = await openCaptureFile(path);
  if (!found.ok) return found;
  const file = found.value;
  const stream = nextStream++;
  const { port1, port2 } = new MessageChannelMain();
  const { stop } = serveStream(file, {
    post: (reply) => port1.postMessage(reply),
    onRequest: (listener) => port1.on('message', (event) => listener(event.data)),
  });
  streams.set(stream, { owner, file, stop });
  port1.on('close', () => void closeStream(stream));
  owner.once('destroyed', () => void closeStream(stream));
  port1.start();
  owner.postMessage(PORT_CHANNEL, { stream }, [port2]);
  const { name, byteLength, isCompressed } = file;
  return ok({ stream, name, path, byteLength, isCompressed });
}

export async function closeStream(stream: StreamId, owner?: WebContents): Promise<void> {
  const open = streams.get(stream);
  if (open === undefined || (owner !== undefined && open.owner !== owner)) return;
  streams.delete(stream);
  open.stop();
  await open.file.close();
}

/** Called before the program ends, so that nothing spooled is left behind. */
export async function closeAllStreams(): Promise<void> {
  await Promise.all([...streams.keys()].map((stream) => closeStream(stream)));
}
