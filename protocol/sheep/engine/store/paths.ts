// Where files of a store lie, from its folder on (specs/sheepdog.md 4.1).
import { objectIdText } from '../../object-id.ts';

export const CONFIG_PATH = 'config';
export const EPOCH_FOLDER = 'epoch';
export const OBJECT_FOLDER = 'obj';
export const JOURNAL_FOLDER = 'journal';

/** Epoch files count in decimal. */
export function epochPath(epoch: number): string {
  return `${EPOCH_FOLDER}/${String(epoch).padStart(8, '0')}`;
}

/** The epoch of a file in epoch/; null where it is none: only eight digits are. */
export function epochOfName(name: string): number | null {
  return /^\d{8}$/.test(name) ? Number(name) : null;
}

/** Folders of objects count in hex. */
export function objectFolder(epoch: number): string {
  return `${OBJECT_FOLDER}/${epoch.toString(16).padStart(8, '0')}`;
}

export function epochOfFolder(name: string): number | null {
  return /^[0-9a-f]{8}$/.test(name) ? parseInt(name, 16) : null;
}

export function objectPath(epoch: number, oid: bigint): string {
  return `${objectFolder(epoch)}/${objectIdText(oid)}`;
}

/** Under this name an object is written until it is whole. */
export function unfinishedPath(epoch: number, oid: bigint): string {
  return `${objectPath(epoch, oid)}.tmp`;
}

/** The object of a file in a folder of objects; null where it is none. */
export function oidOfName(name: string): bigint | null {
  return /^[0-9a-f]{16}$/.test(name) ? BigInt(`0x${name}`) : null;
}

/** `obj/00000001/00f7744700000000` taken apart again. */
export function readObjectPath(path: string): { readonly epoch: number; readonly oid: bigint } | null {
  const [folder, epochName = '', oidName = '', ...more] = path.split('/');
  const epoch = epochOfFolder(epochName);
  const oid = oidOfName(oidName);
  const isObject = folder === OBJECT_FOLDER && more.length === 0 && epoch !== null && oid !== null;
  return isObject ? { epoch, oid } : null;
}

export function journalPath(journal: number): string {
  return `${JOURNAL_FOLDER}/${String(journal).padStart(6, '0')}`;
}
