// A lab of real processes in the window: started by a click, broken, mended, kept, and opened again.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, hasText, readDatagrams } from './support.ts';
import { isAlive } from '../../support/lab/processes.ts';
import { Lab, Scratch, SCREENSHOTS } from '../support.ts';

const scratch = new Scratch();
const kept = join(scratch.path, 'kept.pcapng');
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'lab'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const say = (line: string): Promise<string> => done(lab.page, line);
const shows = (selector: string, text: string): Promise<unknown> => hasText(lab.page, selector, text);

describe('the start screen', () => {
  it.each([
    ['dark', 1280, 720],
    ['dark', 1440, 900],
    ['light', 1920, 1080],
  ] as const)('has all that can be started in view: %s, %i x %i', async (theme, width, height) => {
    await lab.resize(width, height);
    await lab.theme(theme);
    const outside = (): Promise<readonly (string | null)[]> =>
      lab.page
        .locator('.start-card :is(button, fieldset)')
        .evaluateAll((all) =>
          all
            .filter(
              (one) =>
                one.getBoundingClientRect().right > (one.closest('.start-card')?.getBoundingClientRect().right ?? 0),
            )
            .map((one) => one.textContent),
        );
    await expect.poll(outside).toEqual([]);
    await lab.page.screenshot({ path: join(SCREENSHOTS, `start-${theme}-${width}.png`) });
    await lab.page.click('text=Choose…');
    await lab.page.screenshot({ path: join(SCREENSHOTS, `start-choose-${theme}-${width}.png`) });
    const edges = (): Promise<readonly number[]> =>
      lab.page
        .locator('.start-card button')
        .evaluateAll((all) => all.map((button) => Math.ceil(button.getBoundingClientRect().bottom)));
    await expect.poll(async () => Math.max(...(await edges()))).toBeLessThan(height - 24);
    await lab.page.click('button:text-is("Back")');
    await lab.resize(1280, 720);
    await lab.theme('dark');
  });
});

describe('a lab of three processes', () => {
  it('turns at a click, and the window follows it', async () => {
    await lab.page.click('text=Start three nodes');
    await lab.page.waitForSelector('.app[data-phase=live]');
    await shows('.status-ring', 'n1, n2, n3');
    await shows('.transport-live', 'live');

    expect(await say('wait ring 3')).toMatch(/^ring \d+:\d+ of 3$/m);
    expect(await say('wait sheep 3')).toContain('3 sheep together');
    await shows('.status-live', 'the nodes’ clock');
  });

  it('takes what a cluster engineer types', async () => {
    await say('n1> collie cluster format -c 2');
    await say('n1> collie vdi create disk 16M');
    expect(await say('n2> collie vdi list')).toContain('disk');
    await lab.page.waitForTimeout(500);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-rest.png') });
  });

  it('shows a kill: the loss of the token, the new ring, epoch 2', async () => {
    await say('fault kill 2');
    await say('wait ring 2');
    await shows('.status-ring', 'n1, n3');
    await say('wait recovered');
    expect(await say('n1> collie cluster info')).toMatch(/\s2\s*\[/);
    await shows('.verdict-first', 'Node n2 died without a leave');
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-kill.png') });
    // A lab opens in Teach, which has the verdict; the list is Diagnose's.
    await lab.command('preset-diagnose');
    await shows('.findings', 'failure');
    await lab.command('preset-teach');
  });

  it('stands where the person looks while the source goes on, and goes live again', async () => {
    await lab.command('preset-diagnose');
    await lab.page.keyboard.press('Space');
    await shows('.transport-live', 'behind');
    const before = await lab.text('.transport-live');
    await expect.poll(() => lab.text('.transport-live')).not.toBe(before);
    await lab.page.keyboard.press('g');
    await lab.page.waitForSelector('.transport-live[aria-pressed=true]');
  });

  it('brings the node back', async () => {
    await say('fault start 2');
    await say('wait ring 3');
    await shows('.status-ring', 'n1, n2, n3');
  });

  it('keeps the capture, which shows the same when it is opened', async () => {
    await lab.page.click('text=End the lab');
    await lab.page.waitForSelector('.app[data-phase=done]');
    await lab.keepAs(kept);
    // What is said, not which finding is open: a capture opens at its first failure.
    const findings = lab.page.locator('[data-pane=findings] button.finding');
    const said = await findings.allInnerTexts();
    expect(said.length).toBeGreaterThan(3);
    const frames = await lab.text('.packet-count');
    await lab.open(kept);
    await expect.poll(() => lab.text('.packet-count')).toBe(frames);
    await expect.poll(() => findings.allInnerTexts()).toEqual(said);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'lab-again.png') });
    expect(readDatagrams(kept).comments).toEqual([
      expect.stringMatching(/^lab at \d+\.\d{9}: fault kill 2$/),
      expect.stringMatching(/^lab at \d+\.\d{9}: fault start 2$/),
    ]);
    const deeds = lab.page.locator('[data-pane=timeline] table tr:has-text("done to the lab")');
    await expect
      .poll(() => deeds.allInnerTexts())
      .toEqual([expect.stringContaining('fault kill 2'), expect.stringContaining('fault start 2')]);
  });
});

describe('a program that is killed', () => {
  it('leaves no process of its lab, and a capture that can be read', async () => {
    const home = join(scratch.path, 'killed');
    const killed = await Lab.start(home);
    await killed.page.click('text=Start three nodes');
    await killed.page.waitForSelector('.app[data-phase=live]');
    await done(killed.page, 'wait ring 3');
    await done(killed.page, 'fault pause 3');
    const pids = [...(await done(killed.page, 'status')).matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
    expect(pids).toHaveLength(3);
    const ended = killed.app.waitForEvent('close', { timeout: 0 });
    process.kill(killed.app.process().pid ?? 0, 'SIGKILL');
    await ended;

    await expect.poll(() => pids.filter(isAlive)).toEqual([]);
    const [spool = ''] = readdirSync(join(home, 'captures'));
    const { datagrams, problem } = readDatagrams(join(home, 'captures', spool));
    expect(datagrams.length).toBeGreaterThan(20);
    // The kill may have come in the middle of a write: all before it is there.
    expect(problem ?? '').toMatch(/^$|ends in the middle of a record/);
  });
});
