// The taps of several nodes as one capture: in order of time, and what was done to the lab at its time.
import { describe, expect, it } from 'vitest';
import { labMarkText, readLabMark } from '../../../../app/lab/lab-mark.ts';
import { createTapMerge } from '../../../../main/node/lab/tap-merge.ts';
import { createCaptureReader } from '../../../../protocol/pcap/capture-reader.ts';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../../protocol/pcap/pcapng-writer.ts';

const SECOND = 1_000_000_000n;
/** Long ago, so that nothing is held back. */
const START = 1_353_670_414n * SECOND;

const packet = (at: bigint, octet: number): Uint8Array =>
  enhancedPacket({ interfaceId: 0, timeNs: START + at, bytes: Uint8Array.of(octet, 0, 0, 0) });

function read(chunks: readonly Uint8Array[]) {
  const octets: number[] = [];
  const comments: (readonly [frame: number | null, text: string])[] = [];
  const reader = createCaptureReader({
    frame: (bytes, start) => void octets.push(bytes[start] ?? -1),
    comment: (frame, text) => void comments.push([frame, text]),
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.finish();
  return { octets, comments };
}

function merged(work: (merge: ReturnType<typeof createTapMerge>) => void) {
  const chunks: Uint8Array[] = [];
  const merge = createTapMerge((bytes) => void chunks.push(bytes));
  const [one, two] = [merge.node('n1', '127.168.1.111'), merge.node('n2', '127.168.1.112')];
  for (const tap of [one, two]) {
    tap(sectionHeader());
    tap(interfaceDescription(1, 'tap'));
  }
  one(packet(2n * SECOND, 2));
  two(packet(1n * SECOND, 1));
  two(packet(3n * SECOND, 3));
  work(merge);
  merge.end();
  return read(chunks);
}

describe('the merged taps', () => {
  it('are in order of time', () => {
    expect(merged(() => undefined).octets).toEqual([1, 2, 3]);
  });

  it('carry what was done at the first packet from then on', () => {
    const { comments } = merged((merge) => merge.mark(START + SECOND + 5n, 'kill'));

    expect(comments).toEqual([[2, 'kill']]);
  });

  it('carry what was done after the last packet too', () => {
    const { comments } = merged((merge) => merge.mark(START + 9n * SECOND, 'late'));

    expect(comments).toEqual([[null, 'late']]);
  });
});

describe('the comment of a deed', () => {
  it('gives its exact time and its words back', () => {
    const mark = { atNs: START + 7n, words: 'fault partition 1,2 | 3' };

    expect(labMarkText(mark)).toBe('lab at 1353670414.000000007: fault partition 1,2 | 3');
    expect(readLabMark(labMarkText(mark))).toEqual(mark);
  });

  it.each(['', 'a note', 'lab at noon: fault', 'lab at 1.5: fault kill 2', 'see lab at 1353670414.000000007: x'])(
    'is told from "%s"',
    (text) => {
      expect(readLabMark(text)).toBeNull();
    },
  );
});
