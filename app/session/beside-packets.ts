// What a capture carries beside its packets, as text for this program: log lines between them, and names of addresses
// beside the name resolution block, which some tools drop as they copy a capture. Believes only what looks right.
import { utf8Text } from '../../protocol/base/bytes.ts';

export interface LogRow {
  /** The host that wrote it, as far as it says. */
  readonly host: string | null;
  readonly nodeid: number | null;
  readonly message: string;
}

/** Reads the fields of a journal entry; of several of a name the first counts. */
export function readLogRow(octets: Uint8Array): LogRow {
  const fields = new Map<string, string>();
  for (const line of utf8Text(octets).split('\n')) {
    const at = line.indexOf('=');
    const name = line.slice(0, Math.max(0, at));
    if (at > 0 && !fields.has(name)) fields.set(name, line.slice(at + 1));
  }
  const nodeid = /^\d{1,10}$/.exec(fields.get('TOTEMLAB_NODEID') ?? '');
  return {
    host: fields.get('_HOSTNAME') ?? null,
    nodeid: nodeid === null ? null : Number(nodeid[0]),
    message: fields.get('MESSAGE') ?? '',
  };
}

const MARK = 'totem-lab:1 names ';
/** Names of one capture, and characters of one. */
const NAMES_MAX = 1024;
const NAME_LENGTH_MAX = 255;

export function namesText(names: ReadonlyMap<string, string>): string {
  return `${MARK}${JSON.stringify([...names].slice(0, NAMES_MAX))}`;
}

/** The names in such a text; null for any other text. */
export function namesIn(text: string): readonly (readonly [address: string, name: string])[] | null {
  if (!text.startsWith(MARK)) return null;
  try {
    const list: unknown = JSON.parse(text.slice(MARK.length));
    return Array.isArray(list) ? list.slice(0, NAMES_MAX).filter(isName) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isName(entry: unknown): entry is readonly [string, string] {
  return (
    Array.isArray(entry) &&
    entry.length === 2 &&
    entry.every((part) => typeof part === 'string' && part !== '' && part.length <= NAME_LENGTH_MAX)
  );
}
