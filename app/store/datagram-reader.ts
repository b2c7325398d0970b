// What one UDP datagram is: recognises its start, opens it with the keys at hand, takes knet off and joins its
// fragments, and reads the columns of the Totem message inside. Not frames, not IP: indexer.ts.
import { LastView } from '../../protocol/base/bytes.ts';
import type { Keyring, Opened } from '../../protocol/crypto/keyring.ts';
import { decompressKnet, isReadableCompression } from '../../protocol/knet/decompress.ts';
import { createKnetDefragmenter } from '../../protocol/knet/defragment.ts';
import { KNET_DATA_HEADER } from '../../protocol/knet/packet.ts';
import { COROSYNC_1, COROSYNC_2, COROSYNC_3, type Dialect } from '../../protocol/totem/dialect.ts';
import { MARKER_OCTETS, recogniseStart, Start } from '../../protocol/totem/recognise.ts';
import { readPacket } from '../../protocol/totempg/packet.ts';
import type { IndexedMessage } from './indexed-message.ts';
import { PacketKind, RowFlag } from './kinds.ts';
import { readColumns } from './message-columns.ts';
import type { Encoding } from './packet-store.ts';
import type { PacketTable } from './packet-table.ts';

/** A datagram without recognisable start is taken for encrypted from this length on. */
export const ENCRYPTED_OCTETS_MIN = 32;
/** Hash names by the octets they add behind a message in clear. */
export const HASH_OF_TRAILER: { readonly [octets: number]: string } = {
  16: 'md5',
  20: 'sha1',
  32: 'sha256',
  48: 'sha384',
  64: 'sha512',
};
/** Clear knet packets that are tried for a hash trailer before it is taken that there is none. */
const KNET_HASH_TRIES = 32;
const KNET_PING_OCTETS = 26;
/** Senders of which it is remembered that a hash follows their knet packets. */
const KNET_HASHES_MAX = 4096;

const clear = (dialect: Encoding['dialect'], transport: 'udp' | 'knet' = 'udp'): Encoding => ({
  transport,
  dialect,
  security: 'none',
  authentic: null,
  keyIndex: -1,
});

/** Corosync 2.0 and 2.1 write the numbers of their cipher and hash where later ones have the marker. */
function hasCodes(datagram: Uint8Array): boolean {
  const [cipher = 0xff, hash = 0xff, third, fourth] = datagram;
  return cipher <= 4 && hash <= 5 && third === 0 && fourth === 0;
}

export class DatagramReader {
  /** Datagrams that a key opened. */
  opened = 0;
  private readonly table: PacketTable;
  private readonly keyring: Keyring | null;
  private readonly defragmenter = createKnetDefragmenter();
  private readonly view = new LastView();
  private readonly clear1: number;
  private readonly clear2: number;
  private readonly clear3: number;
  private readonly clearKnet: number;
  private readonly unknown: number;
  private readonly unknown2: number;
  private readonly plain: number;
  private lastOpener: 'legacy' | 'knet' = 'legacy';
  private knetHashTries = 0;
  /** Octets of the hash behind the knet packets in clear of an address, as its pings tell. */
  private readonly knetHashes = new Map<number, number>();

  constructor(table: PacketTable, keyring: Keyring | null) {
    this.table = table;
    this.keyring = keyring;
    this.clear1 = table.encodingNumber(clear('corosync-1'));
    this.clear2 = table.encodingNumber(clear('corosync-2'));
    this.clear3 = table.encodingNumber(clear('corosync-3'));
    this.clearKnet = table.encodingNumber(clear('corosync-3', 'knet'));
    this.unknown = table.encodingNumber({
      transport: null,
      dialect: null,
      security: 'unknown',
      authentic: null,
      keyIndex: -1,
    });
    this.unknown2 = table.encodingNumber({ ...clear('corosync-2'), security: 'unknown' });
    this.plain = table.encodingNumber({ ...clear(null), transport: null });
  }

