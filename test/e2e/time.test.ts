// The pictures of time: what is chosen in one is chosen in all, steps cross a loss, time runs, idle time folds.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KILL9, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(scratch.path, [KILL9]);
  await lab.resize(1280, 720);
  await lab.read();
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const row = (): Promise<string | null> => lab.page.getAttribute('.packet[aria-selected=true]', 'data-row');
const waitForRow = (wanted: number): Promise<unknown> =>
  lab.page.waitForSelector(`.packet[data-row="${wanted}"][aria-selected=true]`);
const canvas = (): string => '.timeline [role=img]';

/** Goes to the last token before the loss, frame 275, where the packets are seen. */
async function toLoss(): Promise<void> {
  await lab.page.focus(canvas());
  await lab.page.keyboard.press('2');
  await lab.page.waitForSelector('#packets');
  await lab.page.click('.finding[data-rule=token-loss]');
  await waitForRow(274);
}

describe('steps', () => {
  it('by hop cross the loss: the copies sent in vain, then the tokens of the next ring', async () => {
    const { page } = lab;
    await toLoss();

    await page.keyboard.press('.');
    await waitForRow(277);
    await expect.poll(() => lab.text('.ring-says')).toContain('copy of the token on its way from .111 to .112');
    for (let i = 0; i < 8; i++) await page.keyboard.press('.');
    await page.waitForFunction(() => document.querySelector('.status-ring')?.textContent?.includes('1862379712:12'));
  });

  it('back again end where they began', async () => {
    const { page } = lab;
    await toLoss();
    for (let i = 0; i < 5; i++) await page.keyboard.press('.');
    for (let i = 0; i < 5; i++) await page.keyboard.press(',');

    await waitForRow(274);
  });

  it('by change of membership show who gathers and why', async () => {
    const { page } = lab;
    await toLoss();
    await page.keyboard.press('1');
    await page.waitForSelector('.membership svg');
    await page.keyboard.press('Alt+.');
    await page.waitForSelector('[data-edge="operational gather"].membership-taken');

    await expect.poll(() => page.locator('[data-edge="operational gather"] text').textContent()).toBe('token lost');
    const gathering = page.locator('.member', { hasText: 'gather' }).first();
    await expect.poll(() => gathering.innerText()).toMatch(/waits for\s+\.112 \.114/);
  });

  it('by rotation start at the representative', async () => {
    const { page } = lab;
    await toLoss();
    await page.keyboard.press('Shift+,');

    await page.waitForFunction(() =>
      document.querySelector('.ring-says')?.textContent?.includes('on its way from .111 to .112'),
    );
  });

  it('by the buttons do the same as by the keys', async () => {
    const { page } = lab;
    await toLoss();
    await page.click('[data-step="hop next"]');

    await waitForRow(277);
  });
});

describe('time', () => {
  it('runs and stops by Space', async () => {
    const { page } = lab;
    await toLoss();
    await page.focus('#packets');
    const before = await lab.text('.transport-now');
    await page.keyboard.press('Space');
    await page.waitForFunction((old) => document.querySelector('.transport-now')?.textContent !== old, before);
    await page.waitForSelector('.transport-play[aria-label=pause]');

    await page.keyboard.press('Space');
    await page.waitForSelector('.transport-play[aria-label=play]');
    const stopped = await lab.text('.transport-now');
    await page.waitForTimeout(700);
    expect(await lab.text('.transport-now')).toBe(stopped);
  });
});

describe('the timeline', () => {
  afterEach(async () => {
    await lab.page.focus(canvas());
    await lab.page.keyboard.press('Escape');
  });

  it('marks a stretch by dragging, and tells what happened in it', async () => {
    const { page } = lab;
    const box = await page.locator(canvas()).boundingBox();
    if (box === null) throw new Error('the timeline has no place');
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.6);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(4, 4);
    await page.waitForSelector('.timeline-figures');

    await expect.poll(() => lab.text('.timeline-figures')).toMatch(/rotation.*packets?, /);
  });

  it('folds and unfolds idle time by one key', async () => {
    const { page } = lab;
    await page.waitForSelector('.timeline-fold[aria-pressed=true]');
    await page.focus(canvas());
    await page.keyboard.press('i');
    await page.waitForSelector('.timeline-fold[aria-pressed=false]');
    await page.keyboard.press('i');
    await page.waitForSelector('.timeline-fold[aria-pressed=true]');
  });

  it('names the two silent waits for those who do not see them', async () => {
    const told = await lab.page.locator('.timeline table').textContent();

    expect(told).toContain('token timeout: .111 had no token for 1.01 s');
    expect(told).toContain('waited 1.21 s for all to agree');
  });

  it('moves by its keys from packet to packet', async () => {
    const { page } = lab;
    await toLoss();
    await page.focus(canvas());
    await page.keyboard.press('ArrowRight');
    await waitForRow(275);
    expect(await row()).toBe('275');
  });
});

it('a node that is chosen on its card is chosen in the membership panel and on the ring', async () => {
  const { page } = lab;
  await toLoss();
  await page.keyboard.press('1');
  await page.locator('.node-card').nth(1).click();

  await page.waitForSelector('.member-chosen');
  await expect.poll(() => lab.text('.member-chosen b')).toBe('.112');
  await expect.poll(() => page.locator('.ring .ring-chosen').textContent()).toBe('.112');
  await page.locator('.node-card').nth(1).click();
  await page.waitForSelector('.member-chosen', { state: 'detached' });
});

/** Which node each panel shows as chosen. */
const chosenNode = (): Promise<readonly (string | null)[]> =>
  lab.page.evaluate(() =>
    ['.node-chosen .node-card b', '.member-chosen b', '.ring .ring-chosen'].map(
      (selector) => document.querySelector(selector)?.textContent ?? null,
    ),
  );

it.each([
  ['the ring', '.ring-node[data-node="1912711360"] .ring-initial'],
  ['the membership panel', '.member:nth-child(3) .member-head'],
  ['its card', '.node-box:nth-child(3) .node-card'],
])('a node that is chosen in %s is chosen in all panels', async (_where, selector) => {
  const { page } = lab;
  await toLoss();
  await page.keyboard.press('1');
  await page.waitForSelector('.workbench[data-preset=teach] .member');
  await page.evaluate(() => document.querySelector<HTMLElement>('.node-card[aria-pressed=true]')?.click());
  await page.waitForSelector('.member-chosen', { state: 'detached' });

  await page.click(selector);
  await page.waitForSelector('.member-chosen');

  await expect.poll(chosenNode).toEqual(['.114', '.114', '.114']);
  await page.evaluate(() => document.querySelector<HTMLElement>('.node-card[aria-pressed=true]')?.click());
});
