// The scheme app://lab, which serves the window's own files and nothing else, with the policy that they run under.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { protocol, type Protocol } from 'electron';
import { staticFile } from '../node/files/static-files.ts';

export const APP_ORIGIN = 'app://lab';

/** No inline script or style, no eval, nothing from elsewhere. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Must run before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

const headers = (type: string): Record<string, string> => ({
  'content-type': type,
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
});

const refusal = (status: number): Response => new Response(null, { status, headers: headers('text/plain') });

/** Serves the folder beside the bundle of the main process. */
export function serveApp(handler: Protocol = protocol): void {
  const root = join(__dirname, 'renderer');
  handler.handle('app', async (request) => {
    const url = new URL(request.url);
    const file = url.host === 'lab' && request.method === 'GET' ? staticFile(root, url.pathname) : null;
    if (file === null) return refusal(404);
    try {
      return new Response(await readFile(file.path), { headers: headers(file.type) });
    } catch {
      return refusal(404);
    }
  });
}
