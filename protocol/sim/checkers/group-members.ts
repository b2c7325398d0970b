// Process groups, the members: each change follows from the one before; at rest every node of a ring knows the same
// members, and they are the processes that have joined.
import type { ProgramEffect } from '../program.ts';
import type { Checker, GroupEffect } from './watching/facts.ts';
import type { SimNode } from '../world/sim-node.ts';
import type { CheckerContext } from './watching/watch.ts';

type Change = Extract<ProgramEffect, { readonly kind: 'cpg-confchg' }>;
interface Process {
  readonly nodeid: number;
  readonly pid: number;
}

const textOf = ({ nodeid, pid }: Process): string => `${nodeid}.${pid}`;
const sorted = (list: readonly string[]): string => [...list].sort().join(' ');

export class GroupMembers implements Checker {
  readonly name = 'group members';
  readonly #context: CheckerContext;
  /** What each node said last of each group. */
  readonly #views: Map<string, readonly string[]>[];
  /** Local processes that have joined: `pid group`. */
  readonly #joined: Set<string>[];

  constructor(context: CheckerContext) {
    this.#context = context;
    this.#views = context.world.nodes.map(() => new Map());
    this.#joined = context.world.nodes.map(() => new Set());
  }

  booted(node: SimNode): void {
    this.#views[node.index] = new Map();
    this.#joined[node.index] = new Set();
  }

  groupAsked(node: SimNode, what: 'join' | 'leave' | 'exit', group: string, pid: number): void {
    const joined = this.#joined[node.index];
    if (joined === undefined) return;
    if (what === 'join') joined.add(`${pid} ${group}`);
    else if (what === 'leave') joined.delete(`${pid} ${group}`);
    else this.#exited(node, pid);
  }

  /** Nobody is told of the death of a node's only process in a group: it does not hear of the group any more. */
  #exited({ index }: SimNode, pid: number): void {
    const joined = this.#joined[index] ?? new Set<string>();
    for (const entry of Array.from(joined)) {
      if (!entry.startsWith(`${pid} `)) continue;
      joined.delete(entry);
      const group = entry.slice(entry.indexOf(' ') + 1);
      const isAlone = ![...joined].some((other) => other.slice(other.indexOf(' ') + 1) === group);
      if (isAlone) this.#views[index]?.delete(group);
    }
  }

  grouped(node: SimNode, at: number, effect: GroupEffect): void {
    if (effect.kind !== 'cpg-confchg') return;
    const views = this.#views[node.index];
    if (views === undefined) return;
    const before = views.get(effect.group);
    const wrong = judge(effect, before ?? null);
    if (wrong !== null) this.#context.report(at, `node ${node.spec.number}, group ${effect.group}: ${wrong}`);
    const members = effect.members.map(textOf);
    // Who has no process in a group any more hears no more of it.
    if (effect.members.some(({ nodeid }) => nodeid === node.spec.nodeid)) views.set(effect.group, members);
    else views.delete(effect.group);
  }

  rested(nodes: readonly SimNode[], at: number): void {
    for (const node of nodes) {
      const status = node.phase === 'running' ? (node.program?.nodeStatus() ?? null) : null;
      if (status === null) continue;
      const ring = new Set(status.totem.members.map(({ nodeid }) => nodeid));
      const real = new Map<string, string[]>();
      for (const other of nodes)
        if (ring.has(other.spec.nodeid))
          for (const entry of this.#joined[other.index] ?? []) {
            const [pid = '', group = ''] = entry.split(/ (.*)/s);
            real.set(group, [...(real.get(group) ?? []), `${other.spec.nodeid}.${pid}`]);
          }
      const known = new Map(status.groups.map(({ name, members }) => [name, members.map(textOf)]));
      for (const group of new Set([...real.keys(), ...known.keys()])) {
        const [is, says] = [sorted(real.get(group) ?? []), sorted(known.get(group) ?? [])];
        if (is !== says)
          this.#context.report(
            at,
            `node ${node.spec.number} knows ${says || 'nobody'} in group ${group}, not ${is || 'nobody'}`,
          );
      }
    }
  }
}

function judge({ members, left, joined }: Change, before: readonly string[] | null): string | null {
  const now = members.map(textOf);
  if (new Set(now).size !== now.length) return `lists a member twice: ${now.join(' ')}`;
  if (before === null) return null;
  const gone = left.map(textOf);
  const expected = [...before.filter((member) => !gone.includes(member)), ...joined.map(textOf)];
  if (sorted(expected) !== sorted(now))
    return `members are ${now.join(' ') || 'none'}, but ${before.join(' ')} with the change are ${expected.join(' ')}`;
  return null;
}
