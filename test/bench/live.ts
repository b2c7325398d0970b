// npm run bench -- live: the window while a capture goes on. Frame times while a recorded stream of 20,000 packets a
// second is written to a file that the window follows, at its beginning and after more packets than stay in memory, and
// while a real lab of three nodes works; how memory grows.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goldenBytes } from '../support/golden.ts';
import { LIVE_ROWS_KEPT } from '../../app/store/packet-store.ts';
import { sayToLab, startLab, type Lab } from './electron.ts';
import { Figures } from './figures.ts';
import { frameTimes, reportFrames } from './frames.ts';
import { repeatCapture } from './repeat-capture.ts';

const RATE = 20_000;
const SECONDS = 15;
const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
const WRITE_MS = 10;

const figures = new Figures();
const folder = mkdtempSync(join(tmpdir(), 'totem-lab-bench-'));

async function start(name: string): Promise<Lab> {
  const lab = await startLab(join(folder, name));
  await lab.page.waitForSelector('.welcome h2');
  return lab;
}

/** MiB that the page and its workers hold. */
async function memory({ app, page }: Lab): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('HeapProfiler.collectGarbage');
  const kibs = await app.evaluate(({ app: own, BrowserWindow }) => {
    const pid = BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId();
    return own.getAppMetrics().find((metric) => metric.pid === pid)?.memory.workingSetSize ?? 0;
  });
  return kibs / 1024;
}

interface Replayed {
  readonly written: number;
  /** Packets a second. */
  readonly rate: number;
}

/** Writes the records of a capture from `start` on to a file at a rate, until they end or `isWanted` says no. */
async function replay(records: Uint8Array, start: number, path: string, isWanted: () => boolean): Promise<Replayed> {
  const file = openSync(path, 'a');
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let at = start;
  let written = 0;
  const begun = performance.now();
  while (isWanted() && at < records.length) {
    const due = ((performance.now() - begun) / 1000) * RATE;
    const from = at;
    for (; written < due && at < records.length; written++) at += RECORD_HEADER + view.getUint32(at + 8, true);
    if (at > from) writeSync(file, records, from, at - from);
    await new Promise((done) => setTimeout(done, WRITE_MS));
  }
  closeSync(file);
  return { written, rate: written / ((performance.now() - begun) / 1000) };
}

/** Packets that the window shows as read. */
async function packetsShown({ page }: Lab): Promise<number> {
  const text = (await page.innerText('.status-line')).replaceAll(',', '');
  return Number(text.match(/(\d+) frames/)?.[1] ?? 0);
}

/** Where so many records end. */
function endOf(records: Uint8Array, count: number): number {
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  let at = PCAP_HEADER;
  for (let i = 0; i < count; i++) at += RECORD_HEADER + view.getUint32(at + 8, true);
  return at;
}

/** Replays a recorded stream as live, so many packets of it at once before. */
async function recorded(name: string, before: number): Promise<void> {
  const source = join(folder, `${name}.pcap`);
  repeatCapture(goldenBytes('01-corosync-2-then-3', 'bridge.pcap'), source, before + RATE * (SECONDS + 10));
  const records = readFileSync(source);
  const growing = join(folder, `${name}-growing.pcap`);
  const from = endOf(records, before);
  writeFileSync(growing, records.subarray(0, from));
  const lab = await start(name);
  await lab.app.evaluate(({ dialog, BrowserWindow }, path) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [path] });
    BrowserWindow.getAllWindows()[0]?.webContents.send('lab.event', 'menu.command', { command: 'follow' });
  }, growing);
  await lab.page.waitForSelector('.app[data-phase=live]');
  while ((await packetsShown(lab)) < before) await lab.page.waitForTimeout(WRITE_MS);
  let isWanted = true;
  const replayed = replay(records, from, growing, () => isWanted);
  await lab.page.waitForTimeout(3000);
  const what = before === 0 ? '20,000 packets/s as live' : `the same after ${before.toLocaleString('en')}`;
  reportFrames(figures, what, await frameTimes(lab.page, SECONDS));
  isWanted = false;
  const { rate, written } = await replayed;
  figures.report({ what: '  written', value: rate, unit: 'packets/s' });
  await lab.page.waitForTimeout(500);
  const missing = before + written - (await packetsShown(lab));
  figures.report({ what: '  not shown half a second after the last', value: missing, unit: 'packets' });
  await lab.app.close();
  for (const file of [source, growing]) rmSync(file);
}

async function real(): Promise<void> {
  const lab = await start('real');
  const begun = performance.now();
  await lab.page.click('text=Start three nodes');
  await lab.page.waitForFunction(() => document.querySelector('.status-ring')?.textContent?.includes('n1, n2, n3'));
  figures.report({
    what: 'from the click to a ring of three on the screen',
    value: (performance.now() - begun) / 1000,
    unit: 's',
    atMost: 2,
  });
  await sayToLab(lab.page, 'wait ring 3');
  await sayToLab(lab.page, `traffic 1 size=500 rate=200 seconds=${SECONDS + 5}`);
  await lab.page.waitForTimeout(2000);
  const before = await memory(lab);
  reportFrames(figures, 'a lab of three under moderate load', await frameTimes(lab.page, SECONDS));
  const after = await memory(lab);
  figures.report({ what: '  memory of the page, growth in that time', value: after - before, unit: 'MiB' });
  await lab.app.close();
}

try {
  await recorded('recorded', 0);
  await recorded('filled', LIVE_ROWS_KEPT);
  await real();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = figures.areFar() ? 1 : 0;
