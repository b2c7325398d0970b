// The ways to open a capture, and what the window says where it cannot.
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { capture, KILL9, Lab, repeated, Scratch } from './support.ts';

const scratch = new Scratch();
const UDP_KILL = capture('c31-udp-kill9/brA.pcap');
const GZIPPED = capture('05-corosync-loss-5pct/bridge.pcap.gz');
afterAll(() => scratch.remove());

describe('a first start', () => {
  it('shows a capture that comes with the program, and says what it is', async () => {
    const lab = await Lab.start(join(scratch.path, 'first'), [], true);
    await lab.read();

    expect(await lab.source()).toBe('03-corosync-kill9/bridge.pcap');
    expect(await lab.text('.banner-calm')).toContain('A real capture that comes with Totem Lab.');
    expect(await lab.text('.banner-calm')).toContain('kill -9 of one of three nodes');
    await lab.page.click('.banner-calm button:has-text("Other samples")');
    await lab.page.waitForSelector('.samples');
    await lab.stop();
  });
});

describe('the command line', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start(join(scratch.path, 'line'), [KILL9, UDP_KILL]);
  });
  afterAll(() => lab.stop());

  it('opens each capture in a window of its own, at its gravest moment', async () => {
    await expect.poll(() => lab.app.windows().length).toBe(2);
    const titles = await Promise.all(
      lab.app.windows().map(async (page) => {
        await page.waitForSelector('.app[data-phase=done]');
        const parts = await page.locator('.source-folder, .source-name').allTextContents();
        return `${parts.join('')}: ${await page.innerText('.verdict-first')}`;
      }),
    );

    expect([...titles].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      expect.stringMatching(/^03-corosync-kill9\/bridge\.pcap: Node \.114 died without a leave/),
      expect.stringMatching(/^c31-udp-kill9\/brA\.pcap: Node 3 died without a leave/),
    ]);
  });
});

describe('opening a capture', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start(join(scratch.path, 'open'));
    return () => lab.stop();
  });
  beforeEach(() => lab.close());

  it('by the dialog of the menu, which remembers it', async () => {
    await lab.open(KILL9);

    expect(await lab.source()).toBe('03-corosync-kill9/bridge.pcap');
    await lab.count('787 packets, 763 of Totem');
    await lab.page.waitForSelector('.packet[data-row="272"][aria-selected=true]');
    expect(await lab.page.locator('.ring-item').count()).toBe(3);
    const labels = (): Promise<readonly string[]> =>
      lab.app.evaluate(({ Menu }) => {
        const file = Menu.getApplicationMenu()?.items.find(({ label }) => label.includes('File'));
        const recent = file?.submenu?.items.find(({ label }) => label === 'Open Recent');
        return recent?.submenu?.items.map(({ label }) => label) ?? [];
      });
    await expect.poll(labels).toContain('bridge.pcap');
  });

  it('by the key and the button of the empty window', async () => {
    await lab.answerDialog([UDP_KILL]);
    await lab.page.click('.primary:has-text("Open a capture")');
    await lab.read();
    expect(await lab.source()).toBe('c31-udp-kill9/brA.pcap');

    await lab.answerDialog([KILL9]);
    await lab.page.keyboard.press('Control+o');
    await lab.page.waitForFunction(() => document.querySelector('.source-name')?.textContent === 'bridge.pcap');
    await lab.read();
  });

  it('by the lists of samples and of captures opened before', async () => {
    await lab.page.click('.samples button >> nth=1');
    await lab.read();
    expect(await lab.source()).toBe('c31-udp-partition2-3/brA.pcap');
    expect(await lab.page.locator('.ring-item').count()).toBe(5);

    await lab.close();
    await lab.page.click('.welcome .link:has-text("c31-udp-kill9/brA.pcap")');
    await lab.read();
    expect(await lab.source()).toBe('c31-udp-kill9/brA.pcap');
  });

  it('by dropping it, gzipped or not', async () => {
    await lab.drop(['dropped.pcap', readFileSync(KILL9)]);
    await lab.read();
    await lab.count('787 packets');

    await lab.drop(['dropped.pcap.gz', readFileSync(GZIPPED)]);
    await lab.page.waitForFunction(() => document.querySelector('.source-name')?.textContent === 'dropped.pcap.gz');
    await lab.read();
    await expect.poll(() => lab.page.locator('.packet').count()).toBeGreaterThan(5);
  });

  it('by dropping a file of the disk, which the page may open by its path from then on', async () => {
    await lab.page.evaluate(() => {
      const input = document.createElement('input');
      input.type = 'file';
      input.id = 'probe';
      document.body.append(input);
    });
    const dropped = scratch.copy(KILL9, 'from-disk.pcap');
    await lab.page.setInputFiles('#probe', dropped);
    const outcome = await lab.page.evaluate(async (path) => {
      const { lab: doors } = window as unknown as {
        lab: { pathOf(file: unknown): string; call(name: string, args: unknown): Promise<{ ok: boolean }> };
      };
      const before = await doors.call('session.open', [path]);
      const forged = doors.pathOf({ path: '/etc/hostname' });
      const file = document.querySelector<HTMLInputElement>('#probe')?.files?.[0];
      const given = file === undefined ? '' : doors.pathOf(file);
      const after = await doors.call('session.open', [path]);
      document.querySelector('#probe')?.remove();
      return { before: before.ok, forged, given, after: after.ok };
    }, dropped);

    expect(outcome).toEqual({ before: false, forged: '', given: dropped, after: true });
  });

  it('gzipped, from disk, with every packet of it', async () => {
    await lab.open(capture('c31-knet-burst-large/brA.pcap.gz'));

    await lab.page.focus('#packets');
    await lab.page.keyboard.press('End');
    await lab.page.waitForSelector('.packet[data-row="2261"][aria-selected=true]');
    await lab.frameShown(2262);

    await expect.poll(() => lab.page.locator('.detail-layer').count()).toBeGreaterThan(2);
  });

  it('in a window of its own, for each further file of a start while it runs', async () => {
    const page = await lab.windowOf(() =>
      lab.app.evaluate(
        ({ app }, path) =>
          app.emit('second-instance', {}, ['electron', ...(app.isPackaged ? [] : [app.getAppPath()]), path], '/'),
        UDP_KILL,
      ),
    );
    await page.waitForSelector('.app[data-phase=done]');

    expect(await page.locator('.source-name').textContent()).toBe('brA.pcap');
    await page.close();
  });
});

