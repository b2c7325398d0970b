// Two generations on one group and port: the frames of two real rings in one capture, in order of time.
import { expect, it } from 'vitest';
import { concatBytes } from '../../../protocol/base/bytes.ts';
import { goldenBytes } from '../../support/golden.ts';
import { openBytes } from '../../support/open-golden.ts';

const HEADER = 24;
const RECORD = 16;

interface Frame {
  readonly micros: number;
  readonly octets: Uint8Array;
}

/** Frames of a little-endian pcap, their times from its first. */
function framesOf(bytes: Uint8Array): readonly Frame[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Frame[] = [];
  let first = -1;
  for (let at = HEADER; at + RECORD <= bytes.length;) {
    const end = at + RECORD + view.getUint32(at + 8, true);
    const micros = view.getUint32(at, true) * 1e6 + view.getUint32(at + 4, true);
    if (first < 0) first = micros;
    const octets = bytes.slice(at, end);
    const own = new DataView(octets.buffer);
    own.setUint32(0, 1 + Math.floor((micros - first) / 1e6), true);
    own.setUint32(4, (micros - first) % 1e6, true);
    frames.push({ micros: micros - first, octets });
    at = end;
  }
  return frames;
}

it('mixed-versions names those who came fewer, or later', () => {
  const one = goldenBytes('06-corosync-clean-leave-and-return', 'bridge.pcap');
  const three = goldenBytes('c31-udp-form3', 'brA.pcap');
  const frames = [...framesOf(one), ...framesOf(three)].sort((a, b) => a.micros - b.micros);
  const { findings } = openBytes(
    concatBytes([one.slice(0, HEADER), ...frames.map(({ octets }) => octets)]),
  ).ingest.analysis();
  const wrong = findings.filter(({ severity }) => severity !== 'info');

  expect(wrong.map(({ rule }) => rule)).toEqual(['mixed-versions']);
  expect(wrong[0]?.says).toMatch(/Corosync 3.*Corosync 1|Corosync 1.*Corosync 3/);
  expect(wrong[0]?.evidence.every(({ frames: shown }) => shown.length > 0)).toBe(true);
});
