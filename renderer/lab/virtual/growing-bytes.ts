// A capture that grows in memory, as a source of octets: what a simulated lab captures. It can begin anew, since a lab
// in the simulator goes back in time; then its reader is to be told.
import type { ByteRange } from '../../../app/ipc/stream.ts';
import type { ByteSource, CapturePortion } from '../../../app/session/serve-stream.ts';

/** Octets of one portion, about. */
const PORTION_OCTETS = 1 << 20;

export class GrowingBytes implements ByteSource {
  private parts: Uint8Array[] = [];
  /** Where each part starts. */
  private starts: number[] = [];
  private octets = 0;
  private taken = 0;
  private hasEnded = false;
  private interrupts = 0;
  private waiting: (() => void)[] = [];

  get byteLength(): number {
    return this.octets;
  }

  /** Octets that no reader has come to yet. */
  get unread(): number {
    return this.octets - this.taken;
  }

  append(parts: readonly Uint8Array[]): void {
    for (const part of parts) {
      if (part.length === 0) continue;
      this.starts.push(this.octets);
      this.parts.push(part);
      this.octets += part.length;
    }
    this.wake();
  }

  /** Forgets all octets: others follow from the first on. */
  clear(): void {
    this.parts = [];
    this.starts = [];
    this.octets = this.taken = 0;
    this.interrupt();
  }

  end(): void {
    this.hasEnded = true;
    this.wake();
  }

  interrupt(): void {
    this.interrupts++;
    this.wake();
  }

  async *portions(): AsyncGenerator<CapturePortion> {
    const { interrupts } = this;
    let done = 0;
    this.taken = 0;
    for (;;) {
      // After an interruption nobody waits for these octets, or they are others by now.
      if (this.interrupts !== interrupts) yield { bytes: new Uint8Array(0), done, total: this.octets };
      else if (done < this.octets) {
        const bytes = this.piece({ offset: done, length: Math.min(PORTION_OCTETS, this.octets - done) });
        done += bytes.length;
        this.taken = done;
        yield { bytes, done, total: this.octets };
      } else if (this.hasEnded) return;
      else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  read(ranges: readonly ByteRange[]): Promise<readonly Uint8Array[]> {
    return Promise.resolve(ranges.map((range) => this.piece(range)));
  }

  /** A copy of all octets. */
  whole(): Uint8Array {
    return this.piece({ offset: 0, length: this.octets });
  }

  private piece({ offset, length }: ByteRange): Uint8Array {
    const end = Math.min(this.octets, offset + length);
    const bytes = new Uint8Array(Math.max(0, end - offset));
    for (let i = this.partAt(offset), at = offset; at < end; i++) {
      const part = this.parts[i];
      if (part === undefined) break;
      const from = at - (this.starts[i] ?? 0);
      const some = part.subarray(from, from + end - at);
      bytes.set(some, at - offset);
      at += some.length;
    }
    return bytes;
  }

  private partAt(offset: number): number {
    let low = 0;
    let high = this.starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  private wake(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resolve of waiting) resolve();
  }
}
