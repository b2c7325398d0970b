// A second lab while one runs: the person is asked what becomes of the first, and it is as they say. Many nodes.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, Scratch, SCREENSHOTS } from '../support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'second'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const members = (page: Page): Promise<string> => page.innerText('.status-ring');
const captured = async (): Promise<number> =>
  Number((await lab.text('.status-line')).replaceAll(',', '').match(/(\d+) frames/)?.[1]);
const shoot = (name: string): Promise<unknown> => lab.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });

async function choose(nodes: number): Promise<void> {
  await lab.page.click('text=Choose…');
  await lab.page.fill('input[name=nodes]', String(nodes));
  await lab.page.click('text=Start the lab');
  await lab.page.waitForSelector('.app[data-phase=live]');
}

describe('a lab of eight nodes', () => {
  it('has a card and its deeds in view for each at 1280 x 720', async () => {
    await choose(8);
    await lab.preset('teach');
    const cards = lab.page.locator('.node-box');
    await expect.poll(() => cards.count()).toBe(8);
    await expect.poll(() => lab.text('[data-pane=nodes] .pane-aside')).toContain('8 of 8 run');
    await expect.poll(() => members(lab.page)).toContain('n8');
    await lab.page.waitForTimeout(500);
    await shoot('eight');

    const room = await lab.page.locator('.nodes').evaluate((list) => list.scrollHeight - list.clientHeight);
    expect(room).toBeLessThanOrEqual(0);
    await lab.page.click('.node-box[data-node="8"] .node-card');
    // What it is inside comes with its next status.
    await expect.poll(() => lab.text('.node-box[data-node="8"]')).toContain('inside');
  });
});

describe('a second lab', () => {
  it('is not started, and the first goes on, where the person cancels', async () => {
    await lab.command('start-lab');
    await lab.page.waitForSelector('#second-lab[open]');
    expect(await lab.text('#second-lab')).toMatch(/A lab of 8 nodes runs in this window/);
    await shoot('second-lab');
    await lab.page.click('#second-lab >> text=Cancel');

    await lab.page.waitForSelector('#second-lab', { state: 'detached' });
    expect(await lab.phase()).toBe('live');
    await expect.poll(() => members(lab.page)).toContain('n8');
  });

  it('takes the first one’s place where the person wants that, and its capture is kept', async () => {
    await lab.command('start-lab');
    await lab.page.click('#second-lab >> text=End it, and start the new one');

    await expect.poll(() => lab.text('[data-pane=nodes] .pane-aside')).toContain('3 of 3 run');
    await expect.poll(() => members(lab.page)).toMatch(/: n1, n2, n3$/);
    const recent = await lab.page.evaluate(() =>
      (window as unknown as { lab: { call(name: string, args: unknown[]): Promise<{ name: string }[]> } }).lab.call(
        'recent.list',
        [],
      ),
    );
    expect(recent.map(({ name }) => name).join()).toMatch(/lab-of-8/);
  });

  it('of another window ends the first there, with all that it captured', async () => {
    const other = await lab.newWindow();
    await other.click('text=Start three nodes');
    await other.waitForSelector('#second-lab[open]');
    expect(await other.innerText('#second-lab')).toMatch(/Another window runs a lab/);
    const before = await captured();
    await other.click('text=End it there, and start here');

    await other.waitForSelector('.app[data-phase=live]');
    await expect.poll(() => members(other)).toMatch(/: n1, n2, n3$/);
    await lab.page.waitForSelector('.app[data-phase=done]');
    // What was captured last is analysed after the source has ended. At the very end its nodes leave one by one.
    await lab.find(String(before));
    await expect.poll(() => members(lab.page)).toMatch(/: n1, n2, n3$/);
    await expect.poll(captured).toBeGreaterThan(before);
    await other.close();
  });
});
