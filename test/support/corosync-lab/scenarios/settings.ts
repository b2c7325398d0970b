// What can be set wrong: keys, security, nodelists, node ids, groups shared with others.
import { labKey, nodeIdOf, type CorosyncLab, type NodeOptions } from '../lab.ts';
import { sleep } from '../../../../main/node/lab/corosync/shell.ts';
import { nth, type ClusterKind, type Scenario } from './scenario.ts';

const isSecured = ({ crypto }: ClusterKind): boolean => crypto !== null;

/** Two good nodes in a ring; the third, which is odd, starts later. */
async function twoAndOdd(lab: CorosyncLab, odd: NodeOptions, seconds = 6): Promise<void> {
  const nodes = lab.addNodes(3, { 3: odd });
  await lab.captureSwitch('A');
  await lab.form(nodes.slice(0, 2));
  await sleep(1500);
  lab.tell('start', 3);
  nth(nodes, 3).start();
  await sleep(seconds * 1000);
}

const wrongKey: Scenario = {
  name: 'wrongkey',
  says: 'node 3 starts with another key',
  nodes: 3,
  fits: isSecured,
  expects: [{ rule: 'key-mismatch', culprits: [3] }],
  run: (lab, { transport }) => twoAndOdd(lab, { key: labKey('other', transport === 'knet' ? 256 : 128) }),
};

const mixed: Scenario = {
  name: 'mixed-security',
  says: 'node 3 starts without security, the others have it',
  nodes: 3,
  fits: isSecured,
  expects: [{ rule: 'mixed-security', culprits: [3] }],
  run: (lab) => twoAndOdd(lab, { conf: { crypto: null } }),
};

const unlisted: Scenario = {
  name: 'unlisted',
  says: 'node 4 knows the three others, they do not know it',
  nodes: 4,
  fits: ({ generation, transport }) => generation === 3 && transport === 'udp',
  expects: [{ rule: 'not-in-nodelist', culprits: [4] }],
  may: ['token-loss', 'foreign-cluster', 'join-storm'],
  run: async (lab, kind) => {
    const hosts = [1, 2, 3, 4].map((n) => lab.network.addHost(n, ['A']));
    const all = hosts.map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
    const nodes = hosts.map((host) => lab.addDaemon(host, host.number === 4 ? all : all.slice(0, 3)));
    lab.tell(`kind ${kind.name}`);
    await lab.captureSwitch('A');
    await lab.form(nodes.slice(0, 3));
    await sleep(2000);
    lab.tell('start', 4);
    nth(nodes, 4).start();
    await sleep(7000);
    lab.tell('SIGKILL', 4);
    await nth(nodes, 4).kill();
    await sleep(3500);
  },
};

function foreignOf(strangers: number): Scenario {
  return {
    name: `foreign${strangers}`,
    says: `${strangers} nodes of another cluster, with its own nodelist and name, start on the same group and port`,
    nodes: 3 + strangers,
    fits: ({ crypto }) => crypto === null,
    expects: [],
    // Where they are taken in, their end is a death.
    may: ['token-loss', 'not-in-nodelist', 'foreign-cluster', 'node-dead'],
    run: async (lab) => {
      const numbers = Array.from({ length: 3 + strangers }, (_, i) => (i < 3 ? i + 1 : i + 6));
      const hosts = numbers.map((n) => lab.network.addHost(n, ['A']));
      const all = hosts.map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
      const clusters = [all.slice(0, 3), all.slice(3)] as const;
      const nodes = hosts.map((host, i) =>
        lab.addDaemon(host, clusters[i < 3 ? 0 : 1], i < 3 ? {} : { conf: { clusterName: 'other' } }),
      );
      await lab.captureSwitch('A');
      await lab.form(nodes.slice(0, 3));
      await sleep(2000);
      for (const node of nodes.slice(3)) {
        lab.tell('start', node.host.number);
        node.start();
      }
      await sleep(7000);
      for (const node of nodes.slice(3)) {
        lab.tell('SIGKILL', node.host.number);
        await node.kill();
      }
      await sleep(3500);
    },
  };
}

/** Two clusters that formed apart on two switches, which are then joined. */
const foreignMeets: Scenario = {
  name: 'foreign-meets',
  says: 'two clusters of two and three nodes, each with its own nodelist, get to hear each other',
  nodes: 5,
  switches: ['A', 'B'],
  fits: ({ crypto, transport }) => crypto === null && transport === 'udp',
  expects: [{ rule: 'foreign-cluster', culprits: null }],
  may: ['token-loss', 'not-in-nodelist', 'join-storm'],
  run: async (lab) => {
    const trunk = lab.network.addTrunk('A', 'B');
    const cut = lab.fault('trunk down', null, trunk.pull);
    const hosts = [1, 2, 3, 4, 5].map((n) => lab.network.addHost(n, [n < 4 ? 'A' : 'B']));
    const all = hosts.map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
    const nodes = hosts.map((host, i) => lab.addDaemon(host, i < 3 ? all.slice(0, 3) : all.slice(3)));
    await lab.captureSwitch('A');
    await lab.captureSwitch('B');
    for (const node of nodes) node.start();
    await lab.waitMembers(nodes.slice(0, 3));
    await lab.waitMembers(nodes.slice(3));
    await sleep(2000);
    cut.lift();
    await sleep(6000);
  },
};

const duplicate: Scenario = {
  name: 'dup-nodeid',
  says: 'a fourth host starts with the node id of the third',
  nodes: 4,
  fits: ({ generation }) => generation !== 1,
  expects: [{ rule: 'duplicate-nodeid', culprits: [3] }],
  may: ['token-loss', 'join-storm', 'not-in-nodelist', 'foreign-cluster', 'ring-id-anomaly'],
  run: async (lab) => {
    const hosts = [1, 2, 3, 4].map((n) => lab.network.addHost(n, ['A']));
    const all = hosts.slice(0, 3).map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
    const last = hosts[3];
    if (last === undefined) throw new Error('no fourth host');
    const own = [...all.slice(0, 2), { id: 3, addresses: last.addresses }];
    const nodes = [...hosts.slice(0, 3).map((host) => lab.addDaemon(host, all)), lab.addDaemon(last, own, { id: 3 })];
    await lab.captureSwitch('A');
    await lab.form(nodes.slice(0, 3));
    await sleep(2000);
    lab.tell('start of a second node 3', 4);
    nth(nodes, 4).start();
    await sleep(6000);
  },
};

export const SETTINGS: readonly Scenario[] = [
  wrongKey,
  mixed,
  unlisted,
  foreignOf(1),
  foreignOf(2),
  foreignMeets,
  duplicate,
];
