// A lab in one window, a live capture of it on the loopback device in another: both saw the same datagrams.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureBackends } from '../../../main/node/capture/interfaces.ts';
import { done, hasText, readDatagrams, startLab, type CapturedDatagram } from './support.ts';
import { Lab, Scratch, SCREENSHOTS } from '../support.ts';

const scratch = new Scratch();
const home = join(scratch.path, 'capture');
const isPermitted = process.getuid?.() === 0;
/** The ends of a capture are cut elsewhere by each side: who was told to begin or to end may be late to do so. */
const EDGE_NS = 1_000_000_000n;
/** Milliseconds that a capture runs beyond its edge. */
const BEYOND_EDGE_MS = 2000;
/** Datagrams of the ring while tcpdump stands: many times what the kernel keeps for it. */
const WHILE_STANDING = 2500;
let lab: Lab;
let other: Page;

beforeAll(async () => {
  lab = await Lab.start(home);
  await startLab(lab.page);
  other = await lab.newWindow();
  await other.waitForSelector('.start-interfaces');
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

const counted = (list: readonly CapturedDatagram[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const { what } of list) counts.set(what, (counts.get(what) ?? 0) + 1);
  return counts;
};

/** Of the tap what was sent while the capture ran, less its edges. */
function within(tap: readonly CapturedDatagram[], seen: readonly CapturedDatagram[]): readonly CapturedDatagram[] {
  const [from, to] = [(seen[0]?.timeNs ?? 0n) + EDGE_NS, (seen.at(-1)?.timeNs ?? 0n) - EDGE_NS];
  return tap.filter(({ timeNs }) => timeNs >= from && timeNs <= to);
}

const spool = (of: string): string =>
  join(
    home,
    'captures',
    readdirSync(join(home, 'captures'))
      .sort()
      .findLast((name) => name.includes(of)) ?? '',
  );

/** The one that the capture started; others count packets on all interfaces. */
function tcpdumpOnLoopback(): number {
  const list = spawnSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).stdout.split('\n');
  return Number.parseInt(list.find((line) => /^ *\d+ tcpdump .* -i lo /.test(line)) ?? '', 10);
}

const framesOfLab = async (): Promise<number> =>
  Number((await lab.text('.status-line')).replaceAll(',', '').match(/(\d+) frames/)?.[1] ?? 0);

/** How many packets were dropped, as the banner tells it. */
async function saidDropped(): Promise<string | undefined> {
  const says = /^(\d+) packets were dropped while capturing, between \d\d:\d\d:\d\d\.\d{3} and \d\d:\d\d:\d\d\.\d{3}:/;
  const banners = await other.locator('.banner').allTextContents();
  return banners.map((text) => says.exec(text)?.[1]).find((count) => count !== undefined);
}

async function close(): Promise<void> {
  await other.keyboard.press('Control+k');
  await other.keyboard.type('Close the capture');
  await other.keyboard.press('Enter');
  await other.waitForSelector('.start-interfaces');
}

describe.skipIf(!isPermitted)('a live capture of the lab', () => {
  it.each(captureBackends())('by %s has every datagram that the nodes sent', async (backend) => {
    await other.check('input[name=interface][value=lo]');
    await other.selectOption('select[name=backend]', backend);
    await other.click('text=Start the capture');
    await other.waitForSelector('.app[data-phase=live]');
    await hasText(other, '.status-live', backend === 'cap' ? 'this program’s clock' : 'kernel clock');
    await other.waitForTimeout(BEYOND_EDGE_MS);
    await done(lab.page, 'traffic 1 size=500 rate=300 seconds=2');
    await other.waitForTimeout(3000);
    await hasText(other, '.status-live', backend === 'cap' ? 'losses not counted' : '0 dropped');
    await other.screenshot({ path: join(SCREENSHOTS, `live-${backend}.png`) });
    await other.click('.status-live >> text=Stop');
    await other.waitForSelector('.app[data-phase=done]');
    await done(lab.page, 'wait 1');

    const seen = readDatagrams(spool('-lo'));
    const tap = readDatagrams(spool('-lab'));
    expect(seen.problem).toBeNull();
    const sent = counted(within(tap.datagrams, seen.datagrams));
    const got = counted(seen.datagrams);
    expect(sent.size).toBeGreaterThan(100);
    expect([...sent].filter(([what, count]) => (got.get(what) ?? 0) < count)).toEqual([]);
    const known = counted(tap.datagrams);
    expect(within(seen.datagrams, seen.datagrams).filter(({ what }) => !known.has(what))).toEqual([]);
    await close();
  });

  it('says in the window and in the file what the kernel dropped while tcpdump stood still', async () => {
    await other.check('input[name=interface][value=lo]');
    await other.selectOption('select[name=backend]', 'tcpdump');
    await other.click('text=Start the capture');
    await other.waitForSelector('.app[data-phase=live]');
    await hasText(other, '.status-live', '0 dropped');
    await other.waitForTimeout(1500);
    const tcpdump = tcpdumpOnLoopback();
    process.kill(tcpdump, 'SIGSTOP');
    const sentBefore = await framesOfLab();
    await done(lab.page, 'traffic 1 size=500 rate=1500 seconds=2');
    await expect.poll(framesOfLab).toBeGreaterThan(sentBefore + WHILE_STANDING);
    process.kill(tcpdump, 'SIGCONT');

    await other.waitForSelector('.status-drops');
    await hasText(other, '.banner-area', 'packets were dropped while capturing, between');
    // The count is asked for once a second: it may grow until what had waited is read.
    await expect
      .poll(async () => [`${await saidDropped()} dropped`, await other.locator('.status-drops').textContent()])
      .toSatisfy(([banner, status]) => banner === status);
    await other.screenshot({ path: join(SCREENSHOTS, 'live-dropped.png') });
    await other.waitForTimeout(BEYOND_EDGE_MS);
    await other.click('.status-live >> text=Stop');
    await other.waitForSelector('.app[data-phase=done]');
    await done(lab.page, 'wait 1');

    const dropped = Number(await saidDropped());
    const seen = readDatagrams(spool('-lo'));
    const tap = readDatagrams(spool('-lab'));
    const got = counted(seen.datagrams);
    const sent = counted(within(tap.datagrams, seen.datagrams));
    const missing = [...sent].reduce((sum, [what, count]) => sum + Math.max(0, count - (got.get(what) ?? 0)), 0);
    expect(seen.dropped).toBe(dropped);
    expect(dropped).toBeGreaterThan(500);
    // Tokens went on while what had waited was read.
    expect(Math.abs(missing - dropped)).toBeLessThanOrEqual(5);
    await close();
  });

  it('leaves the capture of the lab where a killed program would', () => {
    expect(existsSync(spool('-lab'))).toBe(true);
  });
});
