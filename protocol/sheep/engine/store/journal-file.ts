// A journal file: one write into a file of the store, kept until it is done (specs/sheepdog.md 4.1). Octets to values
// and back.
import { concatBytes, utf8Text, viewOf } from '../../../base/bytes.ts';
import { bytes, decode, encode, struct, u64 } from '../../../wire/layout.ts';
import { padded } from '../../image/inode.ts';
import { SHEEP_LITTLE_ENDIAN } from '../../node-entry.ts';

const PATH_OCTETS = 256;
const MARK = 0x8765_4321;
const MARK_OCTETS = 4;

const JournalHead = struct('journal_file', {
  offset: u64('where in the file'),
  length: u64('octets of data'),
  path: bytes(PATH_OCTETS, 'the file that is written to'),
});
export const JOURNAL_HEAD_OCTETS = JournalHead.fixedSize;

export interface JournalEntry {
  readonly path: string;
  readonly offset: number;
  /** None of a file that is created: the entry only says that it was under way. */
  readonly parts: readonly Uint8Array[];
}

/** The octets of a journal file; the mark at its end says that it is whole. */
export function writeJournal({ path, offset, parts }: JournalEntry): readonly Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const head = { offset: BigInt(offset), length: BigInt(length), path: padded(path, PATH_OCTETS) };
  const mark = new Uint8Array(MARK_OCTETS);
  viewOf(mark).setUint32(0, MARK, SHEEP_LITTLE_ENDIAN);
  return [encode(JournalHead, head, SHEEP_LITTLE_ENDIAN), ...parts, mark];
}

/** Where the length stands: all from here on is written anew when the write is done. */
export const JOURNAL_DONE_AT = JournalHead.at.length;

/** What then stands there: no data, but still which file it was. */
export function journalDone(path: string): Uint8Array {
  return concatBytes(writeJournal({ path, offset: 0, parts: [] })).subarray(JOURNAL_DONE_AT);
}

/** The file of a store that a path names, however the folder of the store is called: 0.3.0 writes absolute paths. */
const WITHIN_STORE = /(?:^|\/)(obj\/[0-9a-f]{8}\/[0-9a-f]{16}|config)$/;

/** Null where the file is not whole, or is no journal of a store. */
export function readJournal(octets: Uint8Array): JournalEntry | null {
  const read = decode(JournalHead, viewOf(octets), 0, octets.length, SHEEP_LITTLE_ENDIAN);
  if (!read.ok) return null;
  const { offset, length, path } = read.value.value;
  const end = BigInt(JOURNAL_HEAD_OCTETS) + length;
  if (end + BigInt(MARK_OCTETS) > BigInt(octets.length)) return null;
  if (viewOf(octets).getUint32(Number(end), SHEEP_LITTLE_ENDIAN) !== MARK) return null;
  const within = WITHIN_STORE.exec(utf8Text(path))?.[1];
  if (within === undefined) return null;
  const data = octets.subarray(JOURNAL_HEAD_OCTETS, Number(end));
  return { path: within, offset: Number(offset), parts: data.length === 0 ? [] : [data] };
}
