// npm run bench, its second part: the window in the real Electron. How soon it paints, how soon a capture of a million
// packets is there, how smoothly ten million rows are scrolled, zoomed and panned, how soon a key is answered, in how
// much memory. Prints figures beside their goals; other programs on the machine show in them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goldenBytes } from '../support/golden.ts';
import { startLab, type Lab } from './electron.ts';
import { Figures, median, percentile } from './figures.ts';
import { writeLongCapture } from './long-capture.ts';
import { repeatCapture } from './repeat-capture.ts';

const MILLION = 1_000_000;
const STARTS = 3;
/** Frames of one gesture. */
const FRAMES = 240;
const KEYS = 80;
const READ_MS_MAX = 240_000;
const FRAME_P95 = 16.7;
const FRAME_P99 = 33.4;

const figures = new Figures();
const folder = mkdtempSync(join(tmpdir(), 'totem-lab-bench-'));

const start = (name: string): Promise<Lab> => startLab(join(folder, name));

/** Milliseconds from the start of the process to the first paint that shows something. */
async function firstPaint(name: string): Promise<number> {
  const { app, page, startedAt } = await start(name);
  const paintedAt = await page.evaluate(async () => {
    for (;;) {
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      if (paint !== undefined) return performance.timeOrigin + paint.startTime;
      await new Promise((done) => setTimeout(done, 10));
    }
  });
  await app.close();
  return paintedAt - startedAt;
}

interface Opening {
  readonly firstRows: number;
  readonly everything: number;
}

/** Opens a capture by the menu; milliseconds until its first rows, and all of it, are there. */
async function open({ app, page }: Lab, path: string): Promise<Opening> {
  const watched = page.evaluate(async (most) => {
    const phase = (): string => document.querySelector('.app')?.getAttribute('data-phase') ?? '';
    const until = async (is: () => boolean): Promise<number> => {
      const begin = performance.now();
      while (!is() && performance.now() - begin < most) await new Promise((done) => setTimeout(done, 2));
      return performance.now();
    };
    const begin = await until(() => phase() === 'opening' || phase() === 'reading');
    const rows = await until(() => document.querySelector('.packet') !== null);
    const all = await until(() => phase() === 'done');
    return { firstRows: rows - begin, everything: all - begin };
  }, READ_MS_MAX);
  await app.evaluate(({ dialog, Menu }, file) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [file] });
    Menu.getApplicationMenu()?.getMenuItemById('open')?.click();
  }, path);
  return watched;
}

type Gesture = 'scroll' | 'jump' | 'zoom' | 'pan';

/** Times of frames, in milliseconds, while a gesture goes on with every frame. */
function frameTimes({ page }: Lab, gesture: Gesture): Promise<readonly number[]> {
  return page.evaluate(
    async ([kind, count]) => {
      const list = document.querySelector('#packets');
      const timeline = document.querySelector('.timeline [role=img]');
      if (list === null || timeline === null) throw new Error('the panels are not there');
      const box = timeline.getBoundingClientRect();
      const wheel = (deltaX: number, deltaY: number, shiftKey: boolean): boolean =>
        timeline.dispatchEvent(
          new WheelEvent('wheel', {
            bubbles: true,
            cancelable: true,
            clientX: box.left + box.width * 0.6,
            clientY: box.top + box.height / 2,
            deltaX,
            deltaY,
            shiftKey,
          }),
        );
      const act: Record<string, (frame: number) => void> = {
        scroll: (frame) => {
          const event = new WheelEvent('wheel', { bubbles: true, cancelable: true, deltaY: frame < 120 ? 66 : -66 });
          if (list.dispatchEvent(event)) list.scrollTop += frame < 120 ? 66 : -66;
        },
        jump: (frame) => {
          list.scrollTop = ((frame * 7919) % 1000) * (list.scrollHeight / 1000);
        },
        zoom: (frame) => void wheel(0, Math.floor(frame / 60) % 2 === 0 ? -100 : 100, false),
        pan: (frame) => void wheel(Math.floor(frame / 60) % 2 === 0 ? 40 : -40, 0, true),
      };
      const times: number[] = [];
      let last = await new Promise<number>(requestAnimationFrame);
      for (let frame = 0; frame < count; frame++) {
        act[kind]?.(frame);
        const now = await new Promise<number>(requestAnimationFrame);
        times.push(now - last);
        last = now;
      }
      return times;
    },
    [gesture, FRAMES] as const,
  );
}

/** Milliseconds from a key to the paint that answers it, as the browser itself measures them (in steps of 8). */
async function keyTimes({ page }: Lab): Promise<readonly number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { keyTimes: times });
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries()) if (name === 'keydown') times.push(duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
    document.querySelector<HTMLElement>('#packets')?.focus();
  });
  for (let i = 0; i < KEYS; i++) {
    await page.keyboard.press(i % 10 === 9 ? 'PageDown' : 'ArrowDown');
    await page.waitForTimeout(30);
  }
  await page.waitForTimeout(500);
  const slow = await page.evaluate(() => (window as unknown as { keyTimes: number[] }).keyTimes);
  // What took less than the threshold is not told.
  return [...slow, ...Array.from({ length: Math.max(0, KEYS - slow.length) }, () => 16)];
}

