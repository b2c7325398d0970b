// One selection and one time through all panels, with mouse and keyboard.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KILL9, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(scratch.path, [KILL9]);
  await lab.resize(1280, 720);
  await lab.read();
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const frameShown = (frame: number): Promise<unknown> =>
  lab.page.waitForFunction(
    (wanted) => document.querySelector('[data-pane=detail] .pane-aside')?.textContent === `frame ${wanted}`,
    frame,
  );

describe('selection', () => {
  it('goes from a line of the table to detail, bytes and ring', async () => {
    const { page } = lab;
    await page.focus('#packets');
    await page.keyboard.press('Home');
    await frameShown(1);

    await page.locator('.packet[data-row="4"]').click();
    await frameShown(5);

    expect(await page.locator('.detail-layer', { hasText: 'ipv4' }).count()).toBe(1);
    expect(await page.locator('.hex-row').count()).toBeGreaterThan(1);
    expect(await page.locator('.timeline [role=img]').getAttribute('aria-label')).toContain('3 nodes');
  });

  it('goes from a field to its bytes, and from a byte to its field', async () => {
    const { page } = lab;
    await page.click('.finding[data-rule=token-loss]');
    await frameShown(275);
    await lab.chooseField('token_seq');
    expect(await page.locator('.hex-bytes .hex-marked').count()).toBe(4);
    expect(await lab.text('.detail-note')).toContain('u32');

    const at = await page.locator('.hex-bytes .hex-marked').first().getAttribute('data-at');
    await page.locator(`.hex-bytes [data-at="${Number(at) - 4}"]`).click();

    const selected = await page.locator('.detail-line[aria-selected=true]').innerText();
    expect(selected).not.toContain('token_seq');
    expect(await page.locator('.hex-bytes .hex-marked').count()).toBeGreaterThan(0);
  });

  it('goes from a finding to its packet, and from a ring to its first token', async () => {
    const { page } = lab;
    await page.click('.finding[data-rule=token-loss]');
    await frameShown(275);
    expect(await lab.text('.ring-says')).toContain('on its way from .112 to .114');

    await page.locator('.ring-item').nth(2).click();
    await page.waitForFunction(() => document.querySelector('.status-ring')?.textContent?.includes('1862379712:16'));
    expect(await lab.text('.status-ring')).toBe('ring 1862379712:16: .111, .112, .114');
  });

  it('goes from a mark of the timeline to its packet', async () => {
    const { page } = lab;
    const box = await page.locator('.timeline [role=img]').boundingBox();
    if (box === null) throw new Error('the timeline has no place');
    const before = await page.getAttribute('.packet[aria-selected=true]', 'data-row');

    await page.mouse.click(box.x + box.width * 0.35, box.y + 60);
    await page.waitForFunction(
      (old) => document.querySelector('.packet[aria-selected=true]')?.getAttribute('data-row') !== old,
      before,
    );

    const time = Number(await page.locator('.packet[aria-selected=true] [role=gridcell]').nth(1).innerText());
    expect(time).toBeGreaterThan(1);
    expect(time).toBeLessThan(4);
  });

  it('shows a silent node on the bench and the ring without it', async () => {
    const { page } = lab;
    await page.locator('.ring-item').nth(1).click();
    await page.waitForSelector('.ring-bench');

    expect(await lab.text('.ring-bench')).toMatch(/\.114\s+silent/);
    expect(await lab.text('.status-ring')).toBe('ring 1862379712:12: .111, .112');
  });
});

describe('the timeline', () => {
  const inView = (): Promise<string> => lab.text('.timeline-says > span');

  it('zooms by the wheel and fits by F', async () => {
    const { page } = lab;
    await page.mouse.move(4, 4);
    const whole = await inView();
    const box = await page.locator('.timeline [role=img]').boundingBox();
    if (box === null) throw new Error('the timeline has no place');

    await page.mouse.move(box.x + 300, box.y + 80);
    for (let i = 0; i < 5; i++) await page.mouse.wheel(0, -100);
    await page.mouse.move(4, 4);
    await page.waitForFunction((old) => document.querySelector('.timeline-says > span')?.textContent !== old, whole);
    expect(parseFloat(await inView())).toBeLessThan(parseFloat(whole));

    await page.keyboard.press('f');
    await page.waitForFunction((old) => document.querySelector('.timeline-says > span')?.textContent === old, whole);
  });
});

describe('the filter', () => {
  it('shows the packets that match, and all of them again', async () => {
    const { page } = lab;
    await page.keyboard.press('/');
    await page.keyboard.type('totem.kind == memb_join');
    await page.waitForFunction(() =>
      document.querySelector('[data-pane=packets] .pane-aside')?.textContent?.includes(' of 787'),
    );
    const kinds = await page.locator('.packet .kind').allInnerTexts();
    expect(new Set(kinds)).toEqual(new Set(['join']));

    await page.fill('#filter', '');
    await page.waitForFunction(() =>
      document.querySelector('[data-pane=packets] .pane-aside')?.textContent?.includes('787 packets'),
    );
  });

  it('finds what only the bytes tell', async () => {
    const { page } = lab;
    await page.fill('#filter', 'totem.failed_list.nodeid == 1912711360');
    await page.waitForFunction(() =>
      / of 787/.test(document.querySelector('[data-pane=packets] .pane-aside')?.textContent ?? ''),
    );

    expect(await page.locator('.packet .kind').first().innerText()).toBe('join');
    await page.fill('#filter', '');
  });

  it('says at which column an expression goes wrong', async () => {
    const { page } = lab;
    await page.fill('#filter', 'totem.kind == ');
    await page.waitForSelector('.filter-problem');

    expect(await lab.text('.filter-problem')).toMatch(/^column \d+: /);
    expect(await page.getAttribute('#filter', 'aria-invalid')).toBe('true');
    await page.fill('#filter', '');
    await page.waitForSelector('.filter-problem', { state: 'detached' });
  });
});

describe('the list of keys', () => {
  it('opens by ? and closes by Escape', async () => {
    const { page } = lab;
    await page.focus('#packets');
    await page.keyboard.press('?');
    await page.waitForSelector('dialog[open]');

    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog[open]', { state: 'detached' });
  });
});
