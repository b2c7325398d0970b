// What became of the copies between two looks at the disks: which came to a node in a new epoch, and from where, as far
// as the disks tell. Nothing is made up: a source is named only where a single node can have been it. Pure.
import type { LabObjects } from '../lab-view.ts';

export interface Move {
  /** 16 hex digits. */
  readonly oid: string;
  /** Number of the node on whose disk the copy was seen. */
  readonly to: number;
  /**
   * Numbers of the members that can have given it: one, and it came from there; several, and the disks do not tell
   * which. The node itself where it had an older copy: that was kept, or fetched anew.
   */
  readonly from: readonly number[];
  /** The epoch that the copy is of. */
  readonly epoch: number;
}

/** The newest epoch of which a node has a copy, by object and node. */
type Held = ReadonlyMap<string, ReadonlyMap<number, number>>;

function heldIn({ stores }: LabObjects): Held {
  const held = new Map<string, Map<number, number>>();
  for (const { node, objects } of stores)
    for (const { oid, epoch } of objects) {
      const own = held.get(oid) ?? new Map<number, number>();
      own.set(node, Math.max(own.get(node) ?? 0, epoch));
      held.set(oid, own);
    }
  return held;
}

const NOTHING: ReadonlyMap<number, number> = new Map();

/** Follows looks at the disks, one after the other. */
export class CopyWatch {
  private held: Held | null = null;
  /** The first epoch in which an object was seen: in that one its copies are written, not recovered. */
  private readonly first = new Map<string, number>();

  /** What has come since the look before. `isMember`: whether a node is a member of the epoch that is in force. */
  look(objects: LabObjects, isMember: (node: number) => boolean): readonly Move[] {
    const before = this.held;
    const now = heldIn(objects);
    this.held = now;
    const moves: Move[] = [];
    for (const [oid, nodes] of now) {
      const first = this.first.get(oid) ?? Math.min(...nodes.values());
      this.first.set(oid, first);
      const had = before?.get(oid) ?? NOTHING;
      const came = [...nodes].filter(([node, epoch]) => epoch > (had.get(node) ?? 0));
      if (before === null) continue;
      for (const [to, epoch] of came) if (epoch > first) moves.push({ oid, to, from: sources(to), epoch });

      /** Those who had a copy, or got one in the same time and may have passed it on. */
      function sources(to: number): readonly number[] {
        if (had.has(to)) return [to];
        const others = [...new Set([...had.keys(), ...came.map(([node]) => node)])];
        return others.filter((node) => node !== to && isMember(node)).sort((a, b) => a - b);
      }
    }
    return moves;
  }
}

export interface MoveFlow {
  /** As in a move. */
  readonly from: readonly number[];
  readonly to: number;
  readonly copies: number;
}

/** Moves by source and destination, the most first; what stayed on its node comes last. */
export function flowsOf(moves: readonly Move[]): readonly MoveFlow[] {
  const flows = new Map<string, { from: readonly number[]; to: number; copies: number }>();
  for (const { from, to } of moves) {
    const key = `${from.join()}>${to}`;
    const flow = flows.get(key);
    if (flow === undefined) flows.set(key, { from, to, copies: 1 });
    else flow.copies++;
  }
  const stays = ({ from, to }: MoveFlow): number => (from.length === 1 && from[0] === to ? 1 : 0);
  return [...flows.values()].sort((a, b) => stays(a) - stays(b) || b.copies - a.copies || a.to - b.to);
}
