// Runs a virtual lab: lets its time pass, hands its capture on as it grows, tells what is to be seen of it. Knows no
// worker: who has it calls tick() again and again.
import { labMarkText } from '../../../app/lab/lab-mark.ts';
import type { LabOptions, LabReply, LabSnapshot, LabFault } from '../../../app/lab/lab-view.ts';
import { runVirtualLine, type PendingReply, type VirtualPace } from '../../../app/lab/virtual/prompt.ts';
import { VirtualLab } from '../../../app/lab/virtual/virtual-lab.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import { interfaceStatistics } from '../../../protocol/pcap/pcapng-writer.ts';

/** Milliseconds between two pictures of the lab. */
const SNAPSHOT_MS = 200;
/** Virtual time of one tick, at most, in microseconds: a tab that slept does not catch up for minutes. */
const TICK_MICROS_MAX = 1_000_000;
/** Events of one tick: what a frame has room for. */
const TICK_EVENTS = 10_000;
/** Octets that the reader may be behind; then virtual time waits for it. */
const UNREAD_MAX = 4 << 20;
/** Virtual time that a command may take before its line is answered without it, and in which it is looked at. */
const PENDING_MICROS_MAX = 60_000_000;
const PENDING_STEP_MICROS = 1000;
/** Virtual microseconds of one tick as fast as it goes. */
const FAST_MICROS = 1_000_000;

export interface VirtualHooks {
  readonly snapshot: (snapshot: LabSnapshot) => void;
  /** The capture begins anew: time has gone back. */
  readonly anew: () => void;
}

type Answer = (reply: LabReply) => void;

const NO_ANSWER: LabReply = { output: 'no answer in 60 s of virtual time; the command goes on waiting\n', exitCode: 1 };
const UNDONE: LabReply = { output: 'the lab went back to a time before this command\n', exitCode: 1 };
const ENDED: LabReply = { output: 'the lab has ended\n', exitCode: 1 };

export class VirtualHost {
  readonly capture = new GrowingBytes();
  readonly pace: VirtualPace = { isRunning: true, speed: 1 };
  private readonly options: LabOptions;
  private readonly lab: VirtualLab;
  private readonly hooks: VirtualHooks;
  private lastMs: number;
  private lastSnapshotMs = -Infinity;
  private told = -1;
  private marked: readonly LabFault[] = [];
  private hasEnded = false;
  private pending: { readonly line: PendingReply; readonly answer: Answer }[] = [];

  private constructor(options: LabOptions, lab: VirtualLab, hooks: VirtualHooks, nowMs: number) {
    this.options = options;
    this.lab = lab;
    this.hooks = hooks;
    this.lastMs = nowMs;
  }

  /** Fails with a sentence where the options are no lab. `nowMs`: any clock that goes on. */
  static open(options: LabOptions, hooks: VirtualHooks, nowMs: number): Result<VirtualHost, string> {
    const lab = VirtualLab.open(options);
    return lab.ok ? ok(new VirtualHost(options, lab.value, hooks, nowMs)) : fail(lab.problem);
  }

  /** Lets virtual time pass for the time since the last tick. */
  tick(nowMs: number): void {
    const elapsed = Math.max(0, nowMs - this.lastMs);
    this.lastMs = nowMs;
    if (this.hasEnded) return;
    const { lab, pace } = this;
    if (pace.isRunning && this.capture.unread < UNREAD_MAX) {
      const micros = pace.speed === Infinity ? FAST_MICROS : Math.min(TICK_MICROS_MAX, elapsed * 1000 * pace.speed);
      lab.advance(lab.nowMicros + Math.floor(micros), TICK_EVENTS);
      // What is less than a microsecond waits for the next tick.
      if (micros < 1) this.lastMs -= elapsed;
    }
    this.take();
    const isAnswered = this.answerPending();
    if (isAnswered || nowMs - this.lastSnapshotMs >= SNAPSHOT_MS) this.tell(nowMs);
  }

  /**
   * Does what a line of the prompt says, and shows what came of it at once. A command that takes virtual time is
   * answered when that has passed; in a lab that stands, time passes until then and no further.
   */
  line(text: string, nowMs: number, answer: Answer): void {
    if (this.hasEnded) return answer(ENDED);
    const reply = runVirtualLine(this.lab, this.pace, text);
    if ('poll' in reply) {
      this.pending.push({ line: reply, answer });
      if (!this.pace.isRunning) this.runPending();
    } else answer(reply);
    this.answerPending();
    this.lastMs = nowMs;
    this.take();
    this.told = -1;
    this.tell(nowMs);
  }

  private runPending(): void {
    const { lab } = this;
    const last = lab.nowMicros + PENDING_MICROS_MAX;
    while (this.pending.length > 0 && lab.nowMicros < last) {
      const until = lab.nowMicros + PENDING_STEP_MICROS;
      while (!lab.advance(until));
      this.answerPending();
    }
  }

  /** Answers the lines that can be answered now; whether there was one. */
  private answerPending(): boolean {
    const before = this.pending;
    const { nowMicros } = this.lab;
    this.pending = before.filter(({ line, answer }) => {
      const since = nowMicros - line.sinceMicros;
      const reply = since < 0 ? UNDONE : (line.poll() ?? (since >= PENDING_MICROS_MAX ? NO_ANSWER : null));
      if (reply !== null) answer(reply);
      return reply === null;
    });
    return this.pending.length < before.length;
  }

  /** What was captured stays. */
  end(nowMs: number): void {
    if (this.hasEnded) return;
    this.take();
    for (const { answer } of this.pending.splice(0)) answer(ENDED);
    this.hasEnded = true;
    this.capture.end();
    this.told = -1;
    this.tell(nowMs);
  }

  private take(): void {
    const { isAnew, octets } = this.lab.takeCapture();
    const isFirst = this.capture.byteLength === 0;
    // A reader may wait already for the first octets: it is not interrupted, since nobody would tell it to begin anew.
    if (isAnew && !isFirst) {
      this.capture.clear();
      this.marked = [];
    }
    const faults = this.lab.faults();
    const known = this.marked.length;
    const fresh = faults.slice(known);
    this.marked = faults;
    const notes = fresh.map((fault) => interfaceStatistics(0, fault.atNs, 0n, [labMarkText(fault)]));
    this.capture.append([...octets, ...notes]);
    if (isAnew && !isFirst) this.hooks.anew();
  }

  private tell(nowMs: number): void {
    this.lastSnapshotMs = nowMs;
    const { lab, options, hasEnded } = this;
    // Nothing has happened where no event has: a lab that stands is told of once.
    if (lab.nowMicros === this.told) return;
    this.told = lab.nowMicros;
    const problem = lab.isCaptureFull ? 'the capture is full: keep it, and start another lab.' : null;
    const phase = hasEnded ? 'ended' : 'running';
    const { nowMicros, nowNs } = lab;
    const virtual = { ...this.pace, nowMicros, beganNs: nowNs - BigInt(nowMicros) * 1000n };
    this.hooks.snapshot({
      options,
      phase,
      problem,
      nodes: lab.nodes(),
      faults: lab.faults(),
      objects: lab.objects(),
      virtual,
    });
  }
}
