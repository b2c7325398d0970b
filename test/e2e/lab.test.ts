// A lab of real processes in the window: started by a click, broken, mended, kept, and opened again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Lab, Scratch, SCREENSHOTS } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'lab'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

interface Reply {
  readonly output: string;
  readonly exitCode: number;
}

/** A line of the prompt, as any panel says it. */
function say(line: string): Promise<Reply> {
  return lab.page.evaluate(
    (said) =>
      (window as unknown as { lab: { call(name: string, args: unknown[]): Promise<Reply> } }).lab.call('lab.command', [
        said,
      ]),
    line,
  );
}

describe('a lab of three processes', () => {
  it('turns at a click', async () => {
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'start-dark.png') });
    const before = Date.now();
    await lab.page.click('text=Start three nodes');
    await lab.page.waitForSelector('.app[data-phase=live]');
    await lab.page.waitForFunction(() => document.querySelector('.status-ring')?.textContent?.includes('ring'));
    console.log('ms to a ring in the window', Date.now() - before);
    console.log(await say('wait ring 3'));
    await lab.page.waitForTimeout(3000);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-rest.png') });
    console.log(await lab.text('.status-line'));
  });
});
