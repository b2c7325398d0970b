// Captures of any size: a golden one's records over and over, with times that go on.
import { closeSync, openSync, writeSync } from 'node:fs';

const PCAP_HEADER = 24;
const RECORD_HEADER = 16;
/** Octets written at a time, at least. */
const PORTION = 1 << 24;

/** Writes a capture of at least so many packets; returns how many it has. */
export function repeatCapture(golden: Uint8Array, file: string, packets: number): number {
  const body = golden.slice(PCAP_HEADER);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const starts: number[] = [];
  for (let at = 0; at < body.length; at += RECORD_HEADER + view.getUint32(at + 8, true)) starts.push(at);
  const first = view.getUint32(starts[0] ?? 0, true);
  const span = view.getUint32(starts.at(-1) ?? 0, true) - first + 1;
  const fd = openSync(file, 'w');
  writeSync(fd, golden, 0, PCAP_HEADER);
  const repeats = Math.ceil(packets / starts.length);
  const portion = new Uint8Array(body.length * Math.max(1, Math.ceil(PORTION / body.length)));
  let filled = 0;
  for (let i = 0; i < repeats; i++) {
    portion.set(body, filled);
    filled += body.length;
    if (filled === portion.length || i === repeats - 1) {
      writeSync(fd, portion, 0, filled);
      filled = 0;
    }
    for (const at of starts) view.setUint32(at, view.getUint32(at, true) + span, true);
  }
  closeSync(fd);
  return repeats * starts.length;
}
