// A person's notes and what is handed on: annotated, undone, there after the program was killed, exported, reopened.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { capture, Lab, SCREENSHOTS } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-notes-'));
const data = (name: string): string => join(folder, name);
const CAPTURE = data('ring.pcap');
const BESIDE = `${CAPTURE}.annotations.json`;
let lab: Lab;

/** What the next dialog for a file to write answers. */
async function answerSave(to: string): Promise<void> {
  await lab.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, to);
}

const saved = (): readonly { readonly text: string }[] =>
  existsSync(BESIDE)
    ? (JSON.parse(readFileSync(BESIDE, 'utf8')) as { annotations: { text: string }[] }).annotations
    : [];
const savedTexts = (): readonly string[] => saved().map(({ text }) => text);

async function annotate(text: string, tags: string): Promise<void> {
  await lab.page.keyboard.press('a');
  await lab.page.fill('#annotation-text', text);
  await lab.page.fill('.annotate input[type=text]', tags);
  await lab.page.keyboard.press('Enter');
  await lab.page.waitForSelector('#annotate', { state: 'detached' });
}

const noteTexts = (): Promise<readonly string[]> =>
  lab.page.locator('[data-pane=annotations] .note-text').allTextContents();

async function closeExport(): Promise<void> {
  await lab.page.keyboard.press('Escape');
  await lab.page.waitForSelector('#export', { state: 'detached' });
}

/** Files dropped on the window, by their names. */
async function drop(files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
  await lab.page.evaluate((dropped) => {
    const transfer = new DataTransfer();
    for (const { name, text } of dropped) transfer.items.add(new File([text], name));
    document.querySelector('.app')?.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true }));
  }, files);
}

async function shoot(name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const)
    for (const [width, height] of [
      [1280, 720],
      [2560, 1440],
    ] as const) {
      await lab.theme(theme);
      await lab.resize(width, height);
      await lab.page.waitForTimeout(300);
      await lab.page.screenshot({ path: join(SCREENSHOTS, `${name}-${theme}-${width}.png`) });
    }
  await lab.resize(1280, 720);
}

