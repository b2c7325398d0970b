// Three whole nodes in one thread, over arrays: how many messages go from one process to all three in a second of
// processor time, the collector's included. What it costs to pack, order, join and deliver them; no sockets, and timers
// never fire.
import type { LabNode, NodeInput } from '../../protocol/node/contract.ts';
import { createLabNode } from '../../protocol/node/node.ts';
import { totemConfig } from '../../protocol/totem/engine/config.ts';
import type { DialectOfEngine, Micros } from '../../protocol/totem/engine/contract.ts';
import type { Figure } from './figures.ts';

const NODES = [1, 2, 3] as const;
const SECONDS = 1;
const RUNS = 3;
/** Virtual time of a turn: far below every timer's. */
const TURN_US = 20;
const GROUP = 'bench';

class Trio {
  readonly #nodes: readonly LabNode[];
  #inboxes: Uint8Array[][] = NODES.map(() => []);
  #now = 0;
  #isRefused = false;
  readonly delivered = NODES.map(() => 0);

  constructor(dialect: DialectOfEngine) {
    const config = totemConfig({}, NODES.length, dialect);
    if (!config.ok) throw new Error(config.problem);
    this.#nodes = NODES.map((nodeid) =>
      createLabNode({
        self: { nodeid, ip: dialect === 'corosync-1' ? `192.168.1.${nodeid}` : null },
        dialect,
        config: config.value,
        lastRingSeq: 0n,
        seed: nodeid,
        votequorum: null,
      }),
    );
    for (const i of NODES.keys()) this.input(i, { kind: 'interface', up: true });
    const isWhole = (): boolean =>
      this.#nodes.every((node) => {
        const { isSynchronised, totem } = node.inspect();
        return isSynchronised && totem.members.length === NODES.length;
      });
    this.#until(isWhole, 10_000);
    for (const [i, nodeid] of NODES.entries()) this.input(i, { kind: 'cpg-join', group: GROUP, pid: nodeid });
    this.#until(() => this.#nodes.every((node) => node.inspect().groups[0]?.members.length === NODES.length));
  }

  #until(holds: () => boolean, turnUs = TURN_US): void {
    for (let i = 0; i < 100_000 && !holds(); i++) this.turn(turnUs);
    if (!holds()) throw new Error('the ring did not settle');
  }

  input(i: number, input: NodeInput): void {
    const effects = this.#nodes[i]?.step(this.#now as Micros, input) ?? [];
    for (const effect of effects) {
      if (effect.kind === 'send-mcast') for (const inbox of this.#inboxes) inbox.push(effect.bytes);
      else if (effect.kind === 'send-token') this.#inboxes[effect.to.nodeid - 1]?.push(effect.bytes);
      else if (effect.kind === 'cpg-deliver') this.delivered[i] = (this.delivered[i] ?? 0) + 1;
      else if (effect.kind === 'cpg-refused') this.#isRefused = true;
    }
  }

  /** Hands every node what lies in its inbox, as one batch. */
  turn(turnUs = TURN_US): void {
    this.#now += turnUs;
    for (const i of NODES.keys()) {
      const batch = this.#inboxes[i] ?? [];
      this.#inboxes[i] = [];
      if (batch.length > 0) this.input(i, { kind: 'datagrams', batch });
      const due = this.#nodes[i]?.nextDeadline() ?? Infinity;
      if (due <= this.#now) this.input(i, { kind: 'deadline' });
    }
  }

  /** Node 1 says messages of this size as fast as they are taken; messages that all heard in a second of work. */
  throughput(octets: number): number {
    const input: NodeInput = { kind: 'cpg-mcast', group: GROUP, pid: 1, message: new Uint8Array(octets) };
    const before = this.delivered[2] ?? 0;
    const start = process.cpuUsage();
    const worked = (): number => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    while (worked() < SECONDS) {
      this.#isRefused = false;
      for (let i = 0; i < 200 && !this.#isRefused; i++) this.input(0, input);
      this.turn();
    }
    return ((this.delivered[2] ?? 0) - before) / worked();
  }
}

/** Messages a second from one process to three, by size and dialect. */
export function nodeFigures(): readonly Figure[] {
  const goals: Readonly<Record<number, number>> = { 64: 150_000, 300: 100_000, 1000: 50_000 };
  return (['corosync-3', 'corosync-1'] as const).flatMap((dialect) =>
    [64, 300, 1000, 8000, 64_000].map((octets) => {
      const trio = new Trio(dialect);
      trio.throughput(octets);
      const runs = Array.from({ length: RUNS }, () => trio.throughput(octets)).sort((a, b) => a - b);
      const atLeast = dialect === 'corosync-3' ? goals[octets] : undefined;
      return {
        what: `three nodes in one thread, ${dialect}, ${octets} octets`,
        value: runs[RUNS >> 1] ?? 0,
        unit: 'messages/s of CPU',
        ...(atLeast === undefined ? {} : { atLeast }),
      };
    }),
  );
}
