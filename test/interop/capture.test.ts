// Live capture of real packets in a namespace of its own: both backends against what was sent, an interface that goes
// down and comes back, a program that is killed. Needs root, says so and skips elsewhere.
import { spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaptureReader } from '../../protocol/pcap/capture-reader.ts';
import { LabNetwork, type Host } from '../../main/node/lab/corosync/network.ts';
import { end, spawnTied, waitFor } from '../../main/node/lab/corosync/shell.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const FILTER = 'udp dst port 5405';
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
  });
  afterAll(() => {
    network.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const send = (first: number, count: number, each: number): void => {
    const args = host.inside(process.execPath, '-e', SENDER, String(first), String(count), String(each), '10.77.0.2');
    const sent = spawnSync('ip', args, { encoding: 'utf8' });
    if (sent.status !== 0) throw new Error(sent.stderr);
  };

  async function capturing(
    name: string,
    ...more: string[]
  ): Promise<{ child: ChildProcess; file: string; said: () => string }> {
    const file = join(folder, `${name}.pcapng`);
    const args = host.inside(
      process.execPath,
      CLI,
      'capture',
      '-i',
      'eth0',
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
    await waitFor('the capture file is there', 10_000, () => existsSync(file));
    // The file is made at once; the backend needs a moment more to listen.
    await new Promise((done) => setTimeout(done, 1500));
    return { child, file, said: () => said };
  }

  it.each([
    ['tcpdump', /0 dropped; times are of the kernel's clock/],
    ['cap', /drops not counted by this backend; times are of this program's clock/],
  ])(
    '%s: has every datagram of a loaded ring, in order, and says whose clock and what was dropped',
    async (backend, says) => {
      const { child, file, said } = await capturing(backend, '--backend', backend);

      send(0, 5000, 20);
      await waitFor('all was written', 10_000, () => statSync(file).size > 5000 * 142);
      await end(child, 'SIGINT', 10_000);

      expect(numbersIn(file)).toEqual(range(0, 5000));
      expect(said()).toMatch(/5000 packets/);
      expect(said()).toMatch(says);
    },
  );

  it('cap: goes on in the same file when an interface that went down is back', async () => {
    const { child, file, said } = await capturing('down', '--backend', 'cap');

    send(0, 100, 1);
    await waitFor('the first were written', 10_000, () => numbersIn(file).length === 100);
    const fault = host.interfaceDown();
    await waitFor('it was said', 10_000, () => /The interface eth0 went away: the capture goes on/.test(said()));
    fault.lift();
    await new Promise((done) => setTimeout(done, 3000));
    send(100, 100, 1);
    await waitFor('the later were written', 10_000, () => numbersIn(file).length >= 200);
    await end(child, 'SIGINT', 10_000);

    expect(numbersIn(file)).toEqual(range(0, 200));
  });

  it.each(['tcpdump', 'cap'])('%s: leaves a whole file and no process when the program is killed', async (backend) => {
    const { child, file } = await capturing(`killed-${backend}`, '--backend', backend);
    const children = (pid: number): number[] =>
      (spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).stdout.match(/\d+/g) ?? []).map(
        Number,
      );
    const descendants = (pid: number): number[] => children(pid).flatMap((each) => [each, ...descendants(each)]);
    const below = descendants(child.pid ?? -1);

    send(0, 1000, 5);
    await waitFor('it was written', 10_000, () => numbersIn(file).length === 1000);
    await end(child, 'SIGKILL');
    send(1000, 20, 1);

    expect(below.length).toBeGreaterThan(0);
    await waitFor('its helpers are gone', 5000, () => below.every((pid) => !existsSync(`/proc/${pid}`)));
    expect(numbersIn(file).slice(0, 1000)).toEqual(range(0, 1000));
  });
});
