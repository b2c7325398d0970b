// Names of images as qemu takes them: `sheepdog:[HOST:PORT:]NAME[:SNAPSHOT]`, and the address form
// `sheepdog://[HOST[:PORT]]/NAME[#SNAPSHOT]`. Digits are a snapshot's number, anything else its tag.
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { NAME_OCTETS } from '../../../protocol/sheep/image/inode.ts';

export interface ImageName {
  /** Null: wherever the asker's sheep is. */
  readonly host: string | null;
  readonly port: number | null;
  readonly name: string;
  /** 0 and nothing for the current version. */
  readonly snapshot: { readonly id: number; readonly tag: string };
}

const PORT_MAX = 65_535;

export const isStoreName = (text: string): boolean => /^sheepdog(\+tcp)?:/.test(text);

function snapshotOf(text: string | undefined): ImageName['snapshot'] {
  if (text === undefined || text === '') return { id: 0, tag: '' };
  return /^\d{1,9}$/.test(text) ? { id: Number(text), tag: '' } : { id: 0, tag: text };
}

function named(
  host: string | undefined,
  port: string | undefined,
  name: string,
  snapshot: string | undefined,
): Result<ImageName, string> {
  if (name === '') return fail('an image wants a name: sheepdog:NAME');
  const octets = Buffer.byteLength(name);
  if (octets >= NAME_OCTETS)
    return fail(`a name of ${octets} octets is too long: an image's has up to ${NAME_OCTETS - 1}`);
  const number = port === undefined || port === '' ? null : Number(/^\d+$/.test(port) ? port : NaN);
  if (number !== null && !(number >= 1 && number <= PORT_MAX)) return fail(`"${port}" is no port: 1 to ${PORT_MAX}`);
  return ok({
    host: host === undefined || host === '' ? null : host,
    port: number,
    name,
    snapshot: snapshotOf(snapshot),
  });
}

/** Reads a name, with `sheepdog:` before it or without. */
export function readImageName(text: string): Result<ImageName, string> {
  const url = /^sheepdog(?:\+tcp)?:\/\/(?:\[([^\]]+)\]|([^:/]*))(?::(\d+))?\/([^#]*)(?:#(.*))?$/.exec(text);
  if (url !== null) return named(url[1] ?? url[2], url[3], url[4] ?? '', url[5]);
  const [a = '', b, c, d, ...more] = text.replace(/^sheepdog:/, '').split(':');
  if (more.length > 0) return fail(`"${text}" has too many parts: sheepdog:[HOST:PORT:]NAME[:SNAPSHOT]`);
  return c === undefined ? named(undefined, undefined, a, b) : named(a, b, c, d);
}

/** The name with its snapshot, for sentences. */
export function imageText({ name, snapshot }: ImageName): string {
  if (snapshot.id !== 0) return `${name}:${snapshot.id}`;
  return snapshot.tag === '' ? name : `${name}:${snapshot.tag}`;
}
