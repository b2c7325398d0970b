// The processes of this node that use groups: how far each has come, and to whom a message of a group goes.
import type { DialectOfEngine } from '../../totem/engine/contract.ts';
import { encodeMcastHead } from '../encode.ts';
import { groupNameOctets } from '../group-name.ts';

/** Processes of one node in one group that Corosync's clients have room for (CPG_MEMBERS_MAX), and in all groups. */
export const GROUP_MEMBERS_MAX = 128;
export const LOCAL_PROCESSES_MAX = 1024;

export interface LocalProcess {
  readonly group: string;
  readonly octets: Uint8Array;
  readonly pid: number;
  /** Its PROCJOIN came back in total order: it hears what the group says. */
  hasJoined: boolean;
  /** It asked to leave, and hears the group until that comes back. */
  isLeaving: boolean;
  /** What goes in front of its messages. */
  readonly head: Uint8Array;
}

/** The local processes of one group that hear it. */
export interface Audience {
  readonly group: string;
  readonly octets: Uint8Array;
  readonly pids: readonly number[];
}

/** Plain data: structuredClone() copies it. */
export type LocalState = readonly Pick<LocalProcess, 'group' | 'pid' | 'hasJoined' | 'isLeaving'>[];

export class LocalProcesses {
  readonly #dialect: DialectOfEngine;
  readonly #nodeid: number;
  readonly #all: LocalProcess[] = [];
  #audiences: readonly Audience[] = [];

  constructor(dialect: DialectOfEngine, nodeid: number, saved: LocalState = []) {
    this.#dialect = dialect;
    this.#nodeid = nodeid;
    for (const { group, pid, hasJoined, isLeaving } of saved) {
      const octets = groupNameOctets(group);
      if (octets !== null) Object.assign(this.add(group, octets, pid), { hasJoined, isLeaving });
    }
    this.changed();
  }

  add(group: string, octets: Uint8Array, pid: number): LocalProcess {
    const head = encodeMcastHead(this.#dialect, octets, this.#nodeid, pid);
    const process: LocalProcess = { group, octets, pid, hasJoined: false, isLeaving: false, head };
    this.#all.push(process);
    return process;
  }

  find(group: string, pid: number): LocalProcess | undefined {
    for (const process of this.#all) if (process.pid === pid && process.group === group) return process;
    return undefined;
  }

  ofPid(pid: number): readonly LocalProcess[] {
    return this.#all.filter((process) => process.pid === pid);
  }

  countIn(group: string): number {
    return this.#all.filter((process) => process.group === group).length;
  }

  get count(): number {
    return this.#all.length;
  }

  remove(process: LocalProcess): void {
    const at = this.#all.indexOf(process);
    if (at >= 0) this.#all.splice(at, 1);
    this.changed();
  }

  /** To be called when a process joined: who hears what is worked out anew. */
  changed(): void {
    const byGroup = new Map<string, { octets: Uint8Array; pids: number[] }>();
    for (const { group, octets, pid, hasJoined } of this.#all) {
      if (!hasJoined) continue;
      const known = byGroup.get(group);
      if (known === undefined) byGroup.set(group, { octets, pids: [pid] });
      else known.pids.push(pid);
    }
    this.#audiences = [...byGroup].map(([group, { octets, pids }]) => ({ group, octets, pids }));
  }

  audienceOf(group: string): readonly number[] {
    return this.#audiences.find((audience) => audience.group === group)?.pids ?? [];
  }

  /** Who hears the group whose name stands in bytes[at, at + length), or null: the question of every mcast. */
  audienceAt(bytes: Uint8Array, at: number, length: number): Audience | null {
    for (const audience of this.#audiences) {
      const { octets } = audience;
      if (octets.length !== length) continue;
      let i = 0;
      while (i < length && octets[i] === bytes[at + i]) i++;
      if (i === length) return audience;
    }
    return null;
  }

  save(): LocalState {
    return this.#all.map(({ group, pid, hasJoined, isLeaving }) => ({ group, pid, hasJoined, isLeaving }));
  }
}
