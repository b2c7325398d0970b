// `--smoke`: proves that a window opens and draws. Waits for the page's report, writes a screenshot, says one line,
// ends.
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { app, BrowserWindow, type WebContents } from 'electron';
import type { SmokeReport } from '../../app/ipc/contract.ts';

/** Milliseconds until a window that has drawn nothing has failed. */
const SMOKE_WAIT_MAX = 120_000;
/** Milliseconds for the last frame to reach the screen. */
const SETTLE = 250;

let isEnding = false;

function end(code: number, says: string): void {
  if (isEnding) return;
  isEnding = true;
  const out = code === 0 ? process.stdout : process.stderr;
  out.write(`${says}\n`, () => app.exit(code));
}

export function startSmoke(): void {
  setTimeout(() => end(1, `the window has not drawn within ${SMOKE_WAIT_MAX / 1000} s`), SMOKE_WAIT_MAX);
  app.on('render-process-gone', (_event, _contents, { reason }) => end(1, `the window's process is gone: ${reason}`));
  app.on('window-all-closed', () => end(1, 'the window was closed before it had drawn'));
}

async function writeScreenshot(contents: WebContents): Promise<string> {
  const image = await contents.capturePage();
  const bytes = image.toPNG();
  const wanted = process.env['TOTEM_LAB_SMOKE_PNG'];
  const places =
    wanted === undefined ? [resolve('totem-lab-smoke.png'), join(tmpdir(), 'totem-lab-smoke.png')] : [resolve(wanted)];
  let refusal: unknown;
  for (const place of places)
    try {
      await writeFile(place, bytes);
      return place;
    } catch (error) {
      refusal = error;
    }
  throw refusal;
}

/** The page's word on what it shows; ends the program where that was all it was started for. */
export async function reportSmoke(contents: WebContents, { isDrawn, says }: SmokeReport): Promise<void> {
  const isSmoke = process.argv.includes('--smoke');
  if (!isSmoke || BrowserWindow.fromWebContents(contents) === null) return;
  await new Promise((done) => setTimeout(done, SETTLE));
  try {
    const place = await writeScreenshot(contents);
    end(isDrawn ? 0 : 1, isDrawn ? `${says}; screenshot ${place}` : says);
  } catch (error) {
    end(1, `the screenshot could not be written: ${error instanceof Error ? error.message : String(error)}`);
  }
}
