// What the window looks like: nothing that axe finds in each preset and theme, small and large; and the pictures of the
// docs.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture, KILL9, Lab, Scratch, SCREENSHOTS, type Theme } from './support.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const scratch = new Scratch();
const THEMES: readonly Theme[] = ['dark', 'light', 'contrast'];
const PRESETS = ['teach', 'diagnose', 'objects'] as const;
/** Captures of Corosync alone have no objects to picture. */
const PICTURED = ['teach', 'diagnose'] as const;
/** From a new ring to how its members gathered. */
const STEPS_BACK_MAX = 12;
let lab: Lab;

/** What axe finds, in one line a finding. */
async function axeFindings(): Promise<readonly string[]> {
  const { page } = lab;
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
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

/** Boxes that stick out of the window. */
async function sticksOut(): Promise<readonly string[]> {
  return lab.page.evaluate(() => {
    const found: string[] = [];
    for (const pane of document.querySelectorAll('.pane, .top-bar > *, .status-line, .verdict > *')) {
      const { left, top, right, bottom } = pane.getBoundingClientRect();
      if (left < -0.5 || top < -0.5 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5)
        found.push(`${pane.className} sticks out`);
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways');
    return found;
  });
}

/** What of the cards, the membership and the lanes is cut off, or only seen by scrolling. */
async function isCut(): Promise<readonly string[]> {
  return lab.page.evaluate(async () => {
    // Panes that were resized learn it with the next frames.
    for (let frame = 0; frame < 4; frame++) await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll('.nodes, .nodes *, .membership, .members *, .timeline-scroll')].flatMap(
      (element) => {
        const { scrollWidth, clientWidth, scrollHeight, clientHeight, className } = element;
        // What is in a line has no size of its own.
        if (clientWidth === 0 && !className.toString().includes('scroll')) return [];
        const isCutOff = scrollWidth > clientWidth + 1 || scrollHeight > clientHeight + 1;
        return isCutOff ? [`${className}: ${(element.textContent ?? '').slice(0, 40)}`] : [];
      },
    );
  });
}

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'look'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

describe('an empty window', () => {
  it.each(THEMES)('%s: axe finds nothing', async (theme) => {
    await lab.theme(theme);
    await lab.page.waitForSelector('.welcome');

    await expect.poll(axeFindings).toEqual([]);
  });
});

describe('a token loss', () => {
  beforeAll(() => lab.open(KILL9));

  describe.each(PRESETS)('%s', (preset) => {
    it.each([
      [1280, 720],
      [2560, 1440],
    ])('fits %i × %i', async (width, height) => {
      await lab.preset(preset);
      await lab.resize(width, height);

      await expect.poll(sticksOut).toEqual([]);
      await lab.resize(1280, 720);
    });

    it('keeps all of the top bar in reach in the smallest window there is', async () => {
      await lab.resize(960, 575);
      await expect.poll(sticksOut).toEqual([]);
      await lab.resize(1280, 720);
    });

    it('cuts nothing of the nodes, their membership and their lanes at 1280 × 720', async () => {
      await lab.preset(preset);

      await expect.poll(isCut).toEqual([]);
    });

    it.each(THEMES)('%s: axe finds nothing', async (theme) => {
      await lab.preset(preset);
      await lab.theme(theme);

      await expect.poll(axeFindings).toEqual([]);
    });
  });

  it.each([
    ['palette', '#palette'],
    ['keys', '#keys'],
    ['glossary', '#glossary'],
    ['shortcuts', '#shortcuts'],
  ])('axe finds nothing in the dialog %s', async (command, dialog) => {
    await lab.command(command);
    await lab.page.waitForSelector(`${dialog}[open]`);

    await expect.poll(axeFindings).toEqual([]);
    await lab.page.keyboard.press('Escape');
    await lab.page.waitForSelector(dialog, { state: 'detached' });
  });
});

describe.each([
  ['healthy', capture('c31-udp-form3/brA.pcap')],
  ['token-loss', KILL9],
  ['partition', capture('c31-udp-partition2-3/brA.pcap')],
])('%s', (name, path) => {
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await lab.command('preset-diagnose');
    await lab.open(path);
  });

  it.each(PICTURED.flatMap((preset) => (['dark', 'light'] as const).map((theme) => [preset, theme] as const)))(
    'is pictured: %s, %s',
    async (preset, theme) => {
      await lab.preset('diagnose');
      if (name === 'partition') await lab.page.locator('.ring-item').nth(-2).click();
      await lab.preset(preset);
      await lab.theme(theme);
      if (name !== 'partition' && preset === 'diagnose') await lab.chooseField('aru');
      if (name === 'partition') {
        const said = (): Promise<string | null> => lab.page.getAttribute('.ring svg', 'aria-label');
        await expect.poll(said).toContain('node 1, node 2; representative node 1');
        await expect.poll(said).toContain('node 3, node 4, node 5; representative node 3; not in this capture');
      }
      await lab.page.mouse.move(4, 4);
      await lab.page.waitForTimeout(150);

      const picture = await lab.page.screenshot({ path: join(SCREENSHOTS, `${name}-${preset}-${theme}.png`) });
      expect(picture.length).toBeGreaterThan(20_000);
    },
  );
});

