// Which faults of a lab are in force: told from the prompt's lines that were said so far, in their order. Pure.
import type { LabFault } from './lab-view.ts';

/** By the number of the node that they are at: the faults in force, in words, by what ends them. */
export type ActiveFaults = ReadonlyMap<number, ReadonlyMap<string, string>>;

type Faults = Map<number, Map<string, string>>;

/** Ended by `heal`; a full disk and a sheep are not the network's. */
const isOfDisk = (name: string): boolean => name === 'disk';

function put(faults: Faults, node: number, name: string, words: string | null): void {
  const own = faults.get(node) ?? new Map<string, string>();
  if (words === null) own.delete(name);
  else own.set(name, words);
  faults.set(node, own);
}

function heal(faults: Faults): void {
  for (const own of faults.values()) for (const name of [...own.keys()]) if (!isOfDisk(name)) own.delete(name);
}

/** A number as the prompt takes it; NaN for what is none. */
const amount = (word: string | undefined): number => Number((word ?? '').replace(/%$|ms$/, ''));

function partition(faults: Faults, words: string): void {
  const groups = words.split('|').map((group) => group.split(',').map((word) => Number(word.trim())));
  for (const group of groups)
    for (const node of group) {
      const others = groups.filter((other) => other !== group).flat();
      put(
        faults,
        node,
        'partition',
        others.length === 0 ? null : `cut off from ${others.map((n) => `n${n}`).join(' ')}`,
      );
    }
}

function ofNode(faults: Faults, kind: string, node: number, word: string | undefined): void {
  const value = amount(word);
  switch (kind) {
    case 'interface':
      return put(faults, node, kind, word === 'down' ? 'interface down' : null);
    case 'deaf':
      return put(faults, node, kind, word === 'off' ? null : 'hears no multicasts');
    case 'loss':
      return put(faults, node, kind, value > 0 ? `loses ${value} %` : null);
    case 'delay':
      return put(faults, node, kind, value > 0 ? `late by ${value} ms` : null);
    case 'mtu':
      return put(faults, node, kind, value > 0 ? `loses more than ${value} octets` : null);
    case 'disk':
      return put(faults, node, kind, word === 'ok' ? null : word === 'full' ? 'disk full' : 'disk slow');
  }
}

function take(faults: Faults, words: string): void {
  const [head = '', kind = '', ...rest] = words.trim().split(/\s+/);
  if (head === 'heal') return heal(faults);
  if (head !== 'fault') return;
  if (kind === 'partition') return partition(faults, rest.join(' '));
  if (kind === 'cut' || kind === 'mend') {
    const [from = NaN, to = NaN] = rest.join('').split('>').map(Number);
    if (to > 0) put(faults, to, `cut ${from}`, kind === 'cut' ? `hears nothing of n${from}` : null);
    return;
  }
  const node = Number(rest[0]);
  if (node > 0) ofNode(faults, kind, node, rest[1]);
}

/** Faults in force up to a time, nanoseconds since 1970; null for all. Nodes are named by their numbers. */
export function activeFaults(faults: readonly LabFault[], untilNs: bigint | null): ActiveFaults {
  const active: Faults = new Map();
  for (const { atNs, words } of faults) if (untilNs === null || atNs <= untilNs) take(active, words);
  return active;
}
