// A capture that goes on beyond what stays in memory: the oldest packets leave the window, what was found in them
// stays, and who asks for them is told where they are.
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHUNK_ROWS, LIVE_ROWS_KEPT } from '../../../app/store/packet-store.ts';
import { hasText } from './support.ts';
import { KILL9, Lab, Scratch } from '../support.ts';

const scratch = new Scratch();
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ARP_OCTETS = 42;
/** Frames that are written at once, and in all: more than stay in memory. */
const PORTION = 100_000;
const FRAMES = LIVE_ROWS_KEPT + 2 * CHUNK_ROWS;
let lab: Lab;

beforeAll(async () => {
  lab = await Lab.start(join(scratch.path, 'forgotten'));
});
afterAll(async () => {
  await lab.stop();
  scratch.remove();
});

/** Small frames of no ring, some microseconds apart, from this second on. */
function frames(count: number, second: number): Buffer {
  const record = RECORD_HEADER + ARP_OCTETS;
  const octets = Buffer.alloc(count * record);
  for (let i = 0, at = 0; i < count; i++, at += record) {
    octets.writeUInt32LE(second, at);
    octets.writeUInt32LE(i * 5, at + 4);
    octets.writeUInt32LE(ARP_OCTETS, at + 8);
    octets.writeUInt32LE(ARP_OCTETS, at + 12);
    octets.writeUInt16BE(0x0806, at + RECORD_HEADER + 12);
  }
  return octets;
}

it('keeps what was found in packets that have left the window', async () => {
  const path = join(scratch.path, 'growing.pcap');
  copyFileSync(KILL9, path);
  const ring = readFileSync(path);
  const first = ring.readUInt32LE(FILE_HEADER);
  await lab.answerDialog([path]);
  await lab.command('follow');
  await hasText(lab.page, '.verdict-first', 'Node .114 died');
  expect(await lab.text('.status-line')).not.toContain('packets before');

  for (let written = 0, second = first + 60; written < FRAMES; written += PORTION, second++)
    appendFileSync(path, frames(PORTION, second));
  await hasText(lab.page, '.status-line', 'are in the file, not in the window');

  expect(await lab.text('.verdict-first')).toContain('Node .114 died');
  await lab.page.click('.verdict >> text=Go there');
  await hasText(lab.page, '.banner[role=alert]', 'in the capture’s file');
});
