// Encrypted captures: keys by dialog, drop and command line, what each opens, and how they are forgotten.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { capture, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
const PATH = capture('c31-knet-aes256-form3/brA.pcap');
const KEY = capture('c31-knet-aes256-form3/authkey');
const WRONG = new Uint8Array(1024).fill(7);
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'keys'), ['--key', KEY, PATH]);
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

/** Rows of the table of verdicts, as text. */
const verdicts = async (): Promise<readonly string[]> =>
  (await lab.page.locator('.key-table tbody tr').allInnerTexts()).map((line) => line.replace(/\s+/g, ' '));

describe('a key', () => {
  it('of the command line opens the capture', async () => {
    await lab.read();

    expect(await lab.page.locator('.banner').count()).toBe(0);
    expect(await lab.page.getAttribute('.keys-button', 'aria-label')).toBe('keys: 1');
    expect(await lab.page.locator('.ring-item').count()).toBeGreaterThan(0);
    await lab.page.waitForSelector('.hex-tabs button:has-text("decrypted")');
  });

  describe('that is not there at first', () => {
    // A capture that is closed takes its keys with it.
    beforeEach(async () => {
      await lab.close();
      await lab.open(PATH);
    });

    it('is asked for, chosen by dialog, and says whom it opens', async () => {
      expect(await lab.text('.banner')).toContain('are encrypted and no key is at hand');
      expect(await lab.text('.verdict-first')).toBe('No ring can be seen in this capture without its key.');
      for (const pane of ['timeline', 'ring'])
        expect(await lab.text(`[data-pane=${pane}] .nothing`)).toContain('seen once a key opens them');

      await lab.answerDialog([KEY]);
      await lab.page.click('.banner button');
      await lab.page.waitForSelector('.banner', { state: 'detached' });
      await lab.read();
      await lab.page.keyboard.press('Control+Shift+K');
      await lab.page.waitForSelector('.key-table');

      await expect
        .poll(verdicts)
        .toEqual([1, 2, 3].map(() => expect.stringMatching(/✓ opens \d+ .*none .*aes256-sha256/)));
      await lab.page.click('.key-list button');
      await lab.page.waitForFunction(() => document.querySelector('.key-advice')?.textContent?.includes('authkey'));
      await lab.page.keyboard.press('Escape');
      await expect.poll(() => lab.text('.banner')).toContain('no key is at hand');
    });

    it('that is wrong says so for every node, and what to check', async () => {
      await lab.drop(['authkey', WRONG]);
      await lab.page.waitForFunction(() =>
        document.querySelector('.banner')?.textContent?.includes('none of the keys opens them'),
      );

      await lab.page.click('.banner button');
      await lab.page.waitForSelector('.key-table');
      await expect.poll(verdicts).toEqual([1, 2, 3].map(() => expect.stringMatching(/✗ opens none of \d+/)));
      await expect.poll(() => lab.text('.key-advice')).toContain('sha256sum /etc/corosync/authkey');
      await lab.page.keyboard.press('Escape');
    });

    it('dropped together with a capture opens it', async () => {
      await lab.close();
      await lab.drop(['ring.pcap', readFileSync(PATH)], ['authkey', readFileSync(KEY)]);
      await lab.read();

      expect(await lab.page.locator('.banner').count()).toBe(0);
      expect(await lab.page.locator('.ring-item').count()).toBeGreaterThan(0);
    });
  });
});
