// Nothing wrong: starts, joins, leaves, idle rings, load. No warning and no failure may be found in these.
import { sleep } from '../../../../main/node/lab/corosync/shell.ts';
import { nth, ringOf, type Scenario } from './scenario.ts';

const formed = { rule: 'ring-formed', culprits: null };

function startOf(count: number): Scenario {
  return {
    name: `start${count}`,
    says: `${count} nodes start one after the other, 0.4 s apart, then are idle`,
    nodes: count,
    expects: [formed],
    run: async (lab) => {
      const nodes = lab.addNodes(count);
      await lab.captureSwitch('A');
      for (const node of nodes) {
        node.start();
        lab.tell('start', node.host.number);
        await sleep(400);
      }
      await lab.waitMembers(nodes);
      await sleep(3000);
    },
  };
}

const startTogether: Scenario = {
  name: 'start-together',
  says: 'four nodes start at once',
  nodes: 4,
  expects: [formed],
  run: async (lab) => {
    await ringOf(lab, 4);
    await sleep(3000);
  },
};

const idle: Scenario = {
  name: 'idle',
  says: 'a ring of three that was there before the capture, idle',
  nodes: 3,
  expects: [],
  run: async (lab) => {
    const nodes = lab.addNodes(3);
    await lab.form(nodes);
    await sleep(1500);
    await lab.captureSwitch('A');
    await sleep(6000);
  },
};

function leaveOf(number: number): Scenario {
  return {
    name: number === 1 ? 'leave-rep' : 'leave',
    says: `node ${number} of three leaves cleanly and comes back`,
    nodes: 3,
    expects: [{ rule: 'clean-leave', culprits: [number] }, formed],
    run: async (lab) => {
      const nodes = await ringOf(lab, 3);
      const leaver = nth(nodes, number);
      await sleep(2000);
      lab.tell('SIGTERM', number);
      await leaver.stop();
      await lab.waitMembers(nodes.filter((node) => node !== leaver));
      await sleep(2000);
      lab.tell('start', number);
      leaver.start();
      await lab.waitMembers(nodes);
      await sleep(2000);
    },
  };
}

const load: Scenario = {
  name: 'load',
  says: 'three nodes send 50 messages of 300 octets a second each for 5 s',
  nodes: 3,
  expects: [formed],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(1000);
    const clients = nodes.map((node) => lab.client(node, { rate: 50, size: 300, seconds: 5 }));
    await Promise.all(clients.map((client) => client.done()));
    await sleep(1500);
  },
};

const large: Scenario = {
  name: 'large',
  says: 'two nodes send messages of 60,000 octets, which are cut into many multicasts',
  nodes: 3,
  expects: [formed],
  may: ['flow-control-saturated'],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(1000);
    const clients = [1, 2].map((n) => lab.client(nth(nodes, n), { rate: 2, size: 60_000, seconds: 3 }));
    await Promise.all(clients.map((client) => client.done()));
    await sleep(1500);
  },
};

const stopAll: Scenario = {
  name: 'stop-all',
  says: 'all nodes are stopped cleanly one after the other',
  nodes: 3,
  expects: [{ rule: 'clean-leave', culprits: [2] }],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(2000);
    for (const node of nodes) {
      lab.tell('SIGTERM', node.host.number);
      await node.stop();
      await sleep(1000);
    }
  },
};

export const CALM: readonly Scenario[] = [
  ...[2, 3, 5, 7].map(startOf),
  startTogether,
  idle,
  leaveOf(3),
  leaveOf(1),
  load,
  large,
  stopAll,
];
