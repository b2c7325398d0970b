// A partition at the window, without a manual: which sides there were, which ring each of them turned, and the merge.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { capture, Lab, Scratch } from './support.ts';

const scratch = new Scratch();
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'partition'));
  await lab.open(capture('c31-udp-partition2-3/brA.pcap'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

it('says first who was cut off from whom, and that both sides lived', async () => {
  const verdict = await lab.text('.verdict');

  expect(verdict).toContain('node 1 and node 2 were cut off from node 3, node 4 and node 5');
  expect(verdict).toContain('came back 8.35 s later from ring 3:21 of their own');
});

it('lists the ring of this side and the merge, and shows both rings while there are two', async () => {
  const rings = lab.page.locator('button.ring-item');
  const [side, merged] = (await rings.allInnerTexts()).slice(-2);
  expect(side).toMatch(/^1:21\n[^]*node 1, node 2\ntoken loss$/);
  expect(merged).toMatch(/^1:25\n[^]*node 1, node 2, node 3, node 4, node 5\nmerge$/);

  await rings.nth(-2).click();
  await expect
    .poll(() => lab.text('.status-ring'))
    .toBe('ring 1:21: node 1, node 2 · ring 3:21: node 3, node 4, node 5');
  await rings.last().click();
  await expect.poll(() => lab.text('.status-ring')).toBe('ring 1:25: node 1, node 2, node 3, node 4, node 5');
});
