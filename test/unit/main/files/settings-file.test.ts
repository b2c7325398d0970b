// The settings on disk: there, missing, damaged, refused; and the files that the page may open.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../../app/settings/settings.ts';
import { GRANTED_PATHS_MAX, GrantedPaths } from '../../../../main/node/files/granted-paths.ts';
import { loadSettings, saveSettings } from '../../../../main/node/files/settings-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of settings', () => {
  it('gives back what was saved', async () => {
    const path = join(folder, 'deep', 'settings.json');

    await saveSettings(path, { ...DEFAULT_SETTINGS, theme: 'dark' });

    expect(await loadSettings(path)).toEqual({ ...DEFAULT_SETTINGS, theme: 'dark' });
    expect(existsSync(`${path}.new`)).toBe(false);
  });

  it('that is missing is that of a new program', async () => {
    expect(await loadSettings(join(folder, 'none.json'))).toEqual(DEFAULT_SETTINGS);
  });

  it('that is damaged is kept beside', async () => {
    const path = join(folder, 'damaged.json');
    writeFileSync(path, '{"theme": "da');

    expect(await loadSettings(path)).toEqual(DEFAULT_SETTINGS);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('{"theme": "da');
  });

  it('that cannot be written costs nothing else', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');

    await expect(saveSettings(join(file, 'settings.json'), DEFAULT_SETTINGS)).resolves.toBeUndefined();
  });
});

describe('granted paths', () => {
  it('are those that were granted, the last ones', () => {
    const granted = new GrantedPaths();
    granted.grant('/first');
    for (let i = 0; i < GRANTED_PATHS_MAX; i++) granted.grant(`/${i}`);

    expect([granted.has('/first'), granted.has('/0'), granted.has('/other')]).toEqual([false, true, false]);
  });
});
