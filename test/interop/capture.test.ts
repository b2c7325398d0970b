// Live capture of real packets in a namespace of its own: both backends against what was sent, an interface that goes
// down and comes back, a program that is killed. Needs root, says so and skips elsewhere.
import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packetsLost, type Loss, type Losses } from '../../app/analysis/losses.ts';
import { createIngest } from '../../app/session/ingest.ts';
import { createCaptureReader } from '../../protocol/pcap/capture-reader.ts';
import { LabNetwork, type Host } from '../../main/node/lab/corosync/network.ts';
import { end, spawnTied } from '../../main/node/lab/corosync/shell.ts';
import { commandOf, isAlive } from '../support/lab/processes.ts';
import { PATIENCE_MS, until } from '../support/lab/until.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const FILTER = 'udp dst port 5405';
/** Packets that the kernel keeps in any case for a reader who waits for its turn; it may take 64 KiB for each. */
const IN_BUFFER = 500;
const why =
  process.platform !== 'linux' || process.getuid?.() !== 0 ? 'live capture in a namespace needs Linux and root' : null;

/** Sends numbered datagrams 5404 → 5405, so many a millisecond, in the host's namespace. */
const SENDER = `
const [, first, count, each, to] = process.argv.map((a) => (/^\\d+$/.test(a) ? Number(a) : a));
const socket = require('node:dgram').createSocket('udp4');
let next = first;
socket.bind(5404, () => {
  const timer = setInterval(() => {
    for (let i = 0; i < each && next < first + count; i++, next++) {
      const bytes = Buffer.alloc(100);
      bytes.writeUInt32LE(next);
      socket.send(bytes, 5405, to);
    }
    if (next >= first + count) {
      clearInterval(timer);
      setTimeout(() => socket.close(), 100);
    }
  }, 1);
});`;

function numbersIn(file: string): number[] {
  const numbers: number[] = [];
  const reader = createCaptureReader({
    frame: (bytes, start) => numbers.push(new DataView(bytes.buffer, bytes.byteOffset + start + 42).getUint32(0, true)),
  });
  reader.push(new Uint8Array(readFileSync(file)));
  reader.finish();
  return numbers;
}

function epochMsOf(file: string): number {
  const reader = createCaptureReader({ frame: () => undefined });
  reader.push(new Uint8Array(readFileSync(file)));
  return Number(reader.epochNs / 1_000_000n);
}

/** What a capture says of its drops. */
function lossesIn(file: string): Losses {
  const ingest = createIngest({ keys: [] });
  ingest.push(new Uint8Array(readFileSync(file)));
  ingest.finish();
  return ingest.losses;
}

const childrenOf = (pid: number): number[] =>
  (spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout.match(/\d+/g) ?? []).map(Number);
const below = (pid: number): number[] => childrenOf(pid).flatMap((each) => [each, ...below(each)]);
/** The process of that program which a command started. */
const programBelow = (child: ChildProcess, name: RegExp): number =>
  below(child.pid ?? -1).find((pid) => name.test(commandOf(pid))) ?? -1;

const DROPPED_SAYS =
  /\d+ packets were dropped by the kernel, whose buffer was full, between [\d:]{8}\.\d{3} and [\d:]{8}\.\d{3}\./;

const range = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