describe('a long capture', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start(join(scratch.path, 'long'));
    return () => lab.stop();
  });
  afterEach(() => lab.close());

  it('shows its first rows while it is read, and stops when told to', async () => {
    const path = scratch.file('long.pcap', repeated(readFileSync(KILL9), 150e6));
    await lab.answerDialog([path]);
    await lab.menu('open');

    // In the page itself, at the first frame that has rows: a test is slower than a reading.
    const phase = await lab.page.waitForFunction(() => {
      if (document.querySelector('.packet') === null) return null;
      document.querySelector<HTMLElement>('.status-reading button')?.click();
      return document.querySelector<HTMLElement>('.app')?.dataset['phase'];
    });
    expect(await phase.jsonValue()).toBe('reading');
    await lab.page.waitForSelector('.app[data-phase=cancelled]');

    expect(await lab.text('.banner')).toContain('Reading was stopped');
    await lab.page.focus('#packets');
    await lab.page.keyboard.press('ArrowDown');
    await lab.page.waitForSelector('.detail-line');
  });

  it('of 3 GB opens at its first packets, and is left at once', async () => {
    const golden = readFileSync(KILL9);
    const path = scratch.file('sparse.pcap', golden);
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, 3_000_000_000);
    closeSync(fd);
    await lab.answerDialog([path]);
    await lab.menu('open');

    await lab.page.waitForSelector('.packet');
    // A hole reads as records of no octets: rows without end, until they are enough.
    await lab.page.waitForFunction(() => document.querySelector('.packet-count')?.textContent?.match(/^\d/));
    if ((await lab.phase()) === 'reading') await lab.page.keyboard.press('Escape');
    await lab.page.waitForSelector('.app[data-phase=cancelled], .app[data-phase=done]');

    await lab.page.focus('#packets');
    await lab.page.keyboard.press('Home');
    await lab.frameShown(1);
    await expect.poll(() => lab.page.locator('.detail-layer').count()).toBeGreaterThan(2);
  });
});

describe('what cannot be opened', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.start(join(scratch.path, 'cannot'));
    return () => lab.stop();
  });
  beforeEach(() => lab.close());

  it.each([
    ['a folder', () => capture('03-corosync-kill9'), 'is a folder: choose a capture file in it'],
    ['a file that is not there', () => capture('no-such.pcap'), 'does not exist'],
    ['an empty file', () => scratch.file('empty.pcap', new Uint8Array()), 'is empty'],
    ['something else', () => capture('03-corosync-kill9/truth.json'), 'not a pcap or pcapng capture'],
  ])('%s: says so in a sentence', async (_what, path, says) => {
    await lab.answerDialog([path()]);
    await lab.menu('open');

    // That of the case before stands until then.
    await expect
      .poll(() => lab.page.locator('.welcome-problem').allInnerTexts())
      .toEqual([expect.stringContaining(says)]);
    expect(await lab.phase()).toBe('failed');
  });

  it('shows what could be read of a cut file, and where it ends', async () => {
    await lab.open(scratch.file('cut.pcap', readFileSync(KILL9).subarray(0, 40_000)));

    expect(await lab.text('.banner')).toContain('ends in the middle of a record at octet');
    await expect.poll(() => lab.page.locator('.packet').count()).toBeGreaterThan(5);
  });

  it('shows what came before a damaged record, and says where that is', async () => {
    const bytes = Buffer.from(readFileSync(KILL9));
    let at = 24;
    for (let record = 0; record < 300; record++) at += 16 + bytes.readUInt32LE(at + 8);
    bytes.writeUInt32LE(0x7fffffff, at + 8);
    await lab.open(scratch.file('damaged.pcap', bytes));

    await lab.count('300 packets');
    expect(await lab.text('.banner')).toContain(`the record at octet ${at} claims 2147483647 octets`);
    await lab.page.focus('#packets');
    await lab.page.keyboard.press('End');
    await lab.frameShown(300);
  });

  it('says it where a file changes under the window', async () => {
    const path = scratch.copy(KILL9, 'shrinking.pcap');
    await lab.open(path);

    writeFileSync(path, readFileSync(KILL9).subarray(0, 1000));
    await lab.page.focus('#packets');
    await lab.page.keyboard.press('End');
    await lab.page.waitForFunction(() =>
      document.querySelector('.detail-note')?.textContent?.includes('shorter than it was'),
    );

    expect(await lab.phase()).toBe('done');
  });
});
