// One capture being read: bytes in, rows and conclusions out, in one pass. Knows no files: main and the worker push.
import { createKeyring, type Key, type Keyring } from '../../protocol/crypto/keyring.ts';
import type { CryptoProvider } from '../../protocol/crypto/provider.ts';
import { createCaptureReader, type CaptureReader, type FrameSink } from '../../protocol/pcap/capture-reader.ts';
import { createAnalysis, type CaptureAnalysis } from '../analysis/analyse.ts';
import type { CaptureFacts } from '../analysis/capture-facts.ts';
import { withLoss, type Loss, type Losses } from '../analysis/losses.ts';
import { PastFindings } from '../analysis/past-findings.ts';
import type { Analysis, Finding } from '../analysis/result.ts';
import { namesIn } from './beside-packets.ts';
import { Indexer } from '../store/indexer.ts';
import { CHUNK_ROWS, SESSION_PACKETS_MAX, timeOf } from '../store/packet-store.ts';
import { PacketTable } from '../store/packet-table.ts';
import type { SheepTcp } from '../store/tracks/sheep-tcp.ts';

/** A person's capture file may carry as many notes and names as this into memory. */
const COMMENTS_MAX = 100_000;
/** Characters of all that a capture carries for this program. */
const CUSTOM_LENGTH_MAX = 64 * 1024 * 1024;
/** Frames that a reassembly may wait for while a source goes on (the contract of `decode -`). */
export const SETTLE_LAG_MAX = 4096;

export interface IngestOptions {
  /** Tried in turn where a datagram is encrypted. In memory only. */
  readonly keys: readonly Key[];
  readonly provider?: CryptoProvider;
  /** False: index only, for a caller that wants rows and no conclusions. */
  readonly analyse?: boolean;
  /** Rows to keep in memory, at least, of a source that goes on; left out: all that a session may have. */
  readonly rowsKept?: number;
  /** Other threads read the rows while more of them come. */
  readonly isShared?: boolean;
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
  /** Packets that the capturing side says it dropped, and when. */
  readonly losses: Losses;
  readonly comments: readonly FrameComment[];
  /** Texts that the capture carries for this program, by frame: app/export reads them. */
  readonly customs: readonly { readonly frame: number; readonly text: string }[];
  /** Names of addresses that the capture itself gives. */
  readonly names: ReadonlyMap<string, string>;
  /** Conclusions so far, with what is known beside the capture; may be asked at any time. */
  analysis(beside?: Pick<CaptureFacts, 'timers'>): Analysis;
  /** Rows below this number will not change any more. */
  settledRows(): number;
}

/** Notes, names and drop counts that a capture carries beside its packets. */
class Sidenotes {
  readonly comments: FrameComment[] = [];
  readonly customs: { readonly frame: number; readonly text: string }[] = [];
  readonly names = new Map<string, string>();
  private customLength = 0;
  private losses: readonly Loss[] = [];
  private isUncounted = false;

  /** `epoch` tells the moment that times count from. */
  sink({ frame, log }: Required<Pick<FrameSink, 'frame' | 'log'>>, epoch: () => bigint): FrameSink {
    // What was dropped before the first packet came was dropped since nobody knows when.
    const since = (ns: bigint | null): number | null =>
      ns === null || epoch() === 0n || ns < epoch() ? null : Number(ns - epoch());
    return {
      frame,
      log,
      custom: (number, text) => {
        const names = namesIn(text);
        for (const [address, name] of names ?? []) if (this.names.size < COMMENTS_MAX) this.names.set(address, name);
        if (names !== null) return;
        this.customLength += text.length;
        if (this.customLength <= CUSTOM_LENGTH_MAX) this.customs.push({ frame: number, text });
      },
      comment: (number, text) => {
        if (this.comments.length < COMMENTS_MAX) this.comments.push({ frame: number, text });
      },
      name: (address, name) => {
        if (this.names.size < COMMENTS_MAX) this.names.set(address, name);
      },
      dropped: (count, from, until) => {
        const loss = { packets: Number(count), fromNs: since(from), untilNs: since(until) };
        this.losses = withLoss(this.losses, loss);
      },
      uncounted: () => {
        this.isUncounted = true;
      },
    };
  }

  lossesSoFar(): Losses {
    return { list: this.losses, isUncounted: this.isUncounted };
  }
}

