// Copies as they came to nodes with each look at the disks, of the lab that is shown; in the lab's own time. A lab that
// goes back in its time forgets what was not yet.
import { useMemo } from 'react';
import { create } from 'zustand';
import type { LabNodeView, LabObjects } from '../../app/lab/lab-view.ts';
import { CopyWatch, type Move } from '../../app/lab/objects/moves.ts';
import type { StoreMap } from '../../app/lab/objects/store-map.ts';
import { SHEEP_PORT } from '../../protocol/sheep/node-entry.ts';
import { useLabAt, useLabHistory, type LabSample } from './lab-history.ts';

export interface SeenMove extends Move {
  /** When it was seen, nanoseconds since the epoch of the capture's store. */
  readonly time: number;
}

/** Moves kept; the oldest go first. */
const MOVES_MAX = 20_000;

const useMoves = create<{ readonly moves: readonly SeenMove[] }>(() => ({ moves: [] }));

function memberTest({ epochs }: LabObjects, nodes: readonly LabNodeView[]): (node: number) => boolean {
  const members = epochs.at(-1)?.members ?? [];
  const numbers = new Set(
    nodes.filter(({ spec }) => members.includes(`${spec.ip}:${SHEEP_PORT}`)).map(({ spec }) => spec.number),
  );
  return (node) => numbers.has(node);
}

/** Reads samples on and on. */
export class MoveReader {
  private watch = new CopyWatch();
  private last: LabSample | null = null;
  private moves: readonly SeenMove[] = [];

  read(samples: readonly LabSample[]): readonly SeenMove[] {
    const newest = samples.at(-1);
    if (newest === undefined || newest.lab !== this.last?.lab || newest.time < this.last.time) {
      this.watch = new CopyWatch();
      this.last = null;
      this.moves = [];
    }
    for (let i = this.firstUnread(samples); i < samples.length; i++) this.take(samples[i]!);
    return this.moves;
  }

  /** Times tell it only where the last one read was replaced: while no packet comes, several samples share one. */
  private firstUnread(samples: readonly LabSample[]): number {
    const { last } = this;
    if (last === null) return 0;
    const at = samples.lastIndexOf(last);
    if (at >= 0) return at + 1;
    return Math.min(samples.findLastIndex(({ time }) => time <= last.time) + 1, samples.length - 1);
  }

  private take(sample: LabSample): void {
    const { objects, nodes, time } = sample;
    const isNew = objects !== this.last?.objects;
    this.last = sample;
    if (objects === null || !isNew) return;
    const came = this.watch.look(objects, memberTest(objects, nodes)).map((move) => ({ ...move, time }));
    if (came.length > 0) this.moves = [...this.moves, ...came].slice(-MOVES_MAX);
  }
}

const reader = new MoveReader();
useLabHistory.subscribe(({ samples }, before) => {
  if (samples === before.samples) return;
  const moves = reader.read(samples);
  if (moves !== useMoves.getState().moves) useMoves.setState({ moves });
});

/** Moves into the epoch that is shown, up to the moment. */
export function useShownMoves({ epoch }: Pick<StoreMap, 'epoch'>): readonly SeenMove[] {
  const moves = useMoves((state) => state.moves);
  const until = useLabAt()?.time ?? -Infinity;
  const count = moves.findLastIndex(({ time }) => time <= until) + 1;
  return useMemo(() => moves.slice(0, count).filter((move) => move.epoch === epoch), [moves, count, epoch]);
}
