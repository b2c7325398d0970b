// A lab in one window, a live capture of it on the loopback device in another: both saw the same datagrams.
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
/** The ends of a capture are cut elsewhere by each side. */
const EDGE_NS = 300_000_000n;
let lab: Lab;
let other: Page;

beforeAll(async () => {
  lab = await Lab.start(home);
  await startLab(lab.page);
  const opened = lab.app.waitForEvent('window');
  await lab.app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()
      ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
      .find(({ label }) => label === 'New Window')
      ?.click(),
  );
  other = await opened;
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

describe.skipIf(!isPermitted)('a live capture of the lab', () => {
  it.each(captureBackends())('by %s has every datagram that the nodes sent', async (backend) => {
    await other.check('input[name=interface][value=lo]');
    await other.selectOption('select[name=backend]', backend);
    await other.click('text=Start the capture');
    await other.waitForSelector('.app[data-phase=live]');
    await hasText(other, '.status-live', backend === 'cap' ? 'this program’s clock' : 'kernel clock');
    await other.waitForTimeout(1200);
    await done(lab.page, 'traffic 1 size=500 rate=300 seconds=2');
    await other.waitForTimeout(3000);
    await hasText(other, '.status-live', backend === 'cap' ? 'drops not counted' : '0 dropped');
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
    await lab.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().forEach(({ webContents }) =>
        webContents.send('lab.event', 'menu.command', { command: 'none' }),
      ),
    );
    await other.keyboard.press('Control+k');
    await other.keyboard.type('Close the capture');
    await other.keyboard.press('Enter');
    await other.waitForSelector('.start-interfaces');
  });

  it('leaves the capture of the lab where a killed program would', () => {
    expect(existsSync(spool('-lab'))).toBe(true);
  });
});
