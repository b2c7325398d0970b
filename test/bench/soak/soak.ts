// npm run bench -- soak [MINUTES]: a lab of three under moderate load in the real Electron, for an hour unless said
// otherwise. How memory of each process goes, and the window's frame times at the beginning and at the end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sayToLab, startLab, type Lab } from '../electron.ts';
import { Figures, median } from '../figures.ts';
import { frameTimes, reportFrames, together, type FrameTimes } from '../frames.ts';
import { HeapReader } from './heap-reader.ts';
import { processesOf } from './processes-of.ts';

const MINUTES = Number(process.argv[2] ?? 60);
const INTERVAL_MS = 10_000;
/** Of each interval this much goes into measuring frames. */
const FRAMES_SECONDS = 5;
/** Messages of 500 octets a second, from node 1. */
const RATE = 200;
const TRAFFIC_SECONDS = 300;
/** The lab, the window and its first packets have come by then. */
const SETTLE_MS = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

interface Sample {
  /** Milliseconds since the first. */
  readonly at: number;
  readonly values: Readonly<Record<string, number>>;
  readonly frames: FrameTimes;
}

/** Packets that the window shows as read, and those of them that it holds. */
async function packetsShown({ page }: Lab): Promise<number> {
  const text = (await page.innerText('.status-line')).replaceAll(',', '');
  return Number(text.match(/(\d+) frames/)?.[1] ?? 0);
}

async function sample(lab: Lab, heaps: HeapReader, begun: number): Promise<Sample> {
  const frames = await frameTimes(lab.page, FRAMES_SECONDS);
  const main = await lab.app.evaluate(() => process.memoryUsage());
  const values = {
    ...(await heaps.read()),
    ...(await processesOf(lab.app)),
    'main heap': main.heapUsed / MIB,
    'main buffers': (main.arrayBuffers + main.external) / MIB,
    frames: await packetsShown(lab),
  };
  return { at: Date.now() - begun, values, frames };
}

/** Least squares: how much a series grows in an hour. */
function slope(samples: readonly Sample[], name: string): number {
  const mean = (of: (one: Sample) => number): number => samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const value = (one: Sample): number => one.values[name] ?? 0;
  const [at, level] = [mean((one) => one.at), mean(value)];
  const covariance = mean((one) => (one.at - at) * (value(one) - level));
  return (covariance / mean((one) => (one.at - at) ** 2)) * HOUR_MS;
}

function report(figures: Figures, samples: readonly Sample[]): void {
  const quarter = Math.max(1, Math.floor(samples.length / 4));
  const [first, last] = [samples.slice(0, quarter), samples.slice(-quarter)];
  for (const name of Object.keys(samples[0]?.values ?? {}).filter((own) => own !== 'frames')) {
    const of = (part: readonly Sample[]): number => median(part.map(({ values }) => values[name] ?? 0));
    figures.report({ what: `${name}: first quarter`, value: of(first), unit: 'MiB' });
    figures.report({ what: `${name}: last quarter`, value: of(last), unit: 'MiB' });
    figures.report({
      what: `${name}: slope over the second half`,
      value: slope(samples.slice(samples.length >> 1), name),
      unit: 'MiB/h',
    });
  }
  for (const [when, part] of Object.entries({ first, last }))
    reportFrames(figures, `${when} quarter`, together(part.map(({ frames }) => frames)));
  figures.report({ what: 'packets', value: samples.at(-1)?.values['frames'] ?? 0, unit: 'packets' });
}

async function soak(lab: Lab): Promise<readonly Sample[]> {
  const heaps = await HeapReader.of(lab.page);
  const samples: Sample[] = [];
  const begun = Date.now();
  let traffic = 0;
  for (let due = begun; due - begun <= MINUTES * MINUTE_MS; due += INTERVAL_MS) {
    if (Date.now() >= traffic) {
      await sayToLab(lab.page, `traffic 1 size=500 rate=${RATE} seconds=${TRAFFIC_SECONDS}`);
      traffic = Date.now() + TRAFFIC_SECONDS * 1000;
    }
    await lab.page.waitForTimeout(Math.max(0, due - Date.now()));
    const own = await sample(lab, heaps, begun);
    samples.push(own);
    const shown = Object.entries(own.values).map(([name, value]) => `${name} ${Math.round(value)}`);
    if (samples.length % 6 === 1) process.stdout.write(`${Math.round(own.at / 1000)} s: ${shown.join(', ')}\n`);
  }
  return samples;
}

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-soak-'));
const figures = new Figures();
try {
  const lab = await startLab(join(folder, 'home'));
  await lab.page.waitForSelector('.welcome h2');
  await lab.page.click('text=Start three nodes');
  await lab.page.waitForFunction(() => document.querySelector('.status-ring')?.textContent?.includes('n1, n2, n3'));
  await lab.page.waitForTimeout(SETTLE_MS);
  const samples = await soak(lab);
  report(figures, samples);
  writeFileSync(join(process.env['TOTEM_LAB_ROOT'] ?? '.', 'out', 'soak.json'), JSON.stringify(samples));
  await lab.app.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
