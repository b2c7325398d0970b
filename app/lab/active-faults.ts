// Which faults of a lab are in force: told from the prompt's lines that were said so far, in their order. Pure.
import type { Fault } from '../../protocol/sim/fault.ts';
import type { End } from '../../protocol/sim/scenario/words.ts';
import { readLabFaults } from './fault.ts';
import type { LabFault } from './lab-view.ts';

/** By the number of the node that they are at: the faults in force in words, by what ends them. */
export type ActiveFaults = ReadonlyMap<number, ReadonlyMap<string, string>>;

/** What is ended by `heal`: everything but what ails a store. */
const isOfNetwork = (name: string): boolean => name !== 'disk';

const named = (nodes: readonly number[]): string => nodes.map((node) => `n${node}`).join(' ');

class Active {
  readonly at = new Map<number, Map<string, string>>();
  private readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  private put(node: number, name: string, words: string | null): void {
    const own = this.at.get(node) ?? new Map<string, string>();
    if (words === null) own.delete(name);
    else own.set(name, words);
    this.at.set(node, own);
  }

  private each(end: End, except: End, take: (node: number) => void): void {
    for (let node = 1; node <= this.count; node++) if (node !== except && (end === 'any' || end === node)) take(node);
  }

  private heal(): void {
    for (const own of this.at.values()) for (const name of own.keys()) if (isOfNetwork(name)) own.delete(name);
  }

  private partition(groups: readonly (readonly number[])[]): void {
    for (let node = 1; node <= this.count; node++) {
      const group = groups.find((nodes) => nodes.includes(node)) ?? [node];
      const others = Array.from({ length: this.count }, (_, i) => i + 1).filter((other) => !group.includes(other));
      this.put(node, 'partition', others.length === 0 ? null : `cut off from ${named(others)}`);
    }
  }

  /** A bad link from every node has names that short words end: loss, delay, mtu. */
  private link({ from, to, change }: Extract<Fault, { kind: 'link' }>): void {
    const { loss, delay, mtu } = change;
    const says: readonly (readonly [name: string, value: number | undefined, words: string])[] = [
      ['loss', loss, `loses ${(loss ?? 0) / 10_000} %`],
      ['delay', delay, `late by ${(delay ?? 0) / 1000} ms`],
      ['mtu', mtu, `loses more than ${mtu} octets`],
    ];
    for (const [name, value, words] of says) {
      if (value === undefined) continue;
      const own = from === 'any' ? name : `${name} ${from}`;
      const text = from === 'any' ? words : `${words} from n${from}`;
      this.each(to, from, (node) => this.put(node, own, value === 0 ? null : text));
    }
  }

  take(fault: Fault): void {
    switch (fault.kind) {
      case 'heal':
        return this.heal();
      case 'partition':
        return this.partition(fault.groups);
      case 'link':
        return this.link(fault);
      case 'cut':
      case 'mend': {
        const isCut = fault.kind === 'cut';
        return this.each(fault.to, fault.from, (to) =>
          this.each(fault.from, to, (from) => this.put(to, `cut ${from}`, isCut ? `hears nothing of n${from}` : null)),
        );
      }
      case 'interface':
        return this.put(fault.node, 'interface', fault.up ? null : 'interface down');
      case 'deaf':
        return this.put(fault.node, 'deaf', fault.on ? 'hears no multicasts' : null);
      case 'disk': {
        const slow = fault.delay > 0 ? `disk slow by ${fault.delay / 1000} ms` : null;
        return this.put(fault.node, 'disk', fault.isFull ? 'disk full' : slow);
      }
      case 'kill':
      case 'pause':
      case 'resume':
      case 'leave':
      case 'start':
      case 'restart':
      case 'tear':
      case 'clock':
      case 'drop':
    }
  }
}

/** Faults in force up to a time, nanoseconds since 1970; null for all. `count`: nodes of the lab. */
export function activeFaults(said: readonly LabFault[], untilNs: bigint | null, count: number): ActiveFaults {
  const active = new Active(count);
  const find = (text: string): number | null => {
    const node = Number(text.replace(/^n/, ''));
    return node >= 1 && node <= count ? node : null;
  };
  for (const { atNs, words } of said) {
    if (untilNs !== null && atNs > untilNs) continue;
    const faults = readLabFaults(words.trim().replace(/^fault\s+/, ''), { count, find });
    // A line that is none is none: the prompt has said so.
    if (faults.ok) for (const fault of faults.value) active.take(fault);
  }
  return active.at;
}
