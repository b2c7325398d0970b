// The command line as a person and a program meet it: exit codes, sentences on standard error, portions of a stream.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Annotation } from '../../../../app/annotations/annotation.ts';
import { annotationsText } from '../../../../app/annotations/file.ts';
import { goldenBytes, goldenPath, GOLDEN } from '../../../support/golden.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const KILL9 = goldenPath('c31-udp-kill9', 'brA.pcap');

// Every case starts processes; how long that takes is the machine's affair.

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function totemlab(
  args: readonly string[],
  input?: Uint8Array,
): { readonly code: number | null; readonly out: string; readonly err: string } {
  const run = spawnSync(process.execPath, [join(ROOT, 'bin', 'totemlab.mjs'), ...args], {
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 28,
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('simulate --step', () => {
  const pair = (): string => file('pair.txt', Buffer.from('cluster nodes=2 stack=totem\nrun until=ring\n'));

  it('walks forward and back by commands, and writes out what was not typed', () => {
    const { code, out } = totemlab(['simulate', pair(), '--step'], Buffer.from('next\nback 2 hops\nquit\nhop\n'));

    expect(code).toBe(0);
    expect(out).toContain('0.000000> next\n# run until=ring\n');
    expect(out).toMatch(/> back 2 hops\nat event \d+, hop \d+, rotation \d+\n[\d.]+> quit\n$/);
  });

  it('says that the prompt has standard input for itself, and makes no capture', () => {
    expect(totemlab(['simulate', '-', '--step'], Buffer.from(''))).toMatchObject({
      code: 2,
      err: 'totemlab: the prompt reads standard input, so the scenario must be a file\n',
    });
    expect(totemlab(['simulate', pair(), '--step', '--out', join(folder, 'o')], Buffer.from('')).code).toBe(2);
  });
});

describe('node', () => {
  it('says in one sentence why it cannot run, and what to do', () => {
    const own = ['node', '--id', '1', '--port', '15605', '--state', join(folder, 'state')];
    const at = (address: string, ...more: readonly string[]) => totemlab([...own, '--bind', address, ...more]);

    expect(at('127.168.79.1', '--token', '20')).toMatchObject({
      code: 2,
      err: 'totemlab: token is 20: set it to a whole number from 30 to 86400000 ms, or leave it out.\n',
    });
    expect(at('192.0.2.1')).toMatchObject({
      code: 2,
      err: 'totemlab: 192.0.2.1 is no address of this machine: ip address lists those it has.\n',
    });
    const taken = file('taken', new Uint8Array(0));
    const { code, err } = at('127.168.79.1', '--state', join(taken, 'below'));
    expect(code).toBe(2);
    expect(err).toMatch(/^totemlab: .* cannot be kept: its folder is a file: give another with --state\.\n$/);
  });
});

describe('place', () => {
  const NODES = '192.168.1.111,192.168.1.112,192.168.1.114';

  it('says where the copies are, for people and for programs', () => {
    const asked = ['place', '0xF774470000060D', '80f7744700000000', '--nodes', NODES, '--copies', '2'];

    expect(totemlab(asked)).toMatchObject({
      code: 0,
      out:
        '00f774470000060d  192.168.1.114:7000 192.168.1.111:7000\n' +
        '80f7744700000000  192.168.1.111:7000 192.168.1.112:7000\n',
    });
    expect(JSON.parse(totemlab([...asked, '--json']).out)).toEqual([
      {
        oid: '00f774470000060d',
        hash: 'ed54dab9ffc4bfde',
        replicas: ['192.168.1.114:7000', '192.168.1.111:7000'],
      },
      {
        oid: '80f7744700000000',
        hash: 'ddf3d8015f677bb9',
        replicas: ['192.168.1.111:7000', '192.168.1.112:7000'],
      },
    ]);
  });

  it('takes ports, virtual nodes and zones, and IPv6 in brackets', () => {
    const { out } = totemlab(['place', '1', '--nodes', '[fe80::1]:7001:64:1,10.0.0.1:7000:64:2', '--json']);

    expect(JSON.parse(out)[0].replicas.toSorted()).toEqual(['10.0.0.1:7000', '[fe80::1]:7001']);
  });
});

describe('wrong usage and unreadable input end with 2 and one line', () => {
  const capture = goldenBytes('c31-udp-kill9', 'brA.pcap');
  it.each([
    [['decode'], 'wants one capture'],
    [['decode', KILL9, '--limt', '3'], 'limt'],
    [['decode', KILL9, '--limit', 'x'], 'whole number'],
    [['decode', KILL9, '--filter', 'totem.kimd'], 'column 1'],
    [[], 'totemlab --help'],
    [['frobnicate'], 'no command'],
    [['constructor'], 'no command'],
    [['analyse', KILL9, '--fail-on', 'tokenloss'], 'no rule "tokenloss"'],
    [['decode', '/nowhere/x.pcap'], 'does not exist'],
    [['analyse', ROOT], 'is a folder'],
    [['decode', KILL9, '--key', '/nowhere/authkey'], 'does not exist'],
    [['place', '--nodes', '10.0.0.1'], 'wants object ids'],
    [['place', '80f7744700000000'], '--nodes'],
    [['place', 'xyz', '--nodes', '10.0.0.1'], 'no object id'],
    [['place', '1', '--nodes', '10.0.0.300'], 'no IPv4 address'],
    [['place', '1', '--nodes', '10.0.0.1:70000'], 'at most 65535'],
    [['place', '1', '--nodes', '10.0.0.1:7000:64:1:2'], 'ADDR[:PORT'],
    [['place', '1', '--nodes', '10.0.0.1,10.0.0.1:7000'], 'given twice'],
    [['place', '1', '--nodes', '10.0.0.1', '--copies', '9'], 'from 1 to 8'],
  ])('%j', (args, says) => {
    const { code, out, err } = totemlab(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain(says);
  });

  it('an empty file, and one that is no capture', () => {
    expect(totemlab(['decode', file('empty', new Uint8Array())])).toMatchObject({ code: 2 });
    const text = totemlab(['analyse', file('text', new TextEncoder().encode('hello, this is no capture'))]);
    expect(text).toMatchObject({ code: 2, out: '' });
    expect(text.err).toContain(`${join(folder, 'text')}: not a pcap or pcapng capture: octet 0`);
    const headless = totemlab(['analyse', file('headless', capture.slice(0, 10))]);
    expect(headless).toMatchObject({ code: 2, out: '' });
    expect(headless.err).toContain('ends at octet 10, within its file header');
  });

  it('a cut file is read up to the cut, and that is said', () => {
    const { code, out, err } = totemlab(['decode', file('cut.pcap', capture.slice(0, 20_000))]);
    expect(code).toBe(0);
    expect(out.trim().split('\n').length).toBeGreaterThan(50);
    expect(err).toContain('cut.pcap: the capture ends in the middle of a record at octet');
  });

  it.each([
    ['cut', (zipped: Uint8Array) => zipped.slice(0, zipped.length / 2)],
    ['damaged', (zipped: Uint8Array) => zipped.with(zipped.length / 2, zipped[zipped.length / 2]! ^ 0x55)],
  ])('of %s gzip data is said what could be unpacked', (name, spoil) => {
    const zipped = new Uint8Array(gzipSync(capture));
    const path = file(`${name}.gz`, spoil(zipped.subarray(0, zipped.length & ~1)));
    const analysed = totemlab(['analyse', path, '--json']);
    const { relevant } = (JSON.parse(analysed.out) as { packets: { relevant: number } }).packets;
    expect(relevant).toBeGreaterThan(100);
    expect(totemlab(['decode', path]).out.trim().split('\n')).toHaveLength(relevant);
    expect(analysed.code).toBe(0);
    expect(analysed.err).toContain(`${name}.gz: its gzip data are damaged or cut; the `);
  });

  it('a link type that is not read is said, and where it stands', () => {
    const path = file('link.pcap', capture.with(20, 147));
    const { code, out, err } = totemlab(['analyse', path]);
    expect(code).toBe(0);
    expect(out).toContain('This capture is incomplete: all frames have a link type that is not read, first 147 at');
    expect(err).toContain('link.pcap: all frames have a link type that is not read, first 147 at octet 40');
  });
});

describe('decode', () => {
  it('prints the same from a file, from gzip and from standard input', () => {
    const capture = goldenBytes('c31-udp-kill9', 'brA.pcap');
    const whole = totemlab(['decode', KILL9]);
    expect(whole.code).toBe(0);
    expect(whole.out.trim().split('\n')).toHaveLength(540);
    expect(totemlab(['decode', '-'], capture).out).toBe(whole.out);
    const zipped = totemlab(['decode', goldenPath('c31-udp-burst-large', 'brA.pcap')]);
    expect(totemlab(['decode', '-'], goldenBytes('c31-udp-burst-large', 'brA.pcap')).out).toBe(zipped.out);
    expect(
      totemlab(['decode', '-'], new Uint8Array(readFileSync(goldenPath('c31-udp-burst-large', 'brA.pcap')))).out,
    ).toBe(zipped.out);
  });

  it('reads no more of standard input than a limit asks for', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'totemlab.mjs'), 'decode', '-', '--limit', '2']);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    // Its end never comes.
    child.stdin.on('error', () => undefined);
    child.stdin.write(goldenBytes('c31-udp-kill9', 'brA.pcap'));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(2);
  });

  it('is stopped by Ctrl-C, leaving whole lines', async () => {
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'totemlab.mjs'), 'decode', '-']);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stdout.once('data', () => child.kill('SIGINT'));
    child.stdin.on('error', () => undefined);
    child.stdin.write(goldenBytes('c31-udp-kill9', 'brA.pcap'));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(130);
    expect(out.endsWith('}\n')).toBe(true);
  });

  it('filters and stops at a limit', () => {
    const { out } = totemlab(['decode', KILL9, '--filter', 'totem.kind == memb_join', '--limit', '3', '--text']);
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(out).toContain('proc');
  });

  it('opens an encrypted capture with the right one of two keys', () => {
    const authkey = join(GOLDEN, 'c31-knet-aes256-kill9', 'authkey');
    const wrong = file('wrong', new Uint8Array(256).fill(1));
    const { out } = totemlab([
      'decode',
      goldenPath('c31-knet-aes256-kill9', 'brA.pcap'),
      '--key',
      wrong,
      '--key',
      authkey,
      '--limit',
      '60',
    ]);
    const kinds = new Set(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
    );
    expect(kinds.has('encrypted')).toBe(false);
    expect(kinds.has('memb_join')).toBe(true);
  });
});

