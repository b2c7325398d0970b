// Finding packets: the filter with its completion, highlighting, the menus of cells and fields, the palette.
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KILL9, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'find'), [KILL9]);
  await lab.read();
});
beforeEach(async () => {
  await lab.page.keyboard.press('Escape');
  await lab.command('filter');
  await lab.page.fill('#filter', '');
  await lab.page.keyboard.press('Escape');
  await lab.page.keyboard.press('Escape');
  await lab.count('787 packets, 763 of Totem');
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const kinds = async (): Promise<ReadonlySet<string>> => new Set(await lab.page.locator('.cell-kind').allInnerTexts());
const menuItem = (label: string): Promise<void> => lab.page.click(`.menu-item:has(span:text-is("${label}"))`);

describe('the filter', () => {
  it('completes fields, comparisons and values, and shows the packets that match', async () => {
    const { page } = lab;
    await page.keyboard.press('/');
    await page.keyboard.type('totem.ki');
    await page.waitForSelector('.filter-options li:has-text("totem.kind")');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.inputValue('#filter')).toBe('totem.kind == ');

    await page.keyboard.type('memb_j');
    await page.keyboard.press('Tab');
    await expect.poll(() => page.inputValue('#filter')).toBe('totem.kind == memb_join ');
    await lab.count(' of 787');
    await expect.poll(kinds).toEqual(new Set(['join']));
  });

  it('offers the nodes and rings of the capture', async () => {
    const { page } = lab;
    await page.keyboard.press('/');
    await page.keyboard.type('totem.ring_id == ');
    await page.waitForSelector('.filter-options li:has-text("1862379712:12")');
    await page.fill('#filter', 'node == ');
    await page.waitForSelector('.filter-options li:has-text("192.168.1.114")');
  });

  it('finds what only the bytes tell', async () => {
    await lab.page.fill('#filter', 'totem.failed_list.nodeid == 1912711360');
    await lab.count(' of 787');

    await expect.poll(kinds).toEqual(new Set(['join']));
  });

  it('says at which column an expression goes wrong', async () => {
    const { page } = lab;
    await page.fill('#filter', 'totem.kind == orf_token or totem.sek == 3');
    await page.waitForSelector('.filter-problem');

    expect(await lab.text('.filter-problem')).toMatch(
      /^column 28: there is no field "totem.sek"; did you mean totem.seq/,
    );
    expect(await page.getAttribute('#filter', 'aria-invalid')).toBe('true');
    await page.fill('#filter', '');
    await page.waitForSelector('.filter-problem', { state: 'detached' });
  });
});

/** Pixels of the timeline in the colour of highlighted lines, once it has drawn. */
function hitPixels(): Promise<number> {
  return lab.page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    const canvas = document.querySelector<HTMLCanvasElement>('.timeline canvas');
    const copy = document.createElement('canvas');
    const context = copy.getContext('2d', { willReadFrequently: true });
    if (canvas === null || context === null) return -1;
    [copy.width, copy.height] = [canvas.width, canvas.height];
    context.drawImage(canvas, 0, 0);
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--hit-mark').trim();
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) count++;
    return count;
  });
}

describe('highlighting', () => {
  it('marks what matches, leaves the rest, and goes from one to the next', async () => {
    const { page } = lab;
    await page.keyboard.press('Control+f');
    await page.keyboard.type('totem.kind == memb_commit_token');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.hits');
    await page.focus('#packets');
    await page.keyboard.press('Home');
    await page.keyboard.press('F3');
    await lab.has('.hits', '1 of \\d+');
    await page.waitForSelector('.packet-hit[aria-selected=true]');
    const chosen = async (): Promise<number> =>
      Number(await page.getAttribute('.packet[aria-selected=true]', 'data-row'));
    const first = await chosen();
    await lab.count('787 packets, 763 of Totem');
    expect((await kinds()).size).toBeGreaterThan(1);
    // In the timeline the lanes whose packets match have the colour of the highlighted lines at their foot.
    await page.waitForSelector('.timeline .legend-hit');
    await expect.poll(hitPixels).toBeGreaterThan(20);

    await page.keyboard.press('F3');
    await expect.poll(chosen).toBeGreaterThan(first);
    await page.keyboard.press('Shift+F3');
    await expect.poll(chosen).toBe(first);
    await lab.has('.hits', '1 of \\d+');
    await page.click('.hits button[aria-label="end highlighting"]');
    await page.waitForSelector('.hits', { state: 'detached' });
    await page.waitForSelector('.timeline .legend-hit', { state: 'detached' });
    await expect.poll(hitPixels).toBe(0);
  });
});

