// What can happen to a node: it dies, is paused, is slow, restarts quickly, flaps; and loads that saturate the ring.
import type { CorosyncLab } from '../lab.ts';
import type { Daemon } from '../../../../main/node/lab/corosync/daemon.ts';
import { sleep } from '../../../../main/node/lab/corosync/shell.ts';
import { nth, ringOf, type Scenario } from './scenario.ts';

function killOf(name: string, count: number, victims: readonly number[]): Scenario {
  return {
    name,
    says: `kill -9 of node ${victims.join(' and ')} of ${count}`,
    nodes: count,
    expects: [
      { rule: 'token-loss', culprits: null },
      { rule: 'node-dead', culprits: victims },
    ],
    run: async (lab) => {
      const nodes = await ringOf(lab, count);
      await sleep(2500);
      for (const victim of victims) {
        lab.tell('SIGKILL', victim);
        await nth(nodes, victim).kill();
      }
      await lab.waitMembers(nodes.filter(({ host }) => !victims.includes(host.number)));
      await sleep(2000);
    },
  };
}

const killUnderLoad: Scenario = {
  name: 'kill9-load',
  says: 'kill -9 of node 2 of three while all send',
  nodes: 3,
  expects: [
    { rule: 'token-loss', culprits: null },
    { rule: 'node-dead', culprits: [2] },
  ],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    for (const node of [nth(nodes, 1), nth(nodes, 3)]) lab.client(node, { rate: 50, size: 500, seconds: 8 });
    await sleep(2500);
    lab.tell('SIGKILL', 2);
    await nth(nodes, 2).kill();
    await lab.waitMembers([nth(nodes, 1), nth(nodes, 3)]);
    await sleep(2000);
  },
};

const killReturn: Scenario = {
  name: 'kill9-return',
  says: 'kill -9 of node 3 of three; the process is started again after the ring of two',
  nodes: 3,
  expects: [
    { rule: 'token-loss', culprits: [3] },
    { rule: 'node-dead', culprits: [3] },
  ],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(2500);
    lab.tell('SIGKILL', 3);
    await nth(nodes, 3).kill();
    await lab.waitMembers(nodes.slice(0, 2));
    await sleep(1000);
    lab.tell('start', 3);
    nth(nodes, 3).start();
    await lab.waitMembers(nodes);
    await sleep(2000);
  },
};

const restartQuick: Scenario = {
  name: 'restart-quick',
  says: 'kill -9 of node 3 of three and a start 0.2 s later, before the token timeout',
  nodes: 3,
  expects: [{ rule: 'node-dead', culprits: [3] }],
  may: ['token-loss', 'token-retransmitted', 'ring-id-anomaly'],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(2500);
    lab.tell('SIGKILL', 3);
    await nth(nodes, 3).kill();
    await sleep(200);
    lab.tell('start', 3);
    nth(nodes, 3).start();
    await sleep(6000);
    await lab.waitMembers(nodes);
    await sleep(1500);
  },
};

function pauseOf(name: string, count: number, number: number, ms: number, times: number): Scenario {
  // Effective token of three nodes is 1650 ms, of 1.4 it is 1000.
  const isLong = ms > 1700;
  return {
    name,
    says: `SIGSTOP of node ${number} of ${count} for ${ms} ms, ${times} times`,
    nodes: count,
    expects: [
      { rule: 'process-paused', culprits: [number] },
      ...(isLong ? [{ rule: 'token-loss', culprits: null }] : []),
    ],
    may: ['token-loss', 'token-retransmitted', 'flapping-member'],
    run: async (lab) => {
      const nodes = await ringOf(lab, count);
      await sleep(2500);
      for (let i = 0; i < times; i++) {
        lab.tell('SIGSTOP', number);
        nth(nodes, number).pause();
        await sleep(ms);
        nth(nodes, number).resume();
        lab.tell('SIGCONT', number);
        await sleep(isLong ? 1000 : 1500);
      }
      await lab.waitMembers(nodes);
      await sleep(2500);
    },
  };
}

async function stutter(lab: CorosyncLab, node: Daemon, seconds: number, stopMs: number, goMs: number): Promise<void> {
  lab.tell(`stopped ${stopMs} of every ${stopMs + goMs} ms`, node.host.number);
  for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
    node.pause();
    await sleep(stopMs);
    node.resume();
    await sleep(goMs);
  }
  lab.tell('runs freely', node.host.number);
}

const slow: Scenario = {
  name: 'slow',
  says: 'node 2 of three runs 4 of every 40 ms while node 1 sends',
  nodes: 3,
  expects: [{ rule: 'slow-node', culprits: [2] }],
  may: ['token-retransmitted'],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(1500);
    lab.client(nth(nodes, 1), { rate: 30, size: 200, seconds: 9 });
    await sleep(1000);
    await stutter(lab, nth(nodes, 2), 7, 36, 4);
    await sleep(2500);
  },
};

const flap: Scenario = {
  name: 'flap',
  says: 'node 3 of three is killed and started again four times',
  nodes: 3,
  expects: [
    { rule: 'flapping-member', culprits: [3] },
    { rule: 'node-dead', culprits: [3] },
  ],
  may: ['token-loss'],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(1500);
    for (let i = 0; i < 4; i++) {
      lab.tell('SIGKILL', 3);
      await nth(nodes, 3).kill();
      await lab.waitMembers(nodes.slice(0, 2));
      lab.tell('start', 3);
      nth(nodes, 3).start();
      await lab.waitMembers(nodes);
      await sleep(500);
    }
    await sleep(1500);
  },
};

const saturate: Scenario = {
  name: 'saturate',
  says: 'all nodes send messages of 1000 octets as fast as they can for 3 s',
  nodes: 3,
  // Over knet a message holds 64 KB, and no host fills a window of 50 of them; clients of 1.4 send one at a time.
  fits: ({ transport, generation }) => transport !== 'knet' && generation !== 1,
  expects: [{ rule: 'flow-control-saturated', culprits: null }],
  may: ['token-retransmitted', 'slow-node'],
  run: async (lab) => {
    const nodes = await ringOf(lab, 3);
    await sleep(1500);
    const clients = nodes.map((node) => lab.client(node, { rate: 1e6, size: 1000, seconds: 3 }));
    await Promise.all(clients.map((client) => client.done()));
    await sleep(1500);
  },
};

export const NODES: readonly Scenario[] = [
  killOf('kill9', 3, [3]),
  killOf('kill9-rep', 3, [1]),
  killOf('kill9-two', 5, [2, 4]),
  killOf('kill9-of-two', 2, [2]),
  killUnderLoad,
  killReturn,
  restartQuick,
  pauseOf('pause-short', 3, 2, 700, 3),
  pauseOf('pause-long', 3, 2, 3000, 1),
  pauseOf('pause-rep', 3, 1, 3000, 1),
  pauseOf('pause-very-long', 3, 2, 7000, 1),
  slow,
  flap,
  saturate,
];
