// One capture being read: bytes in, rows and conclusions out, in one pass. Knows no files: main and the worker push.
import { createKeyring, type Key, type Keyring } from '../../protocol/crypto/keyring.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { createCaptureReader, type FrameSink } from '../../protocol/pcap/capture-reader.ts';
import { createAnalysis } from '../analysis/analyse.ts';
import type { Analysis } from '../analysis/result.ts';
import { Indexer } from '../store/indexer.ts';
import { SESSION_PACKETS_MAX } from '../store/packet-store.ts';
import { PacketTable } from '../store/packet-table.ts';
import type { SheepTcp } from '../store/tracks/sheep-tcp.ts';

/** A person's capture file may carry as many notes as this into memory. */
const COMMENTS_MAX = 10_000;
/** Frames that a reassembly may wait for while a source goes on (the contract of `decode -`). */
export const SETTLE_LAG_MAX = 4096;

export interface IngestOptions {
  /** Tried in turn where a datagram is encrypted. In memory only. */
  readonly keys: readonly Key[];
  readonly provider?: CryptoProvider;
  /** False: index only, for a caller that wants rows and no conclusions. */
  readonly analyse?: boolean;
}

/** What ended or marred the reading; the rows before it are good. */
export interface Damage {
  readonly kind: string;
  /** Octet offset in the capture. */
  readonly at: number;
  readonly says: string;
}

export interface FrameComment {
  readonly frame: number | null;
  readonly text: string;
}

export interface Ingest {
  /** Takes the next octets of the capture, any number of them. */
  push(chunk: Uint8Array): void;
  /** Says that the source ended. */
  finish(): void;
  readonly table: PacketTable;
  /** The same table, as readers see it. */
  readonly store: PacketTable;
  readonly keyring: Keyring | null;
  /** Requests and responses on sheepdog's TCP port, by frame. */
  readonly sheepTcp: SheepTcp;
  readonly damage: Damage | null;
  /** Packets that the capturing side says it dropped. */
  readonly dropped: number;
  readonly comments: readonly FrameComment[];
  /** Names of addresses that the capture itself gives. */
  readonly names: ReadonlyMap<string, string>;
  /** Conclusions so far; may be asked at any time. */
  analysis(): Analysis;
  /** Rows below this number will not change any more. */
  settledRows(): number;
}

export function createIngest({ keys, provider, analyse = true }: IngestOptions): Ingest {
  const table = new PacketTable();
  const keyring = keys.length === 0 ? null : createKeyring(keys, provider);
  const analysis = createAnalysis(table);
  const indexer = new Indexer({
    table,
    keyring,
    analyzers: analyse ? [analysis] : [],
    listeners: analyse ? [analysis] : [],
  });
  const comments: FrameComment[] = [];
  const names = new Map<string, string>();
  const drops = new Map<number, bigint>();
  const sink: FrameSink = {
    frame: (...args) => indexer.frame(...args),
    comment: (frame, text) => {
      if (comments.length < COMMENTS_MAX) comments.push({ frame, text });
    },
    name: (address, name) => {
      if (names.size < COMMENTS_MAX) names.set(address, name);
    },
    dropped: (interfaceId, count) => {
      drops.set(interfaceId, count);
    },
  };
  const reader = createCaptureReader(sink);
  let isFinished = false;

  const damage = (): Damage | null => {
    if (reader.problem !== null) return reader.problem;
    if (table.frames <= SESSION_PACKETS_MAX) return null;
    const says = `only the first ${SESSION_PACKETS_MAX} of ${table.frames} frames are kept: cut the capture into parts`;
    return { kind: 'limit', at: 0, says };
  };
  const dropped = (): number => Number([...drops.values()].reduce((sum, count) => sum + count, 0n));

  return {
    push(chunk) {
      reader.push(chunk);
      table.epochNs = reader.epochNs;
    },
    finish() {
      if (isFinished) return;
      isFinished = true;
      reader.finish();
      table.epochNs = reader.epochNs;
      indexer.finish();
    },
    table,
    store: table,
    keyring,
    sheepTcp: indexer.sheepTcp,
    get damage() {
      return damage();
    },
    get dropped() {
      return dropped();
    },
    comments,
    names,
    analysis: () => analysis.finish({ damage: damage(), dropped: dropped(), cutFrames: indexer.cutFrames, names }),
    settledRows: () => (isFinished ? table.length : indexer.settledRows(SETTLE_LAG_MAX)),
  };
}
