// What TCP port 7000 tells of the lives of sheep: whose connections were closed by the serving side, who refused new
// ones, and when objects were fetched from others after a change of the members. Bounded; judges nothing.
import { FLAG_RECOVERY } from '../../../protocol/sheep/operations.ts';
import type { SheepHeaderSeen } from '../../../protocol/sheep/tcp-stream.ts';

/** Ends of connections kept, the latest. */
export const SHEEP_ENDS_MAX = 20_000;
/** Epochs whose recovery is kept. */
export const RECOVERIES_MAX = 10_000;

/** The serving side ended a connection that its client had not left, or refused one. */
export interface SheepEnd {
  readonly frame: number;
  readonly timeNs: number;
  /** Number of the address at which the sheep listened. */
  readonly at: number;
  readonly kind: 'closed' | 'refused';
}

/** Sheep fetched objects that a new epoch gives them: requests with the flag RECOVERY. */
export interface SheepRecovery {
  /** The epoch that was gone to. */
  readonly epoch: number;
  readonly firstNs: number;
  readonly firstFrame: number;
  lastNs: number;
  lastFrame: number;
  /** Answers with success, and their octets. */
  objects: number;
  octets: number;
}

export class SheepSigns {
  private list: SheepEnd[] = [];
  private readonly byEpoch = new Map<number, SheepRecovery>();

  closed(row: number, timeNs: number, at: number): void {
    this.end({ frame: row + 1, timeNs, at, kind: 'closed' });
  }

  refused(row: number, timeNs: number, at: number): void {
    this.end({ frame: row + 1, timeNs, at, kind: 'refused' });
  }

  private end(end: SheepEnd): void {
    if (this.list.length >= 2 * SHEEP_ENDS_MAX) this.list = this.list.slice(SHEEP_ENDS_MAX);
    this.list.push(end);
  }

  /** Every header that was seen. */
  header({ header, request, first, last }: SheepHeaderSeen, timeNs: number): void {
    const asked = request?.header ?? header;
    if ((asked.flags & FLAG_RECOVERY) === 0) return;
    let recovery = this.byEpoch.get(asked.epoch);
    if (recovery === undefined) {
      if (this.byEpoch.size >= RECOVERIES_MAX) return;
      const at = { firstNs: timeNs, firstFrame: first + 1, lastNs: timeNs, lastFrame: last + 1 };
      recovery = { epoch: asked.epoch, ...at, objects: 0, octets: 0 };
      this.byEpoch.set(asked.epoch, recovery);
    }
    recovery.lastNs = timeNs;
    recovery.lastFrame = last + 1;
    if (request === null || header.result !== 0) return;
    recovery.objects++;
    recovery.octets += header.dataLength;
  }

  /** In order of time. */
  ends(): readonly SheepEnd[] {
    return this.list;
  }

  /** In the order in which they began. */
  recoveries(): readonly SheepRecovery[] {
    return [...this.byEpoch.values()];
  }
}
