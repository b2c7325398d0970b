// The report of a capture: the verdict first, a picture of what happened, the evidence packet by packet, the
// configuration, what to do. Puts together what others concluded; writes neither HTML nor Markdown.
import type { Row } from '../../../protocol/base/brand.ts';
import { verdictText } from '../../analysis/report/text.ts';
import type { Analysis, Finding, RingTimers } from '../../analysis/result.ts';
import type { Beside, Given } from '../../analysis/witnesses/beside.ts';
import type { Annotations } from '../../annotations/list.ts';
import { placeText } from '../../annotations/place-text.ts';
import { decodeRecord } from '../../session/decode-record.ts';
import type { Ingest } from '../../session/ingest.ts';
import type { FrameBytes } from '../../session/open-row.ts';
import { recordText } from '../../session/record-text.ts';
import { lossesText, sinceStart, UNCOUNTED_SAYS } from '../../analysis/losses.ts';
import { timeText, wallClock } from '../../store/times.ts';
import type { TimeSpan } from '../annotated-capture.ts';
import type { LogEntry } from '../log-lines.ts';
import type { Block, Cell, Line, Report } from './blocks.ts';
import { waitsOf, type ChainWait } from './history.ts';
import { pictureSvg, pictureText } from './picture.ts';
import { framesOfWitnesses, witnessesBlocks } from './witness-blocks.ts';

export interface ReportInput {
  /** File name of the capture. */
  readonly name: string;
  readonly ingest: Ingest;
  readonly analysis: Analysis;
  /** Found now and carried, as they are shown. */
  readonly findings: readonly Finding[];
  readonly annotations: Annotations;
  readonly frame: FrameBytes;
  readonly span: TimeSpan;
  /** Logs and configuration, and what came of holding them against the packets. */
  readonly given: Given;
  readonly beside: Beside;
  /** Lines of the logs, on the time of the packets. */
  readonly entries: readonly LogEntry[];
  readonly isScrubbed: boolean;
  readonly application: string;
}

/** Packets that are shown of one piece of evidence, findings in full, lines of a conf, of logs, of tables. */
const PACKETS_SHOWN_MAX = 6;
const FINDINGS_SHOWN_MAX = 60;
const CONF_LINES_MAX = 400;
const LOG_LINES_SHOWN_MAX = 80;
const ROWS_SHOWN_MAX = 200;
/** A chain shorter than this share of the capture has a picture of its own. */
const CLOSE_UP = 0.4;
/** Log lines are shown from so long before the verdict to so long behind it. */
const AROUND_NS = 3e9;

const seconds = (ns: number): string => `${(ns / 1e9).toFixed(3)} s`;
const ms = (value: number | null): string => (value === null ? '–' : `${Number(value.toPrecision(3))} ms`);

class Composer {
  readonly blocks: Block[] = [];
  private readonly input: ReportInput;
  private readonly firstNs: number;
  /** Frames that have a line of their own by now. */
  private readonly listed = new Set<number>();

  constructor(input: ReportInput) {
    this.input = input;
    this.firstNs = input.ingest.table.chunks[0]?.timeNs[0] ?? 0;
  }

  private add(...blocks: readonly Block[]): void {
    this.blocks.push(...blocks);
  }
  private heading(text: string, level: 1 | 2 | 3 = 2): void {
    this.add({ kind: 'heading', level, text });
  }
  private table(heads: readonly string[], rows: readonly (readonly Cell[])[]): void {
    this.add({ kind: 'table', heads, rows: rows.slice(0, ROWS_SHOWN_MAX) });
    if (rows.length > ROWS_SHOWN_MAX)
      this.add({ kind: 'text', text: `${rows.length - ROWS_SHOWN_MAX} more are not shown.` });
  }

  private readonly label = (nodeid: number): string => {
    const node = this.input.analysis.nodes.find((own) => own.nodeid === nodeid);
    const name = node?.name ?? null;
    return name ?? (nodeid <= 0xffff || node?.addresses[0] === undefined ? `node ${nodeid}` : node.addresses[0]);
  };

  private since(ns: number): string {
    return seconds(ns - this.firstNs);
  }

  private timeOfFrame(frame: number): number | null {
    const { table } = this.input.ingest;
    return frame < 1 || frame > table.length ? null : table.columnsOf(frame - 1).timeNs[(frame - 1) & 0xffff]!;
  }

