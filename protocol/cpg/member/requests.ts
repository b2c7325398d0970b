// What local processes ask of CPG: taken and sent, kept until it can be sent, or refused with Corosync's reason. Keeps
// no messages: a message is packed at once or not taken (flow control). Not what comes back: that is cpg.ts.
import type { DialectOfEngine } from '../../totem/engine/contract.ts';
import type { CpgEffect, CpgRequest, RefusalReason } from './contract.ts';
import { encodePartialHead, encodeProcessChange, setMcastLength } from '../encode.ts';
import { groupNameOctets } from '../group-name.ts';
import { GROUP_MEMBERS_MAX, LOCAL_PROCESSES_MAX, type LocalProcess, type LocalProcesses } from './local.ts';
import { PART_TYPES } from './partial.ts';
import type { ProcessTable } from './processes.ts';

/** The longest message of a process. */
export const CPG_MESSAGE_OCTETS_MAX = 1024 * 1024;
/** The longest that libcpg of Corosync 3 hands over whole: its buffer of 1 MiB less room for headers. */
export const ATOMIC_MESSAGE_OCTETS_MAX = 1024 * 1024 - 1024;
const PROCESS_CHANGE_OCTETS = 173;
const REASON_JOIN = 1;
const REASON_LEAVE = 2;
const REASON_PROCDOWN = 5;
const NONE = new Uint8Array(0);

/** What CPG needs of the node that it runs on. */
export interface CpgHost {
  readonly dialect: DialectOfEngine;
  readonly nodeid: number;
  /** The longest service message, with its group header, that Totem's queue may ever hold. */
  readonly messageOctetsMax: number;
  /** False until the services of the ring have synchronised. */
  isOpen(): boolean;
  /** Packets that can be sent now. */
  room(): number;
  /** Packets that a message of so many octets, headers included, may take. */
  packetsFor(octets: number): number;
  /** Packs a message: the octets are copied. */
  send(head: Uint8Array, body: Uint8Array): void;
  emit(effect: CpgEffect): void;
}

interface Leave {
  readonly group: string;
  readonly pid: number;
  readonly reason: number;
}

/** Plain data: structuredClone() copies it. */
export interface RequestsState {
  readonly leaves: readonly Leave[];
  readonly departing: readonly NamedProcess[];
  readonly awaited: { readonly packets: number; readonly processes: readonly NamedProcess[] } | null;
}
interface NamedProcess {
  readonly group: string;
  readonly pid: number;
}

export class CpgRequests {
  readonly #host: CpgHost;
  readonly #table: ProcessTable;
  readonly #locals: LocalProcesses;
  /** PROCLEAVEs that could not be sent yet: a death is not refused. At most one for each process that there was. */
  readonly #leaves: Leave[];
  /** Processes whose PROCLEAVE has not come back in total order. */
  readonly #departing: NamedProcess[];
  /** What those who were told to try again wait for. */
  #awaited: { packets: number; processes: NamedProcess[] } | null;

  constructor(host: CpgHost, table: ProcessTable, locals: LocalProcesses, saved?: RequestsState) {
    this.#host = host;
    this.#table = table;
    this.#locals = locals;
    this.#leaves = [...(saved?.leaves ?? [])];
    this.#departing = [...(saved?.departing ?? [])];
    const awaited = saved?.awaited ?? null;
    this.#awaited = awaited === null ? null : { packets: awaited.packets, processes: [...awaited.processes] };
  }

  request(input: CpgRequest): void {
    switch (input.kind) {
      case 'cpg-join':
        return this.#join(input.group, input.pid);
      case 'cpg-leave':
        return this.#leave(input.group, input.pid);
      case 'cpg-exit':
        return this.#exit(input.pid);
      case 'cpg-mcast':
        return this.#mcast(input.group, input.pid, input.message);
    }
  }

