// A lab of real processes in the window: started by a click, broken, mended, kept, and opened again.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, Scratch, SCREENSHOTS } from './support.ts';

const scratch = new Scratch();
const kept = join(scratch.path, 'kept.pcapng');
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
interface Doors {
  call(name: string, args: readonly unknown[]): Promise<Reply>;
}

/** A line of the lab's prompt, through the window's own door. */
const say = (line: string): Promise<Reply> =>
  lab.page.evaluate((said) => (window as unknown as { lab: Doors }).lab.call('lab.command', [said]), line);

/** Says a line that has to succeed; its output. */
async function done(line: string): Promise<string> {
  const { output, exitCode } = await say(line);
  expect(`${line}: ${exitCode} ${exitCode === 0 ? '' : output}`).toBe(`${line}: 0 `);
  return output;
}

const hasText = (selector: string, text: string): Promise<unknown> =>
  lab.page.waitForFunction(
    ([where = '', wanted = '']) => document.querySelector(where)?.textContent?.includes(wanted),
    [selector, text],
  );

describe('a lab of three processes', () => {
  it('turns at a click, and the window follows it', async () => {
    await lab.page.click('text=Start three nodes');
    await lab.page.waitForSelector('.app[data-phase=live]');
    await hasText('.status-ring', 'n1, n2, n3');
    await hasText('.transport-live', 'live');

    expect(await done('wait ring 3')).toMatch(/^ring \d+:\d+ of 3$/m);
    expect(await done('wait sheep 3')).toContain('3 sheep together');
    await hasText('.status-live', 'the nodes’ clock');
  });

  it('takes what a cluster engineer types', async () => {
    await done('n1> collie cluster format -c 2');
    await done('n1> collie vdi create disk 16M');
    expect(await done('n2> collie vdi list')).toContain('disk');
    await lab.page.waitForTimeout(500);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-rest.png') });
  });

  it('shows a kill: the loss of the token, the new ring, epoch 2', async () => {
    await done('fault kill 2');
    await done('wait ring 2');
    await hasText('.status-ring', 'n1, n3');
    await done('wait recovered');
    expect(await done('n1> collie cluster info')).toMatch(/\s2\s*\[/);
    await lab.page.waitForTimeout(500);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-kill.png') });
    expect(await lab.page.locator('.findings').innerText()).toMatch(/token|died|dead/i);
  });

  it('stands where the person looks while the source goes on, and goes live again', async () => {
    await lab.command('preset-diagnose');
    await lab.page.keyboard.press('Space');
    await hasText('.transport-live', 'behind');
    const before = await lab.text('.transport-live');
    await lab.page.waitForTimeout(700);
    expect(await lab.text('.transport-live')).not.toBe(before);
    await lab.page.keyboard.press('g');
    await lab.page.waitForSelector('.transport-live[aria-pressed=true]');
  });

  it('brings the node back', async () => {
    await done('fault start 2');
    await done('wait ring 3');
    await hasText('.status-ring', 'n1, n2, n3');
  });

  it('keeps the capture, which shows the same when it is opened', async () => {
    await lab.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, kept);
    await lab.page.click('text=End the lab');
    await lab.page.waitForSelector('.app[data-phase=done]');
    await lab.command('keep');
    await expect.poll(() => existsSync(kept)).toBe(true);
    const rings = await lab.page.locator('[data-pane=findings]').innerText();
    const frames = await lab.text('.packet-count');
    await lab.open(kept);
    expect(await lab.text('.packet-count')).toBe(frames);
    expect(await lab.page.locator('[data-pane=findings]').innerText()).toBe(rings);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-again.png') });
  });
});