  /** Reads bytes[at, end) into m. m.kind is OTHER or ENCRYPTED, and m.dialect null, where no Totem was recognised. */
  read(m: IndexedMessage, bytes: Uint8Array, at: number, end: number): void {
    m.dialect = null;
    m.flags = 0;
    m.knetBroadcast = false;
    m.ring = m.seq = m.aru = m.tokenSeq = m.sender = 0;
    const start = recogniseStart(bytes, at, end);
    switch (start) {
      case Start.COROSYNC_3:
        this.message(m, bytes, at, end, COROSYNC_3, this.clear3);
        return;
      case Start.COROSYNC_1:
        this.message(m, bytes, at, end, COROSYNC_1, this.clear1);
        return;
      case Start.COROSYNC_2:
        return this.modern(m, bytes, at, end);
      case Start.RING_TEST_1:
      case Start.RING_TEST_2:
        return this.ringTest(m, bytes, at, end, start === Start.RING_TEST_2);
      case Start.KNET:
        return this.clearKnetPacket(m, bytes, at, end);
      case Start.COROSYNC_2_ENCRYPTED:
      case Start.UNKNOWN:
        return this.unreadable(m, bytes, at, end, start === Start.COROSYNC_2_ENCRYPTED);
    }
  }

  private place(m: IndexedMessage, bytes: Uint8Array, at: number, end: number, kind: number, encoding: number): void {
    m.bytes = bytes;
    m.view = this.view.of(bytes);
    m.at = at;
    m.end = end;
    m.kind = kind;
    m.encoding = encoding;
  }

  /** Returns the octets that the message needs, -1 where it is malformed. */
  private message(
    m: IndexedMessage,
    bytes: Uint8Array,
    at: number,
    end: number,
    dialect: Dialect,
    encoding: number,
  ): number {
    const token = m.cutOctets > 0 ? cutToken(bytes, at, end, dialect) : null;
    if (token === null) this.place(m, bytes, at, end, PacketKind.MALFORMED, encoding);
    else this.place(m, token, 0, token.length, PacketKind.MALFORMED, encoding);
    m.dialect = dialect;
    const needed = readColumns(m, this.table);
    if (token !== null && this.isBare(encoding)) m.cutRequests = cutRequests(end - at + m.cutOctets, dialect);
    return needed;
  }

  /** Nothing follows the message in its datagram. */
  private isBare(encoding: number): boolean {
    return encoding === this.clear1 || encoding === this.clear3 || encoding === this.clearKnet;
  }

  private ringTest(m: IndexedMessage, bytes: Uint8Array, at: number, end: number, second: boolean): void {
    const start = second ? at + MARKER_OCTETS : at;
    const whole = end - start >= 12;
    this.place(m, bytes, start, end, whole ? PacketKind.RRP : PacketKind.MALFORMED, second ? this.clear2 : this.clear1);
    m.dialect = second ? COROSYNC_2 : COROSYNC_1;
    m.littleEndian = bytes[start + 2] === 0x22;
    if (whole) m.sender = m.view.getUint32(start + 8, m.littleEndian);
    else m.flags |= RowFlag.PROBLEM;
  }

  /** Corosync 2 with a readable message: a hash may follow it, whether or not a key is known. */
  private modern(m: IndexedMessage, bytes: Uint8Array, at: number, end: number): void {
    const opened = this.keyring?.openModern(bytes.subarray(at, end)) ?? null;
    if (opened !== null) return this.openedMessage(m, opened, COROSYNC_2);
    const needed = this.message(m, bytes, at + MARKER_OCTETS, end, COROSYNC_2, this.clear2);
    const trailer = trailerOctets(m, needed);
    const hash = HASH_OF_TRAILER[trailer];
    if (hash === undefined) return;
    const unproved: Encoding = {
      ...clear('corosync-2'),
      security: `none-${hash}`,
      authentic: this.opened > 0 ? false : null,
    };
    this.message(m, bytes, at + MARKER_OCTETS, end - trailer, COROSYNC_2, this.table.encodingNumber(unproved));
  }

  private encodingOf(opened: Opened, dialect: Dialect, transport: 'udp' | 'knet'): number {
    if (this.opened++ === 0) this.table.markUnauthentic();
    const { security, authentic, keyIndex } = opened;
    return this.table.encodingNumber({ transport, dialect: dialect.id, security, authentic, keyIndex });
  }

