// Opened captures of the windows: hands each stream's port to its window and forgets the capture with the window.
import { MessageChannelMain, type WebContents } from 'electron';
import type { OpenedSource, OpenProblem, StreamId } from '../../app/ipc/contract.ts';
import { PORT_CHANNEL } from '../../app/ipc/port.ts';
import { serveStream, type ByteSource } from '../../app/session/serve-stream.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { openCaptureFile } from '../node/files/capture-file.ts';

interface ClosableSource extends ByteSource {
  readonly path: string;
  close(): Promise<void>;
}

interface OpenStream {
  readonly owner: WebContents;
  readonly source: ClosableSource;
  stop(): void;
  /** What else ends with the stream. */
  readonly closed: () => Promise<void>;
}

/** Captures that one window may hold open; more are a mistake of the page. */
const STREAMS_OF_WINDOW_MAX = 4;
const streams = new Map<StreamId, OpenStream>();
/** Streams that are no more, while what they leave is put away: their windows may be gone already. */
const closing = new Set<Promise<void>>();
let nextStream = 1;

const streamsOf = (owner: WebContents): readonly StreamId[] =>
  [...streams].filter(([, open]) => open.owner === owner).map(([id]) => id);

/** Null, or why this window may hold no more captures open. */
export function streamsFull(owner: WebContents): OpenProblem | null {
  if (streamsOf(owner).length < STREAMS_OF_WINDOW_MAX) return null;
  return {
    kind: 'not-allowed',
    says: 'this window already holds several captures open: close it and open the capture again.',
  };
}

/** Serves a source to its window; `closed` follows once it is shown no more. */
export function serveSource(
  owner: WebContents,
  source: ClosableSource,
  closed: () => Promise<void> = () => Promise.resolve(),
): StreamId {
  const stream = nextStream++;
  const { port1, port2 } = new MessageChannelMain();
  const { stop } = serveStream(source, {
    post: (reply) => port1.postMessage(reply),
    onRequest: (listener) => port1.on('message', (event) => listener(event.data)),
  });
  streams.set(stream, { owner, source, stop, closed });
  port1.on('close', () => void closeStream(stream));
  owner.once('destroyed', () => void closeStream(stream));
  port1.start();
  owner.postMessage(PORT_CHANNEL, { stream }, [port2]);
  return stream;
}

export async function openStream(owner: WebContents, path: string): Promise<Result<OpenedSource, OpenProblem>> {
  const full = streamsFull(owner);
  if (full !== null) return fail(full);
  const found = await openCaptureFile(path);
  if (!found.ok) return found;
  const stream = serveSource(owner, found.value);
  const { name, byteLength, isCompressed } = found.value;
  return ok({ stream, name, path, byteLength, isCompressed, live: null });
}

/** The file of a window's stream; null where it is none of its own. */
export function pathOfStream(stream: StreamId, owner: WebContents): string | null {
  const open = streams.get(stream);
  return open?.owner === owner ? open.source.path : null;
}

export async function closeStream(stream: StreamId, owner?: WebContents): Promise<void> {
  const open = streams.get(stream);
  if (open === undefined || (owner !== undefined && open.owner !== owner)) return;
  streams.delete(stream);
  open.stop();
  const closed = open.closed().then(() => open.source.close());
  closing.add(closed);
  await closed.finally(() => closing.delete(closed));
}

/** Called before the program ends, so that nothing spooled is left behind. */
export async function closeAllStreams(): Promise<void> {
  await Promise.all([...[...streams.keys()].map((stream) => closeStream(stream)), ...closing]);
}
