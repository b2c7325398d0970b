// The annotated capture: packets with their notes, an interface for each node and link, names, log lines between the
// packets, and what this program needs to show all of it again. Block after block, so that nobody holds a whole
// capture; no keys, no files.
import type { Row } from '../../protocol/base/brand.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import {
  enhancedPacket,
  interfaceStatistics,
  journalEntry,
  nameResolution,
  sectionHeader,
} from '../../protocol/pcap/pcapng-writer.ts';
import type { Annotations } from '../annotations/list.ts';
import type { Finding, NodeEntry } from '../analysis/result.ts';
import { PacketKind } from '../store/kinds.ts';
import type { PacketTable } from '../store/packet-table.ts';
import { lossesWithin, type Losses } from '../analysis/losses.ts';
import { timeText, wallClock } from '../store/times.ts';
import { Interfaces } from './interfaces.ts';
import { namesText, readLogRow } from '../session/beside-packets.ts';
import { journalFields, plainLine, type LogEntry } from './log-lines.ts';
import { OWN_COMMENT } from './notes/carried.ts';
import { planNotes, type NotesPlan, type WrittenFrames } from './notes/plan.ts';
import { twinTexts } from './notes/twin.ts';
import type { Scrubber } from './scrub/scrubber.ts';

/** Nanoseconds since the epoch of the store, both ends included. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

export interface CaptureToWrite {
  readonly table: PacketTable;
  readonly nodes: readonly NodeEntry[];
  readonly names: ReadonlyMap<string, string>;
  /** One sentence on the whole. */
  readonly verdict: string;
  readonly findings: readonly Finding[];
  readonly annotations: Annotations;
  /** Comments that the capture had before. */
  readonly comments: readonly { readonly frame: number | null; readonly text: string }[];
  /** In order of time. */
  readonly logs: readonly LogEntry[];
  /** Packets that the capturing side dropped. */
  readonly losses: Losses;
  /** What is written; null for all. */
  readonly span: TimeSpan | null;
  /** Null where everything is written as it was captured. */
  readonly scrubber: Scrubber | null;
  /** Program and version. */
  readonly application: string;
}

/** Comments of others on one packet that are kept. */
const COMMENTS_OF_PACKET_MAX = 1000;

const identity = <T>(value: T): T => value;

function writtenFrames(table: PacketTable, nodes: readonly NodeEntry[], span: TimeSpan): WrittenFrames {
  const timeOf = (row: number): number => table.columnsOf(row).timeNs[row & 0xffff]!;
  const has = (frame: number): boolean => {
    if (frame <= table.firstRow || frame > table.length) return false;
    const time = timeOf(frame - 1);
    return time >= span.from && time <= span.to && kindOf(table, frame - 1) !== PacketKind.LOG;
  };
  /** Looked for from the first row on: notes are few, and times need not rise. */
  const first = (isIt: (row: number) => boolean): number => {
    for (let row = table.firstRow; row < table.length; row++) if (isIt(row) && has(row + 1)) return row + 1;
    return 0;
  };
  return {
    has,
    atTime: (ns) => {
      const found = first((row) => timeOf(row) >= ns);
      if (found !== 0) return found;
      for (let row = table.length - 1; row >= table.firstRow; row--) if (has(row + 1)) return row + 1;
      return 0;
    },
    ofNode: (nodeid) => {
      const addresses = new Set(nodes.find((node) => node.nodeid === nodeid)?.addresses ?? []);
      const own = first((row) => addresses.has(table.address(table.columnsOf(row).src[row & 0xffff]!)));
      return own === 0 ? first(() => true) : own;
    },
  };
}

const kindOf = (table: PacketTable, row: number): number => table.columnsOf(row).kind[row & 0xffff]!;

/** All there is in a capture. */
export function wholeOf(table: PacketTable): TimeSpan {
  let [from, to] = [Infinity, -Infinity];
  for (let row = table.firstRow; row < table.length; row++) {
    const time = table.columnsOf(row).timeNs[row & 0xffff]!;
    if (time < from) from = time;
    if (time > to) to = time;
  }
  return { from, to };
}

