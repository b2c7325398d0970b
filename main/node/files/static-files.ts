// Finds the window's own files below one folder for the app:// scheme. Nothing outside that folder is ever named.
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

export interface StaticFile {
  readonly path: string;
  readonly type: string;
}

/** The file for the path of a URL; null for what is no file of the window. */
export function staticFile(root: string, pathname: string): StaticFile | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return null;
  const path = normalize(join(root, decoded === '/' ? 'index.html' : decoded));
  const type = TYPES[extname(path)];
  if (!path.startsWith(root + sep) || type === undefined) return null;
  return { path, type };
}
