// The annotated capture of real rings: reopened here it is equal, Wireshark's own tools show and keep all of it, and a
// scrubbed one holds no address of the real one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Row } from '../../../protocol/base/brand.ts';
import { parseIpv4 } from '../../../protocol/net/addresses.ts';
import type { Annotation } from '../../../app/annotations/annotation.ts';
import { matchLog } from '../../../app/analysis/report/logs.ts';
import type { Finding } from '../../../app/analysis/result.ts';
import { logEntries, type LogEntry } from '../../../app/export/log-lines.ts';
import { readCarried, withCarried, type Carried } from '../../../app/export/notes/carried.ts';
import { wholeOf } from '../../../app/export/annotated-capture.ts';
import { PacketKind } from '../../../app/store/kinds.ts';
import { timeText, wallClock } from '../../../app/store/times.ts';
import { exported } from '../../support/export.ts';
import { expectedOf, GOLDEN } from '../../support/golden.ts';
import { openBytes, openGolden, type Opened } from '../../support/open-golden.ts';

const has = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;
const hasTools = has('tshark') && has('editcap');
const folder = mkdtempSync(join(tmpdir(), 'totem-lab-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CAPTURES = [
  '03-corosync-kill9',
  '08-corosync-secauth',
  'c24-udp-form3',
  'c31-udp-kill9',
  'c31-knet-aes256-kill9',
];

function open(scenario: string): Opened {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error(`${scenario} has no expected.json`);
  return openGolden(scenario, expected);
}

/** Frames of packets: log lines between them count too. */
function packetFrames({ ingest }: Opened): readonly number[] {
  const { table } = ingest;
  return Array.from({ length: table.length }, (_, row) => row + 1).filter(
    (frame) => table.columnsOf(frame - 1).kind[(frame - 1) & 0xffff] !== PacketKind.LOG,
  );
}

/** The same capture with a name of one address. */
function withName({ ingest, frame }: Opened): Opened {
  (ingest.names as Map<string, string>).set('10.77.0.3', 'db-three');
  return { ingest, frame };
}

function annotationsFor({ ingest }: Opened): readonly Annotation[] {
  const { nodes, findings } = ingest.analysis();
  const { table } = ingest;
  const time = (row: number): string =>
    timeText(wallClock(table.epochNs, table.columnsOf(row).timeNs[row & 0xffff] ?? 0));
  const style = { colour: 'gather', tags: ['igmp', 'port-7'] } as const;
  return [
    { id: 'a1', on: { kind: 'packet', frame: 40 }, text: 'the token stops here – „grün“ 🐑', ...style },
    { id: 'a2', on: { kind: 'packet', frame: 40 }, text: 'and a second one', colour: 'note', tags: [] },
    { id: 'a3', on: { kind: 'span', from: time(20), to: time(60) }, text: 'x'.repeat(4000), ...style },
    { id: 'a4', on: { kind: 'node', nodeid: nodes[0]?.nodeid ?? 0 }, text: 'rebooted at noon', ...style },
    { id: 'a5', on: { kind: 'finding', finding: findings[0]?.id ?? '' }, text: 'seen before', ...style },
  ];
}

/** A finding whatever its frames' numbers are now. */
function comparable(finding: Finding, { ingest }: Opened, frames: readonly number[]): unknown {
  const { time, until, ...all } = finding;
  const rest = { ...all, id: null, because: null };
  const { epochNs } = ingest.table;
  const wall = (ns: number | null): string | null => (ns === null ? null : timeText(wallClock(epochNs, ns)));
  const evidence = rest.evidence.map(({ says, frames: own }) => ({ says, frames: own.map((f) => frames.indexOf(f)) }));
  return { ...rest, time: wall(time), until: wall(until), evidence };
}

const carriedIn = ({ ingest }: Opened): Carried => readCarried(ingest.customs, ingest.comments, ingest.table.epochNs);

function logsOf(scenario: string, { ingest }: Opened): readonly LogEntry[] {
  const { nodes, transitions } = ingest.analysis();
  const { table } = ingest;
  const epochMs = Number(table.epochNs / 1_000_000n);
  const calendar = (date: {
    month: number;
    day: number;
    hour: number;
    minute: number;
    second: number;
    ms: number;
  }): number => Date.UTC(2026, date.month, date.day, date.hour, date.minute, date.second, date.ms);
  const logs = [1, 2, 3].map((nodeid) => {
    const text = readFileSync(join(GOLDEN, scenario, `n${nodeid}.log`), 'utf8');
    const { offsetMs } = matchLog(String(nodeid), text, calendar, nodes, transitions, epochMs);
    return { node: `n${nodeid}`, nodeid, text, offsetMs: offsetMs ?? 0 };
  });
  const { from, to } = wholeOf(table);
  return logEntries(logs, calendar, wallClock(table.epochNs, from), wallClock(table.epochNs, to)).entries;
}

function expectEqual(before: Opened, after: Opened, annotations: readonly Annotation[]): void {
  const [old, now] = [packetFrames(before), packetFrames(after)];
  expect(now.length).toBe(old.length);
  for (const [i, frame] of old.entries()) {
    const twin = (now[i] ?? 0) - 1;
    expect(Buffer.compare(after.frame(twin as Row), before.frame((frame - 1) as Row))).toBe(0);
  }
  const carried = carriedIn(after);
  const byPlace = (own: Annotation): unknown =>
    own.on.kind === 'packet' ? { ...own, on: { ...own.on, frame: now.indexOf(own.on.frame) } } : own;
  const wanted = annotations.map((own) =>
    own.on.kind === 'packet' ? { ...own, on: { ...own.on, frame: old.indexOf(own.on.frame) } } : own,
  );
  const byId = (a: unknown, b: unknown): number => ((a as Annotation).id < (b as Annotation).id ? -1 : 1);
  expect(carried.annotations.map(byPlace).sort(byId)).toEqual(wanted.sort(byId));
  expect(carried.comments).toEqual([]);
  const found = before.ingest.analysis().findings.map((own) => comparable(own, before, old));
  expect(carried.findings).toHaveLength(found.length);
  expect(carried.findings.map((own) => comparable(own, after, now))).toEqual(expect.arrayContaining(found));
}

describe('an annotated capture', () => {
  it.each(CAPTURES)('is equal when it is reopened: %s', (scenario) => {
    const before = open(scenario);
    const annotations = annotationsFor(before);

    const after = openBytes(exported(before, { annotations }));

    expectEqual(before, after, annotations);
  });

  it('shows what it carries beside what is found again, once each, and the same when it is exported again', () => {
    const before = open('c31-udp-kill9');
    const annotations = annotationsFor(before);
    const first = exported(before, { annotations });

    const after = openBytes(first);
    const { findings } = after.ingest.analysis();
    const joined = withCarried(findings, carriedIn(after));
    const again = exported(after, { annotations: joined.annotations });

    expect(joined.findings).toHaveLength(findings.length);
    expect(joined.remembered.size).toBe(0);
    expect(again).toEqual(first);
  });

  it('carries what its key showed, and not the key', () => {
    const before = open('c31-knet-aes256-kill9');
    const [expected] = expectedOf('c31-knet-aes256-kill9');
    const key = readFileSync(join(GOLDEN, 'c31-knet-aes256-kill9', expected?.keys[0] ?? ''));

    const bytes = exported(before);
    const after = openBytes(bytes);
    const { findings, remembered } = withCarried(after.ingest.analysis().findings, carriedIn(after));

    expect(before.ingest.analysis().findings.some(({ severity }) => severity === 'failure')).toBe(true);
    for (const own of before.ingest.analysis().findings) expect(findings.map(({ says }) => says)).toContain(own.says);
    expect(remembered.size).toBeGreaterThan(0);
    expect(Buffer.from(bytes).includes(key.subarray(0, 16))).toBe(false);
  });

  it('holds a span alone, with what lies in it', () => {
    const before = open('c31-udp-kill9');
    const { table } = before.ingest;
    const at = (row: number): number => table.columnsOf(row).timeNs[row] ?? 0;
    const on = (id: string, frame: number): Annotation => ({
      id,
      on: { kind: 'packet', frame },
      text: id,
      colour: 'note',
      tags: [],
    });

    const annotations = [on('in', 350), on('out', 20)];
    const after = openBytes(exported(before, { annotations, span: { from: at(300), to: at(400) } }));

    const times = Array.from({ length: table.length }, (_, row) => at(row));
    const within = times.flatMap((time, row) => (time >= at(300) && time <= at(400) ? [row + 1] : []));
    expect(after.ingest.table.length).toBe(within.length);
    expect(carriedIn(after).annotations).toEqual([on('in', within.indexOf(350) + 1)]);
    expect(carriedIn(after).findings.map(({ rule }) => rule)).toContain('token-loss');
  });
});

describe('a scrubbed capture', () => {
  it.each([
    '03-corosync-kill9',
    'c24-udp-sha256only-form3',
    'c31-udp-kill9',
    'c31-knet-form3',
    '12a-sheep-lose-sheep-c2',
  ])('tells the same story without an address, a name or a payload: %s', (scenario) => {
    const before = open(scenario);
    const analysis = before.ingest.analysis();
    const annotations = annotationsFor(before).slice(0, 1);

    const bytes = exported(before, { annotations, isScrubbed: true });
    const after = openBytes(bytes);

    // What sheepdog says stands in payloads, which go: findings of it are carried, and not found anew.
    const story = ({ findings, packets }: typeof analysis): unknown => [
      findings
        .filter(({ rule }) => !rule.startsWith('sheep-'))
        .map(({ rule, evidence }) => [rule, evidence.map(({ frames }) => frames)]),
      packets,
    ];
    expect(story(after.ingest.analysis())).toEqual(story(analysis));
    const text = Buffer.from(bytes).toString('latin1');
    for (const { addresses, nodeid } of analysis.nodes) {
      if (nodeid > 0xffff) expect(text).not.toContain(String(nodeid));
      for (const address of addresses) {
        expect(text).not.toContain(address);
        const octets = parseIpv4(address) ?? [];
        const frames = packetFrames(after).map((frame) => Buffer.from(after.frame((frame - 1) as Row)));
        for (const form of [octets, [...octets].reverse()])
          expect(frames.filter((frame) => frame.includes(Buffer.from(form)))).toEqual([]);
      }
    }
  });
});

describe.skipIf(!hasTools)('the tools of Wireshark (skipped where tshark and editcap are not installed)', () => {
  const before = open('c31-udp-kill9');
  const annotations = annotationsFor(before);
  const logs = logsOf('c31-udp-kill9', before);
  const own = join(folder, 'own.pcapng');
  const edited = join(folder, 'edited.pcapng');
  const tshark = (file: string, ...args: string[]): readonly string[] =>
    spawnSync('tshark', ['-r', file, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
      .stdout.split('\n')
      .filter((line) => line !== '');
  const bytes = exported(withName(before), { annotations, logs });
  writeFileSync(own, bytes);
  const editcap = hasTools ? spawnSync('editcap', [own, edited], { encoding: 'utf8' }) : { status: 1, stderr: '' };

  it('keep every packet, annotation and finding through editcap', () => {
    expect(editcap.stderr).toBe('');
    expect(editcap.status).toBe(0);

    expectEqual(before, openBytes(readFileSync(edited)), annotations);
  });

  it.each([
    ['as written', own],
    ['through editcap', edited],
  ])('show comments, log lines, interfaces and names: %s', (_how, file) => {
    const comments = tshark(file, '-Y', 'frame.comment', '-T', 'fields', '-e', 'frame.comment').join('\n');
    expect(comments).toContain('the token stops here – „grün“ 🐑 #igmp #port-7');
    for (const { says } of before.ingest.analysis().findings) expect(comments).toContain(says);

    const lines = tshark(file, '-Y', 'systemd_journal', '-T', 'fields', '-e', 'systemd_journal.message');
    expect(lines).toHaveLength(logs.length);
    expect(lines.some((line) => line.includes('A processor failed, forming new configuration'))).toBe(true);

    const senders = tshark(file, '-Y', 'udp', '-T', 'fields', '-e', 'ip.src', '-e', 'frame.interface_name');
    expect(new Set(senders)).toEqual(new Set(['10.77.0.1\tlink0/n1', '10.77.0.2\tlink0/n2', '10.77.0.3\tlink0/n3']));
  });

  it('show the names, which editcap drops from any capture: what this program knows of them survives it', () => {
    expect(tshark(own, '-q', '-z', 'hosts').join('\n')).toMatch(/10\.77\.0\.3\s+db-three/);

    const { ingest } = openBytes(readFileSync(edited));
    const names = ingest.analysis().nodes.map(({ nodeid, name }) => [nodeid, name] as const);
    expect(new Map(names)).toEqual(
      new Map<number, string | null>([
        [1, null],
        [2, null],
        [3, 'db-three'],
      ]),
    );
  });

  it('count frames as this program does', () => {
    const numbers = tshark(own, '-Y', 'udp', '-T', 'fields', '-e', 'frame.number').map(Number);

    expect(numbers).toEqual(packetFrames(openBytes(bytes)));
  });

  it('find right checksums in a scrubbed capture', () => {
    const file = join(folder, 'scrubbed.pcapng');
    writeFileSync(file, exported(open('09-sheep-2-then-3'), { isScrubbed: true }));
    const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];

    const wrong = 'ip.checksum.status == "Bad" || udp.checksum.status == "Bad" || tcp.checksum.status == "Bad"';
    expect(tshark(file, ...checks, '-Y', wrong)).toEqual([]);
    expect(tshark(file, '-Y', 'tcp').length).toBeGreaterThan(0);
  });
});
