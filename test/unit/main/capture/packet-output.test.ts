// What a live capture writes of its losses: what the kernel dropped and what the reader was too late for, with both
// ends of each loss, so that a program that is killed leaves them as well.
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CaptureLoss } from '../../../../app/session/live-capture.ts';
import { createPacketOutput, type PacketOutput } from '../../../../main/node/capture/packet-output.ts';
import { createCaptureReader } from '../../../../protocol/pcap/capture-reader.ts';

const START = 1_795_392_141_000_000_000n;
const SECOND = 1_000_000_000n;
const FRAME = new Uint8Array(60);

class Stage {
  nowNs = START;
  isStuck = false;
  readonly written: Buffer[] = [];
  readonly told: CaptureLoss[] = [];
  readonly output: PacketOutput;

  constructor(isCounted = true) {
    const { written } = this;
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(chunk);
        done();
      },
    });
    const isStuck = (): boolean => this.isStuck;
    Object.defineProperty(stream, 'writableLength', { get: () => (isStuck() ? 1 << 30 : 0) });
    this.output = createPacketOutput(stream, {
      interfaceName: 'lo',
      isCounted,
      now: () => this.nowNs,
      lost: (loss) => this.told.push(loss),
    });
  }

  /** Seconds since the start. */
  at(seconds: number): PacketOutput {
    this.nowNs = START + BigInt(seconds) * SECOND;
    return this.output;
  }

  packetAt(seconds: number): void {
    this.at(seconds).begin(1);
    this.output.packet(this.nowNs, FRAME, FRAME.length);
  }

  read() {
    const drops: (readonly [packets: number, from: number | null, until: number | null])[] = [];
    let frames = 0;
    let uncounted = 0;
    const since = (ns: bigint | null): number | null => (ns === null ? null : Number((ns - START) / SECOND));
    const reader = createCaptureReader({
      frame: () => frames++,
      dropped: (packets, from, until) => drops.push([Number(packets), since(from), since(until)]),
      uncounted: () => uncounted++,
    });
    reader.push(Buffer.concat(this.written));
    reader.finish();
    return { frames, drops, uncounted, problem: reader.problem };
  }
}

describe('losses of a live capture', () => {
  it('by the kernel stand in the capture between the two looks at its count, and are told', () => {
    const stage = new Stage();
    stage.packetAt(1);
    stage.at(2).counted(0);
    stage.at(3).counted(7);
    stage.packetAt(4);
    stage.at(5).counted(7);
    stage.at(6).counted(9);
    stage.output.end();

    expect(stage.read()).toEqual({
      frames: 2,
      drops: [
        [7, 2, 3],
        [2, 5, 6],
      ],
      uncounted: 0,
      problem: null,
    });
    expect(stage.output.counts()).toEqual({ packets: 2, dropped: 9, late: 0 });
    expect(stage.told.map(({ packets, by, fromMs, untilMs }) => [packets, by, untilMs - fromMs])).toEqual([
      [7, 'kernel', 1000],
      [2, 'kernel', 1000],
    ]);
  });

  it('before the first packet wait until it is known of what link packets are; without one they are kept, too', () => {
    const stage = new Stage();
    stage.at(1).counted(5);
    stage.packetAt(2);
    stage.output.end();
    expect(stage.read()).toMatchObject({ frames: 1, drops: [[5, 0, 1]], problem: null });

    const silent = new Stage();
    silent.at(1).counted(5);
    silent.output.end();
    expect(silent.read()).toMatchObject({ frames: 0, drops: [[5, 0, 1]], problem: null });
  });

  it('by a reader that is too late stand beside those of the kernel, and each is counted once', () => {
    const stage = new Stage();
    stage.packetAt(1);
    stage.isStuck = true;
    stage.packetAt(2);
    stage.packetAt(3);
    stage.at(4).counted(10);
    stage.isStuck = false;
    stage.packetAt(5);
    stage.output.end();

    const { frames, drops } = stage.read();
    expect(frames).toBe(2);
    expect(drops).toEqual([
      [10, 0, 4],
      [2, 2, 3],
    ]);
    expect(stage.output.counts()).toEqual({ packets: 2, dropped: 10, late: 2 });
    expect(stage.told.map(({ by }) => by)).toEqual(['kernel', 'program']);
  });

  it('that nobody can count are said to be so, from the first packet on', () => {
    const stage = new Stage(false);
    stage.packetAt(1);
    stage.packetAt(2);
    stage.output.end();
    expect(stage.read()).toEqual({ frames: 2, drops: [], uncounted: 1, problem: null });
    expect(stage.output.counts()).toEqual({ packets: 2, dropped: null, late: 0 });
  });
});

it('begins a loss where the kernel was asked before it, not where its answer was read', () => {
  const stage = new Stage();
  stage.at(1).asked();
  stage.at(4).counted(0);
  stage.at(5).asked();
  stage.at(6).counted(3);

  expect(stage.told.map(({ packets, fromMs, untilMs }) => [packets, fromMs, untilMs])).toEqual([
    [3, Number(START / 1_000_000n) + 1000, Number(START / 1_000_000n) + 6000],
  ]);
});