export class AnnotatedCapture {
  private readonly what: CaptureToWrite;
  private readonly span: TimeSpan;
  private readonly plan: NotesPlan;
  private readonly others = new Map<number, string[]>();
  private readonly interfaces: Interfaces;
  private nextLog = 0;
  /** Packets and log lines written. */
  packets = 0;
  logLines = 0;

  constructor(what: CaptureToWrite) {
    this.what = what;
    const { table, nodes, findings, annotations, scrubber } = what;
    this.span = what.span ?? wholeOf(table);
    const { span } = this;
    const scrubbed = scrubber ?? { address: identity, nodeid: identity, name: identity<string | null> };
    this.interfaces = new Interfaces(nodes, scrubbed.address, scrubbed.nodeid, scrubbed.name);
    this.plan = planNotes({
      findings: scrubber === null ? findings : findings.map((own) => scrubber.finding(own)),
      annotations: scrubber === null ? annotations : annotations.map((own) => scrubber.annotation(own)),
      written: writtenFrames(table, nodes, span),
      span,
      epochNs: table.epochNs,
      time: (ns) => timeText(wallClock(table.epochNs, ns)),
      nodeBefore: scrubber === null ? identity : (nodeid) => scrubber.nodeidBefore(nodeid),
    });
    for (const { frame, text } of what.comments) {
      if (frame === null) continue;
      const known = this.others.get(frame) ?? [];
      if (known.length < COMMENTS_OF_PACKET_MAX) known.push(this.text(text));
      this.others.set(frame, known);
    }
    while (
      (what.logs[this.nextLog]?.timeNs ?? 0n) < wallClock(table.epochNs, span.from) &&
      this.nextLog < what.logs.length
    )
      this.nextLog++;
  }

  private text(text: string): string {
    return this.what.scrubber?.text(text) ?? text;
  }

  /** The first blocks. */
  header(): Uint8Array {
    const { verdict, comments, application, scrubber } = this.what;
    const others = comments.flatMap(({ frame, text }) => (frame === null ? [this.text(text)] : []));
    const scrubbing = scrubber === null ? '' : ' Addresses, names and payloads are not the real ones.';
    const section = sectionHeader([`${OWN_COMMENT}${this.text(verdict)}${scrubbing}`, ...others], application);
    const known = this.shownNames();
    const resolution = known.size === 0 ? [] : [nameResolution(known)];
    // The descriptions come first: editcap looks no further for the link type.
    return concatBytes([section, ...this.describeAll(), ...resolution]);
  }

  /** Names without those that an export made of ids. */
  private givenNames(): ReadonlyMap<string, string> {
    const { names, nodes } = this.what;
    const isMade = (address: string, name: string): boolean =>
      nodes.some((node) => node.addresses.includes(address) && name.startsWith(`node-${node.nodeid}`));
    return new Map([...names].filter(([address, name]) => !isMade(address, name)));
  }

  private namesTwin(): readonly string[] {
    const names = this.givenNames();
    return names.size === 0 || this.what.scrubber !== null ? [] : [namesText(names)];
  }

  /** Names for a viewer: those that are known, and where a node has none its id as a name. */
  private shownNames(): ReadonlyMap<string, string> {
    const { nodes, scrubber } = this.what;
    const known = new Map<string, string>();
    for (const node of nodes)
      for (const [link, address] of node.addresses.entries()) {
        const shown = scrubber?.nodeid(node.nodeid) ?? node.nodeid;
        const named = (scrubber === null ? node.name : scrubber.name(node.name, node.nodeid)) ?? `node-${shown}`;
        known.set(scrubber?.address(address) ?? address, link === 0 ? named : `${named}-link${link}`);
      }
    if (scrubber === null) for (const [address, name] of this.givenNames()) known.set(address, name);
    return known;
  }

  /** All interfaces of what is written. */
  private describeAll(): readonly Uint8Array[] {
    const { table } = this.what;
    for (let row = 0; row < table.length; row++) if (this.has(row)) this.interfaceOf(row as Row);
    return this.interfaces.described();
  }

