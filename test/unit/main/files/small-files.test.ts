// The window's own files, the list of recent captures, keys.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KEY_FILE_OCTETS_MAX, readKeyFile } from '../../../../main/node/files/key-file.ts';
import { loadRecent, RECENT_FILES_MAX, saveRecent, withRecent } from '../../../../main/node/files/recent-files.ts';
import { staticFile } from '../../../../main/node/files/static-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-unit-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('staticFile', () => {
  it.each([
    ['/', '/out/index.html'],
    ['/assets/a.js', '/out/assets/a.js'],
    ['/../main.cjs', null],
    ['/%2e%2e/secret.html', null],
    ['/..%2fsecret.html', null],
    ['/a%00.html', null],
    ['/a\\..\\b.html', null],
    ['/%zz.html', null],
    ['/notes.txt', null],
  ])('%s: %s', (pathname, path) => {
    expect(staticFile('/out', pathname)?.path ?? null).toBe(path);
  });
});

describe('recent captures', () => {
  it('have the last one first, each once, not too many', () => {
    let list: readonly string[] = [];
    for (let i = 0; i < 20; i++) list = withRecent(list, `/${i % 12}.pcap`);

    expect(list).toHaveLength(RECENT_FILES_MAX);
    expect(list.slice(0, 2)).toEqual(['/7.pcap', '/6.pcap']);
  });

  it('are kept on disk; a list that cannot be read is empty', async () => {
    const store = join(folder, 'sub', 'recent.json');
    await saveRecent(store, ['/a', '/b']);
    expect(await loadRecent(store)).toEqual(['/a', '/b']);

    writeFileSync(store, '{"not": "a list"');
    expect(await loadRecent(store)).toEqual([]);
    expect(await loadRecent(join(folder, 'none.json'))).toEqual([]);
  });
});

describe('readKeyFile', () => {
  it('gives the octets', async () => {
    const path = join(folder, 'authkey');
    writeFileSync(path, Uint8Array.of(1, 2, 3));

    expect(await readKeyFile(path)).toEqual({ ok: true, value: { name: 'authkey', bytes: Uint8Array.of(1, 2, 3) } });
  });

  it('refuses what is no key', async () => {
    const path = join(folder, 'huge');
    writeFileSync(path, new Uint8Array(KEY_FILE_OCTETS_MAX + 1));

    const read = await readKeyFile(path);

    expect(read.ok ? '' : read.problem.says).toContain('is no key');
  });
});
