// How CPG follows the ring: what a node says of its processes at every synchronisation, and who is in which group once
// all have said it (specs/totem.md 5.5). Decides; sends and tells nothing itself.
import type { DialectOfEngine } from '../../totem/engine/contract.ts';
import type { ChangedProcess, GroupProcess } from './contract.ts';
import { PROCESSES_MAX, type ProcessTable } from './processes.ts';

/** What one node says that it lost since it last synchronised. */
export interface Downlist {
  readonly oldMembers: number;
  readonly left: readonly number[];
}

/** One change that the members of a group are told of. */
export interface GroupChange {
  readonly group: string;
  readonly left: readonly ChangedProcess[];
  readonly joined: readonly ChangedProcess[];
}

type Member = GroupProcess & { readonly group: string };

/** Plain data: structuredClone() copies it. */
export interface MembershipState {
  readonly oldMembers: readonly number[];
  readonly members: readonly number[];
  readonly lost: ReadonlySet<number>;
  readonly downlists: ReadonlyMap<number, Downlist>;
  readonly joinlists: readonly Member[];
}

/**
 * The list that decides which nodes are down in Corosync 1.4.10: the one of the largest surviving part, then of the
 * largest ring before, then of the lowest node id; never one that counts the local node among the dead.
 */
export function chooseDownlist(downlists: ReadonlyMap<number, Downlist>, self: number): Downlist | null {
  let best: { readonly sender: number; readonly list: Downlist } | null = null;
  const survivors = ({ oldMembers, left }: Downlist): number => oldMembers - left.length;
  for (const [sender, list] of downlists) {
    if (list.left.includes(self)) continue;
    const by =
      best === null
        ? 1
        : survivors(list) - survivors(best.list) || list.oldMembers - best.list.oldMembers || best.sender - sender;
    if (by > 0) best = { sender, list };
  }
  return best?.list ?? null;
}

const entryKey = (group: string, { nodeid, pid }: GroupProcess): string => `${nodeid}:${pid}:${group}`;

export class CpgMembership {
  readonly #dialect: DialectOfEngine;
  readonly #self: number;
  readonly #table: ProcessTable;
  /** Of the ring that last synchronised. */
  #oldMembers: readonly number[];
  #members: readonly number[];
  /** Members of it that did not come along through all that happened since. */
  #lost: Set<number>;
  #downlists: Map<number, Downlist>;
  #joinlists: Member[];

  constructor(dialect: DialectOfEngine, self: number, table: ProcessTable, saved?: MembershipState) {
    this.#dialect = dialect;
    this.#self = self;
    this.#table = table;
    this.#oldMembers = saved?.oldMembers ?? [];
    this.#members = saved?.members ?? [];
    this.#lost = new Set(saved?.lost);
    this.#downlists = new Map(saved?.downlists);
    this.#joinlists = [...(saved?.joinlists ?? [])];
  }

  /** A ring was installed: `came` are the nodes that came along from the ring before. */
  start(came: readonly number[], members: readonly number[]): void {
    for (const nodeid of this.#oldMembers) if (!came.includes(nodeid)) this.#lost.add(nodeid);
    this.#members = members;
    this.abort();
  }

  /** Another ring came before this one had synchronised. */
  abort(): void {
    this.#downlists.clear();
    this.#joinlists = [];
  }

  /** What this node says that it lost. */
  ownDownlist(): Downlist {
    return { oldMembers: this.#oldMembers.length, left: this.#oldMembers.filter((nodeid) => this.#lost.has(nodeid)) };
  }

  /** The newest list of a node counts. */
  addDownlist(sender: number, list: Downlist): void {
    this.#downlists.set(sender, list);
  }

  /** False where PROCESSES_MAX is reached and some were left out. */
  addJoinlist(sender: number, processes: readonly { readonly group: string; readonly pid: number }[]): boolean {
    const room = PROCESSES_MAX - this.#joinlists.length;
    for (const { group, pid } of processes.slice(0, room)) this.#joinlists.push({ nodeid: sender, group, pid });
    return processes.length <= room;
  }

  /**
   * All have said what they have. Changes the table; `tell` is called after each change that a group is told of.
   * Returns how many processes the table had no room for.
   */
  activate(tell: (change: GroupChange) => void): number {
    const down = this.#down();
    this.#remove((_group, { nodeid }) => down.has(nodeid), 'nodedown', tell);
    const leftOut = this.#join(tell);
    // Processes of other nodes that those do not name any more.
    const named = new Set(this.#joinlists.map((entry) => entryKey(entry.group, entry)));
    const isZombie = (group: string, process: GroupProcess): boolean =>
      process.nodeid !== this.#self && !named.has(entryKey(group, process));
    this.#remove(isZombie, 'procdown', tell);
    this.#oldMembers = this.#members;
    this.#lost.clear();
    this.abort();
    return leftOut;
  }

  save(): MembershipState {
    return {
      oldMembers: this.#oldMembers,
      members: this.#members,
      lost: new Set(this.#lost),
      downlists: new Map(this.#downlists),
      joinlists: [...this.#joinlists],
    };
  }

  /** Corosync 3 works it out itself, Corosync 1 believes the list that was chosen. */
  #down(): ReadonlySet<number> {
    if (this.#dialect !== 'corosync-1') return this.#lost;
    return new Set(chooseDownlist(this.#downlists, this.#self)?.left);
  }

  #remove(
    isGone: (group: string, process: GroupProcess) => boolean,
    reason: 'nodedown' | 'procdown',
    tell: (change: GroupChange) => void,
  ): void {
    // Corosync 3 tells a group of all that died with their node at once, of the rest one by one.
    for (const { group, processes } of this.#lists(this.#table.select(isGone), reason === 'nodedown')) {
      for (const process of processes) this.#table.leave(group, process);
      tell({ group, left: processes.map((process) => ({ ...process, reason })), joined: [] });
    }
  }

  #join(tell: (change: GroupChange) => void): number {
    let leftOut = 0;
    const byNode = [...this.#joinlists].sort((a, b) => a.nodeid - b.nodeid);
    for (const { group, processes } of this.#lists(byNode, true)) {
      const joined: ChangedProcess[] = [];
      for (const process of processes) {
        const what = process.nodeid === this.#self ? 'known' : this.#table.join(group, process);
        if (what === 'joined') joined.push({ ...process, reason: 'nodeup' });
        if (what === 'full') leftOut++;
      }
      if (joined.length > 0) tell({ group, left: [], joined });
    }
    return leftOut;
  }

  /** One list for each group, by name, in Corosync 3 where asked; else one for each process. */
  #lists(
    processes: readonly Member[],
    isTogether: boolean,
  ): readonly { readonly group: string; readonly processes: readonly GroupProcess[] }[] {
    if (!isTogether || this.#dialect === 'corosync-1')
      return processes.map(({ group, nodeid, pid }) => ({ group, processes: [{ nodeid, pid }] }));
    const lists = new Map<string, GroupProcess[]>();
    for (const { group, nodeid, pid } of processes) {
      const list = lists.get(group) ?? [];
      list.push({ nodeid, pid });
      lists.set(group, list);
    }
    return [...lists.keys()].sort().map((group) => ({ group, processes: lists.get(group) ?? [] }));
  }
}
