// A program for tests of the world alone: it says what it is told, and notes what it hears and when. Speaks no
// protocol; its datagrams have the type of a hold cancel where the world looks for one.
import type { Micros, TotemStatus } from '../../../protocol/totem/engine/contract.ts';
import type {
  Program,
  ProgramEffect,
  ProgramInput,
  ProgramState,
  StartProgram,
} from '../../../protocol/sim/program.ts';
import { QUIET_LINK } from '../../../protocol/sim/world/link.ts';
import type { LinkQuality } from '../../../protocol/sim/fault.ts';
import { firstHosts, makeCluster } from '../../../protocol/sim/cluster.ts';
import { totemConfig } from '../../../protocol/totem/engine/config.ts';
import { World } from '../../../protocol/sim/world/world.ts';
import type { WorldOptions } from '../../../protocol/sim/world/contract.ts';

export interface Heard {
  readonly node: number;
  readonly at: number;
  /** Octet 20 of each datagram of the batch: what was said. */
  readonly batch: readonly number[];
}

/** A datagram of `length` octets that says a number. */
export function datagram(says: number, length = 40): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[3] = 5;
  bytes[20] = says;
  return bytes;
}

export interface ParrotWorld {
  readonly world: World;
  readonly heard: Heard[];
  /** Deadlines that came, with the node's own time. */
  readonly woken: { readonly node: number; readonly at: number }[];
  /** Makes a node send to all, or to one node. */
  say(from: number, says: number, to?: number, length?: number): void;
  /** Sets a node's deadline, in its own time, and lets it notice. */
  setAlarm(node: number, at: number): void;
}

interface Order {
  readonly effect: ProgramEffect;
}

/** A world of parrots. */
export function parrots(
  count: number,
  link: Partial<LinkQuality> = {},
  { seed = 1, cpu = 0 }: { readonly seed?: number; readonly cpu?: number } = {},
): ParrotWorld {
  const config = totemConfig({}, count);
  if (!config.ok) throw new Error(config.problem);
  const heard: Heard[] = [];
  const woken: { node: number; at: number }[] = [];
  const orders: (Order | null)[] = [];
  const alarms: number[] = Array.from({ length: count + 1 }, () => Infinity);
  const start: StartProgram = ({ self }): Program => ({
    step(now: Micros, input: ProgramInput) {
      const node = self.nodeid;
      if (input.kind === 'datagrams')
        heard.push({ node, at: world.now, batch: input.batch.map((bytes) => bytes[20] ?? -1) });
      if (input.kind === 'deadline') {
        woken.push({ node, at: now });
        alarms[node] = Infinity;
      }
      const order = input.kind === 'submit' ? (orders[node] ?? null) : null;
      orders[node] = null;
      return order === null ? [] : [order.effect];
    },
    nextDeadline: () => (alarms[self.nodeid] === Infinity ? null : (alarms[self.nodeid] as Micros)),
    totemStatus: () => ({}) as TotemStatus,
    nodeStatus: () => null,
    save: () => ({}) as ProgramState,
  });
  const options: WorldOptions = {
    cluster: makeCluster(firstHosts(count), 'corosync-3', 'udp', config.value),
    seed,
    link: { ...QUIET_LINK, ...link },
    cpu,
    diskWrite: 0,
    firstRingSeqs: [null],
    stack: 'totem',
    start,
    firstSeqno: 0,
  };
  const world = new World(options);
  const nudge = (node: number): void => {
    const target = world.nodes[node - 1];
    if (target !== undefined) world.input(target, { kind: 'submit', packet: new Uint8Array(), guarantee: 'agreed' });
  };
  for (const node of world.nodes) world.boot(node);
  return {
    world,
    heard,
    woken,
    say(from, says, to, length) {
      const bytes = datagram(says, length);
      const effect: ProgramEffect =
        to === undefined ? { kind: 'send-mcast', bytes } : { kind: 'send-token', to: { nodeid: to, ip: null }, bytes };
      orders[from] = { effect };
      nudge(from);
    },
    setAlarm(node, at) {
      alarms[node] = at;
      nudge(node);
    },
  };
}
