// What a person writes into the store of a real lab: it lies on the disks as placement wants it, and is the same to
// the last octet after a node was killed and after it came back; the capture of it tells the same when opened again.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, Scratch, SCREENSHOTS } from '../support.ts';

const scratch = new Scratch();
const file = (name: string): string => join(scratch.path, name);
const kept = file('kept.pcapng');
/** Three whole data objects and a part of a fourth. */
const OCTETS = 3 * 4_194_304 + 1_048_576 + 512;
const written = randomBytes(OCTETS);
let lab: Lab;

beforeAll(async () => {
  writeFileSync(file('disk.raw'), written);
  lab = await Lab.start(file('lab-store'));
  await lab.startPatientLab();
  await lab.preset('teach');
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const aside = (pane: string): Promise<string> => lab.page.locator(`[data-pane=${pane}] .pane-aside`).innerText();
const objectsSay = (pattern: RegExp): Promise<void> => expect.poll(() => aside('objects')).toMatch(pattern);

/** Types a line into a node's shell, and waits until it is done and the prompt stands there again. */
async function type(node: number, line: string): Promise<void> {
  await lab.preset('teach');
  await lab.page.click(`#shell-${node}`);
  await lab.page.click('.shell-screen');
  await lab.page.keyboard.type(`${line}\n`);
  // A long line is broken over rows.
  const dense = (text: string): string => text.replace(/\s+/g, '');
  const screen = async (): Promise<string> => dense(await lab.page.locator('.xterm-rows').innerText());
  const end = dense(line).slice(-20);
  await expect
    .poll(async () => (await screen()).split(end).slice(1).at(-1) ?? 'the line is not yet there')
    .toMatch(new RegExp(`^(?:(?!exitcode).)*\\[n${node}\\]#$`));
}

const sha256 = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex');

/** The image as a node's sheep gives it back, over the image's length. */
async function readBack(node: number, name: string): Promise<string> {
  await type(node, `qemu-img convert sheepdog:VM1 ${file(name)}`);
  return sha256(readFileSync(file(name)).subarray(0, OCTETS));
}

async function shoot(name: string): Promise<void> {
  for (const theme of ['dark', 'light'] as const) {
    await lab.theme(theme);
    await lab.page.screenshot({ path: join(SCREENSHOTS, `${name}-${theme}.png`) });
  }
}

describe('octets that are written into an image', () => {
  it('become objects with as many copies as the cluster was formatted with', async () => {
    // The sheep join one after the other: until all are there a format would make a smaller cluster.
    const joined = async (): Promise<number> =>
      (await lab.text('[data-pane=nodes]')).match(/joined, epoch/g)?.length ?? 0;
    await expect.poll(joined).toBe(3);
    await type(1, 'collie cluster format -c 2');
    await type(1, `qemu-img convert ${file('disk.raw')} sheepdog:VM1`);
    await lab.preset('objects');

    // The inode and four data objects.
    await objectsSay(/^5 objects on the nodes’ disks · 2 copies · epoch 1$/);
    expect(await readBack(3, 'before.raw')).toBe(sha256(written));
  });

  it('are whole after a node was killed and its objects were recovered', async () => {
    await lab.preset('teach');
    await lab.page.click('[aria-label="Kill node 2"]');
    await expect.poll(() => lab.text('.status-ring')).toMatch(/n1, n3/);
    await lab.preset('objects');
    await objectsSay(/^5 objects on the nodes’ disks · 2 copies · epoch 2$/);

    // Two nodes, two copies: each has all five, and what it lacked can only have come from the other one.
    await expect.poll(() => lab.text('.recovery')).toMatch(/n1\s+5 of 5\s+n3\s+5 of 5/);
    const said = await lab.text('.recovery');
    const came = [...said.matchAll(/(\d+) cop(?:y|ies) on n([13]), from n([13])/g)];
    const stayed = [...said.matchAll(/(\d+) cop(?:y|ies) on n[13], there before/g)];
    expect(came.every(([, , to, from]) => to !== from)).toBe(true);
    expect([...came, ...stayed].reduce((sum, [, count]) => sum + Number(count), 0)).toBe(10);
    const rows = lab.page.locator('table:has(caption:text-is("copies that came in epoch 2")) tbody tr');
    await expect.poll(() => rows.count()).toBe(10);
    await shoot('recovery');

    expect(await readBack(3, 'killed.raw')).toBe(sha256(written));
  });

  it('are whole after the node came back, read through that node too', async () => {
    await lab.preset('teach');
    await lab.page.click('[aria-label="Start node 2"]');
    await expect.poll(() => lab.text('.status-ring')).toMatch(/n1, n2, n3/);
    await lab.preset('objects');
    await objectsSay(/^5 objects on the nodes’ disks · 2 copies · epoch 3$/);

    expect(await readBack(2, 'returned.raw')).toBe(sha256(written));
  });
});

describe('an epoch of before', () => {
  it('shows the placement that it had, beside what lay on the disks then', async () => {
    await lab.preset('objects');
    await lab.page.click('.epochs button:has-text("epoch 1")');

    await objectsSay(/^5 objects on the nodes’ disks · 2 copies · epoch 1$/);
    await expect.poll(() => lab.page.locator('.epochs [aria-current=true]').innerText()).toContain('epoch 1');
    await lab.page.click('[aria-label="go to the start of epoch 2"]');
    await objectsSay(/· epoch 2/);
    await lab.page.click('.epochs button:has-text("epoch 3")');
    await objectsSay(/· epoch 3$/);
  });
});

describe('the capture of it', () => {
  it('shows the same epochs, members and findings when it is opened again', async () => {
    await lab.preset('objects');
    const epochs = (): Promise<readonly string[]> =>
      lab.page.locator('.epochs button:not(.epoch-start)').allInnerTexts();
    await lab.page.click('text=End the lab');
    await lab.page.waitForSelector('.app[data-phase=done]');
    // At the very end the nodes leave one by one, as the capture shows it too.
    const inLab = await epochs();
    expect(inLab.length).toBeGreaterThanOrEqual(3);
    await lab.keepAs(kept);
    await lab.preset('diagnose');
    await lab.open(kept);
    await expect.poll(() => lab.page.locator('[data-pane=findings]').innerText()).toMatch(/token[ -]loss|died|dead/i);
    await lab.preset('objects');
    await expect.poll(epochs).toEqual(inLab);
  });
});
