// The store of a virtual lab in the window: the story of the lab of processes, and the way back across the fault.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, Scratch, SCREENSHOTS } from '../support.ts';

const scratch = new Scratch();
const kept = join(scratch.path, 'virtual-store.pcapng');
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'virtual-store'));
  await lab.page.click('text=Simulate them');
  await lab.page.waitForSelector('.app[data-phase=live]');
  await lab.preset('teach');
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const joined = async (): Promise<number> => (await lab.text('[data-pane=nodes]')).match(/joined, epoch/g)?.length ?? 0;
const deeds = (): Promise<readonly string[]> =>
  lab.page.locator('[data-pane=timeline] table tr:has-text("done to the lab")').allInnerTexts();
const play = (): Promise<void> => lab.page.click('.transport-play');
/** Seconds of the lab's own time. */
const clock = async (): Promise<number> => Number(/([\d.]+) s/.exec(await lab.text('.status-live'))?.[1]);

/** The objects pane's heading, once it says this. */
async function objects(pattern: string): Promise<void> {
  await lab.preset('objects');
  await lab.has('[data-pane=objects] .pane-aside', pattern);
}

describe('the store of a virtual lab', () => {
  it('is formatted and written from the shell of a node', async () => {
    const { page } = lab;
    await lab.has('[data-pane=nodes] .pane-aside', '3 of 3 run');
    await expect.poll(joined).toBe(3);
    await page.click('.shell-screen');
    await page.keyboard.type('collie cluster format -c 2\n');
    await page.keyboard.type('collie vdi create VM1 64M\n');
    await page.keyboard.type('collie vdi write VM1 0 16M < /dev/urandom\n');
    await page.keyboard.type('collie vdi list\n');
    await expect.poll(() => lab.screen()).toMatch(/VM1\s+\d+\s+64 MB\s+16 MB/);
    expect(await lab.screen()).toContain('took 16777216 octets, checksum');

    await objects('^5 objects on the nodes’ disks · 2 copies · epoch 1$');
    await page.screenshot({ path: join(SCREENSHOTS, 'virtual-objects.png') });
  });

  it('recovers what a killed node had, in epoch 2', async () => {
    await lab.preset('teach');
    // So long after the write that the way back across the fault ends between the two, however fast the machine is.
    const written = await clock();
    await expect.poll(clock).toBeGreaterThan(written + 2);
    await lab.page.click('button[aria-label="Kill node 2"]');
    await lab.has('.status-ring', 'n1, n3');
    await objects('epoch 2$');
    await lab.has('.epochs', 'epoch 2');
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'virtual-recovered.png') });
  });

  it('is as it was when time goes back across the fault, and comes to the same again', async () => {
    await lab.preset('diagnose');
    await play();
    await lab.has('.status-live', 'standing');
    await expect.poll(deeds).toHaveLength(1);
    const [kill = ''] = await deeds();
    await lab.find((parseFloat(kill) - 0.5).toFixed(3));
    await lab.has('.transport-live', 'behind');
    await lab.page.click('text=Go on from here');
    await lab.has('.status-ring', 'n1, n2, n3');
    await expect.poll(deeds).toEqual([]);
    await objects('^5 objects on the nodes’ disks · 2 copies · epoch 1$');
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'virtual-objects-back.png') });

    await lab.preset('diagnose');
    await play();
    await lab.has('.status-ring', 'n1, n3');
    await expect.poll(deeds).toEqual([expect.stringContaining('fault kill 2')]);
    await objects('epoch 2$');
  });

  it('takes the node back, and the capture shows it all again', async () => {
    await lab.preset('teach');
    await lab.page.click('button[aria-label="Start node 2"]');
    await lab.has('.status-ring', 'n1, n2, n3');
    await objects('epoch 3$');
    await lab.preset('diagnose');
    const both = [expect.stringContaining('fault kill 2'), expect.stringContaining('fault start 2')];
    await expect.poll(deeds).toEqual(both);
    const done = await deeds();
    await lab.page.click('text=End the lab');
    await lab.page.waitForSelector('.app[data-phase=done]');
    const frames = await lab.text('.packet-count');
    await lab.keepAs(kept);

    await lab.open(kept);
    await expect.poll(() => lab.text('.packet-count')).toBe(frames);
    await expect.poll(deeds).toEqual(done);
  });
});
