// The window without the program round it, as `npm run web` serves it: a plain page in Chromium.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileChooser, Page } from 'playwright-core';
import { serveWindow, type ServedWindow } from '../../main/node/web/serve-window.ts';
import { capture, KILL9, Lab, Scratch } from './support.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const scratch = new Scratch();
let lab: Lab;
let served: ServedWindow;
let page: Page;
/** The dialogs that were asked for. Heard from the start on: who begins to hear at a key may come too late. */
const dialogs: FileChooser[] = [];

beforeAll(async () => {
  served = await serveWindow(join(ROOT, 'out', 'renderer'), join(ROOT, 'test', 'golden', 'captures'), 0);
  lab = await Lab.start(join(scratch.path, 'web'));
  page = await lab.windowOf(() =>
    lab.app.evaluate(({ BrowserWindow }, address) => {
      const window = new BrowserWindow({ width: 1280, height: 720, webPreferences: { sandbox: true } });
      void window.loadURL(address);
    }, served.address),
  );
  page.on('filechooser', (dialog) => dialogs.push(dialog));
  page.on('pageerror', (error) => lab.complaints.push(error.message));
});
afterAll(async () => {
  await lab.stop();
  await served.close();
  scratch.remove();
});

const isRead = async (name: string): Promise<void> => {
  await page.waitForFunction((wanted) => document.querySelector('.source-name')?.textContent === wanted, name);
  await page.waitForSelector('.app[data-phase=done]');
  await page.waitForSelector('.detail-line');
};

/** Milliseconds after which the dialog is asked for once more. */
const ASK_AGAIN_MS = 15_000;

/** Chooses a file in the dialog that this brings. */
async function choose(path: string, asks: () => Promise<void>): Promise<void> {
  dialogs.length = 0;
  while (dialogs.length === 0) {
    // A browser shows the dialog only some seconds after a person touched the page; a slow machine loads longer.
    await page.click('.source-name');
    await asks();
    for (const end = Date.now() + ASK_AGAIN_MS; dialogs.length === 0 && Date.now() < end;)
      await page.waitForTimeout(50);
  }
  await dialogs[0]?.setFiles(path);
}

describe('the window in a plain browser', () => {
  it('shows a sample at its first start, and has the others', async () => {
    expect(page.url()).toBe(served.address);
    await isRead('bridge.pcap');
    expect(await page.innerText('.packet-count')).toContain('787 packets');

    await page.click('.banner-calm button:has-text("Other samples")');
    await page.click('.samples button:has-text("A switch is cut off")');
    await isRead('brA.pcap');
    await expect.poll(() => page.locator('.ring-item').count()).toBe(5);
  });

  it('opens what is chosen in the browser, gzipped too, and keys', async () => {
    await choose(capture('c31-knet-aes256-form3/brA.pcap'), () => page.keyboard.press('Control+o'));
    await isRead('brA.pcap');
    await choose(capture('c31-knet-aes256-form3/authkey'), () => page.click('.banner button:has-text("Add a key…")'));
    await page.waitForSelector('.banner', { state: 'detached' });
    await page.waitForSelector('.hex-tabs button:has-text("decrypted")');

    await choose(capture('05-corosync-loss-5pct/bridge.pcap.gz'), () => page.keyboard.press('Control+o'));
    await isRead('bridge.pcap.gz');
  });

  it('remembers the theme in the browser', async () => {
    const stored = (): Promise<string | null> => page.evaluate(() => localStorage.getItem('totem-lab.settings'));
    await page.keyboard.press('Control+Shift+L');
    await expect.poll(stored).toMatch(/"theme":"(light|dark|contrast)"/);
  });

  it('takes what is dropped', async () => {
    const transfer = await page.evaluateHandle((octets) => {
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(atob(octets), (char) => char.charCodeAt(0))], 'dropped.pcap'));
      return files;
    }, readFileSync(KILL9).toString('base64'));
    await page.dispatchEvent('.app', 'drop', { dataTransfer: transfer });

    await isRead('dropped.pcap');
  });

  it('simulates a lab, which breaks and goes back', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Close the capture');
    await page.keyboard.press('Enter');
    await page.click('text=Simulate them');
    await page.waitForSelector('.app[data-phase=live]');
    const rings = (wanted: string): Promise<unknown> =>
      page.waitForFunction((ring) => document.querySelector('.status-ring')?.textContent?.includes(ring), wanted);
    await rings('n1, n2, n3');
    await page.keyboard.press('1');
    const screen = page.locator('.xterm-rows');
    await page.waitForFunction(
      () => document.querySelector('[data-pane=nodes]')?.textContent?.match(/joined, epoch/g)?.length === 3,
    );
    await page.click('.shell-screen');
    await page.keyboard.type('collie cluster format -c 2\ncollie vdi create VM1 64M\ncollie vdi list\n');
    await expect.poll(() => screen.innerText()).toMatch(/VM1\s+\d+\s+64 MB/);
    await page.click('button[aria-label="Kill node 2"]');
    await rings('n1, n3');
    await page.click('text=End the lab');
    await page.waitForSelector('.app[data-phase=done]');
  });
});