describe('sheepdog in a capture', () => {
  beforeAll(async () => {
    await lab.command('preset-diagnose');
    await lab.open(capture('11-sheep-add-third-node/bridge.pcap.gz'));
  });

  it('has its members, epochs and images, and what a change would move', async () => {
    const { page } = lab;
    await lab.preset('objects');
    await page.locator('.epochs button').first().click();

    await expect.poll(() => lab.text('[data-pane=objects] .pane-aside')).toContain('known from messages');
    await expect
      .poll(() => page.locator('.epochs li button:not(.epoch-start)').allInnerTexts())
      .toEqual(['epoch 2 .111 .112 .114 + .114', 'epoch 1 .111 .112']);
    await page.focus('.hash-ring');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => lab.text('.object-state')).toContain('not in this capture');
  });

  it.each(THEMES)('%s: axe finds nothing', async (theme) => {
    await lab.theme(theme);

    await expect.poll(axeFindings).toEqual([]);
  });
});

describe('a lab', () => {
  const told = (selector: string, pattern: string): Promise<unknown> =>
    lab.page.waitForFunction(
      ([where = '', wanted = '']) => new RegExp(wanted).test(document.querySelector(where)?.textContent ?? ''),
      [selector, pattern],
    );
  const say = (line: string): Promise<unknown> =>
    lab.page.evaluate(
      (said) =>
        (window as unknown as { lab: { call(name: string, args: readonly string[]): Promise<unknown> } }).lab.call(
          'lab.command',
          [said],
        ),
      line,
    );
  const picture = async (name: string): Promise<void> => {
    await lab.page.mouse.move(4, 4);
    await lab.page.waitForTimeout(250);
    const taken = await lab.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
    expect(taken.length).toBeGreaterThan(20_000);
  };

  beforeAll(async () => {
    await lab.close();
    await lab.startPatientLab();
    await say('wait sheep 3');
    await lab.preset('objects');
    await say('n1> collie cluster format -c 2');
    await say('n1> collie vdi create VM1 256M -P');
    await told('[data-pane=objects] .pane-aside', '^65 objects.*epoch 1$');
    await lab.page.focus('.hash-ring');
    await lab.page.keyboard.press('ArrowRight');
  });

  describe.each(PRESETS)('at rest, %s', (preset) => {
    it.each([
      [1280, 720],
      [2560, 1440],
    ])('fits %i × %i', async (width, height) => {
      await lab.preset(preset);
      await lab.resize(width, height);

      await expect.poll(sticksOut).toEqual([]);
      await lab.resize(1280, 720);
    });

    it.each(THEMES)('%s: axe finds nothing, and it is pictured', async (theme) => {
      await lab.preset(preset);
      await lab.theme(theme);

      await expect.poll(axeFindings).toEqual([]);
      if (theme !== 'contrast') await picture(`lab-${preset}-${theme}`);
    });
  });

  it('is pictured while the objects of a killed node are recovered', async () => {
    await lab.theme('dark');
    await lab.preset('teach');
    await say('fault kill 2');
    await say('wait ring 2');
    await told('.status-ring', 'n1, n3');
    // They gather for some seconds, which may be over before they are drawn: back to it, by changes of membership.
    const isWaiting = async (): Promise<boolean> => (await lab.text('.members')).includes('waits for');
    for (let back = 0; back < STEPS_BACK_MAX && !(await isWaiting()); back++) {
      await lab.page.keyboard.press('Alt+Comma');
      await lab.drawn();
    }
    await told('.members', 'waits for');
    await picture('lab-killed-teach-dark');
    await lab.page.keyboard.press('g');
    await lab.preset('objects');
    await told('[data-pane=objects] .pane-aside', 'epoch 2');
    await picture('lab-killed-objects-dark');
    await told('[data-pane=objects] .pane-aside', 'epoch 2$');
  });
});