/** The process that holds the page and its worker. */
function tabOf({ app }: Lab): Promise<number> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0);
}

/** Octets that page and worker hold together, after a collection. */
async function memory(lab: Lab): Promise<number> {
  const devtools = await lab.page.context().newCDPSession(lab.page);
  await devtools.send('HeapProfiler.collectGarbage');
  await lab.page.waitForTimeout(2000);
  const pid = await tabOf(lab);
  const kibs = await lab.app.evaluate(
    ({ app }, tab) => app.getAppMetrics().find((metric) => metric.pid === tab)?.memory.workingSetSize ?? 0,
    pid,
  );
  return kibs * 1024;
}

/**
 * Seconds of processor time that a process has taken, or its main thread: other work on the machine hardly changes
 * them. Null where the system does not tell.
 */
function processorSeconds(pid: number, isMainThread: boolean): number | null {
  const path = isMainThread ? `/proc/${pid}/task/${pid}/stat` : `/proc/${pid}/stat`;
  if (process.platform !== 'linux') return null;
  const stat = readFileSync(path, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Reports the processor time of `work`, divided by `parts`. */
async function processorTime<T>(what: string, pid: number, parts: number, work: () => Promise<T>): Promise<T> {
  const isFrame = parts > 1;
  const before = processorSeconds(pid, isFrame);
  const result = await work();
  const after = processorSeconds(pid, isFrame);
  if (before !== null && after !== null)
    figures.report({
      what: `  ${what}`,
      value: ((after - before) / parts) * (isFrame ? 1000 : 1),
      unit: isFrame ? 'ms' : 's',
    });
  return result;
}

/** What a million packets at `path` take; the file is removed. */
async function million(name: string, path: string): Promise<void> {
  const openings: Opening[] = [];
  const lab = await start(name);
  const pid = await tabOf(lab);
  for (let i = 1; i < STARTS; i++) openings.push(await open(lab, path));
  openings.push(await processorTime('processor time of page and worker', pid, 1, () => open(lab, path)));
  await lab.app.close();
  const of = (pick: (opening: Opening) => number): number => median(openings.map(pick)) / 1000;
  figures.report({ what: `${name}: first rows`, value: of((o) => o.firstRows), unit: 's', atMost: 0.5 });
  figures.report({ what: `${name}: everything`, value: of((o) => o.everything), unit: 's', atMost: 2 });
  rmSync(path);
}

async function tenMillion(golden: Uint8Array): Promise<void> {
  const path = join(folder, 'ten-million.pcap');
  const packets = repeatCapture(golden, path, 10 * MILLION);
  const lab = await start('ten-million');
  const pid = await tabOf(lab);
  const before = await memory(lab);
  const { everything } = await open(lab, path);
  figures.report({ what: 'ten million packets: everything', value: everything / 1000, unit: 's' });
  for (const gesture of ['scroll', 'jump', 'zoom', 'pan'] as const) {
    await frameTimes(lab, gesture);
    const what = `${gesture}: processor time of a frame in the page`;
    const times = await processorTime(what, pid, FRAMES, () => frameTimes(lab, gesture));
    const [p95, p99] = [percentile(times, 0.95), percentile(times, 0.99)];
    figures.report({ what: `ten million rows, ${gesture}: frame time p95`, value: p95, unit: 'ms', atMost: FRAME_P95 });
    figures.report({ what: `ten million rows, ${gesture}: frame time p99`, value: p99, unit: 'ms', atMost: FRAME_P99 });
  }
  const keys = percentile(await keyTimes(lab), 0.95);
  figures.report({ what: 'ten million rows: key to paint p95', value: keys, unit: 'ms', atMost: 50 });
  const octets = ((await memory(lab)) - before) / packets;
  figures.report({ what: 'ten million rows: memory, both sides', value: octets, unit: 'octets/packet', atMost: 200 });
  await lab.app.close();
  rmSync(path);
}

try {
  const golden = goldenBytes('01-corosync-2-then-3', 'bridge.pcap');
  const paints: number[] = [];
  for (let i = 0; i < STARTS; i++) paints.push(await firstPaint(`start-${i}`));
  figures.report({ what: 'cold start to first paint', value: median(paints) / 1000, unit: 's', atMost: 2 });
  const path = join(folder, 'million.pcap');
  repeatCapture(golden, path, MILLION);
  await million('a million packets', path);
  writeLongCapture(path);
  await million('a ring of five for two minutes', path);
  await tenMillion(golden);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = figures.areFar() ? 1 : 0;
