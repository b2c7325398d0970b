// What scripts and inputs act on: the state of one sheep, its policy, and the ways out. No behaviour of its own.
import type { Micros } from '../../totem/engine/contract.ts';
import type { NodeEntry } from '../node-entry.ts';
import type { GroupProcess, SheepEffect, SheepOptions } from './contract.ts';
import type { ScriptDefinition } from './kernel.ts';
import type { Policy } from './policy.ts';
import type { SheepState } from './state.ts';

export interface Sheep {
  readonly options: SheepOptions;
  readonly policy: Policy;
  readonly self: NodeEntry;
  readonly process: GroupProcess;
  readonly state: SheepState;
  /** Of this step. */
  readonly now: Micros;
  emit(effect: SheepEffect): void;
  spawn<Args>(script: ScriptDefinition<Args, unknown>, args: Args): void;
}

/** Microseconds since 1970. */
export function wallMicros({ options, now }: Sheep): bigint {
  return options.wallMicrosAtZero + BigInt(now);
}

export function processKey({ nodeid, pid }: GroupProcess): string {
  return `${nodeid}.${pid}`;
}

export function isSameProcess(a: GroupProcess, b: GroupProcess): boolean {
  return a.nodeid === b.nodeid && a.pid === b.pid;
}