describe('what a hand gets wrong at first', () => {
  it.each([
    [['analyze', KILL9], /^totemlab: there is no command "analyze": did you mean analyse\?/],
    [['analyse', KILL9, '--conf', join(ROOT, 'README.md')], /README\.md is no corosync\.conf: it has no totem/],
    [['image', 'import', '/no/such.img', 'VM1'], /\/no\/such\.img does not exist/],
    [['decode', KILL9, '--filter', 'kind = mcast'], /column 6: "=" means nothing here: equal is ==/],
  ])('%j is answered in one line', (args, says) => {
    const { code, out, err } = totemlab(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(says);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('-h and help NAME help too', () => {
    const help = totemlab(['decode', '--help']).out;
    expect(totemlab(['decode', '-h'])).toEqual({ code: 0, out: help, err: '' });
    expect(totemlab(['help', 'decode']).out).toBe(help);
    expect(totemlab(['-h']).out).toBe(totemlab(['--help']).out);
  });

  it('a log that tells nothing of the ring is named as that', () => {
    const log = file('letter.txt', Buffer.from('Dear all,\n'));
    expect(totemlab(['analyse', KILL9, '--log', `1=${log}`]).out).toMatch(/1 +no line of it is one that tells of/);
  });

  it('a swarm of fewer seeds than processes ends well', () => {
    const { code, err } = totemlab(['swarm', '--seeds', '1', '--workers', '3']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe('analyse', () => {
  it('puts the verdict first', () => {
    const { code, out } = totemlab(['analyse', KILL9]);
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(/Node 3 .*died without a leave: the token of ring 1:13 stopped at it/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });

  it.each([
    ['failure', KILL9, 1],
    ['token-loss', KILL9, 1],
    ['warning', goldenPath('c31-udp-form3', 'brA.pcap'), 0],
    ['clean-leave', goldenPath('c31-udp-form3', 'brA.pcap'), 1],
  ])('--fail-on %s', (what, path, code) => {
    expect(totemlab(['analyse', path, '--json', '--fail-on', what]).code).toBe(code);
  });

  it('knows its help and version', () => {
    expect(totemlab(['--version']).out.trim()).toMatch(/^\d+\.\d+\.\d+$/);
    for (const command of [[], ['decode'], ['analyse']])
      expect(totemlab([...command, '--help'])).toMatchObject({ code: 0, err: '' });
  });
});

describe('what is handed on', () => {
  const note: Annotation = {
    id: 'a1',
    on: { kind: 'packet', frame: 3 },
    text: 'the switch 10.77.0.3 was rebooted \u001b[31m',
    colour: 'note',
    tags: ['planned'],
  };
  const annotated = (): string => {
    const annotations = file('notes.json', Buffer.from(annotationsText([note])));
    const out = join(folder, 'of-acme.pcapng');
    const made = totemlab(['export', KILL9, '--annotations', annotations, '--findings', '--out', out]);
    expect(made).toMatchObject({ code: 0, err: '' });
    return out;
  };

  it('is listed by analyse where a capture carries annotations', () => {
    const { out } = totemlab(['analyse', annotated()]);
    const json = JSON.parse(totemlab(['analyse', annotated(), '--json']).out) as { annotations: unknown };

    expect(out).toContain('Annotations that the capture carries\n  frame 3: the switch 10.77.0.3 was rebooted');
    expect(out).not.toContain('\u001b');
    expect(json.annotations).toEqual([note]);
    expect(totemlab(['analyse', KILL9]).out).not.toContain('Annotations');
  });

  it.each([
    ['report', 'story.md'],
    ['report', 'story.html'],
    ['table', 'packets.csv'],
  ])('has no address where %s --scrub writes %s', (command, name) => {
    const [plain, scrubbed] = [join(folder, name), join(folder, `scrubbed-${name}`)];
    const capture = annotated();
    expect(totemlab([command, capture, '--out', plain]).code).toBe(0);
    expect(totemlab([command, capture, '--out', scrubbed, '--scrub'])).toMatchObject({ code: 0, err: '' });

    expect(readFileSync(plain, 'utf8')).toMatch(/10\.77\.0\.3/);
    expect(readFileSync(scrubbed, 'utf8')).not.toMatch(/10\.77\.0\.\d|of-acme/);
    expect(readFileSync(scrubbed, 'utf8')).toContain('was rebooted');
  });

  it.each([
    ['table', 'packets.csv'],
    ['report', 'report.md'],
  ])('%s --out - is standard output, and makes no file of that name', (command, name) => {
    const capture = annotated();
    const path = join(folder, `as-${name}`);
    expect(totemlab([command, capture, '--out', path]).code).toBe(0);

    expect(totemlab([command, capture, '--out', '-'])).toEqual({ code: 0, out: readFileSync(path, 'utf8'), err: '' });
    expect(existsSync('-')).toBe(false);
  });
});
