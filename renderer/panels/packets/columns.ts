// The columns of the packet table: what each says of a row, what it means, how wide it is, and the filter that a cell
// stands for. Pure.
import type { ColumnChoice, TimeForm } from '../../../app/settings/settings.ts';
import { isRelevant, PACKET_KINDS, PacketKind } from '../../../app/store/kinds.ts';
import type { PacketColumns, PacketStore } from '../../../app/store/packet-store.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { clockText, secondsText } from '../times.ts';

export const COLUMN_IDS = [
  'frame',
  'time',
  'previous',
  'clock',
  'way',
  'source',
  'target',
  'kind',
  'ring',
  'seq',
  'aru',
  'token_seq',
  'sender',
  'length',
  'security',
  'info',
] as const;
export type ColumnId = (typeof COLUMN_IDS)[number];

/** What a cell needs to know beside its row. */
export interface CellContext {
  readonly store: PacketStore;
  readonly directory: NodeDirectory;
  readonly form: TimeForm;
  /** Row shown before this one, -1 for none. */
  readonly previous: number;
  /** True where addresses are to be named shortly. */
  readonly isShort: boolean;
}

export interface Column {
  readonly title: string;
  readonly doc: string;
  /** Characters, where nobody resized it; the info takes what is left. */
  readonly chars: number;
  readonly isRight?: boolean;
  readonly text: (row: number, columns: PacketColumns, index: number, context: CellContext) => string;
  /** The filter that a cell stands for; null where it stands for none. */
  readonly filter: (row: number, columns: PacketColumns, index: number, store: PacketStore) => string | null;
}

/** "1862379712:12" is mostly its representative: the short form names that node. */
export function ringText(rep: number, seq: bigint, directory: NodeDirectory): string {
  return `${directory.label(rep).replace(/^node /, '')}:${seq}`;
}

/** Who to whom; empty for a frame without addresses. */
export function wayText(source: string, target: string): string {
  return source === '' && target === '' ? '' : `${source} → ${target}`;
}

const timeOf = (store: PacketStore, row: number): number => store.chunks[row >>> 16]?.timeNs[row & 0xffff] ?? 0;

function sinceStart(store: PacketStore, row: number): number {
  return timeOf(store, row) - timeOf(store, 0);
}

function sincePrevious(store: PacketStore, row: number, previous: number): string {
  return secondsText(previous < 0 ? 0 : timeOf(store, row) - timeOf(store, previous));
}

/** Kinds with a sequence number, with an aru, with a token_seq. */
const WITH_SEQ: ReadonlySet<number> = new Set([PacketKind.ORF_TOKEN, PacketKind.MCAST]);
const WITH_TOKEN_SEQ: ReadonlySet<number> = new Set([PacketKind.ORF_TOKEN, PacketKind.MEMB_COMMIT_TOKEN]);
const NO_ARU = 0xffffffff;

const NONE = (): null => null;
const equal = (field: string, value: string | number): string => `${field} == ${value}`;
const addressFilter = (field: string, address: string): string | null =>
  address === '' ? null : equal(field, address);
const laterThan: Column['filter'] = (row, _columns, _index, store) => `time >= ${sinceStart(store, row) / 1e9}`;

/** Addresses of multicast groups: what is sent there is for all. */
const MULTICAST = /^(22[4-9]|23\d)\.|^ff[0-9a-f]{2}:/;

function address(id: number, { store, directory, isShort }: CellContext): string {
  const text = store.address(id);
  if (!isShort) return text;
  return MULTICAST.test(text) ? 'all' : directory.labelOfAddress(text);
}

