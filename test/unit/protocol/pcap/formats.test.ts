// Capture formats: byte orders, resolutions, notes, names and drops there and back; and what is said of damage.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import { createCaptureReader, type FrameSink } from '../../../../protocol/pcap/capture-reader.ts';
import {
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  nameResolution,
  sectionHeader,
} from '../../../../protocol/pcap/pcapng-writer.ts';
import { pcap } from '../../../support/frames.ts';

interface Seen {
  readonly bytes: number[];
  readonly timeNs: bigint;
  readonly linktype: number;
  readonly original: number;
}

function read(capture: Uint8Array) {
  const frames: Seen[] = [];
  const notes: [number | null, string][] = [];
  const names: [string, string][] = [];
  const drops: [bigint, bigint | null, bigint | null][] = [];
  let uncounted = 0;
  const sink: FrameSink = {
    frame: (bytes, start, captured, original, timeNs, linktype) =>
      frames.push({
        bytes: [...bytes.subarray(start, start + captured)],
        timeNs: BigInt(Math.round(timeNs)),
        linktype,
        original,
      }),
    comment: (frame, text) => notes.push([frame, text]),
    name: (address, name) => names.push([address, name]),
    dropped: (count, from, until) => drops.push([count, from, until]),
    uncounted: () => uncounted++,
  };
  const reader = createCaptureReader(sink);
  reader.push(capture);
  reader.finish();
  return {
    frames: frames.map((frame) => ({ ...frame, timeNs: frame.timeNs + reader.epochNs })),
    notes,
    names,
    drops,
    uncounted,
    reader,
  };
}

const FRAMES = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), new Uint8Array(70).fill(5)];

describe('pcap', () => {
  it.each([
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ])('little-endian %s, nanoseconds %s', (littleEndian, isNano) => {
    const { frames, reader } = read(pcap(FRAMES, { littleEndian, isNano, linktype: 113 }));
    expect(reader.format).toBe('pcap');
    expect(reader.problem).toBeNull();
    expect(frames.map(({ bytes }) => bytes)).toEqual(FRAMES.map((frame) => [...frame]));
    expect(frames.map(({ timeNs }) => timeNs)).toEqual(
      [0n, 1n, 2n].map((ms) => 1_700_000_000_000_000_000n + ms * 1_000_000n),
    );
    expect(frames[0]?.linktype).toBe(113);
  });

  it('says where a record claims more than a frame can have', () => {
    const capture = pcap(FRAMES);
    new DataView(capture.buffer).setUint32(24 + 16 + 3 + 8, 0x7fffffff, true);
    const { frames, reader } = read(capture);
    expect(frames).toHaveLength(1);
    expect(reader.problem).toMatchObject({ kind: 'damaged-block', at: 43 });
  });

  it('tells a cut capture, an empty one, and none at all', () => {
    expect(read(pcap(FRAMES).slice(0, -5)).reader.problem).toMatchObject({ kind: 'truncated', at: 24 + 19 + 17 });
    expect(read(new Uint8Array()).reader.problem).toMatchObject({ kind: 'empty' });
    expect(read(Uint8Array.of(1, 2)).reader.problem).toMatchObject({ kind: 'not-a-capture' });
    expect(read(new Uint8Array(100)).reader.problem).toMatchObject({ kind: 'not-a-capture' });
  });
});

