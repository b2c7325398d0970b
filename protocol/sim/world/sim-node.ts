// A simulated computer: a process that runs, stops or is dead, its socket, its clock, its disk. Moved by the world.
import type { Program, ProgramEffect, ProgramState } from '../program.ts';
import type { ClusterNode } from '../cluster.ts';
import { NodeClock, type ClockState } from './clock.ts';

/** Octets that wait in the socket of a process that does not read: Corosync asks for 16 buffers of 64 KiB. */
export const SOCKET_OCTETS_MAX = 16 * 65_536;
/** What the system counts for a waiting datagram beside its octets. */
const SOCKET_OVERHEAD = 256;

export type Phase = 'down' | 'running' | 'paused';

/** What the disk holds when a process dies while it writes. */
export type Torn = 'old' | 'new' | 'nothing';

export interface SimNodeState {
  readonly phase: Phase;
  readonly life: number;
  readonly inbox: readonly Uint8Array[];
  readonly inboxOctets: number;
  readonly hasTurn: boolean;
  readonly wakeAt: number;
  readonly busyUntil: number;
  readonly clock: ClockState;
  readonly isLinkUp: boolean;
  readonly isLinkTold: boolean;
  readonly disk: bigint | null;
  readonly diskLosses: number;
  readonly torn: Torn | null;
  readonly program: ProgramState | null;
}

export class SimNode {
  readonly spec: ClusterNode;
  /** Place in the world, from 0. */
  readonly index: number;
  phase: Phase = 'down';
  /** Null while no process runs. */
  program: Program | null = null;
  /** Counts the processes that ran here. */
  life = 0;
  inbox: Uint8Array[] = [];
  inboxOctets = 0;
  /** A turn is set for it: in this microsecond, or when its work is done. */
  hasTurn = false;
  /** World time of its next wake that is in the heap; infinity where there is none. */
  wakeAt = Infinity;
  /** It works until then. */
  busyUntil = 0;
  clock = new NodeClock();
  isLinkUp = true;
  /** What its process knows of that. */
  isLinkTold = false;
  /** Ring sequence number on disk; null where there is no file. */
  disk: bigint | null = null;
  /** Counts how often the disk lost what it held. */
  diskLosses = 0;
  /** The process dies at its next write and leaves this. */
  torn: Torn | null = null;

  constructor(spec: ClusterNode, index: number) {
    this.spec = spec;
    this.index = index;
  }

  /** Puts a datagram into the socket; false where it is full. */
  receive(bytes: Uint8Array): boolean {
    const octets = bytes.length + SOCKET_OVERHEAD;
    if (this.inboxOctets + octets > SOCKET_OCTETS_MAX) return false;
    this.inbox.push(bytes);
    this.inboxOctets += octets;
    return true;
  }

  /** Takes all that is readable. */
  drain(): readonly Uint8Array[] {
    const batch = this.inbox;
    this.inbox = [];
    this.inboxOctets = 0;
    return batch;
  }

  /** The process is gone, and with it all that was not on disk. */
  die(): void {
    this.phase = 'down';
    this.program = null;
    this.life++;
    this.drain();
    this.isLinkTold = false;
    this.hasTurn = false;
    this.wakeAt = Infinity;
    this.busyUntil = 0;
    this.torn = null;
  }

  save(): SimNodeState {
    return {
      phase: this.phase,
      life: this.life,
      inbox: [...this.inbox],
      inboxOctets: this.inboxOctets,
      hasTurn: this.hasTurn,
      wakeAt: this.wakeAt,
      busyUntil: this.busyUntil,
      clock: this.clock.save(),
      isLinkUp: this.isLinkUp,
      isLinkTold: this.isLinkTold,
      disk: this.disk,
      diskLosses: this.diskLosses,
      torn: this.torn,
      program: this.program?.save() ?? null,
    };
  }

  /** Becomes what was saved; `revive` starts a process from its saved state. */
  restore(state: SimNodeState, revive: (saved: ProgramState) => Program): void {
    this.phase = state.phase;
    this.life = state.life;
    this.inbox = [...state.inbox];
    this.inboxOctets = state.inboxOctets;
    this.hasTurn = state.hasTurn;
    this.wakeAt = state.wakeAt;
    this.busyUntil = state.busyUntil;
    this.clock = new NodeClock(state.clock);
    this.isLinkUp = state.isLinkUp;
    this.isLinkTold = state.isLinkTold;
    this.disk = state.disk;
    this.diskLosses = state.diskLosses;
    this.torn = state.torn;
    this.program = state.program === null ? null : revive(state.program);
  }
}

/** What a process that dies at its next write still gets done. */
export function untilTorn(node: SimNode, effects: readonly ProgramEffect[]): readonly ProgramEffect[] {
  if (node.torn === null) return effects;
  const write = effects.findIndex(({ kind }) => kind === 'persist-ring-id');
  return write < 0 ? effects : effects.slice(0, write + 1);
}