beforeAll(async () => {
  copyFileSync(capture('c31-udp-kill9/brA.pcap'), CAPTURE);
  lab = await Lab.start(data('user'));
});
afterEach(() => {
  expect(lab.complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('annotations', () => {
  it('are made by one key, saved at once, undone and done again', async () => {
    await lab.open(CAPTURE);
    await annotate('the switch was rebooted here', 'switch, planned');
    await expect.poll(savedTexts).toEqual(['the switch was rebooted here']);
    await lab.page.click('.packet[aria-selected=true]');
    await annotate('look at this one', '');
    await expect.poll(savedTexts).toHaveLength(2);

    await lab.page.keyboard.press('Control+z');
    await expect.poll(savedTexts).toEqual(['the switch was rebooted here']);
    await lab.page.keyboard.press('Control+Shift+Z');
    await expect.poll(savedTexts).toEqual(['the switch was rebooted here', 'look at this one']);
  });

  it('are in the list, the table and the detail, and found by words', async () => {
    await lab.preset('diagnose');
    await lab.page.waitForSelector('[data-pane=annotations] .note');
    await expect.poll(noteTexts).toHaveLength(2);
    await lab.page.fill('[data-pane=annotations] input[type=search]', '#planned');
    await expect.poll(() => lab.page.locator('[data-pane=annotations] .note').count()).toBe(1);
    await lab.page.fill('[data-pane=annotations] input[type=search]', '');

    await lab.page.click('[data-pane=annotations] .note-go >> nth=1');
    await lab.page.waitForSelector('.packet[aria-selected=true] .note-mark');
    await expect.poll(() => lab.text('.detail-notes')).toContain('look at this one');
    await shoot('notes');
  });

  it('are there after the program was killed', async () => {
    lab.app.process().kill('SIGKILL');
    lab = await Lab.start(data('user-2'));
    await lab.open(CAPTURE);

    await lab.page.waitForSelector('[data-pane=annotations] .note');
    await expect.poll(noteTexts).toEqual(['the switch was rebooted here', 'look at this one']);
  });
});

describe('an export', () => {
  it('is written whole, and opens with every annotation and finding', async () => {
    const out = data('annotated.pcapng');
    const findings = await lab.page.locator('.finding[data-rule]').count();
    await answerSave(out);
    await lab.command('export-capture');
    await lab.page.click('#export .primary');
    await lab.page.waitForSelector('text=annotated.pcapng is written.');
    await lab.page.click('text=Open it here');
    await lab.page.waitForFunction(() => document.querySelector('.source-name')?.textContent === 'annotated.pcapng');
    await lab.read();

    await lab.page.waitForSelector('[data-pane=annotations] .note');
    await expect.poll(noteTexts).toHaveLength(2);
    await expect.poll(() => lab.page.locator('.finding[data-rule]').count()).toBe(findings);
    expect(existsSync(`${out}.annotations.json`)).toBe(false);
  });

  it('never takes the place of the capture that is shown', async () => {
    const before = readFileSync(data('annotated.pcapng'));
    await answerSave(data('annotated.pcapng'));
    await lab.command('export-capture');
    await lab.page.click('#export .primary');

    await lab.page.waitForSelector('text=is being read: give the result another name');
    await closeExport();
    expect(readFileSync(data('annotated.pcapng')).equals(before)).toBe(true);
  });

  it.each([
    ['export-report', 'story.html', /^<!doctype html>[\s\S]*<svg[\s\S]*the switch was rebooted here/],
    ['export-report', 'story.md', /^# What happened in annotated\.pcapng\n/],
    ['export-table', 'packets.csv', /^frame,time,since_first,src[\s\S]*look at this one/],
  ])('%s writes %s', async (command, name, content) => {
    await answerSave(data(name));
    await lab.command(command);
    await lab.page.click('#export .primary');
    await lab.page.waitForSelector(`text=${name} is written.`);
    await closeExport();

    expect(readFileSync(data(name), 'utf8')).toMatch(content);
  });
});

describe('a node that multicast does not reach, with its logs', () => {
  const scenario = (name: string): string => capture(`c31-udp-mcast-blocked/${name}`);

  it('says first what is wrong, whose retransmit lists follow from it, and what to check on the switch', async () => {
    await lab.open(scenario('brA.pcap.gz'));
    await expect
      .poll(() => lab.text('.verdict'))
      .toMatch(/Node 2 does not receive multicast although the token reaches it/);

    await lab.page.click('text=More');
    await expect.poll(() => lab.text('.verdict')).toMatch(/retransmit lists .* of nodes 1 and 3 are the consequence/);
    expect(await lab.text('.verdict')).toMatch(/on the switch: IGMP snooping without a querier/);
  });

  it('holds logs and a configuration that are dropped on the window against the packets', async () => {
    const read = (name: string): { name: string; text: string } => ({
      name,
      text: readFileSync(scenario(name), 'utf8'),
    });
    await drop([read('n1.log'), read('n2.log'), read('n3.log'), read('n1.corosync.conf')]);

    await lab.page.waitForSelector('.witness >> nth=3');
    const said = await lab.page.locator('.witness').allTextContents();
    for (const node of [1, 2, 3])
      expect(said.join('\n')).toMatch(new RegExp(`node ${node}: \\d+ of \\d+ lines borne out`));
    expect(said.join('\n')).toMatch(/n1\.corosync\.conf: token \d+ ms/);
  });

  it('says of each claim of a log whether the packets bear it out, with its line and their frames', async () => {
    const claim = lab.page.locator('.claim', { hasText: 'A new membership (1.d) was formed. Members left: 2' });
    expect(await claim.first().innerText()).toMatch(/the packets agree[\s\S]*ring 1:13 has 1 3/);
    await claim.first().locator('button:text("line")').click();
    expect(await claim.first().locator('.log-line-meant').innerText()).toMatch(/^\s*\d+ .*Members left: 2/);
    const frame = claim.first().locator('[aria-label^=frame]').first();
    const number = Number(await frame.innerText());
    await frame.click();

    await lab.page.waitForSelector(`.packet[aria-selected=true][data-row="${number - 1}"]`);
    await shoot('witnesses');
  });

  it('writes them into the report, for strangers without an address', async () => {
    const out = data('strangers.md');
    await answerSave(out);
    await lab.command('export-report');
    await lab.page.click('text=For strangers');
    await lab.page.click('#export .primary');
    await lab.page.waitForSelector('text=strangers.md is written.');
    await closeExport();

    const text = readFileSync(out, 'utf8');
    expect(text).toMatch(/\| line \d+ \|[^\n]*Members left: 2[^\n]*agrees/);
    expect(text).not.toMatch(/10\.77\.0\.\d/);
  });

  it('leads from a finding to each packet that proves it', async () => {
    await lab.page.click('.finding[data-rule=multicast-deaf]');
    const frame = lab.page.locator('.proof-frame').nth(1);
    const number = await frame.textContent();
    await frame.click();

    await lab.page.waitForSelector(`.packet[aria-selected=true][data-row="${Number(number) - 1}"]`);
    await lab.page.waitForSelector('.finding[data-rule=multicast-deaf][aria-expanded=true]');
    await shoot('deaf');
  });
});
