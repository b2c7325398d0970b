// The window itself: presets, panes, themes, what is remembered, and the list of keys.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KILL9, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
const home = join(scratch.path, 'shell');
const settingsFile = join(home, 'settings.json');
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(home, [KILL9]);
  await lab.read();
});
afterAll(() => scratch.remove());

const panes = (): Promise<readonly string[]> =>
  lab.page
    .locator('.pane')
    .evaluateAll((all) => all.map((pane) => pane.getAttribute('data-pane') ?? '').sort((a, b) => (a < b ? -1 : 1)));

describe('the panes', () => {
  it('are arranged by presets, on keys 1 and 2', async () => {
    const { page } = lab;
    await page.focus('#packets');
    await page.keyboard.press('1');
    await page.waitForSelector('.workbench[data-preset=teach]');
    await expect.poll(panes).toContain('ring');

    await page.keyboard.press('2');
    await page.waitForSelector('.workbench[data-preset=diagnose]');
    await expect.poll(panes).toEqual(['detail', 'findings', 'hex', 'packets', 'ring', 'timeline']);
  });

  it('are maximised and restored by M', async () => {
    const { page } = lab;
    await page.focus('#detail');
    await page.keyboard.press('m');
    await page.waitForSelector('.pane-controls button[aria-label="Restore Detail"]');
    await expect.poll(panes).toEqual(['detail']);

    await page.keyboard.press('m');
    await page.waitForSelector('#packets');
    await expect.poll(panes).toHaveLength(6);
  });

  it('are walked through by F6', async () => {
    const { page } = lab;
    await page.focus('.timeline [role=img]');
    await page.keyboard.press('F6');
    await page.waitForSelector('[data-pane=packets] :focus');
    await page.keyboard.press('Shift+F6');
    await page.waitForSelector('[data-pane=timeline] :focus');
  });

  it('are hidden, resized by the keyboard, and remembered in the settings of the program', async () => {
    const { page } = lab;
    await page.click('[data-pane=hex] button[aria-label="Hide Bytes"]');
    await page.waitForSelector('[data-pane=hex]', { state: 'detached' });
    await lab.drawn();
    const width = async (): Promise<number> => (await page.locator('[data-pane=packets]').boundingBox())?.width ?? 0;
    const before = await width();
    await page.focus('.separator[aria-label^="between Packets and Detail"]');
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowLeft');
    await expect.poll(width).toBeLessThan(before);
    await lab.theme('contrast');
    await lab.stop();

    const { layouts, theme } = JSON.parse(readFileSync(settingsFile, 'utf8')) as {
      layouts: { diagnose: { hidden: string[]; splits: object } };
      theme: string;
    };
    expect(theme).toBe('contrast');
    expect(layouts.diagnose.hidden).toEqual(['hex']);
    expect(Object.keys(layouts.diagnose.splits).length).toBeGreaterThan(0);
  });
});

describe('the settings', () => {
  it('are there again at the next start', async () => {
    lab = await Lab.start(home, [KILL9], true);
    await lab.read();

    expect(await lab.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('contrast');
    await expect.poll(panes).toEqual(['detail', 'findings', 'packets', 'ring', 'timeline']);
    await lab.command('reset-layout');
    await lab.page.waitForSelector('[data-pane=hex]');
    await lab.stop();
  });

  it('that were damaged are as in a new program, and kept', async () => {
    writeFileSync(settingsFile, '{"theme": "contr');
    lab = await Lab.start(home, [KILL9], true);
    await lab.read();

    expect(await lab.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await expect.poll(panes).toHaveLength(6);
    expect(readFileSync(`${settingsFile}.damaged`, 'utf8')).toBe('{"theme": "contr');
  });

  it('follow the system until a theme is chosen', async () => {
    const theme = (): Promise<string | undefined> => lab.page.evaluate(() => document.documentElement.dataset['theme']);
    await lab.page.emulateMedia({ colorScheme: 'light' });
    await lab.page.waitForFunction(() => document.documentElement.dataset['theme'] === 'light');
    await lab.theme('dark');
    await lab.page.emulateMedia({ colorScheme: 'dark' });
    await lab.page.emulateMedia({ colorScheme: 'light' });

    expect(await theme()).toBe('dark');
  });
});

describe('the list of keys', () => {
  it('opens by ? and closes by Escape', async () => {
    const { page } = lab;
    await page.focus('#packets');
    await page.keyboard.press('?');
    await page.waitForSelector('#shortcuts[open]');
    expect(await lab.text('#shortcuts')).toContain('Find everything by name');

    await page.keyboard.press('Escape');
    await page.waitForSelector('#shortcuts', { state: 'detached' });
    await page.waitForSelector('#packets:focus');
    await lab.stop();
  });
});
