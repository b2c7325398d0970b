// The ingest worker's entry: one source at a time, off the page's thread; one worker reads many, one after the other.
// The work is in reading.ts.
import type { FromWorker, Told, ToWorker } from './messages.ts';
import { Reading } from './reading.ts';

interface WorkerScope {
  postMessage(told: Told, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
let reading: Reading | null = null;

scope.onmessage = ({ data }) => {
  if (data.kind === 'open' || data.kind === 'close') {
    reading?.close();
    reading = null;
  } else reading?.heard(data);
  if (data.kind !== 'open') return;
  const { session } = data;
  const post = (message: FromWorker, transfer: Transferable[] = []): void =>
    scope.postMessage({ session, message }, transfer);
  reading = new Reading(data, post);
};
