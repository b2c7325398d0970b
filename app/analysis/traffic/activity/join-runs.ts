// What each node said in its joins: equal joins that follow each other are one run, which keeps hours of gathering
// small. Also when processes started. Bounded.
import { isSame, type NodeSet } from '../../membership/node-set.ts';
import type { JoinHeard } from '../../membership/tracked/node-track.ts';
import type { MembershipWatcher } from '../../membership/tracks.ts';

/** Runs of all nodes together; later ones are not kept. */
export const JOIN_RUNS_MAX = 50_000;
export const STARTS_MAX = 10_000;

export interface JoinRun {
  readonly node: number;
  readonly proc: NodeSet;
  readonly failed: NodeSet;
  /** Of the sender's ring. */
  readonly ringSeq: bigint;
  readonly isLeave: boolean;
  readonly fromNs: number;
  readonly firstFrame: number;
  untilNs: number;
  lastFrame: number;
  count: number;
}

export interface ProcessStart {
  readonly node: number;
  readonly timeNs: number;
}

/** A node that joins name by a loopback address. */
export interface LoopbackSeen {
  /** As the list has it. */
  readonly nodeid: number;
  /** Who sent the first such join. */
  readonly from: number;
  readonly firstNs: number;
  readonly frames: number[];
  count: number;
  lastNs: number;
}

const LOOPBACKS_MAX = 64;
const FRAMES_MAX = 8;

export class JoinRuns implements MembershipWatcher {
  /** In order of their first joins. */
  readonly all: JoinRun[] = [];
  readonly starts: ProcessStart[] = [];
  readonly loopbacks: LoopbackSeen[] = [];
  private readonly byNode = new Map<number, JoinRun[]>();
  private readonly current = new Map<number, JoinRun>();

  joined({ from, row, timeNs, proc, failed, ringSeq, isLeave }: JoinHeard): void {
    const run = this.current.get(from);
    const isEqual =
      run !== undefined &&
      run.ringSeq === ringSeq &&
      run.isLeave === isLeave &&
      isSame(run.proc, proc) &&
      isSame(run.failed, failed);
    if (isEqual) {
      run.untilNs = timeNs;
      run.lastFrame = row + 1;
      run.count++;
      return;
    }
    if (this.all.length >= JOIN_RUNS_MAX) return;
    const [fromNs, untilNs, firstFrame, lastFrame] = [timeNs, timeNs, row + 1, row + 1];
    const next = { node: from, proc, failed, ringSeq, isLeave, fromNs, firstFrame, untilNs, lastFrame, count: 1 };
    this.current.set(from, next);
    this.all.push(next);
    const own = this.byNode.get(from);
    if (own === undefined) this.byNode.set(from, [next]);
    else own.push(next);
  }

  started(node: number, timeNs: number): void {
    if (this.starts.length < STARTS_MAX) this.starts.push({ node, timeNs });
  }

  loopback(nodeid: number, from: number, row: number, timeNs: number): void {
    const known = this.loopbacks.find((seen) => seen.nodeid === nodeid);
    if (known !== undefined) {
      known.count++;
      known.lastNs = timeNs;
      if (known.frames.length < FRAMES_MAX) known.frames.push(row + 1);
    } else if (this.loopbacks.length < LOOPBACKS_MAX)
      this.loopbacks.push({ nodeid, from, firstNs: timeNs, frames: [row + 1], count: 1, lastNs: timeNs });
  }

  /** Runs of a node that overlap the time, in order. */
  of(node: number, fromNs: number, untilNs: number): readonly JoinRun[] {
    const own = this.byNode.get(node) ?? [];
    // Runs of one node follow each other: those before and behind are not looked at.
    let first = firstEndingFrom(own, fromNs);
    const found: JoinRun[] = [];
    for (let run = own[first]; run !== undefined && run.fromNs <= untilNs; run = own[++first]) found.push(run);
    return found;
  }

  /** Runs of all nodes that overlap the time. */
  during(fromNs: number, untilNs: number): readonly JoinRun[] {
    return this.all.filter((run) => run.untilNs >= fromNs && run.fromNs <= untilNs);
  }
}

/** Index of the first of a node's runs that ends not before the time. */
function firstEndingFrom(runs: readonly JoinRun[], timeNs: number): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.untilNs ?? 0) < timeNs) low = middle + 1;
    else high = middle;
  }
  return low;
}