  private worst(): Finding | null {
    const { findings } = this.input;
    const failures = findings.filter(({ severity }) => severity === 'failure');
    const warnings = findings.filter(({ severity }) => severity === 'warning');
    return [...failures, ...warnings][0] ?? null;
  }

  verdict(): void {
    const { name, analysis, ingest, findings } = this.input;
    const { table } = ingest;
    this.heading(`What happened in ${name}`, 1);
    const worst = this.worst();
    const severity = worst === null || worst.severity === 'info' ? 'calm' : worst.severity;
    this.add({ kind: 'verdict', severity, text: verdictText({ ...analysis, findings }, this.firstNs) });
    if (worst?.advice != null) this.add({ kind: 'text', label: 'Look at', text: worst.advice });
    const { from, to } = this.input.span;
    const start = timeText(wallClock(table.epochNs, this.firstNs));
    const { frames, relevant } = analysis.packets;
    const length = seconds(table.length === 0 ? 0 : to - from);
    const counts = `${frames} frames, ${relevant} of them of the ring, over ${length}.`;
    const clock = `Times are seconds since the first frame, which was ${start} s after the start of 1970.`;
    this.add({ kind: 'text', text: `${counts} ${clock}` });
    if (this.input.isScrubbed) this.scrubbing();
    if (ingest.damage !== null) this.add({ kind: 'text', label: 'Damage', text: ingest.damage.says });
    const { list, isUncounted } = ingest.losses;
    const dropped = lossesText(list, sinceStart(this.firstNs));
    if (list.length > 0) this.add({ kind: 'text', label: 'Dropped', text: `${dropped}.` });
    if (isUncounted)
      this.add({
        kind: 'text',
        label: 'Dropped',
        text: `${UNCOUNTED_SAYS.charAt(0).toUpperCase()}${UNCOUNTED_SAYS.slice(1)}.`,
      });
  }

  private scrubbing(): void {
    const closed = this.input.analysis.packets.byKind['encrypted'] ?? 0;
    const rest = closed === 0 ? '' : ' What is encrypted stays closed: findings on it are those of who had the key.';
    this.add({
      kind: 'text',
      label: 'Scrubbed',
      text: `Addresses, names and payloads are not the real ones, but the same everywhere.${rest}`,
    });
  }

  pictures(): void {
    const { analysis, span, ingest, findings } = this.input;
    if (ingest.table.length === 0) return;
    const shown = { ...analysis, findings };
    const waits = findings.flatMap((finding) => waitsOf(finding, analysis, (frame) => this.timeOfFrame(frame)));
    const draw = (part: TimeSpan, says: string): Block => {
      const input = { analysis: shown, span: part, firstNs: this.firstNs, waits, label: this.label };
      return { kind: 'picture', svg: pictureSvg(input), text: pictureText(input), says };
    };
    this.heading('Timeline');
    this.add(draw(span, 'The whole capture: rings, waits, the state of each node, findings.'));
    const chain = this.chain(waits);
    if (chain !== null && chain.to - chain.from < (span.to - span.from) * CLOSE_UP)
      this.add(draw(chain, 'The failure close up, to scale.'));
  }

  /** What belongs to the verdict, with air on both sides. */
  private chain(waits: readonly ChainWait[]): TimeSpan | null {
    const worst = this.worst();
    if (worst === null) return null;
    const frames = worst.evidence.flatMap((piece) =>
      piece.frames.map((frame) => this.timeOfFrame(frame) ?? worst.time),
    );
    const near = waits.filter(({ from, to }) => from <= (worst.until ?? worst.time) + 1e9 && to >= worst.time - 1e9);
    const times = [worst.time, worst.until ?? worst.time, ...frames, ...near.flatMap(({ from, to }) => [from, to])];
    let [from, to] = [Infinity, -Infinity];
    for (const time of times) [from, to] = [Math.min(from, time), Math.max(to, time)];
    const air = Math.max(1e7, (to - from) * 0.1);
    return { from: from - air, to: to + air };
  }

