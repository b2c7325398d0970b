// One selection and one time through all panels, with mouse and keyboard.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KILL9, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'panels'), [KILL9]);
  await lab.read();
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

describe('selection', () => {
  it('goes from a line of the table to detail, bytes and ring', async () => {
    const { page } = lab;
    await page.focus('#packets');
    await page.keyboard.press('Home');
    await lab.frameShown(1);

    await page.locator('.packet[data-row="4"]').click();
    await lab.frameShown(5);

    await expect.poll(() => page.locator('.detail-layer', { hasText: 'ipv4' }).count()).toBe(1);
    await expect.poll(() => page.locator('.hex-row').count()).toBeGreaterThan(1);
    expect(await page.locator('.timeline [role=img]').getAttribute('aria-label')).toContain('3 nodes');
  });

  it('goes from a field to its bytes, and from a byte to its field', async () => {
    const { page } = lab;
    await page.click('.finding[data-rule=token-loss]');
    await lab.frameShown(275);
    await lab.chooseField('token_seq');
    await expect.poll(() => page.locator('.hex-bytes .hex-marked').count()).toBe(4);
    await expect.poll(() => lab.text('.detail-note')).toContain('u32');

    const at = await page.locator('.hex-bytes .hex-marked').first().getAttribute('data-at');
    await page.locator(`.hex-bytes [data-at="${Number(at) - 4}"]`).click();

    await expect
      .poll(() => page.locator('.detail-line[aria-selected=true]').allInnerTexts())
      .toEqual([expect.not.stringContaining('token_seq')]);
    await expect.poll(() => page.locator('.hex-bytes .hex-marked').count()).toBeGreaterThan(0);
  });

  it('goes from a finding to its packet, and from a ring to its first token', async () => {
    const { page } = lab;
    await page.click('.finding[data-rule=token-loss]');
    await lab.frameShown(275);
    await expect.poll(() => lab.text('.ring-says')).toContain('on its way from .112 to .114');

    await page.locator('.ring-item').nth(2).click();
    await expect.poll(() => lab.text('.status-ring')).toBe('ring 1862379712:16: .111, .112, .114');
  });

  it('goes from a mark of the timeline to its packet', async () => {
    const { page } = lab;
    const box = await page.locator('.timeline [role=img]').boundingBox();
    if (box === null) throw new Error('the timeline has no place');
    const before = await page.getAttribute('.packet[aria-selected=true]', 'data-row');

    await page.mouse.click(box.x + box.width * 0.35, box.y + 60);
    await page.waitForFunction(
      (old) => document.querySelector('.packet[aria-selected=true]')?.getAttribute('data-row') !== old,
      before,
    );

    const time = Number(await page.locator('.packet[aria-selected=true] [role=gridcell]').nth(1).innerText());
    expect(time).toBeGreaterThan(1);
    expect(time).toBeLessThan(4);
  });

  it('shows a silent node on the bench and the ring without it', async () => {
    const { page } = lab;
    await page.locator('.ring-item').nth(1).click();
    await page.waitForSelector('.ring-bench');

    await expect.poll(() => lab.text('.ring-bench')).toMatch(/\.114\s+silent/);
    await expect.poll(() => lab.text('.status-ring')).toBe('ring 1862379712:12: .111, .112');
  });
});

describe('the timeline', () => {
  const inView = (): Promise<string> => lab.text('.timeline-says > span');

  it('zooms by the wheel and fits by F', async () => {
    const { page } = lab;
    await page.mouse.move(4, 4);
    const whole = await inView();
    const box = await page.locator('.timeline [role=img]').boundingBox();
    if (box === null) throw new Error('the timeline has no place');

    await page.mouse.move(box.x + 300, box.y + 80);
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -100);
    await page.mouse.move(4, 4);
    await expect.poll(async () => parseFloat(await inView())).toBeLessThan(parseFloat(whole));

    await page.keyboard.press('f');
    await page.waitForFunction((old) => document.querySelector('.timeline-says > span')?.textContent === old, whole);
  });
});
