// The ingest worker's entry: one source at a time, off the page's thread. The work is in reading.ts.
import type { FromWorker, ToWorker } from './messages.ts';
import { Reading } from './reading.ts';

interface WorkerScope {
  postMessage(message: FromWorker, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const post = (message: FromWorker, transfer: Transferable[] = []): void => scope.postMessage(message, transfer);
let reading: Reading | null = null;

scope.onmessage = ({ data }) => {
  if (data.kind === 'open') {
    reading?.close();
    reading = new Reading(data, post);
  } else reading?.heard(data);
};