  private openedMessage(m: IndexedMessage, opened: Opened, dialect: Dialect): void {
    const encoding = this.encodingOf(opened, dialect, 'udp');
    const { clear: text } = opened;
    if (recogniseStart(text, 0, text.length) === Start.RING_TEST_1) this.ringTest(m, text, 0, text.length, false);
    else this.message(m, text, 0, text.length, dialect, encoding);
    m.encoding = encoding;
    m.dialect = dialect;
    m.flags |= RowFlag.OPENED;
  }

  private unreadable(m: IndexedMessage, bytes: Uint8Array, at: number, end: number, marked: boolean): void {
    const datagram = bytes.subarray(at, end);
    const { keyring } = this;
    const modern = keyring !== null && (marked || hasCodes(datagram)) ? keyring.openModern(datagram) : null;
    if (modern !== null) return this.openedMessage(m, modern, COROSYNC_2);
    const opened = keyring === null || marked ? null : this.openUnmarked(keyring, datagram);
    if (opened === null) return this.unopened(m, bytes, at, end, marked);
    if (this.lastOpener === 'legacy') return this.openedMessage(m, opened, COROSYNC_1);
    const encoding = this.encodingOf(opened, COROSYNC_3, 'knet');
    this.knet(m, opened.clear, 0, opened.clear.length, encoding);
    m.flags |= RowFlag.OPENED;
  }

  private unopened(m: IndexedMessage, bytes: Uint8Array, at: number, end: number, marked: boolean): void {
    const encrypted = marked ? this.unknown2 : this.unknown;
    if (this.opened > 0 && this.table.encodings[encrypted]?.authentic === null) this.table.markUnauthentic();
    if (marked || end - at >= ENCRYPTED_OCTETS_MIN) this.place(m, bytes, at, end, PacketKind.ENCRYPTED, encrypted);
    else this.place(m, bytes, at, end, PacketKind.OTHER, this.plain);
  }

  private openUnmarked(keyring: Keyring, datagram: Uint8Array): Opened | null {
    const first = this.lastOpener === 'legacy' ? keyring.openLegacy(datagram) : keyring.openKnet(datagram);
    if (first !== null) return first;
    const second = this.lastOpener === 'legacy' ? keyring.openKnet(datagram) : keyring.openLegacy(datagram);
    if (second !== null) this.lastOpener = this.lastOpener === 'legacy' ? 'knet' : 'legacy';
    return second;
  }

  private clearKnetPacket(m: IndexedMessage, bytes: Uint8Array, at: number, end: number): void {
    const trailer = this.knetTrailer(m.src, bytes, at, end);
    if (this.keyring !== null && (trailer > 0 || this.knetHashTries < KNET_HASH_TRIES)) {
      this.knetHashTries++;
      const opened = this.keyring.openKnet(bytes.subarray(at, end));
      if (opened !== null) {
        this.knetHashTries = 0;
        const encoding = this.encodingOf(opened, COROSYNC_3, 'knet');
        this.knet(m, opened.clear, 0, opened.clear.length, encoding);
        m.flags |= RowFlag.OPENED;
        return;
      }
    }
    const hash = HASH_OF_TRAILER[trailer];
    if (hash === undefined) return this.knet(m, bytes, at, end, this.clearKnet);
    const unproved: Encoding = {
      ...clear('corosync-3', 'knet'),
      security: `none-${hash}`,
      authentic: this.opened > 0 ? false : null,
    };
    this.knet(m, bytes, at, end - trailer, this.table.encodingNumber(unproved));
  }

  /** Octets of a hash behind a knet packet in clear: a ping has one length, so what is longer tells of its sender. */
  private knetTrailer(src: number, bytes: Uint8Array, at: number, end: number): number {
    const type = bytes[at + 1]!;
    if (type !== 0x81 && type !== 0x82) return this.knetHashes.get(src) ?? 0;
    const trailer = end - at - KNET_PING_OCTETS;
    if (this.knetHashes.get(src) !== trailer && this.knetHashes.size < KNET_HASHES_MAX)
      this.knetHashes.set(src, trailer);
    return trailer;
  }

