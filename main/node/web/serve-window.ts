// Serves the window to a browser on this computer, with the captures that come with the program. Answers on loopback
// alone, and only to those who call it by its own name: a page from elsewhere that points its name here gets nothing.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SAMPLES } from '../files/samples.ts';
import { staticFile } from '../files/static-files.ts';
import { pageHeaders } from './page-headers.ts';

const HOST = '127.0.0.1';
const SAMPLES_PATH = '/samples/';

export interface ServedWindow {
  /** Where it is: "http://127.0.0.1:5380/". */
  readonly address: string;
  close(): Promise<void>;
}

interface Found {
  readonly path: string;
  readonly type: string;
}

/** The file for a path; null where there is none. Samples are found by their names in the list alone. */
function find(root: string, samples: string, pathname: string): Found | null {
  if (!pathname.startsWith(SAMPLES_PATH)) return staticFile(root, pathname);
  const name = decodeURI(pathname.slice(SAMPLES_PATH.length));
  const sample = SAMPLES.find(({ file }) => file === name);
  return sample === undefined ? null : { path: join(samples, sample.file), type: 'application/octet-stream' };
}

async function answer(
  { method, url, headers }: IncomingMessage,
  response: ServerResponse,
  root: string,
  samples: string,
): Promise<void> {
  const end = (status: number, type: string, body: string | Uint8Array): void => {
    response.writeHead(status, pageHeaders(type));
    response.end(method === 'HEAD' ? undefined : body);
  };
  const isOurs = /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
  if (!isOurs || (method !== 'GET' && method !== 'HEAD')) return end(403, 'text/plain', 'refused\n');
  try {
    const { pathname } = new URL(url ?? '/', `http://${HOST}`);
    if (pathname === `${SAMPLES_PATH}index.json`) return end(200, 'application/json', JSON.stringify(SAMPLES));
    const file = find(root, samples, pathname);
    if (file === null) return end(404, 'text/plain', 'not here\n');
    return end(200, file.type, await readFile(file.path));
  } catch {
    return end(404, 'text/plain', 'not here\n');
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/**
 * Serves the folder `root` with the window, and the captures below `samples`. Takes another port where `port` is in
 * use; 0 takes any.
 */
export async function serveWindow(root: string, samples: string, port: number): Promise<ServedWindow> {
  const server = createServer((request, response) => void answer(request, response, root, samples));
  try {
    await listen(server, port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    await listen(server, 0);
  }
  const { port: taken } = server.address() as AddressInfo;
  return {
    address: `http://${HOST}:${taken}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