export const COLUMNS: Readonly<Record<ColumnId, Column>> = {
  frame: {
    title: 'no.',
    doc: 'number of the frame in the file, from 1, as Wireshark counts',
    chars: 6,
    isRight: true,
    text: (row) => String(row + 1),
    filter: (row) => equal('frame', row + 1),
  },
  time: {
    title: 'time',
    doc: 'seconds since the first packet, since the one before, or the clock of the capturing host',
    chars: 12,
    isRight: true,
    text: (row, { timeNs }, index, { store, form, previous }) =>
      form === 'clock'
        ? clockText(store.epochNs, timeNs[index]!)
        : form === 'previous'
          ? sincePrevious(store, row, previous)
          : secondsText(sinceStart(store, row)),
    filter: laterThan,
  },
  previous: {
    title: 'after',
    doc: 'seconds since the line before',
    chars: 10,
    isRight: true,
    text: (row, _columns, _index, { store, previous }) => sincePrevious(store, row, previous),
    filter: NONE,
  },
  clock: {
    title: 'clock',
    doc: 'time of day by the capturing host, in the zone of this computer',
    chars: 16,
    isRight: true,
    text: (_row, { timeNs }, index, { store }) => clockText(store.epochNs, timeNs[index]!),
    filter: laterThan,
  },
  way: {
    title: 'from → to',
    doc: 'who sent it, and to whom or to which multicast group',
    chars: 32,
    text: (_row, { src, dst }, index, context) => wayText(address(src[index]!, context), address(dst[index]!, context)),
    filter: (_row, { src, dst }, index, store) => {
      const ends = [addressFilter('src', store.address(src[index]!)), addressFilter('dst', store.address(dst[index]!))];
      const said = ends.filter((end) => end !== null);
      return said.length === 0 ? null : said.join(' and ');
    },
  },
  source: {
    title: 'from',
    doc: 'address that sent it',
    chars: 15,
    text: (_row, { src }, index, context) => address(src[index]!, context),
    filter: (_row, { src }, index, store) => addressFilter('src', store.address(src[index]!)),
  },
  target: {
    title: 'to',
    doc: 'address or multicast group that it was sent to',
    chars: 15,
    text: (_row, { dst }, index, context) => address(dst[index]!, context),
    filter: (_row, { dst }, index, store) => addressFilter('dst', store.address(dst[index]!)),
  },
  kind: {
    title: 'kind',
    doc: 'what the packet is',
    chars: 15,
    text: (_row, { kind }, index) => PACKET_KINDS[kind[index]!]?.label ?? '',
    filter: (_row, { kind }, index) =>
      kind[index]! < PacketKind.UNRELATED ? equal('totem.kind', PACKET_KINDS[kind[index]!]?.name ?? '') : null,
  },
  ring: {
    title: 'ring',
    doc: 'ring id: representative and number of the ring that the packet belongs to',
    chars: 9,
    text: (_row, { ring }, index, { store, directory }) => {
      const entry = ring[index] === 0 ? undefined : store.rings[ring[index]!];
      return entry === undefined ? '' : ringText(entry.rep, entry.seq, directory);
    },
    filter: (_row, { ring }, index, store) => {
      const entry = ring[index] === 0 ? undefined : store.rings[ring[index]!];
      return entry === undefined ? null : equal('totem.ring_id', entry.id);
    },
  },
  seq: {
    title: 'seq',
    doc: "a multicast's place in the total order; on a token, the highest place given",
    chars: 6,
    isRight: true,
    text: (_row, { kind, seq }, index) => (WITH_SEQ.has(kind[index]!) ? String(seq[index]) : ''),
    filter: (_row, { kind, seq }, index) => (WITH_SEQ.has(kind[index]!) ? equal('totem.seq', seq[index]!) : null),
  },
  aru: {
    title: 'aru',
    doc: 'all received up to: what every member has, as the token says',
    chars: 6,
    isRight: true,
    text: (_row, { kind, aru }, index) =>
      kind[index] !== PacketKind.ORF_TOKEN ? '' : aru[index] === NO_ARU ? '–' : String(aru[index]),
    filter: (_row, { kind, aru }, index) =>
      kind[index] === PacketKind.ORF_TOKEN ? equal('totem.aru', aru[index]!) : null,
  },
  token_seq: {
    title: 'token_seq',
    doc: 'counts token passes: a copy of a token has the same number',
    chars: 9,
    isRight: true,
    text: (_row, { kind, tokenSeq }, index) => (WITH_TOKEN_SEQ.has(kind[index]!) ? String(tokenSeq[index]) : ''),
    filter: (_row, { kind, tokenSeq }, index) =>
      WITH_TOKEN_SEQ.has(kind[index]!) ? equal('totem.token_seq', tokenSeq[index]!) : null,
  },
  sender: {
    title: 'node',
    doc: 'node id in the message header: who sent or forwarded it',
    chars: 10,
    isRight: true,
    text: (_row, { kind, sender }, index, { directory, isShort }) =>
      kind[index]! > PacketKind.KNET || sender[index] === 0
        ? ''
        : isShort
          ? directory.label(sender[index]!)
          : String(sender[index]),
    filter: (_row, { kind, sender }, index) =>
      kind[index]! <= PacketKind.TOKEN_HOLD_CANCEL ? equal('totem.header.nodeid', sender[index]!) : null,
  },
  length: {
    title: 'octets',
    doc: 'octets of the frame on the wire',
    chars: 7,
    isRight: true,
    text: (_row, { original }, index) => String(original[index]),
    filter: NONE,
  },
  security: {
    title: 'security',
    doc: 'cipher and hash of the packet, and whether it is authentic',
    chars: 14,
    text: (_row, { encoding, kind }, index, { store }) => {
      const { security, authentic } = store.encodings[encoding[index]!] ?? {};
      if (security === undefined || kind[index]! >= PacketKind.UNRELATED) return '';
      return authentic === false ? `${security}, refused` : security;
    },
    filter: (_row, { encoding, kind }, index, store) => {
      const { security } = store.encodings[encoding[index]!] ?? {};
      return security === undefined || kind[index]! >= PacketKind.UNRELATED ? null : equal('totem.security', security);
    },
  },
  info: {
    title: 'says',
    doc: 'what the packet says, in the words of the field, as far as no column beside it does',
    chars: 24,
    text: () => '',
    filter: (row, columns, index, store) => COLUMNS.kind.filter(row, columns, index, store),
  },
};