  /** Sends what waits, as far as there is room, and says so where refused requests would be taken now. */
  flush(): void {
    const { dialect } = this.#host;
    const packets = this.#host.packetsFor(PROCESS_CHANGE_OCTETS);
    while (this.#leaves.length > 0 && this.#hasRoom(packets)) {
      const leave = this.#leaves.shift();
      const octets = leave === undefined ? null : groupNameOctets(leave.group);
      if (leave === undefined || octets === null) continue;
      this.#host.send(encodeProcessChange(dialect, 'PROCLEAVE', octets, leave.pid, leave.reason), NONE);
    }
    const awaited = this.#awaited;
    if (awaited === null || !this.#hasRoom(awaited.packets)) return;
    if (awaited.processes.some(({ group, pid }) => this.#isHere(group, pid))) return;
    this.#awaited = null;
    this.#host.emit({ kind: 'cpg-ready' });
  }

  /** A PROCLEAVE of this node came back. */
  departed(group: string, pid: number): void {
    const at = this.#departing.findIndex((process) => process.pid === pid && process.group === group);
    if (at >= 0) this.#departing.splice(at, 1);
  }

  /** Messages that wait and their octets. */
  queued(): { readonly messages: number; readonly octets: number } {
    return { messages: this.#leaves.length, octets: this.#leaves.length * PROCESS_CHANGE_OCTETS };
  }

  save(): RequestsState {
    const awaited = this.#awaited;
    return {
      leaves: [...this.#leaves],
      departing: [...this.#departing],
      awaited: awaited === null ? null : { packets: awaited.packets, processes: [...awaited.processes] },
    };
  }

  #join(group: string, pid: number): void {
    const octets = groupNameOctets(group);
    if (octets === null) return this.#refuse(pid, 'bad-name');
    const local = this.#locals.find(group, pid);
    if (local?.isLeaving === false) return this.#refuse(pid, 'exists');
    const packets = this.#host.packetsFor(PROCESS_CHANGE_OCTETS);
    // It left or died, and that has not come back in total order yet.
    if (this.#isHere(group, pid)) return this.#tryAgain(pid, packets, [{ group, pid }]);
    const inGroup = Math.max(this.#table.members(group).length, this.#locals.countIn(group));
    if (inGroup >= GROUP_MEMBERS_MAX || this.#locals.count >= LOCAL_PROCESSES_MAX) return this.#refuse(pid, 'full');
    if (!this.#hasRoom(packets)) return this.#tryAgain(pid, packets);
    this.#locals.add(group, octets, pid);
    this.#host.send(encodeProcessChange(this.#host.dialect, 'PROCJOIN', octets, pid, REASON_JOIN), NONE);
  }

  #leave(group: string, pid: number): void {
    const local = this.#locals.find(group, pid);
    if (local === undefined || local.isLeaving) return this.#refuse(pid, 'not-joined');
    local.isLeaving = true;
    this.#depart({ group, pid, reason: REASON_LEAVE });
    this.flush();
  }

  #depart(leave: Leave): void {
    this.#leaves.push(leave);
    this.#departing.push({ group: leave.group, pid: leave.pid });
  }

  #exit(pid: number): void {
    for (const local of this.#locals.ofPid(pid)) {
      this.#locals.remove(local);
      if (!local.isLeaving) this.#depart({ group: local.group, pid, reason: REASON_PROCDOWN });
    }
    this.flush();
  }

  #mcast(group: string, pid: number, message: Uint8Array): void {
    const local = this.#locals.find(group, pid);
    if (local === undefined || local.isLeaving) return this.#refuse(pid, 'not-joined');
    const { head } = local;
    if (message.length > CPG_MESSAGE_OCTETS_MAX) return this.#refuse(pid, 'too-big');
    if (this.#host.dialect !== 'corosync-1' && message.length > ATOMIC_MESSAGE_OCTETS_MAX)
      return this.#mcastInParts(local, message);
    const octets = head.length + message.length;
    if (octets > this.#host.messageOctetsMax) return this.#refuse(pid, 'too-big');
    const packets = this.#host.packetsFor(octets);
    if (!this.#hasRoom(packets)) return this.#tryAgain(pid, packets);
    setMcastLength(this.#host.dialect, head, message.length);
    this.#host.send(head, message);
  }

  /** As libcpg does with a message that its buffer does not hold: parts of the buffer's size. All or none is taken. */
  #mcastInParts({ octets: name, pid }: LocalProcess, message: Uint8Array): void {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < message.length; at += ATOMIC_MESSAGE_OCTETS_MAX)
      parts.push(message.subarray(at, at + ATOMIC_MESSAGE_OCTETS_MAX));
    const messages = parts.map((part, i) => {
      const type = i === 0 ? PART_TYPES.first : i === parts.length - 1 ? PART_TYPES.last : PART_TYPES.continued;
      const fields = { msglen: message.length, fraglen: part.length, type };
      return { head: encodePartialHead(name, this.#host.nodeid, pid, fields), part };
    });
    const packets = messages.reduce((sum, { head, part }) => sum + this.#host.packetsFor(head.length + part.length), 0);
    if (!this.#hasRoom(packets)) return this.#tryAgain(pid, packets);
    for (const { head, part } of messages) this.#host.send(head, part);
  }

  #hasRoom(packets: number): boolean {
    return this.#host.isOpen() && this.#host.room() >= packets;
  }

  /** Here in the eyes of the ring, or its leave has not come back yet. */
  #isHere(group: string, pid: number): boolean {
    if (this.#table.has(group, { nodeid: this.#host.nodeid, pid })) return true;
    return this.#departing.some((process) => process.pid === pid && process.group === group);
  }

  #refuse(pid: number, why: RefusalReason): void {
    this.#host.emit({ kind: 'cpg-refused', pid, why });
  }

  #tryAgain(pid: number, packets: number, processes: readonly NamedProcess[] = []): void {
    this.#awaited ??= { packets: 0, processes: [] };
    this.#awaited.packets = Math.max(this.#awaited.packets, packets);
    for (const process of processes)
      if (!this.#awaited.processes.some(({ group, pid: known }) => known === process.pid && group === process.group))
        this.#awaited.processes.push(process);
    this.#refuse(pid, 'try-again');
  }
}
