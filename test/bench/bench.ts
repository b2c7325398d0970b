// npm run bench, all but the window. The part `reading` is here: how fast captures are read, indexed and analysed, in
// how much memory, how fast knet is opened; tshark and tcpdump on the same file in the same run where they are
// installed. The other parts are in files of their names. Prints figures beside their thresholds; exits 1 where a
// figure is worse than a fourth of its threshold. Not part of the tests.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIngest } from '../../app/session/ingest.ts';
import { createKeyring } from '../../protocol/crypto/keyring.ts';
import { nobleProvider, type CryptoProvider } from '../../protocol/crypto/provider.ts';
import { CHUNK } from '../../main/node/capture/byte-source.ts';
import { nodeProvider } from '../../main/node/crypto/node-provider.ts';
import { goldenBytes, GOLDEN } from '../support/golden.ts';
import { newIndex } from '../support/index-only.ts';
import { Figures, median, type Figure } from './figures.ts';
import { writeLongCapture } from './long-capture.ts';
import { nodeFigures } from './nodes.ts';
import { processFigures } from './processes.ts';
import { repeatCapture } from './repeat-capture.ts';
import { storeFigures } from './store.ts';
import { simulatorFigures } from './simulator.ts';

const PACKETS = 1_000_000;
const RUNS = 5;
const PCAP_HEADER = 24;

const figures = new Figures();
const report = (figure: Figure): void => figures.report(figure);

function pump(file: string, push: (chunk: Uint8Array) => void): void {
  const fd = openSync(file, 'r');
  const chunk = new Uint8Array(CHUNK);
  for (let n = readSync(fd, chunk); n > 0; n = readSync(fd, chunk)) push(n === CHUNK ? chunk : chunk.subarray(0, n));
  closeSync(fd);
}

function secondsOf(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

function medianSeconds(work: () => void): number {
  work();
  return median(Array.from({ length: RUNS }, () => secondsOf(work)));
}

/** Collects until nothing more comes back: buffers are freed beside the program, some time after a collection. */
async function settled(): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  let octets = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    collect?.();
    await new Promise((done) => setTimeout(done, 30));
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    octets = Math.min(octets, heapUsed + arrayBuffers);
  }
  return octets;
}

async function memoryPerPacket(file: string, packets: number): Promise<number> {
  const before = await settled();
  const ingest = createIngest({ keys: [] });
  pump(file, (chunk) => ingest.push(chunk));
  ingest.finish();
  ingest.analysis();
  const after = await settled();
  return ingest.table.length === 0 ? 0 : (after - before) / packets;
}

function others(file: string, packets: number): void {
  const commands = [
    ['tcpdump', ['-r', file, '-w', '/dev/null']],
    ['tshark', ['-q', '-r', file, '-z', 'io,stat,0']],
  ] as const;
  for (const [command, args] of commands) {
    if (spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0) continue;
    const seconds = median([1, 2, 3].map(() => secondsOf(() => spawnSync(command, args, { stdio: 'ignore' }))));
    report({
      what: `  beside it: ${command} ${args[0] === '-q' ? '-z io,stat,0' : '-w /dev/null'}, whole process`,
      value: packets / seconds,
      unit: 'packets/s',
    });
  }
}

/** Measures how the capture at `path` is read, and removes it. */
async function capture(name: string, path: string, packets: number): Promise<void> {
  const index = medianSeconds(() => {
    const { reader, indexer } = newIndex();
    pump(path, (chunk) => reader.push(chunk));
    reader.finish();
    indexer.finish();
  });
  report({ what: `${name}: read and index`, value: packets / index, unit: 'packets/s', atLeast: 3_000_000 });
  const analyse = medianSeconds(() => {
    const ingest = createIngest({ keys: [] });
    pump(path, (chunk) => ingest.push(chunk));
    ingest.finish();
    ingest.analysis();
  });
  report({
    what: `${name}: read, index and analyse`,
    value: packets / analyse,
    unit: 'packets/s',
    atLeast: 1_000_000,
  });
  report({
    what: `${name}: memory beside the file`,
    value: await memoryPerPacket(path, packets),
    unit: 'octets/packet',
    atMost: 100,
  });
  others(path, packets);
  rmSync(path);
}

/** Token-sized knet packets under aes256/sha256, opened one after the other. */
function knet(name: string, provider: CryptoProvider): void {
  const scenario = 'c31-knet-aes256-kill9';
  const bytes = goldenBytes(scenario, 'brA.pcap');
  const key = { name: 'authkey', bytes: new Uint8Array(readFileSync(join(GOLDEN, scenario, 'authkey'))) };
  const packets: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PCAP_HEADER; at < bytes.length; at += 16 + view.getUint32(at + 8, true))
    if (view.getUint32(at + 8, true) === 42 + 128) packets.push(bytes.subarray(at + 16 + 42, at + 16 + 42 + 128));
  const keyring = createKeyring([key], provider);
  const count = 100_000;
  const seconds = medianSeconds(() => {
    for (let i = 0; i < count; i++)
      if (keyring.openKnet(packets[i % packets.length] ?? key.bytes) === null)
        throw new Error('a packet was not opened');
  });
  report({
    what: `knet aes256/sha256, 128 octets, ${name}`,
    value: count / seconds,
    unit: 'packets/s',
    ...(name === 'node:crypto' ? { atLeast: 100_000 } : {}),
  });
}

async function reading(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'totem-lab-bench-'));
  try {
    for (const [scenario, file] of [
      ['01-corosync-2-then-3', 'bridge.pcap'],
      ['c31-udp-form3', 'brA.pcap'],
      ['10a-sheep-vdi-c2', 'bridge.pcap'],
    ] as const) {
      const path = join(folder, `${scenario}.pcap`);
      await capture(scenario, path, repeatCapture(goldenBytes(scenario, file), path, PACKETS));
    }
    const path = join(folder, 'long.pcapng');
    await capture('a ring of five for two minutes', path, writeLongCapture(path));
    knet('node:crypto', nodeProvider);
    knet('pure', nobleProvider);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function nodes(): void {
  for (const figure of nodeFigures()) report(figure);
}

function simulator(): void {
  for (const figure of simulatorFigures()) report(figure);
}

async function processes(): Promise<void> {
  if (process.platform !== 'linux') process.stdout.write('processes are measured on Linux only\n');
  else await processFigures(report);
}

async function store(): Promise<void> {
  if (process.platform !== 'linux') process.stdout.write('the store is measured on Linux only\n');
  else for (const figure of await storeFigures()) report(figure);
}

const PARTS: { readonly [name: string]: () => void | Promise<void> } = { reading, nodes, simulator, processes, store };
for (const part of process.argv.slice(2)) await PARTS[part]?.();
process.exitCode = figures.areFar() ? 1 : 0;
