// What the program remembers of this user: recent captures, settings, and which files the page may open. In memory, on
// disk, and in the menu.
import { join } from 'node:path';
import { app } from 'electron';
import { settingsFrom, type Settings } from '../../app/settings/settings.ts';
import { GrantedPaths } from '../node/files/granted-paths.ts';
import { loadRecent, saveRecent, withRecent } from '../node/files/recent-files.ts';
import { loadSettings, saveSettings } from '../node/files/settings-file.ts';

const file = (name: string): string => join(app.getPath('userData'), name);

let list: readonly string[] = [];
let changed: () => void = () => undefined;

export const granted = new GrantedPaths();

export const recent = {
  list: (): readonly string[] => list,
  async load(onChange: () => void): Promise<void> {
    changed = onChange;
    list = await loadRecent(file('recent.json'));
    for (const path of list) granted.grant(path);
  },
  async add(path: string): Promise<void> {
    list = withRecent(list, path);
    app.addRecentDocument(path);
    changed();
    await saveRecent(file('recent.json'), list);
  },
  async clear(): Promise<void> {
    list = [];
    app.clearRecentDocuments();
    changed();
    await saveRecent(file('recent.json'), list);
  },
};

let current = settingsFrom(null);
let writing: Promise<void> = Promise.resolve();

export const settings = {
  get: (): Settings => current,
  async load(): Promise<void> {
    current = await loadSettings(file('settings.json'));
  },
  /** Takes a change in, as far as it is as settings should be, and writes them one after the other. */
  async change(change: Partial<Settings>): Promise<void> {
    current = settingsFrom({ ...current, ...change });
    writing = writing.then(() => saveSettings(file('settings.json'), current));
    await writing;
  },
  /** Resolves once everything is on disk. */
  written: (): Promise<void> => writing,
};