  private interfaceOf(row: Row): number {
    const { table } = this.what;
    if (kindOf(table, row) === PacketKind.LOG) return 0;
    return this.interfaces.of(table.address(table.columnsOf(row).src[row & 0xffff]!), table.linktype(row));
  }

  /** True for a row that is written. Log lines that came with the capture are written, too. */
  has(row: number): boolean {
    const time = this.what.table.columnsOf(row).timeNs[row & 0xffff]!;
    return time >= this.span.from && time <= this.span.to;
  }

  /** The blocks of a row, after the log lines before it. `frame` gives octets of the rows that it needs. */
  row(row: Row, frame: (row: Row) => Uint8Array): Uint8Array {
    const { table, scrubber } = this.what;
    const columns = table.columnsOf(row);
    const index = row & 0xffff;
    const timeNs = wallClock(table.epochNs, columns.timeNs[index]!);
    const blocks = this.logsBefore(timeNs);
    if (columns.kind[index] === PacketKind.LOG) blocks.push(...this.carriedLog(frame(row), timeNs));
    else {
      const bytes = scrubber === null ? frame(row) : scrubber.frame(row, frame);
      const interfaceId = this.interfaceOf(row);
      const notes = this.plan.get(row + 1);
      const comments = [...(notes?.comments ?? []), ...(this.others.get(row + 1) ?? [])];
      const customs = (notes?.twins ?? []).flatMap(twinTexts);
      if (this.packets === 0) customs.push(...this.namesTwin());
      const original = Math.max(columns.original[index]!, bytes.length);
      this.packets++;
      blocks.push(enhancedPacket({ interfaceId, timeNs, bytes, original, comments, customs }));
    }
    return concatBytes(blocks);
  }

  private logsBefore(timeNs: bigint): Uint8Array[] {
    const { logs } = this.what;
    const blocks: Uint8Array[] = [];
    for (let entry = logs[this.nextLog]; entry !== undefined && entry.timeNs <= timeNs; entry = logs[this.nextLog]) {
      this.nextLog++;
      const { scrubber } = this.what;
      const shown = scrubber === null ? entry : scrubber.log(entry);
      if (shown === null) continue;
      this.logLines++;
      blocks.push(journalEntry(journalFields(shown)));
    }
    return blocks;
  }

  /** A log line that the capture itself brought; what it says of its host goes where names are scrubbed. */
  private carriedLog(octets: Uint8Array, timeNs: bigint): readonly Uint8Array[] {
    const { host, nodeid, message } = readLogRow(octets);
    const entry: LogEntry = { timeNs, node: host ?? '', nodeid, line: plainLine(message) };
    const shown = this.what.scrubber === null ? entry : this.what.scrubber.log(entry);
    if (shown === null) return [];
    this.logLines++;
    return [journalEntry(journalFields(shown))];
  }

  /** The last blocks: log lines behind the last packet, and how many packets were dropped. */
  finish(): Uint8Array {
    const { table } = this.what;
    const end = wallClock(table.epochNs, Number.isFinite(this.span.to) ? this.span.to : 0);
    const blocks = this.logsBefore(end);
    if (this.interfaces.count > 0) blocks.push(...this.statistics());
    return concatBytes(blocks);
  }

  /** The counts of drops as they stood before and after each stretch in which they grew. */
  private statistics(): readonly Uint8Array[] {
    const { table, losses } = this.what;
    const at = (timeNs: number | null): bigint => (timeNs === null ? 0n : wallClock(table.epochNs, timeNs));
    const { from, to } = this.span;
    let dropped = 0n;
    const counts = lossesWithin(losses.list, from, to).flatMap(({ packets, fromNs, untilNs }) => {
      const before = fromNs === null ? [] : [interfaceStatistics(0, at(fromNs), dropped)];
      dropped += BigInt(packets);
      return [...before, interfaceStatistics(0, at(untilNs), dropped)];
    });
    return losses.isUncounted ? [interfaceStatistics(0, 0n, null), ...counts] : counts;
  }
}
