// What the window looks like: nothing that axe finds, dark and light, small and large; and the pictures of the docs.
import { mkdirSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { capture, KILL9, Lab, SCREENSHOTS, Scratch } from './support.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = new Scratch();
const THEMES = ['dark', 'light'] as const;

/** What axe finds, in one line a finding. */
async function axeFindings({ page }: Lab): Promise<readonly string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const { violations } = await tool.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
    );
  });
}

/** Text that is cut off in a place that has no tooltip to read it by, and boxes that stick out of the window. */
async function sticksOut({ page }: Lab): Promise<readonly string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const pane of document.querySelectorAll('.pane, .top-bar > *, .status-line')) {
      const { left, top, right, bottom } = pane.getBoundingClientRect();
      if (left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5)
        found.push(`${pane.className} sticks out`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;
  });
}

let lab: Lab;

afterAll(() => scratch.remove());

describe.each(THEMES)('%s', (theme) => {
  beforeAll(async () => {
    lab = await Lab.start(scratch.path, [KILL9]);
    await lab.page.emulateMedia({ colorScheme: theme });
    await lab.read();
    return async () => {
      await lab.stop();
    };
  });
  beforeEach(async () => {
    await lab.page.waitForFunction((wanted) => document.documentElement.dataset['theme'] === wanted, theme);
  });

  it.each([
    [1280, 720],
    [2560, 1440],
  ])('fits %i × %i', async (width, height) => {
    await lab.resize(width, height);

    expect(await sticksOut(lab)).toEqual([]);
  });

  it('has nothing that axe finds', async () => {
    await lab.resize(1280, 720);
    await lab.page.locator('.detail-layer').last().click();

    expect(await axeFindings(lab)).toEqual([]);
  });

  it('is pictured', async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await lab.resize(1280, 720);
    await lab.page.click('.finding[data-rule=token-loss]');
    await lab.chooseField('aru');
    await lab.page.mouse.move(4, 4);
    await lab.page.waitForTimeout(200);
    await lab.page.screenshot({ path: join(SCREENSHOTS, `token-loss-${theme}.png`) });
  });
});

describe('an empty window', () => {
  it.each(THEMES)('%s: axe finds nothing', async (theme) => {
    lab = await Lab.start(scratch.path);
    await lab.page.emulateMedia({ colorScheme: theme });
    await lab.page.waitForSelector('.welcome');

    const findings = await axeFindings(lab);

    await lab.stop();
    expect(findings).toEqual([]);
  });
});

describe('two rings after a partition', () => {
  it('are pictured', async () => {
    lab = await Lab.start(scratch.path, [capture('c31-udp-partition2-3/brA.pcap')]);
    await lab.resize(1280, 720);
    await lab.read();
    await lab.page.locator('.ring-item').nth(-2).click();
    await lab.page.waitForTimeout(200);
    await lab.page.screenshot({ path: join(SCREENSHOTS, 'partition-dark.png') });
    const said = await lab.page.getAttribute('.ring svg', 'aria-label');
    await lab.stop();

    expect(said).toContain('node 1, node 2; representative node 1');
    expect(said).toContain('node 3, node 4, node 5; representative node 3; not in this capture');
  });
});
