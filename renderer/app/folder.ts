// The folder of a path, for people: many captures have the same name.

/** The folder that a file is in, with its slash; empty where the path has none. */
export function folderOf(path: string): string {
  const folder = path.split(/[\\/]/).at(-2) ?? '';
  return folder === '' ? '' : `${folder}/`;
}
