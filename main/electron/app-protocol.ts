// The scheme app://lab, which serves the window's own files and nothing else, with the policy that they run under.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol, type Protocol } from 'electron';
import { staticFile } from '../node/files/static-files.ts';
import { pageHeaders } from '../node/web/page-headers.ts';

export const APP_ORIGIN = 'app://lab';

/** Must run before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

const refusal = (status: number): Response => new Response(null, { status, headers: pageHeaders('text/plain') });

/** Serves the folder beside the bundle of the main process. */
export function serveApp(handler: Protocol = protocol): void {
  const root = join(__dirname, 'renderer');
  handler.handle('app', async (request) => {
    const url = new URL(request.url);
    const file = url.host === 'lab' && request.method === 'GET' ? staticFile(root, url.pathname) : null;
    if (file === null) return refusal(404);
    try {
      return new Response(await readFile(file.path), { headers: pageHeaders(file.type) });
    } catch {
      return refusal(404);
    }
  });
}
