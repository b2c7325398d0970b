// The window served to a browser: what is there, under which policy, and who is refused.
import { request } from 'node:http';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveWindow, type ServedWindow } from '../../../../main/node/web/serve-window.ts';

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
const root = join(folder, 'window');
let served: ServedWindow;

beforeAll(async () => {
  mkdirSync(join(folder, '03-corosync-kill9'), { recursive: true });
  mkdirSync(root);
  writeFileSync(join(root, 'index.html'), '<p>window</p>');
  writeFileSync(join(folder, 'secret.json'), '{}');
  writeFileSync(join(folder, '03-corosync-kill9', 'bridge.pcap'), 'pcap');
  served = await serveWindow(root, folder, 0);
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks as a browser would not: the path goes out as it stands. */
function ask(
  path: string,
  options: { readonly method?: string; readonly host?: string } = {},
): Promise<readonly [number, string, string]> {
  const { port } = new URL(served.address);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: options.method ?? 'GET',
        headers: { host: options.host ?? `127.0.0.1:${port}` },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve([response.statusCode ?? 0, body, String(response.headers['content-security-policy'] ?? '')]),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('the window in a browser', () => {
  it('is served on loopback, under the policy of the window', async () => {
    const [status, body, policy] = await ask('/');

    expect(served.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect([status, body]).toEqual([200, '<p>window</p>']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('has its samples beside it, by their names in the list alone', async () => {
    const [, list] = await ask('/samples/index.json');
    expect(JSON.parse(list)[0]).toMatchObject({ file: '03-corosync-kill9/bridge.pcap', title: 'A node dies' });
    expect((await ask('/samples/03-corosync-kill9/bridge.pcap')).slice(0, 2)).toEqual([200, 'pcap']);
  });

  it.each([
    ['/samples/secret.json'],
    ['/samples/../secret.json'],
    ['/../secret.json'],
    ['/%2e%2e/secret.json'],
    ['/nothing.js'],
    ['/samples/%'],
    ['//x:y'],
  ])('has nothing at %s', async (path) => {
    expect((await ask(path))[0]).toBe(404);
  });

  it('refuses who calls it by another name, or wants to write', async () => {
    expect((await ask('/', { host: 'evil.example' }))[0]).toBe(403);
    expect((await ask('/', { method: 'POST' }))[0]).toBe(403);
  });

  it('takes another port where its own is in use', async () => {
    const port = Number(new URL(served.address).port);
    const other = await serveWindow(root, folder, port);

    expect(other.address).not.toBe(served.address);
    await other.close();
  });
});
