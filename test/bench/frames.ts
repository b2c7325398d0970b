// Times between the frames of a page, and for each late one whether the page itself was busy or got no frame: then the
// display's or other programs' turn of the processors was late. At 60 Hz times are multiples of 16.67 ms.
import { cpus } from 'node:os';
import type { Page } from 'playwright-core';
import { percentile, type Figures } from './figures.ts';

/** One frame of a display of 60 Hz, and two: a frame that is later has been seen to be late. */
export const ONE_FRAME = 16.7;
export const TWO_FRAMES = 33.4;

export interface FrameTimes {
  readonly times: readonly number[];
  /** Frames later than two: those before which the page was busy, and the others. */
  readonly lateByPage: number;
  readonly lateByOthers: number;
  /** Share of the processors that nobody used meanwhile. */
  readonly idle: number;
}

/** Milliseconds of all processors together, and those without work. */
function processorTime(): { readonly all: number; readonly idle: number } {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return { all: sum(times.flatMap((own) => Object.values(own))), idle: sum(times.map(({ idle }) => idle)) };
}

/** Watches the frames of a page for so many seconds. */
export async function frameTimes(page: Page, seconds: number): Promise<FrameTimes> {
  const before = processorTime();
  const found = await page.evaluate(
    async ({ length, late, one }) => {
      const times: number[] = [];
      let [lateByPage, lateByOthers, last, busy] = [0, 0, 0, 0];
      const next = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      last = await next();
      for (const end = last + length * 1000; last < end;) {
        const now = await next();
        const begun = performance.now();
        const time = now - last;
        // How long the page let the frame wait, and what it did after the frame before.
        const own = Math.max(begun - now, busy);
        if (time > late && own > one) lateByPage++;
        else if (time > late) lateByOthers++;
        times.push(time);
        last = now;
        busy = 0;
        setTimeout(() => (busy = performance.now() - begun));
      }
      return { times, lateByPage, lateByOthers };
    },
    { length: seconds, late: TWO_FRAMES, one: ONE_FRAME },
  );
  const after = processorTime();
  return { ...found, idle: (after.idle - before.idle) / Math.max(1, after.all - before.all) };
}

/** Several watches as one. */
export function together(parts: readonly FrameTimes[]): FrameTimes {
  const sum = (of: (part: FrameTimes) => number): number => parts.reduce((total, part) => total + of(part), 0);
  return {
    times: parts.flatMap(({ times }) => times),
    lateByPage: sum(({ lateByPage }) => lateByPage),
    lateByOthers: sum(({ lateByOthers }) => lateByOthers),
    idle: sum(({ idle }) => idle) / Math.max(1, parts.length),
  };
}

/** The figures of a watch; half of the frames and 95 of 100 have their goals. */
export function reportFrames(figures: Figures, what: string, frames: FrameTimes): void {
  const { times, lateByPage, lateByOthers, idle } = frames;
  const goals: readonly (readonly [share: number, goal: { readonly atMost?: number }])[] = [
    [0.5, { atMost: ONE_FRAME }],
    [0.95, { atMost: TWO_FRAMES }],
    [0.99, {}],
  ];
  for (const [share, goal] of goals)
    figures.report({
      what: `${what}: frame time p${share * 100}`,
      value: percentile(times, share),
      unit: 'ms',
      ...goal,
    });
  const all = times.length;
  figures.report({ what: `  of ${all} frames later than two: the page was busy`, value: lateByPage, unit: 'frames' });
  figures.report({ what: '  later than two: no frame was asked for', value: lateByOthers, unit: 'frames' });
  figures.report({ what: '  processors without work meanwhile', value: idle * 100, unit: '%' });
}