  /** A knet packet in clear: its keep-alive traffic, a whole message, or a fragment of one. */
  private knet(m: IndexedMessage, bytes: Uint8Array, at: number, end: number, encoding: number): void {
    this.place(m, bytes, at, end, PacketKind.KNET, encoding);
    const node = end - at >= 6 ? ((bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0 : 0;
    m.sender = node;
    if (end - at < 6 || bytes[at] !== 1) {
      m.kind = PacketKind.MALFORMED;
      m.flags |= RowFlag.PROBLEM;
      return;
    }
    if (bytes[at + 1] !== 0) return;
    if (end - at <= KNET_DATA_HEADER) {
      m.kind = PacketKind.MALFORMED;
      m.flags |= RowFlag.PROBLEM;
      return;
    }
    m.knetBroadcast = bytes[at + 10] === 1;
    const fragments = bytes[at + 11]!;
    const model = bytes[at + 8]!;
    // Other channels are other programs', and not all compression can be read: shown as knet, kept as bytes.
    if (bytes[at + 13] !== 0 || (model !== 0 && !isReadableCompression(model))) return;
    if (fragments <= 1) return this.knetData(m, bytes, at + KNET_DATA_HEADER, end, model, encoding);
    const whole = this.defragmenter.push({
      row: m.row,
      timeNs: m.timeNs,
      src: m.src,
      dst: m.dst,
      node,
      seq: (bytes[at + 6]! << 8) | bytes[at + 7]!,
      fragments,
      fragment: bytes[at + 12]!,
      bytes: bytes.subarray(at + KNET_DATA_HEADER, end),
    });
    if (whole === null) m.kind = PacketKind.FRAGMENT;
    else {
      this.table.knetParts.set(m.row, [...whole.rows.filter((row) => row !== m.row), m.row]);
      for (const row of whole.rows) if (row !== m.row) this.table.columnsOf(row).link[row & 0xffff] = m.row + 1;
      this.knetData(m, whole.bytes, 0, whole.bytes.length, model, encoding);
      m.flags |= RowFlag.REASSEMBLED;
    }
  }

  /** What a knet packet, or all fragments of one, carry. */
  private knetData(
    m: IndexedMessage,
    bytes: Uint8Array,
    at: number,
    end: number,
    model: number,
    encoding: number,
  ): void {
    if (model === 0) {
      this.message(m, bytes, at, end, COROSYNC_3, encoding);
      return;
    }
    const message = decompressKnet(model, bytes.subarray(at, end));
    if (message === null) {
      this.place(m, bytes, at, end, PacketKind.MALFORMED, encoding);
      m.flags |= RowFlag.PROBLEM;
    } else this.message(m, message, 0, message.length, COROSYNC_3, encoding);
  }
}

/**
 * A token that the snap length cut behind its ring id, which tells most: the rest is taken for 0, nothing is asked for.
 * A usual snap length of 96 leaves just that. Null for what is no such token.
 */
function cutToken(bytes: Uint8Array, at: number, end: number, dialect: Dialect): Uint8Array | null {
  const { type, token } = dialect.at;
  if (end - at < token.ringId + dialect.ringIdSize || bytes[at + type] !== PacketKind.ORF_TOKEN) return null;
  const padded = new Uint8Array(token.size);
  padded.set(bytes.subarray(at, Math.min(end, at + token.rtrListEntries)));
  return padded;
}

/** Requests of a token of so many octets on the wire. */
function cutRequests(octets: number, { at }: Dialect): number {
  const list = octets - at.token.size;
  return list > 0 && list % at.rtrItem.size === 0 ? list / at.rtrItem.size : 0;
}

/** Octets behind the message of m, which needs `needed` octets; of an mcast, what totempg's lengths leave over. */
function trailerOctets(m: IndexedMessage, needed: number): number {
  if (m.kind === PacketKind.MALFORMED) return 0;
  if (m.kind !== PacketKind.MCAST) return m.end - m.at - needed;
  const fixed = (m.dialect as Dialect).at.mcast.size;
  const payload = m.at + fixed * ((m.flags & RowFlag.ENCAPSULATED) !== 0 ? 2 : 1);
  const packet = readPacket(m.view, payload, m.end, m.littleEndian);
  return packet.ok ? packet.value.trailing : 0;
}