describe('pcapng', () => {
  it('gives back packets, notes, names and drops', () => {
    const timeNs = 1_795_392_141_123_456_789n;
    const capture = concatBytes([
      sectionHeader(['made by hand']),
      interfaceDescription(1, 'eth0'),
      interfaceDescription(276),
      nameResolution(
        new Map([
          ['10.0.0.1', 'anna'],
          ['fe80::1', 'berta'],
        ]),
      ),
      enhancedPacket({
        interfaceId: 0,
        timeNs,
        bytes: Uint8Array.of(9, 8, 7),
        original: 1500,
        comments: ['here', 'déjà 1 → 2'],
      }),
      enhancedPacket({ interfaceId: 1, timeNs: timeNs + 1n, bytes: Uint8Array.of(1) }),
      interfaceStatistics(1, timeNs, 4_294_967_300n),
    ]);
    const { frames, notes, names, drops, reader } = read(capture);
    expect(reader.problem).toBeNull();
    expect(frames).toEqual([
      { bytes: [9, 8, 7], timeNs, linktype: 1, original: 1500 },
      { bytes: [1], timeNs: timeNs + 1n, linktype: 276, original: 1 },
    ]);
    expect(notes).toEqual([
      [null, 'made by hand'],
      [1, 'here'],
      [1, 'déjà 1 → 2'],
    ]);
    expect(names).toEqual([
      ['10.0.0.1', 'anna'],
      ['fe80::1', 'berta'],
    ]);
    expect(drops).toEqual([[4_294_967_300n, null, timeNs]]);
  });

  it('tells what a count of drops grew by and between which looks, for each interface of each section', () => {
    const at = 1_795_392_141_000_000_000n;
    const section = [sectionHeader(), interfaceDescription(1, 'eth0'), interfaceDescription(1, 'eth1')];
    const capture = concatBytes([
      ...section,
      interfaceStatistics(0, at, 0n),
      interfaceStatistics(0, at + 1n, 5n),
      interfaceStatistics(1, at + 2n, 7n),
      interfaceStatistics(0, at + 3n, 5n),
      interfaceStatistics(0, at + 4n, 6n),
      // A count that falls, an interface that was not described, and a time that was not filled in.
      interfaceStatistics(0, at + 5n, 2n),
      interfaceStatistics(9, at + 5n, 100n),
      ...section,
      interfaceStatistics(0, 0n, 3n),
    ]);
    const { drops, uncounted } = read(capture);
    expect(drops).toEqual([
      [5n, at, at + 1n],
      [7n, null, at + 2n],
      [1n, at + 3n, at + 4n],
      [3n, null, null],
    ]);
    expect(uncounted).toBe(0);
  });

  it('tells that drops could not be counted from statistics without a count', () => {
    const capture = concatBytes([sectionHeader(), interfaceDescription(1), interfaceStatistics(0, 1n, null, ['why'])]);
    const { drops, notes, uncounted } = read(capture);
    expect([drops, notes, uncounted]).toEqual([[], [[null, 'why']], 1]);
  });

  it.each([
    ['microseconds', 6, 10n ** 6n],
    ['nanoseconds', 9, 10n ** 9n],
    ['parts of 2^20', 0x80 | 20, 2n ** 20n],
    ['picoseconds', 12, 10n ** 12n],
  ])('reads times in %s, wherever the halves of their ticks roll over', (_name, resolution, perSecond) => {
    const described = interfaceDescription(1);
    const option = described.findIndex((octet, i) => octet === 9 && described[i + 1] === 0 && described[i + 2] === 1);
    described[option + 4] = resolution;
    const steps = fc.array(fc.tuple(fc.nat(2), fc.nat(0xffff_ffff)), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(400_000_000), steps, (high, list) => {
        const all = list.map(([step, low]) => (BigInt(high + step) << 32n) + BigInt(low));
        const packets = all.map((timeNs) => enhancedPacket({ interfaceId: 0, timeNs, bytes: Uint8Array.of(1) }));
        const { frames, reader } = read(concatBytes([sectionHeader(), described, ...packets]));
        const start = (all[0] ?? 0n) / perSecond;
        expect(reader.epochNs).toBe(start * 10n ** 9n);
        const exact = all.map((ticks) => Number((ticks - start * perSecond) * 10n ** 9n) / Number(perSecond));
        const off = frames.map(({ timeNs }, i) => Math.abs(Number(timeNs - reader.epochNs) - (exact[i] ?? 0)));
        expect(Math.max(...off)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('passes over a block of another kind, however long', () => {
    const unknown = new Uint8Array(6 * 1024 * 1024);
    const view = new DataView(unknown.buffer);
    view.setUint32(0, 0x0bad, true);
    view.setUint32(4, unknown.length, true);
    view.setUint32(unknown.length - 4, unknown.length, true);
    const packet = enhancedPacket({ interfaceId: 0, timeNs: 1n, bytes: Uint8Array.of(1) });
    const { frames, reader } = read(concatBytes([sectionHeader(), interfaceDescription(1), unknown, packet]));
    expect(reader.problem).toBeNull();
    expect(frames).toHaveLength(1);
  });

  it.each([
    ['lengths that differ', (bytes: Uint8Array) => bytes.fill(0xff, bytes.length - 4)],
    ['an interface that was not described', (bytes: Uint8Array) => bytes.fill(7, bytes.length - 40, bytes.length - 39)],
  ])('stops at %s', (_name, damage) => {
    const packet = enhancedPacket({ interfaceId: 0, timeNs: 1n, bytes: new Uint8Array(8) });
    const capture = concatBytes([sectionHeader(), interfaceDescription(1), packet, damage(packet.slice())]);
    const { reader } = read(capture);
    expect(reader.frames).toBeLessThanOrEqual(2);
    expect(reader.problem?.kind ?? 'damaged-block').toBe('damaged-block');
  });

  it('of any packets, comes back as it was written', () => {
    const packet = fc.record({
      bytes: fc.uint8Array({ maxLength: 80 }),
      timeNs: fc.bigInt(0n, (1n << 62n) - 1n),
      comments: fc.array(fc.string(), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 8 }), (packets) => {
        const written = packets.map((item) => enhancedPacket({ interfaceId: 0, ...item }));
        const { frames, notes } = read(concatBytes([sectionHeader(), interfaceDescription(1), ...written]));
        expect(frames.map(({ bytes }) => bytes)).toEqual(packets.map(({ bytes }) => [...bytes]));
        expect(notes.map(([, text]) => text)).toEqual(packets.flatMap(({ comments }) => comments));
      }),
      { numRuns: 60 },
    );
  });
});
