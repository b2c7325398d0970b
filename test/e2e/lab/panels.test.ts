// The panels of a real lab: what is typed and clicked, what lies on the disks, what was said to move and did.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, Scratch } from '../support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'lab-panels'));
  await lab.startPatientLab();
  await lab.preset('teach');
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const logged = (): Promise<readonly string[]> => lab.page.locator('.command-log code').allTextContents();

/** Copies on each node by the stores panel: name, on disk, wanted, and what the plan says there would be. */
async function copies(): Promise<ReadonlyMap<string, readonly [here: number, wanted: number, then: number]>> {
  const rows = await lab.page.locator('.stores-table').first().locator('tbody tr').allInnerTexts();
  return new Map(
    rows.map((row) => {
      const [, here, wanted] = /(\d+) of (\d+)/.exec(row) ?? [];
      return [/n\d+/.exec(row)?.[0] ?? '', [Number(here), Number(wanted), Number(/(\d+) copies/.exec(row)?.[1])]];
    }),
  );
}

describe('the shell of a node', () => {
  it('takes what is typed, completes it, and says what it came to', async () => {
    const { page } = lab;
    await lab.has('[data-pane=nodes] .pane-aside', '3 of 3 run');
    await page.click('.shell-screen');
    // The sheep join one after the other: until all are there a format would make a smaller cluster.
    await expect.poll(async () => (await lab.text('[data-pane=nodes]')).match(/joined, epoch/g)?.length).toBe(3);
    await page.keyboard.type('collie cl');
    await page.keyboard.press('Tab');
    await page.keyboard.type('format -c 2\n');
    await page.keyboard.type('collie vdi create VM1 64M -P\n');
    await page.keyboard.type('collie vdi list\n');

    await expect.poll(() => lab.screen()).toMatch(/VM1\s+\d+\s+64 MB/);
    expect(await logged()).toEqual(expect.arrayContaining(['n1> collie cluster format -c 2', 'n1> collie vdi list']));
    expect(await lab.screen()).not.toContain('exit code');
  });

  it('runs pasted lines one after the other', async () => {
    await lab.page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'pidof corosync\ncorosync-cfgtool -s\n');
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.querySelector('.xterm-helper-textarea')?.dispatchEvent(paste);
    });

    await expect.poll(() => lab.screen()).toContain('ring 0 active');
    expect((await logged()).slice(-2)).toEqual(['n1> pidof corosync', 'n1> corosync-cfgtool -s']);
  });
});

describe('the store', () => {
  it('shows every object where placement wants it, and one of them explained', async () => {
    const { page } = lab;
    await lab.preset('objects');
    await lab.has('[data-pane=objects] .pane-aside', '^(17|18) objects on the nodes’ disks · 2 copies · epoch 1$');
    await page.focus('.hash-ring');
    await page.keyboard.press('ArrowRight');

    const walk = (): Promise<readonly string[]> => page.locator('.object-walk li').allInnerTexts();
    await expect.poll(async () => (await walk()).filter((step) => /copy [12] on n[123]/.test(step))).toHaveLength(2);
    await expect.poll(() => lab.text('.object-state')).toMatch(/Placed on n[123], n[123]\. On disk: as placed\./);
  });

  it('says before a node is killed what will move, and that is what moves', async () => {
    const { page } = lab;
    await page.selectOption('[aria-label="A change to consider"]', { label: 'n2 went' });
    await lab.has('.what-if-says', '\\d+ of 1[78] objects move');
    const plan = await copies();
    const fetched = Number(/(\d+) copies are fetched/.exec(await lab.text('.what-if-says'))?.[1]);
    const lost = plan.get('n2')?.[0];
    expect(fetched).toBe(lost);

    await lab.preset('teach');
    await page.click('[aria-label="Kill node 2"]');
    await lab.has('[data-pane=nodes] .pane-aside', '2 of 3 run');
    await lab.preset('objects');
    await lab.has('.epochs', 'epoch 2');
    await lab.has('[data-pane=objects] .pane-aside', 'epoch 2$');

    for (const node of ['n1', 'n3'])
      await expect
        .poll(async () => (await copies()).get(node)?.slice(0, 2))
        .toEqual([plan.get(node)?.[2], plan.get(node)?.[2]]);
    await expect.poll(() => lab.text('.store-legend')).toContain('n2 (no member)');
  });
});

describe('counters and traffic', () => {
  it('come from inside where a node runs, else they are marked as inferred', async () => {
    const { page } = lab;
    await lab.preset('diagnose');
    await lab.showPane('Counters', true);
    const row = page.locator('.counters tbody tr', { hasText: 'orf_token_rx' }).locator('td');
    const value = async (): Promise<number> => Number((await row.nth(0).locator('b').innerText()).replaceAll(',', ''));
    const before = await value();

    await expect.poll(value).toBeGreaterThan(before);
    expect(await row.nth(1).getAttribute('class')).toContain('counter-inferred');
    await lab.showPane('Counters', false);
  });

  it('send messages to a group, which every node delivers', async () => {
    const { page } = lab;
    await lab.showPane('Traffic', true);
    await page.click('text=Send from node 1');
    const sent = page.locator('.traffic-figures tbody tr').first().locator('td').nth(2);

    await expect.poll(async () => Number(await sent.innerText())).toBeGreaterThan(50);
    await expect
      .poll(async () =>
        Number(await page.locator('.traffic-figures tbody tr').nth(2).locator('td').first().innerText()),
      )
      .toBeGreaterThan(50);
    await lab.showPane('Traffic', false);
  });
});

describe('membership', () => {
  it('has what a node says itself beside what its packets tell', async () => {
    await lab.preset('teach');

    await lab.has('.members', 'inside =');
    await lab.has('.ring-figures, [data-pane=ring] .hidden-text', 'held');
  });
});