class CaptureIngest implements Ingest {
  readonly table: PacketTable;
  readonly keyring: Keyring | null;
  private readonly conclusions: CaptureAnalysis;
  private readonly past = new PastFindings();
  private readonly notes = new Sidenotes();
  private readonly indexer: Indexer;
  private readonly reader: CaptureReader;
  private readonly rowsKept: number;
  private isFinished = false;
  /** The last conclusions, and of how many rows. */
  private concluded: { readonly rows: number; readonly findings: readonly Finding[] } | null = null;

  constructor({ keys, provider, analyse = true, rowsKept = Infinity, isShared = false }: IngestOptions) {
    this.table = new PacketTable(isShared);
    this.conclusions = createAnalysis(this.table);
    this.keyring = keys.length === 0 ? null : createKeyring(keys, provider);
    const watching = analyse ? [this.conclusions] : [];
    this.indexer = new Indexer({ table: this.table, keyring: this.keyring, analyzers: watching, listeners: watching });
    this.rowsKept = rowsKept;
    const { indexer } = this;
    // Named one by one: a list of them would be made for every frame.
    const frame: FrameSink['frame'] = (bytes, start, captured, original, timeNs, linktype, offset) =>
      indexer.frame(bytes, start, captured, original, timeNs, linktype, offset);
    const log: FrameSink['log'] = (...args) => indexer.log(...args);
    this.reader = createCaptureReader(this.notes.sink({ frame, log }, () => this.reader.epochNs));
  }

  get store(): PacketTable {
    return this.table;
  }
  get sheepTcp(): SheepTcp {
    return this.indexer.sheepTcp;
  }
  get comments(): readonly FrameComment[] {
    return this.notes.comments;
  }
  get customs(): Ingest['customs'] {
    return this.notes.customs;
  }
  get names(): ReadonlyMap<string, string> {
    return this.notes.names;
  }
  get losses(): Losses {
    return this.notes.lossesSoFar();
  }

  get damage(): Damage | null {
    const { frames, length } = this.table;
    const { problem } = this.reader;
    if (frames === length) return problem ?? (this.isFinished ? this.unknownLink() : null);
    const limit = `only the first ${SESSION_PACKETS_MAX} of ${frames} frames are kept: cut the capture into parts`;
    return problem === null ? { kind: 'limit', at: 0, says: limit } : { ...problem, says: `${problem.says}; ${limit}` };
  }

  private unknownLink(): Damage | null {
    const { firstUnknownLink: first, unknownLinks: count } = this.indexer;
    if (first === null) return null;
    const which = count === this.table.frames ? 'all frames' : `${count} of ${this.table.frames} frames`;
    const known = 'Ethernet, Linux cooked, BSD loopback and raw IP are';
    const where = `first ${first.linktype} at octet ${first.offset}`;
    const says = `${which} have a link type that is not read, ${where}: ${known}`;
    return { kind: 'unknown-link', at: first.offset, says };
  }

  push(chunk: Uint8Array): void {
    this.reader.push(chunk);
    this.table.epochNs = this.reader.epochNs;
    if (this.table.length - this.table.firstRow >= this.rowsKept + CHUNK_ROWS) this.forget();
  }

  /** Lets the oldest rows go; what was concluded from them stays. */
  private forget(): void {
    // What is to be forgotten is long past: conclusions that were drawn lately hold for it.
    const { concluded, table, rowsKept } = this;
    const isFresh = concluded !== null && table.length - concluded.rows < Math.min(CHUNK_ROWS, rowsKept / 2);
    const { findings } = isFresh ? concluded : this.analysis();
    this.indexer.keep(this.rowsKept);
    this.past.keep(findings, timeOf(this.table, this.table.firstRow));
  }

  finish(): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.reader.finish();
    this.table.epochNs = this.reader.epochNs;
    this.indexer.finish();
  }

  analysis(beside: Pick<CaptureFacts, 'timers'> = {}): Analysis {
    const { damage, losses, names } = this;
    const { cutFrames, sheepTcp } = this.indexer;
    const objects = sheepTcp.objectsSeen();
    const { signs: sheepSigns } = sheepTcp;
    const found = this.conclusions.finish({ damage, losses, cutFrames, names, objects, sheepSigns, ...beside });
    const findings = this.past.joined(found.findings);
    this.concluded = { rows: this.table.length, findings };
    return findings === found.findings ? found : { ...found, findings };
  }

  settledRows(): number {
    return this.isFinished ? this.table.length : this.indexer.settledRows(SETTLE_LAG_MAX);
  }
}

export function createIngest(options: IngestOptions): Ingest {
  return new CaptureIngest(options);
}
