// What tests of labs and live captures share: the lab's prompt through the window's own door, and the datagrams of a
// capture file.
import { readFileSync } from 'node:fs';
import { createCaptureReader } from '../../../protocol/pcap/capture-reader.ts';
import { expect } from 'vitest';
import type { Page } from 'playwright-core';

interface Reply {
  readonly output: string;
  readonly exitCode: number;
}
interface Doors {
  call(name: string, args: readonly unknown[]): Promise<Reply>;
}

/** Says a line of the lab's prompt that has to succeed; its output. */
export async function done(page: Page, line: string): Promise<string> {
  const { output, exitCode } = await page.evaluate(
    (said) => (window as unknown as { lab: Doors }).lab.call('lab.command', [said]),
    line,
  );
  expect(`${line}: ${exitCode} ${exitCode === 0 ? '' : output}`).toBe(`${line}: 0 `);
  return output;
}

export const hasText = (page: Page, selector: string, text: string): Promise<unknown> =>
  page.waitForFunction(
    ([where = '', wanted = '']) => document.querySelector(where)?.textContent?.includes(wanted),
    [selector, text],
  );

/** Starts three nodes by a click, and waits for their ring. */
export async function startLab(page: Page): Promise<void> {
  await page.click('text=Start three nodes');
  await page.waitForSelector('.app[data-phase=live]');
  await done(page, 'wait ring 3');
}

const IPV4 = 0x0800;
const UDP = 17;
const ETHERNET_HEADER = 14;

export interface CapturedDatagram {
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** Addresses, ports and payload, as text that two captures of the same datagram share. */
  readonly what: string;
}

export interface ReadCapture {
  readonly datagrams: readonly CapturedDatagram[];
  /** What mars the file; null for a whole one. */
  readonly problem: string | null;
  readonly comments: readonly string[];
  /** What the capture says was dropped. */
  readonly dropped: number;
}

/** The whole UDP datagrams on Totem's ports of a capture of Ethernet frames. */
export function readDatagrams(path: string): ReadCapture {
  const datagrams: CapturedDatagram[] = [];
  const comments: string[] = [];
  let dropped = 0;
  const reader = createCaptureReader({
    frame: (bytes, start, captured, _original, timeNs) => {
      const frame = Buffer.from(bytes.subarray(start, start + captured));
      const ip = frame.subarray(ETHERNET_HEADER);
      if (frame.readUInt16BE(12) !== IPV4 || ip[9] !== UDP || (ip.readUInt16BE(6) & 0x3fff) !== 0) return;
      const udp = ip.subarray((ip[0]! & 15) * 4);
      if (![5404, 5405].includes(udp.readUInt16BE(2))) return;
      const addresses = ip.subarray(12, 20).toString('hex');
      const length = udp.readUInt16BE(4);
      const what = `${addresses} ${udp.subarray(0, 4).toString('hex')} ${udp.subarray(8, length).toString('hex')}`;
      datagrams.push({ timeNs: reader.epochNs + BigInt(Math.round(timeNs)), what });
    },
    comment: (_frame, text) => void comments.push(text),
    dropped: (packets) => (dropped += Number(packets)),
  });
  reader.push(readFileSync(path));
  reader.finish();
  return { datagrams, problem: reader.problem?.says ?? null, comments, dropped };
}
