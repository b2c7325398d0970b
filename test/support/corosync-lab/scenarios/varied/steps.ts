// Scenarios told as steps: a ring, captures on the switch and on some of its nodes, and what is done to whom after how
// long. So the same faults come with other victims, sizes and times. Holds no scenarios.
import type { Daemon } from '../../../../../main/node/lab/corosync/daemon.ts';
import type { Fault } from '../../../../../main/node/lab/corosync/network.ts';
import { sleep } from '../../../../../main/node/lab/corosync/shell.ts';
import type { CorosyncLab } from '../../lab.ts';
import { nth, type ClusterKind, type Expectation, type Scenario } from '../scenario.ts';

export interface Stage {
  readonly lab: CorosyncLab;
  readonly kind: ClusterKind;
  readonly nodes: readonly Daemon[];
  /** Faults that stay until they are lifted. */
  readonly faults: Fault[];
  readonly node: (number: number) => Daemon;
}

export type Deed = (stage: Stage) => Promise<void>;

export interface Told {
  readonly name: string;
  readonly says: string;
  readonly nodes: number;
  readonly token?: number;
  readonly fits?: (kind: ClusterKind) => boolean;
  readonly expects: readonly Expectation[];
  readonly may?: readonly string[];
  readonly totem?: readonly string[];
  /** Where its nodes are plugged in, all on A else. Two switches are joined by a trunk. */
  readonly plugs?: { readonly [number: number]: readonly string[] };
  /** Nodes on which it is captured besides. */
  readonly seenBy?: readonly number[];
  /** The capture begins with the ring, not with the daemons. */
  readonly late?: boolean;
  readonly deeds: readonly Deed[];
}

export const wait =
  (seconds: number): Deed =>
  () =>
    sleep(seconds * 1000);

export const kill =
  (...numbers: readonly number[]): Deed =>
  async ({ lab, node }) => {
    for (const number of numbers) lab.tell('SIGKILL', number);
    await Promise.all(numbers.map((number) => node(number).kill()));
  };

export const start =
  (...numbers: readonly number[]): Deed =>
  ({ lab, node }) => {
    for (const number of numbers) {
      lab.tell('start', number);
      node(number).start();
    }
    return Promise.resolve();
  };

export const leave =
  (number: number): Deed =>
  async ({ lab, node }) => {
    lab.tell('SIGTERM', number);
    await node(number).stop();
  };

/** Stops nodes together for so long. */
export const pause =
  (ms: number, ...numbers: readonly number[]): Deed =>
  async ({ lab, node }) => {
    for (const number of numbers) {
      lab.tell('SIGSTOP', number);
      node(number).pause();
    }
    await sleep(ms);
    for (const number of numbers) {
      node(number).resume();
      lab.tell('SIGCONT', number);
    }
  };

/** Until these see each other and nobody else. */
export const ring =
  (...numbers: readonly number[]): Deed =>
  ({ lab, node }) =>
    lab.waitMembers(numbers.map(node), 60_000);

export const load =
  (number: number, rate: number, size: number, seconds: number): Deed =>
  ({ lab, node }) => {
    lab.client(node(number), { rate, size, seconds });
    return Promise.resolve();
  };

export const break_ =
  (what: string, number: number, begin: (node: Daemon, stage: Stage) => Fault): Deed =>
  (stage) => {
    stage.faults.push(stage.lab.fault(what, number, () => begin(stage.node(number), stage)));
    return Promise.resolve();
  };

export const mend: Deed = ({ faults }) => {
  for (const fault of faults.splice(0)) fault.lift();
  return Promise.resolve();
};

const switchesOf = (plugs: Told['plugs']): readonly string[] =>
  [...new Set(['A', ...Object.values(plugs ?? {}).flat()])].sort();

export function told(scenario: Told): Scenario {
  const { nodes: count, plugs = {}, seenBy = [], late = false, deeds, totem, token, fits, may, ...rest } = scenario;
  const switches = switchesOf(plugs);
  return {
    ...rest,
    nodes: count,
    switches: switches.includes('C') && !switches.includes('B') ? ['A', 'B', 'C'] : switches,
    ...(token === undefined ? {} : { token }),
    ...(totem === undefined ? {} : { totem }),
    ...(fits === undefined ? {} : { fits }),
    ...(may === undefined ? {} : { may }),
    run: async (lab, kind) => {
      const isTrunked = switches.includes('B');
      const trunk = isTrunked ? lab.network.addTrunk('A', 'B') : null;
      const special = Object.fromEntries(
        Object.entries(plugs).map(([number, letters]) => [number, { plugs: letters }]),
      );
      const nodes = lab.addNodes(count, special);
      const capture = async (): Promise<void> => {
        for (const letter of switches) await lab.captureSwitch(letter);
        for (const number of seenBy) await lab.captureHost(nth(nodes, number).host);
      };
      if (!late) await capture();
      await lab.form(nodes);
      if (late) await capture();
      const stage: Stage = { lab, kind, nodes, faults: [], node: (number) => nth(nodes, number) };
      trunks.set(stage, trunk);
      for (const deed of deeds) await deed(stage);
    },
  };
}

const trunks = new WeakMap<Stage, { readonly pull: () => Fault } | null>();

/** The trunk between the switches goes down. */
export const cutTrunk: Deed = (stage) => {
  const trunk = trunks.get(stage);
  if (trunk !== null && trunk !== undefined) stage.faults.push(stage.lab.fault('trunk down', null, trunk.pull));
  return Promise.resolve();
};

export const must = (rule: string, culprits: readonly number[] | null = null): Expectation => ({ rule, culprits });
