// The ways to open a capture, and what the window says where it cannot.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { capture, KILL9, Lab, repeated, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab | null = null;

async function start(...args: string[]): Promise<Lab> {
  lab = await Lab.start(scratch.path, args);
  return lab;
}

afterEach(async () => {
  await lab?.stop();
  lab = null;
});
afterAll(() => scratch.remove());

describe('opening a capture', () => {
  it('opens what the command line names, at its gravest moment', async () => {
    const { page } = await start(KILL9);

    await lab?.read();

    expect(await page.innerText('.top-bar h1')).toContain('bridge.pcap');
    expect(await page.innerText('[data-pane=packets] .pane-aside')).toContain('787 packets, 763 of Totem');
    expect(await page.innerText('.verdict')).toContain('stopped at node 1912711360');
    expect(await page.getAttribute('.packet[aria-selected=true]', 'data-row')).toBe('274');
    expect(await page.locator('.ring-item').count()).toBe(3);
  });

  it('opens what is chosen in the dialog of the menu, and remembers it', async () => {
    const own = await start();
    expect(await own.text('.welcome h2')).toContain('Open a capture');

    await own.answerDialog([KILL9]);
    await own.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('open')?.click());
    await own.read();

    const labels = await own.app.evaluate(({ Menu }) => {
      const file = Menu.getApplicationMenu()?.items.find(({ label }) => label.includes('File'));
      const recent = file?.submenu?.items.find(({ label }) => label === 'Open Recent');
      return recent?.submenu?.items.map(({ label }) => label) ?? [];
    });
    expect(labels).toContain('bridge.pcap');
  });

  it('opens what the button of the empty window chooses', async () => {
    const own = await start();

    await own.answerDialog([capture('c31-udp-kill9/brA.pcap')]);
    await own.page.click('.primary');
    await own.read();

    expect(await own.text('.top-bar h1')).toContain('c31-udp-kill9/brA.pcap');
  });

  it('opens a sample that comes with the program', async () => {
    const own = await start();

    await own.page.click('.samples .link >> nth=1');
    await own.read();

    expect(await own.text('.top-bar h1')).toContain('c31-udp-partition2-3/brA.pcap');
    expect(await own.page.locator('.ring-item').count()).toBe(5);
  });

  it('opens a dropped file, gzipped or not', async () => {
    const own = await start();

    await own.drop('dropped.pcap', readFileSync(KILL9));
    await own.read();
    expect(await own.text('[data-pane=packets] .pane-aside')).toContain('787 packets');

    await own.drop('dropped.pcap.gz', readFileSync(capture('05-corosync-loss-5pct/bridge.pcap.gz')));
    await own.page.waitForFunction(() =>
      document.querySelector('.top-bar h1')?.textContent?.includes('dropped.pcap.gz'),
    );
    await own.read();
    expect(await own.page.locator('.packet').count()).toBeGreaterThan(5);
  });

  it('opens a gzipped capture from disk and shows any packet of it', async () => {
    const own = await start(capture('c31-knet-burst-large/brA.pcap.gz'));
    await own.read();

    await own.page.focus('#packets');
    await own.page.keyboard.press('End');
    await own.page.waitForSelector('.packet[data-row="2261"][aria-selected=true]');
    await own.page.waitForFunction(
      () => document.querySelector('[data-pane=detail] .pane-aside')?.textContent === 'frame 2262',
    );

    expect(await own.page.locator('.detail-layer').count()).toBeGreaterThan(2);
  });
});

describe('a long capture', () => {
  it('shows its first rows while it is read, and stops when told to', async () => {
    const path = scratch.file('long.pcap', repeated(readFileSync(KILL9), 150e6));
    const own = await start(path);

    await own.page.waitForSelector('.packet');
    expect(await own.phase()).toBe('reading');
    await own.page.click('.status-reading button');
    await own.page.waitForSelector('.app[data-phase=cancelled]');

    expect(await own.text('.banner')).toContain('Reading was stopped');
    await own.page.focus('#packets');
    await own.page.keyboard.press('ArrowDown');
    await own.page.waitForSelector('.detail-line');
  });
});

describe('a dropped file', () => {
  it('is opened by its path where it has one', async () => {
    const own = await start();
    await own.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'probe';
      document.body.append(input);
    });

    await own.page.setInputFiles('#probe', KILL9);
    const path = await own.page.evaluate(() => {
      const { lab: doors } = window as unknown as { lab: { pathOf(file: File): string } };
      const file = document.querySelector<HTMLInputElement>('#probe')?.files?.[0];
      return file === undefined ? '' : doors.pathOf(file);
    });

    expect(path).toBe(KILL9);
  });
});

describe('what cannot be opened', () => {
  it.each([
    ['a folder', () => capture('03-corosync-kill9'), 'is a folder: choose a capture file in it'],
    ['a file that is not there', () => capture('no-such.pcap'), 'does not exist'],
    ['an empty file', () => scratch.file('empty.pcap', new Uint8Array()), 'is empty'],
    ['something else', () => capture('03-corosync-kill9/truth.json'), 'not a pcap or pcapng capture'],
  ])('%s: says so in a sentence', async (_what, path, says) => {
    const own = await start(path());

    await own.page.waitForSelector('.welcome-problem');

    expect(await own.text('.welcome-problem')).toContain(says);
    expect(await own.phase()).toBe('failed');
  });

  it('shows what could be read of a cut file, and where it ends', async () => {
    const cut = readFileSync(KILL9).subarray(0, 40_000);
    const own = await start(scratch.file('cut.pcap', cut));

    await own.read();

    expect(await own.text('.banner')).toContain('ends in the middle of a record at octet');
    expect(await own.page.locator('.packet').count()).toBeGreaterThan(5);
  });

  it('says it where a file changes under the window', async () => {
    const path = scratch.copy(KILL9, 'shrinking.pcap');
    const own = await start(path);
    await own.read();

    writeFileSync(path, readFileSync(KILL9).subarray(0, 1000));
    await own.page.focus('#packets');
    await own.page.keyboard.press('End');
    await own.page.waitForFunction(() =>
      document.querySelector('.detail-note')?.textContent?.includes('shorter than it was'),
    );

    expect(await own.phase()).toBe('done');
  });
});

describe('an encrypted capture', () => {
  const path = capture('c31-knet-aes256-form3/brA.pcap');
  const key = capture('c31-knet-aes256-form3/authkey');

  it('says that it needs a key, and opens with the one that is chosen', async () => {
    const own = await start(path);
    await own.read();
    expect(await own.text('.banner')).toContain('encrypted and no key is at hand');

    await own.answerDialog([key]);
    await own.page.click('.banner button');
    await own.page.waitForSelector('.banner', { state: 'detached' });
    await own.read();

    expect(await own.page.locator('.ring-item').count()).toBeGreaterThan(0);
    await own.page.waitForSelector('.hex-tabs button:has-text("decrypted")');
  });

  it('says that a wrong key does not fit', async () => {
    const own = await start(path);
    await own.read();

    await own.drop('authkey', new Uint8Array(1024).fill(7));
    await own.page.waitForFunction(() =>
      document.querySelector('.banner')?.textContent?.includes('none of the keys opens them'),
    );

    expect(await own.text('.top-bar')).toContain('Keys: 1');
  });

  it('takes a key from the command line', async () => {
    const own = await start('--key', key, path);
    await own.read();

    expect(await own.page.locator('.banner').count()).toBe(0);
  });
});