  private packetLine(frame: number): string {
    const { ingest, frame: bytes } = this.input;
    const { table } = ingest;
    if (frame < 1 || frame > table.length) return `${frame}  is not in this capture`;
    const record = decodeRecord(ingest, (frame - 1) as Row, bytes, { data: false });
    return record === null ? `${frame}  not of the ring` : recordText(record, wallClock(table.epochNs, this.firstNs));
  }

  /** A packet's line, which words of the report lead to where it is the first of that packet. */
  private packet(frame: number): Line {
    const text = this.packetLine(frame);
    if (this.listed.has(frame)) return text;
    this.listed.add(frame);
    return { id: frameId(frame), text };
  }

  findings(): void {
    const { findings } = this.input;
    this.heading('Findings');
    if (findings.length === 0) this.add({ kind: 'text', text: 'Nothing that stands out.' });
    const grave = [...findings].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity] || a.time - b.time);
    for (const finding of grave.slice(0, FINDINGS_SHOWN_MAX)) {
      const { severity, rule, time, until, says, cause, advice, evidence, confidence, because, reference } = finding;
      const end = until === null || until <= time ? '' : ` to ${this.since(until)}`;
      this.heading(`${severity}: ${rule.replaceAll('-', ' ')}, ${this.since(time)}${end}`, 3);
      this.add({ kind: 'text', text: says });
      if (cause !== null) this.add({ kind: 'text', label: 'Cause', text: cause });
      if (advice !== null) this.add({ kind: 'text', label: 'Look at', text: advice });
      const lines = evidence.flatMap((piece): readonly Line[] => {
        const more = piece.frames.length - PACKETS_SHOWN_MAX;
        const packets = piece.frames.slice(0, PACKETS_SHOWN_MAX).map((frame) => this.packet(frame));
        return [`${piece.says}:`, ...packets, ...(more > 0 ? [`        … and ${more} more`] : [])];
      });
      if (lines.length > 0) this.add({ kind: 'lines', lines });
      const source = [
        `Confidence ${Math.round(confidence * 100)} %`,
        ...(because === null ? [] : [`follows from ${because}`]),
        ...(reference === null ? [] : [`source: ${reference}`]),
      ];
      this.add({ kind: 'text', text: `${source.join('; ')}.` });
    }
    const hidden = grave.length - FINDINGS_SHOWN_MAX;
    if (hidden > 0) this.add({ kind: 'text', text: `${hidden} more: see totemlab analyse --json.` });
  }

  annotations(): void {
    const { annotations } = this.input;
    if (annotations.length === 0) return;
    this.heading('Annotations');
    const { epochNs } = this.input.ingest.table;
    const words = { label: this.label, since: (ns: number): string => this.since(ns), epochNs };
    const rows = annotations.map((own) => [
      placeText(own, words),
      own.text,
      own.tags.map((tag) => `#${tag}`).join(' '),
    ]);
    this.table(['on', 'text', 'tags'], rows);
  }

  cluster(): void {
    const { nodes, rings, rotation, delivery } = this.input.analysis;
    this.heading('Nodes and rings');
    this.table(
      ['node', 'name', 'addresses', 'speaks', 'seen'],
      nodes.map(({ nodeid, name, addresses, dialect, firstSeen, lastSeen }) => [
        String(nodeid),
        name ?? '',
        addresses.join(', '),
        dialect ?? '?',
        `${this.since(firstSeen)} to ${this.since(lastSeen)}`,
      ]),
    );
    this.table(
      ['ring', 'members', 'turned', 'tokens', 'cause'],
      rings.map(({ id, members, firstToken, lastToken, tokens, cause }) => [
        id,
        members.map(this.label).join(', '),
        firstToken === null ? 'never' : `${this.since(firstToken)} to ${this.since(lastToken ?? firstToken)}`,
        String(tokens),
        cause.replaceAll('-', ' '),
      ]),
    );
    this.table(
      ['from', 'to', 'hops', 'median', 'p99', 'max', 'then kept'],
      rotation.edges.map(({ from, to, hops, p50, p99, max, holdP50 }) => [
        this.label(from),
        this.label(to),
        String(hops),
        ms(p50),
        ms(p99),
        ms(max),
        ms(holdP50),
      ]),
    );
    const asked = delivery.retransmitRequests.filter(({ count }) => count > 0);
    const who = asked.map(({ nodeid, count }) => `${this.label(nodeid)} asked for ${count}`);
    const { mcasts, duplicatesOnWire, neverSeen } = delivery;
    const unseen = `${neverSeen} named by a token and never captured`;
    const counts = `${mcasts} multicasts, ${duplicatesOnWire} sent again, ${unseen}.`;
    this.add({ kind: 'text', text: `${counts}${who.length === 0 ? '' : ` ${who.join(', ')}.`}` });
  }

  configuration(): void {
    const { analysis } = this.input;
    const { conf } = this.input.given;
    const timers: Omit<RingTimers, 'isConfigured'> | null = this.input.beside.timers ?? analysis.timers;
    if (timers === null && conf === null) return;
    this.heading('Configuration');
    if (timers !== null) {
      const { token, tokenRetransmit, hold, join, consensus, merge } = timers;
      const isKnown = conf !== null || analysis.timers?.isConfigured === true;
      this.add({
        kind: 'text',
        text: isKnown ? 'Timers in force, from corosync.conf.' : 'Timers, told from the packets.',
      });
      this.table(
        ['token', 'token_retransmit', 'hold', 'join', 'consensus', 'merge'],
        [[token, tokenRetransmit, hold, join, consensus, merge].map((value) => `${value} ms`)],
      );
    }
    if (conf !== null) this.add({ kind: 'lines', lines: conf.split('\n').slice(0, CONF_LINES_MAX) });
  }

  logs(): void {
    const { beside, given, entries, ingest } = this.input;
    if (beside.reports.length === 0 && beside.timerNotes.length === 0) return;
    this.heading('Logs and configuration beside the packets');
    const since = (ns: number): string => this.since(ns);
    const words = { idOf: frameId, line: (frame: number) => this.packetLine(frame), since };
    this.add(...witnessesBlocks(beside, given.logs, words, this.listed));
    const worst = this.worst();
    if (worst === null) return;
    const at = wallClock(ingest.table.epochNs, worst.time);
    const [from, to] = [at - BigInt(AROUND_NS), at + BigInt(AROUND_NS)];
    const near = entries.filter(({ timeNs }) => timeNs >= from && timeNs <= to);
    const lines = near.slice(0, LOG_LINES_SHOWN_MAX).map(({ timeNs, node, line }) => {
      const since = Number(timeNs - wallClock(ingest.table.epochNs, this.firstNs)) / 1e9;
      return `${since.toFixed(3).padStart(10)}  ${node.padEnd(10)}  ${line}`;
    });
    if (lines.length === 0) return;
    const more = near.length - lines.length;
    this.heading('Lines of the logs around it, on the time of the packets', 3);
    this.add({ kind: 'lines', lines: more > 0 ? [...lines, `… and ${more} more`] : lines });
  }

  commands(): void {
    const { name, application } = this.input;
    const quoted = `'${name.replace(/'/g, "'\\''")}'`;
    this.heading('See it yourself');
    const worst = this.worst();
    const frames = worst?.evidence.flatMap((piece) => piece.frames).slice(0, 8) ?? [];
    const one = frames.length === 0 ? '' : ` --filter 'frame in {${frames.join(', ')}}'`;
    this.add({
      kind: 'lines',
      lines: [
        `totemlab analyse ${quoted}`,
        `totemlab decode ${quoted} --text${one}`,
        `totemlab export ${quoted} --findings --out annotated.pcapng`,
      ],
    });
    this.add({ kind: 'text', text: `Written by ${application}.` });
  }
}

const framesOf = ({ evidence }: Finding): readonly number[] =>
  evidence.flatMap(({ frames }) => frames.slice(0, PACKETS_SHOWN_MAX));

const frameId = (frame: number): string => `frame-${frame}`;

/** Frames whose packets a report shows. */
export function framesShown(findings: readonly Finding[], beside: Beside): readonly number[] {
  return [...new Set([...findings.flatMap(framesOf), ...framesOfWitnesses(beside)])];
}

const WEIGHT = { failure: 0, warning: 1, info: 2 } as const;

export function composeReport(input: ReportInput): Report {
  const composer = new Composer(input);
  composer.verdict();
  composer.pictures();
  composer.findings();
  composer.annotations();
  composer.logs();
  composer.configuration();
  composer.cluster();
  composer.commands();
  return { title: `What happened in ${input.name}`, blocks: composer.blocks };
}
