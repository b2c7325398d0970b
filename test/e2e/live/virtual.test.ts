// A virtual lab in the window: its time stands, is stepped, goes back across a fault; what is done then makes another
// future.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasText, readDatagrams } from './support.ts';
import { Lab, Scratch, SCREENSHOTS } from '../support.ts';

const scratch = new Scratch();
const kept = join(scratch.path, 'virtual.pcapng');
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'virtual'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const shows = (selector: string, text: string): Promise<unknown> => hasText(lab.page, selector, text);
const frames = async (): Promise<number> =>
  Number((await lab.text('.status-line')).replaceAll(',', '').match(/(\d+) frames/)?.[1] ?? 0);
/** How many frames come within half a second: what was said before the lab stood is on its way for a moment. */
const arriving = async (): Promise<number> => {
  const before = await frames();
  await lab.page.waitForTimeout(500);
  return (await frames()) - before;
};
const deeds = (): Promise<readonly string[]> =>
  lab.page.locator('[data-pane=timeline] table tr:has-text("done to the lab")').allInnerTexts();

describe('a virtual lab', () => {
  it('turns at a click, and stands at a key', async () => {
    await lab.page.click('text=Simulate them');
    await lab.page.waitForSelector('.app[data-phase=live]');
    await shows('.status-ring', 'n1, n2, n3');
    // A lab is watched: until the person chooses, by the preset to learn with.
    await lab.page.waitForSelector('.workbench[data-preset=teach]');
    await lab.page.waitForTimeout(1500);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'virtual-teach.png') });
    await lab.preset('diagnose');
    await lab.page.keyboard.press('Space');
    await shows('.status-live', 'standing');
    await expect.poll(arriving).toBe(0);
  });

  it('goes on by hops and rotations of the token', async () => {
    const before = await frames();
    await lab.page.keyboard.press('Period');
    await expect.poll(frames).toBeGreaterThan(before);
    const hop = await frames();
    await lab.page.keyboard.press('Shift+Period');
    await expect.poll(frames).toBeGreaterThan(hop + 1);
  });

  it('breaks, goes back across the fault, and takes another way', async () => {
    await lab.preset('teach');
    await lab.page.click('button[aria-label="Kill node 2"]');
    // Not by Space, which presses the button that has the focus.
    await lab.page.click('.transport-play');
    await shows('.status-ring', 'n1, n3');
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'virtual-kill.png') });
    await lab.page.click('.transport-play');
    await shows('.status-live', 'standing');
    await lab.preset('diagnose');
    await expect.poll(arriving).toBe(0);
    await expect.poll(deeds).toEqual([expect.stringContaining('fault kill 2')]);

    // To the ring of three, and some rotations before it lost its token.
    await lab.page.locator('[data-pane=timeline] canvas').first().focus();
    for (let i = 0; i < 4; i++) await lab.page.keyboard.press('Alt+Comma');
    for (let i = 0; i < 6; i++) await lab.page.keyboard.press('Shift+Comma');
    await shows('.transport-live', 'behind');
    await lab.page.click('text=Go on from here');
    await shows('.status-ring', 'n1, n2, n3');
    await expect.poll(deeds).toEqual([]);
    await lab.preset('teach');
    await lab.page.click('button[aria-label="Pause node 3"]');
    await lab.page.click('.transport-play');
    await shows('.status-ring', 'n1, n2');
    await lab.preset('diagnose');
    await expect.poll(deeds).toEqual([expect.stringContaining('fault pause 3')]);
  });

  it('is kept as a capture that shows the same', async () => {
    await lab.preset('diagnose');
    await lab.keepAs(kept);
    await lab.open(kept);
    await expect.poll(deeds).toEqual([expect.stringContaining('fault pause 3')]);
    expect(readDatagrams(kept).problem).toBeNull();
  });
});