/** The filter that a cell stands for; null for packets that no filter shows. */
export function cellFilter(id: ColumnId, row: number, store: PacketStore): string | null {
  const columns = store.chunks[row >>> 16];
  const index = row & 0xffff;
  if (columns === undefined || !isRelevant(columns.kind[index]!)) return null;
  return COLUMNS[id].filter(row, columns, index, store);
}

export const FIRST_COLUMNS: readonly ColumnId[] = ['frame', 'time', 'way', 'kind', 'ring', 'seq', 'info'];

const isColumn = (name: string): name is ColumnId => (COLUMN_IDS as readonly string[]).includes(name);

/** The columns to show, in their order. */
export function shownColumns({ shown }: ColumnChoice): readonly ColumnId[] {
  const known = (shown ?? []).filter(isColumn);
  return known.length === 0 ? FIRST_COLUMNS : known;
}

/** Pixels of a character of the data face, and of the ends of a line. */
export const CHAR = 7.23;
const ENDS = 16;
/** Pixels between columns, where there is room and where there is not. */
const GAP = 12;
const NARROW_GAP = 8;
/** Characters of columns where room is short. */
const SHORT_CHARS: Partial<Record<ColumnId, number>> = {
  time: 10,
  way: 15.5,
  source: 8,
  target: 11,
  kind: 14.5,
  ring: 7,
  seq: 4,
};

export interface ColumnWidth {
  readonly id: ColumnId;
  /** Pixels; 0 for the one that takes what is left. */
  readonly width: number;
}

export interface TableWidths {
  readonly columns: readonly ColumnWidth[];
  readonly gap: number;
  /** True where addresses are to be named shortly. */
  readonly isShort: boolean;
}

/** Widths of the columns in a table so many pixels wide: where room is short, addresses are named shortly. */
export function columnWidths(choice: ColumnChoice, tableWidth: number): TableWidths {
  const ids = shownColumns(choice);
  const widthOf = (id: ColumnId, isShort: boolean): number =>
    choice.widths[id] ?? Math.ceil(((isShort ? SHORT_CHARS[id] : undefined) ?? COLUMNS[id].chars) * CHAR);
  const needed = ids.reduce((sum, id) => sum + widthOf(id, false) + GAP, ENDS);
  const isShort = needed > tableWidth;
  const last = ids.includes('info') ? 'info' : ids.at(-1);
  const columns = ids.map((id) => ({ id, width: id === last ? 0 : widthOf(id, isShort) }));
  return { columns, gap: isShort ? NARROW_GAP : GAP, isShort };
}
