// Which processes are members of which groups, on all nodes, as the total order has it. Knows no messages.
import type { GroupProcess } from './contract.ts';

/** Processes remembered in all groups together: the ring may name more, which is said and not done. */
export const PROCESSES_MAX = 32_768;

interface Group {
  /** By node id, then process. */
  readonly members: GroupProcess[];
  /** How many of them each node has. */
  readonly perNode: Map<number, number>;
}

/** Plain data: structuredClone() copies it. */
export type ProcessTableState = readonly { readonly group: string; readonly members: readonly GroupProcess[] }[];

const isBefore = (a: GroupProcess, b: GroupProcess): boolean =>
  a.nodeid < b.nodeid || (a.nodeid === b.nodeid && a.pid < b.pid);

/** Where a process stands or would stand among sorted members: hostile lists are long. */
function placeOf(members: readonly GroupProcess[], process: GroupProcess): { at: number; isThere: boolean } {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const member = members[middle];
    if (member !== undefined && isBefore(member, process)) low = middle + 1;
    else high = middle;
  }
  const found = members[low];
  return { at: low, isThere: found !== undefined && !isBefore(process, found) };
}

const NOBODY: readonly GroupProcess[] = [];

export class ProcessTable {
  readonly #groups = new Map<string, Group>();
  #count = 0;

  constructor(saved: ProcessTableState = []) {
    for (const { group, members } of saved) for (const member of members) this.join(group, member);
  }

  /** `full`: PROCESSES_MAX is reached. */
  join(name: string, { nodeid, pid }: GroupProcess): 'joined' | 'known' | 'full' {
    const group = this.#groups.get(name) ?? { members: [], perNode: new Map<number, number>() };
    const process = { nodeid, pid };
    const { at, isThere } = placeOf(group.members, process);
    if (isThere) return 'known';
    if (this.#count >= PROCESSES_MAX) return 'full';
    group.members.splice(at, 0, process);
    group.perNode.set(nodeid, (group.perNode.get(nodeid) ?? 0) + 1);
    this.#groups.set(name, group);
    this.#count++;
    return 'joined';
  }

  /** False where it was no member. */
  leave(name: string, process: GroupProcess): boolean {
    const group = this.#groups.get(name);
    if (group === undefined) return false;
    const { at, isThere } = placeOf(group.members, process);
    if (!isThere) return false;
    group.members.splice(at, 1);
    const left = (group.perNode.get(process.nodeid) ?? 1) - 1;
    if (left === 0) group.perNode.delete(process.nodeid);
    else group.perNode.set(process.nodeid, left);
    if (group.members.length === 0) this.#groups.delete(name);
    this.#count--;
    return true;
  }

  has(name: string, process: GroupProcess): boolean {
    return placeOf(this.members(name), process).isThere;
  }

  /** Whether any process of the node is a member: Corosync delivers nothing from other nodes (specs/totem.md 5.5). */
  knowsNode(name: string, nodeid: number): boolean {
    return this.#groups.get(name)?.perNode.has(nodeid) ?? false;
  }

  /** The list lives: copy what is kept. */
  members(name: string): readonly GroupProcess[] {
    return this.#groups.get(name)?.members ?? NOBODY;
  }

  /** The processes for which `belongs` holds, by name of their group. */
  select(belongs: (group: string, process: GroupProcess) => boolean): readonly (GroupProcess & { group: string })[] {
    return [...this.#groups.keys()].sort().flatMap((group) =>
      this.members(group)
        .filter((process) => belongs(group, process))
        .map(({ nodeid, pid }) => ({ group, nodeid, pid })),
    );
  }

  groups(): readonly { readonly name: string; readonly members: readonly GroupProcess[] }[] {
    return [...this.#groups.keys()].sort().map((name) => ({ name, members: [...this.members(name)] }));
  }

  save(): ProcessTableState {
    return this.groups().map(({ name, members }) => ({ group: name, members }));
  }
}