describe('the menu of a cell', () => {
  it('filters by it, and by what is not', async () => {
    const { page } = lab;
    await page.click('.finding[data-rule=token-loss]');
    await lab.frameShown(275);
    await page.locator('.packet .cell-kind:has-text("merge detect")').first().click({ button: 'right' });
    await menuItem('Filter by this');
    await lab.count(' of 787');
    await expect.poll(kinds).toEqual(new Set(['merge detect']));
    expect(await page.inputValue('#filter')).toBe('totem.kind == memb_merge_detect');

    await page.locator('.packet [data-column=way]').first().click({ button: 'right' });
    await menuItem('… and not this');
    await expect
      .poll(() => page.inputValue('#filter'))
      .toBe('totem.kind == memb_merge_detect and not (src == 192.168.1.111 and dst == 226.94.1.1)');
    await page.waitForSelector('.nothing');
  });

  it('copies the line, and the command that prints it', async () => {
    const { page } = lab;
    const clipboard = (): Promise<string> => lab.app.evaluate(({ clipboard: board }) => board.readText());
    await page.click('.finding[data-rule=token-loss]');
    await lab.frameShown(275);
    await page.click('.packet[data-row="274"] [data-column=frame]', { button: 'right' });
    await menuItem('Copy as command line');
    await expect.poll(clipboard).toBe(`totemlab decode '${KILL9}' --filter 'frame == 275'`);

    await page.focus('#packets');
    await page.keyboard.press('Control+Shift+C');
    await expect.poll(clipboard).toMatch(/^275\t\d+\.\d{6}\t192\.168\.1\.\d+ → /);
  });

  it('opens by the keyboard, and gives the focus back', async () => {
    const { page } = lab;
    await page.focus('#packets');
    await page.keyboard.press('Shift+F10');
    await page.waitForSelector('.menu [role=menuitem]:focus');
    await page.keyboard.press('Escape');

    await page.waitForSelector('#packets:focus');
  });
});

describe('the columns', () => {
  it('are chosen in their heading, and resized at its edge', async () => {
    const { page } = lab;
    await page.click('.packet-head [data-column=kind] button');
    await menuItem('token_seq');
    await page.waitForSelector('.packet-head [data-column=token_seq]');

    const edge = await page.locator('.packet-head [data-column=kind] .packet-edge').boundingBox();
    const before = await page.locator('.packet-head [data-column=kind]').boundingBox();
    if (edge === null || before === null) throw new Error('the heading has no place');
    await page.mouse.move(edge.x + 4, edge.y + 8);
    await page.mouse.down();
    await page.mouse.move(edge.x + 44, edge.y + 8, { steps: 4 });
    await page.mouse.up();
    const width = async (): Promise<number> =>
      (await page.locator('.packet-head [data-column=kind]').boundingBox())?.width ?? 0;
    await expect.poll(width).toBeCloseTo(before.width + 40, 0);

    await page.click('.packet-head [data-column=kind] button');
    await menuItem('Reset the columns');
    await page.waitForSelector('.packet-head [data-column=token_seq]', { state: 'detached' });
  });
});

describe('a field', () => {
  it('filters the packets by its value', async () => {
    const { page } = lab;
    await page.click('.finding[data-rule=token-loss]');
    await lab.frameShown(275);
    await lab.chooseField('token_seq');
    await page.keyboard.press('Shift+F10');
    await menuItem('Filter by this');

    await expect.poll(() => page.inputValue('#filter')).toBe('totem.token_seq == 205');
    await lab.count('6 of 787');
  });
});

describe('the palette', () => {
  it('goes to frames, times and rings', async () => {
    await lab.find('500');
    await lab.frameShown(500);

    await lab.find('2.955738');
    await lab.frameShown(275);

    await lab.find('ring 1862379712:12');
    await lab.page.waitForFunction(() =>
      document.querySelector('.status-ring')?.textContent?.startsWith('ring 1862379712:12:'),
    );
  });

  it('steps through time', async () => {
    await lab.find('500');
    await lab.frameShown(500);
    await lab.find('next hop');
    await lab.page.waitForFunction(
      () => document.querySelector('[data-pane=detail] .pane-aside')?.textContent !== 'frame 500',
    );
  });

  it('does what is named, and explains words', async () => {
    await lab.find('hide bytes');
    await lab.page.waitForSelector('[data-pane=hex]', { state: 'detached' });
    await lab.find('show bytes');
    await lab.page.waitForSelector('[data-pane=hex]');

    await lab.find('aru_addr');
    await lab.page.waitForSelector('#glossary[open] .term-asked[data-term="aru_addr"]');
    await lab.page.keyboard.press('Escape');
  });
});
