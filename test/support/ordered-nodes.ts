// Whole nodes over a total order without Totem: the token visits them in turn until nothing is left to say. What each
// was told is kept as lines for tests to compare. For the real engine see node-ring.ts.
import { composeNode } from '../../protocol/node/compose.ts';
import type { LabNode, LabNodeOptions, NodeEffect, NodeInput } from '../../protocol/node/contract.ts';
import { MESSAGE_TYPES } from '../../protocol/totem/messages.ts';
import type { Micros, TotemConfig } from '../../protocol/totem/engine/contract.ts';
import { createTotalOrder, type TotalOrder } from './total-order.ts';

const NOW = 0 as Micros;
/** Turns of the token after which a ring that is still busy is stuck. */
const TURNS_MAX = 5000;

export type Dialect = LabNodeOptions['dialect'];

export interface OrderedNodes {
  readonly order: TotalOrder;
  readonly nodes: ReadonlyMap<number, LabNode>;
  /** Everything that a node was told, without what its host carries out for it. */
  effects(nodeid: number): readonly NodeEffect[];
  /** One input to a node; the effects of that step. */
  input(nodeid: number, input: NodeInput): readonly NodeEffect[];
  /** One visit of the token to each of these nodes, in order. */
  turn(...nodeids: readonly number[]): void;
  /** Turns of all nodes until none has anything left. */
  run(): void;
  form(...nodeids: readonly number[]): void;
  kill(nodeid: number): void;
  /** A node goes on from its own saved state, copied as a host copies it. */
  restore(nodeid: number): void;
}

function address(nodeid: number): string {
  return `192.168.1.${nodeid}`;
}

export function orderedNodes(
  dialect: Dialect,
  nodeids: readonly number[],
  votequorum: LabNodeOptions['votequorum'] = null,
  addressOf: (nodeid: number) => string = address,
): OrderedNodes {
  const order = createTotalOrder();
  const nodes = new Map<number, LabNode>();
  const told = new Map<number, NodeEffect[]>();
  const optionsOf = (nodeid: number): LabNodeOptions => ({
    self: { nodeid, ip: dialect === 'corosync-1' ? addressOf(nodeid) : null },
    dialect,
    config: { netmtu: 1500 } as TotemConfig,
    lastRingSeq: 0n,
    seed: nodeid,
    votequorum,
  });
  for (const nodeid of nodeids) {
    nodes.set(nodeid, composeNode(optionsOf(nodeid), order.createEngine));
    told.set(nodeid, []);
  }
  const input = (nodeid: number, given: NodeInput): readonly NodeEffect[] => {
    const effects = nodes.get(nodeid)?.step(NOW, given) ?? [];
    told.get(nodeid)?.push(...effects);
    return effects;
  };
  const turn = (...visited: readonly number[]): void => {
    for (const nodeid of visited) input(nodeid, { kind: 'datagrams', batch: order.visit(nodeid).batch });
  };
  return {
    order,
    nodes,
    effects: (nodeid) => told.get(nodeid) ?? [],
    input,
    turn,
    run() {
      for (let turns = 0; turns < TURNS_MAX; turns++) {
        const all = [...nodes.keys()];
        turn(...all);
        const isQuiet = all.every(
          (nodeid) => order.visit(nodeid).isIdle && nodes.get(nodeid)?.inspect().queued.messages === 0,
        );
        const isSettled = all.every((nodeid) => nodes.get(nodeid)?.inspect().isSynchronised);
        if (isQuiet && isSettled) return;
      }
      throw new Error(`the ring is still busy after ${TURNS_MAX} turns of the token`);
    },
    form(...members) {
      order.form(members);
    },
    kill(nodeid) {
      nodes.delete(nodeid);
      order.remove(nodeid);
    },
    restore(nodeid) {
      const saved = structuredClone(nodes.get(nodeid)?.save());
      if (saved === undefined) return;
      nodes.set(nodeid, composeNode({ ...optionsOf(nodeid), saved }, order.createEngine));
    },
  };
}

/** What a node's applications were told, a line each: `deliver`, `confchg`, `refused`, `ready`. */
export function cpgLines(effects: readonly NodeEffect[]): readonly string[] {
  const named = (processes: readonly { nodeid: number; pid: number; reason?: string }[]): string =>
    processes
      .map(({ nodeid, pid, reason }) => `${nodeid}.${pid}${reason === undefined ? '' : ` ${reason}`}`)
      .join(', ');
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case 'cpg-deliver': {
        const { group, from, message, to } = effect;
        return [`${group} ${from.nodeid}.${from.pid} says ${say(message)} to ${to.join(' ')}`];
      }
      case 'cpg-confchg': {
        const { group, members, left, joined, to } = effect;
        const changes = [
          left.length > 0 ? `left ${named(left)}` : '',
          joined.length > 0 ? `joined ${named(joined)}` : '',
        ];
        return [
          `${group} (${named(members)}) ${changes.filter((change) => change !== '').join(' ')} to ${to.join(' ')}`,
        ];
      }
      case 'cpg-refused':
        return [`${effect.pid} refused: ${effect.why}`];
      case 'cpg-ready':
        return ['ready'];
      default:
        return [];
    }
  });
}

/** Short messages as text, long ones by their length and a sum over some of their octets. */
function say(message: Uint8Array): string {
  if (message.length <= 32) return `"${String.fromCharCode(...message)}"`;
  let sum = 7;
  for (let i = 0; i < message.length; i += 1 + (message.length >> 10)) sum = (sum * 31 + (message[i] ?? 0) + i) >>> 0;
  return `${message.length} octets (${sum})`;
}

/** What the engine itself drops, by the names of its messages. */
const ENGINES_OWN: ReadonlySet<string> = new Set<string>(MESSAGE_TYPES);

/** What the layers above Totem dropped, and why. */
export function notes(effects: readonly NodeEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'note' || effect.note.kind !== 'discarded' || ENGINES_OWN.has(effect.note.what)) return [];
    return [`${effect.note.what}: ${effect.note.why}`];
  });
}
