// What is wrong between the nodes of a lab, by receiver: partitions, cuts, deafness, bad links, as faults say it one
// after the other. Whoever runs the nodes makes it so. Knows no processes and no sockets.
import type { Fault } from '../../../protocol/sim/fault.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { LinkQuality } from '../../../protocol/sim/fault.ts';
import type { End } from '../../../protocol/sim/scenario/words.ts';

/** How one direction is worse than it should be. */
export interface BadLink {
  /** Number of the sender. */
  readonly from: number;
  readonly isCut: boolean;
  /** 0 to 1. */
  readonly loss: number;
  readonly delayMs: number;
  /** Larger IP packets vanish; null for no limit. */
  readonly mtu: number | null;
}

export interface BadReception {
  /** Hears no multicasts. */
  readonly isDeaf: boolean;
  readonly links: readonly BadLink[];
}

export type NetworkFault = Extract<Fault, { kind: 'partition' | 'cut' | 'mend' | 'deaf' | 'link' }>;

type Quality = Pick<LinkQuality, 'loss' | 'delay' | 'mtu'>;

const GOOD: Quality = { loss: 0, delay: 0, mtu: 0 };
const KNOWN: ReadonlySet<string> = new Set(['loss', 'delay', 'mtu']);

export class LinkFaults {
  private readonly slots: number;
  /** Group of each node, from 1; a node alone has one of its own. Null for no partition. */
  private groups: readonly number[] | null = null;
  private readonly cuts = new Set<string>();
  private readonly deaf = new Set<number>();
  private readonly qualities = new Map<string, Quality>();

  /** `slots`: nodes that there may ever be. */
  constructor(slots: number) {
    this.slots = slots;
  }

  /** Takes a fault in; what a lab's links cannot do, in a sentence. */
  apply(fault: NetworkFault): Result<null, string> {
    switch (fault.kind) {
      case 'partition':
        this.groups = Array.from({ length: this.slots }, (_, i) => {
          const group = fault.groups.findIndex((nodes) => nodes.includes(i + 1));
          return group < 0 ? -1 - i : group;
        });
        return ok(null);
      case 'cut':
      case 'mend':
        this.each(fault.from, fault.to, (link) =>
          fault.kind === 'cut' ? this.cuts.add(link) : this.cuts.delete(link),
        );
        return ok(null);
      case 'deaf':
        if (fault.on) this.deaf.add(fault.node);
        else this.deaf.delete(fault.node);
        return ok(null);
      case 'link': {
        const change = Object.entries(fault.change).filter(([key, value]) => key !== 'jitter' || value !== 0);
        const other = change.find(([key]) => !KNOWN.has(key))?.[0];
        if (other !== undefined)
          return fail(
            `a lab's links have loss=, delay= and mtu=; ${other === 'jitter' ? 'mean' : other}= is for scenarios`,
          );
        this.each(fault.from, fault.to, (link) => {
          this.qualities.set(link, { ...(this.qualities.get(link) ?? GOOD), ...Object.fromEntries(change) });
        });
        return ok(null);
      }
    }
  }

  heal(): void {
    this.groups = null;
    this.cuts.clear();
    this.deaf.clear();
    this.qualities.clear();
  }

  /** What is wrong with what arrives at a node. */
  at(to: number): BadReception {
    const links: BadLink[] = [];
    for (let from = 1; from <= this.slots; from++) {
      if (from === to) continue;
      const { loss, delay, mtu } = this.qualities.get(`${from}>${to}`) ?? GOOD;
      const isParted = this.groups !== null && this.groups[from - 1] !== this.groups[to - 1];
      const isCut = isParted || this.cuts.has(`${from}>${to}`);
      if (isCut || loss > 0 || delay > 0 || mtu > 0)
        links.push({ from, isCut, loss: loss / 1_000_000, delayMs: delay / 1000, mtu: mtu === 0 ? null : mtu });
    }
    return { isDeaf: this.deaf.has(to), links };
  }

  private each(from: End, to: End, take: (link: string) => void): void {
    for (let a = 1; a <= this.slots; a++)
      for (let b = 1; b <= this.slots; b++)
        if (a !== b && (from === 'any' || from === a) && (to === 'any' || to === b)) take(`${a}>${b}`);
  }
}
