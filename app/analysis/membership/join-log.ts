// What each node said in its joins: whom it wants and whom it gave up, whenever that changed. Bounded.
import type { JoinLists } from '../result.ts';
import { isSame } from './node-set.ts';
import type { JoinHeard } from './tracked/node-track.ts';

/** Changes kept of one capture: beyond, `omitted` says how many. */
export const JOIN_LISTS_MAX = 50_000;

export class JoinLog {
  omitted = 0;
  private readonly kept: JoinLists[] = [];
  private readonly last = new Map<number, JoinLists>();

  add({ from: nodeid, timeNs: time, row, proc, failed, ringSeq, isLeave }: JoinHeard): void {
    const last = this.last.get(nodeid);
    const isKnown =
      last !== undefined &&
      last.isLeave === isLeave &&
      last.ringSeq === ringSeq &&
      isSame(last.proc, proc) &&
      isSame(last.failed, failed);
    if (isKnown) return;
    const lists = { time, nodeid, frame: row + 1, proc, failed, ringSeq, isLeave };
    this.last.set(nodeid, lists);
    if (this.kept.length < JOIN_LISTS_MAX) this.kept.push(lists);
    else this.omitted++;
  }

  list(): readonly JoinLists[] {
    return this.kept.slice();
  }
}