describe.skipIf(why !== null)(`live capture${why === null ? '' : ` (${why})`}`, () => {
  let network: LabNetwork;
  let host: Host;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'totem-lab-capture-'));
    network = new LabNetwork();
    network.addSwitch('A');
    host = network.addHost(1, ['A']);
    network.addHost(2, ['A']);
    spawnSync('ip', host.inside('ip', 'link', 'set', 'lo', 'up'));
  });
  afterAll(() => {
    network.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (first: number, count: number, each: number, to = '10.77.0.2'): void => {
    const args = host.inside(process.execPath, '-e', SENDER, String(first), String(count), String(each), to);
    const sent = spawnSync('ip', args, { encoding: 'utf8' });
    if (sent.status !== 0) throw new Error(sent.stderr);
  };

  async function capturing(
    name: string,
    device: string,
    ...more: string[]
  ): Promise<{ child: ChildProcess; file: string; said: () => string }> {
    const file = join(folder, `${name}.pcapng`);
    const args = host.inside(
      process.execPath,
      CLI,
      'capture',
      '-i',
      device,
      '--out',
      file,
      '--filter',
      FILTER,
      ...more,
    );
    const child = spawnTied('ip', args, ['ignore', 'pipe', 'pipe']);
    let said = '';
    child.stdout?.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
    await until('it captures', () => said.includes('capturing'));
    return { child, file, said: () => said };
  }

  it.each([
    ['tcpdump', /0 dropped; times are of the kernel's clock/],
    ['cap', /losses not counted; times are of this program's clock[^]*cap cannot count what the kernel drops/],
  ])(
    '%s: has every datagram of a loaded ring, in order, and says whose clock and what was dropped',
    async (backend, says) => {
      const { child, file, said } = await capturing(backend, 'eth0', '--backend', backend);

      for (let first = 0; first < 5000; first += IN_BUFFER) {
        send(first, IN_BUFFER, 20);
        await until('all was written', () => numbersIn(file).length === first + IN_BUFFER);
      }
      await end(child, 'SIGINT', PATIENCE_MS);

      expect(numbersIn(file)).toEqual(range(0, 5000));
      await expect.poll(said).toMatch(/5000 packets/);
      await expect.poll(said).toMatch(says);
    },
  );

  it.each([
    ['eth0', '10.77.0.2', '8'],
    // On loopback the kernel keeps room for 64 KiB for each packet.
    ['lo', '127.0.0.1', '64'],
  ])(
    'tcpdump on %s: what the kernel drops is counted to the packet, said when it happens, and stands in the file',
    async (name, to, buffer) => {
      const { child, file, said } = await capturing(`drops-${name}`, name, '--backend', 'tcpdump', '--buffer', buffer);
      const tcpdump = programBelow(child, /^tcpdump /);

      // One packet has room in any buffer, however busy the machine is.
      send(0, 1, 1, to);
      await until('the first was written', () => numbersIn(file).length === 1);
      const firstMs = Date.now();
      // The count is asked for once a second.
      await new Promise((done) => setTimeout(done, 3000));
      const beforeMs = Date.now();
      process.kill(tcpdump, 'SIGSTOP');
      send(1, 12_000, 50, to);
      process.kill(tcpdump, 'SIGCONT');
      await until('it was said', () => / dropped by the kernel/.test(said()));
      const afterMs = Date.now();
      expect(said()).toMatch(DROPPED_SAYS);
      await until('what the buffer held was written', () => numbersIn(file).length > 1);
      send(12_001, 1, 1, to);
      await until('the last was written', () => numbersIn(file).includes(12_001));
      await end(child, 'SIGINT', PATIENCE_MS);

      const { list, isUncounted } = lossesIn(file);
      const seen = numbersIn(file);
      const lost = packetsLost({ list, isUncounted });
      expect(isUncounted).toBe(false);
      expect(lost).toBeGreaterThan(1000);
      expect(seen.length + lost).toBe(12_002);
      expect([...seen].sort((a, b) => a - b)).toEqual(seen);
      await expect.poll(said).toContain(`${seen.length} packets, ${lost} dropped;`);
      // The stretch holds the flood, and little beside it.
      expect(list).toHaveLength(1);
      const [{ fromNs, untilNs }] = list as [Loss];
      const epochMs = epochMsOf(file);
      // To the millisecond of this clock.
      expect(epochMs + (fromNs ?? NaN) / 1e6).toBeLessThanOrEqual(beforeMs + 1);
      expect(epochMs + (fromNs ?? NaN) / 1e6).toBeGreaterThan(firstMs - 1);
      expect(epochMs + (untilNs ?? NaN) / 1e6).toBeLessThanOrEqual(afterMs + 1);
    },
  );

  it('cap: says that nobody counts what the kernel drops, in words and in the file, when it does drop', async () => {
    const { child, file, said } = await capturing('drops-cap', 'eth0', '--backend', 'cap');
    const helper = programBelow(child, /capture-helper/);

    send(0, 50, 5);
    await until('the first were written', () => numbersIn(file).length === 50);
    process.kill(helper, 'SIGSTOP');
    send(50, 12_000, 50);
    process.kill(helper, 'SIGCONT');
    // Until there is room again.
    let next = 12_050;
    await until('a later one was written', () => {
      send(next++, 1, 1);
      return numbersIn(file).some((number) => number >= 12_050);
    });
    await end(child, 'SIGINT', PATIENCE_MS);

    expect(numbersIn(file).length).toBeLessThan(11_000);
    await expect.poll(said).toMatch(/packets, losses not counted;/);
    await expect
      .poll(said)
      .toContain('cap cannot count what the kernel drops: packets may be missing. tcpdump counts it.');
    expect(said()).not.toContain('0 dropped');
    expect(lossesIn(file)).toEqual({ list: [], isUncounted: true });
  });

  it('cap: goes on in the same file when an interface that went down is back', async () => {
    const { child, file, said } = await capturing('down', 'eth0', '--backend', 'cap');

    send(0, 100, 1);
    await until('the first were written', () => numbersIn(file).length === 100);
    const fault = host.interfaceDown();
    await until('it was said', () => /The interface eth0 went away: the capture goes on/.test(said()));
    fault.lift();
    await until('it captures again', () => said().match(/capturing;/g)?.length === 2);
    send(100, 100, 1);
    await until('the later were written', () => numbersIn(file).length >= 200);
    await end(child, 'SIGINT', PATIENCE_MS);

    expect(numbersIn(file)).toEqual(range(0, 200));
  });

  it.each(['tcpdump', 'cap'])('%s: leaves a whole file and no process when the program is killed', async (backend) => {
    const { child, file } = await capturing(`killed-${backend}`, 'eth0', '--backend', backend);
    const helpers = below(child.pid ?? -1);

    send(0, 1000, 5);
    await until('it was written', () => numbersIn(file).length === 1000);
    await end(child, 'SIGKILL');
    send(1000, 20, 1);

    expect(helpers.length).toBeGreaterThan(0);
    await until('its helpers are gone', () => !helpers.some(isAlive));
    expect(numbersIn(file).slice(0, 1000)).toEqual(range(0, 1000));
  });
});
