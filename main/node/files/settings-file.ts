// The settings in one small JSON file. A file that cannot be read is as good as none, and is kept beside it, since the
// next change would overwrite it. Knows no windows.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { settingsFrom, type Settings } from '../../../app/settings/settings.ts';

/** The settings of a file; those of a new program where it is missing or damaged. */
export async function loadSettings(path: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return settingsFrom(null);
  }
  try {
    return settingsFrom(JSON.parse(text));
  } catch {
    await rename(path, `${path}.damaged`).catch(() => undefined);
    return settingsFrom(null);
  }
}

/** Writes the settings whole or not at all; a disk that refuses costs them, nothing else. */
export async function saveSettings(path: string, settings: Settings): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, `${JSON.stringify(settings, null, 2)}\n`);
    await rename(`${path}.new`, path);
  } catch {
    return;
  }
}
