// The recent captures of this user: in memory, on disk, and in the menu.
import { join } from 'node:path';
import { app } from 'electron';
import { loadRecent, saveRecent, withRecent } from '../node/files/recent-files.ts';

let list: readonly string[] = [];
let changed: () => void = () => undefined;

const store = (): string => join(app.getPath('userData'), 'recent.json');

export const recent = {
  list: (): readonly string[] => list,
  async load(onChange: () => void): Promise<void> {
    changed = onChange;
    list = await loadRecent(store());
  },
  async add(path: string): Promise<void> {
    list = withRecent(list, path);
    app.addRecentDocument(path);
    changed();
    await saveRecent(store(), list);
  },
  async clear(): Promise<void> {
    list = [];
    app.clearRecentDocuments();
    changed();
    await saveRecent(store(), list);
  },
};
