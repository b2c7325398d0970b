// What is set wrong, at other nodes than in the plain scenarios: the odd one is the first, or sorts before the others.
import { labKey, nodeIdOf, type CorosyncLab, type NodeOptions } from '../../lab.ts';
import { sleep } from '../../../../../main/node/lab/corosync/shell.ts';
import { nth, type ClusterKind, type Scenario } from '../scenario.ts';

const isSecured = ({ crypto }: ClusterKind): boolean => crypto !== null;

/** All but the odd one form a ring; that one starts later. */
async function others(lab: CorosyncLab, count: number, number: number, odd: NodeOptions, seconds = 6): Promise<void> {
  const nodes = lab.addNodes(count, { [number]: odd });
  await lab.captureSwitch('A');
  await lab.captureHost(nth(nodes, number === 1 ? 2 : 1).host);
  await lab.form(nodes.filter(({ host }) => host.number !== number));
  await sleep(1500);
  lab.tell('start', number);
  nth(nodes, number).start();
  await sleep(seconds * 1000);
}

const wrongKey = (number: number, count: number): Scenario => ({
  name: `v-wrongkey${number}of${count}`,
  says: `node ${number} of ${count} starts with another key`,
  nodes: count,
  fits: isSecured,
  expects: [{ rule: 'key-mismatch', culprits: [number] }],
  run: (lab, { transport }) => others(lab, count, number, { key: labKey('another', transport === 'knet' ? 256 : 128) }),
});

const mixed = (number: number, count: number): Scenario => ({
  name: `v-mixed${number}of${count}`,
  says: `node ${number} of ${count} starts without security, the others have it`,
  nodes: count,
  fits: isSecured,
  expects: [{ rule: 'mixed-security', culprits: [number] }],
  run: (lab) => others(lab, count, number, { conf: { crypto: null } }),
});

const firewalled = (number: number, count: number): Scenario => ({
  name: `v-firewall${number}of${count}`,
  says: `node ${number} of ${count} starts behind a firewall that drops what arrives on UDP 5405`,
  nodes: count,
  expects: [{ rule: 'firewall', culprits: [number] }],
  may: ['join-storm', 'token-loss', 'key-mismatch'],
  run: async (lab) => {
    const nodes = lab.addNodes(count);
    await lab.captureSwitch('A');
    await lab.captureHost(nth(nodes, number).host);
    lab.fault('firewall', number, () => nth(nodes, number).host.iptables('INPUT -p udp --dport 5405 -j DROP'));
    await lab.form(nodes.filter(({ host }) => host.number !== number));
    await sleep(1200);
    lab.tell('start', number);
    nth(nodes, number).start();
    await sleep(11_000);
  },
});

/** One or two of another cluster, whose ids and addresses sort before those of the ring. */
const foreignFirst: Scenario = {
  name: 'v-foreign-first',
  says: 'nodes 1 and 2 are of another cluster than 7, 8, 9, on the same group and port, and start later',
  nodes: 5,
  fits: ({ crypto }) => crypto === null,
  expects: [],
  may: ['token-loss', 'not-in-nodelist', 'foreign-cluster', 'node-dead'],
  run: async (lab) => {
    const hosts = [7, 8, 9, 1, 2].map((n) => lab.network.addHost(n, ['A']));
    const all = hosts.map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
    const nodes = hosts.map((host, i) =>
      lab.addDaemon(host, i < 3 ? all.slice(0, 3) : all.slice(3), i < 3 ? {} : { conf: { clusterName: 'other' } }),
    );
    await lab.captureSwitch('A');
    await lab.form(nodes.slice(0, 3));
    await sleep(1500);
    for (const node of nodes.slice(3)) {
      lab.tell('start', node.host.number);
      node.start();
    }
    await sleep(8000);
  },
};

const unlistedFirst: Scenario = {
  name: 'v-unlisted1',
  says: 'node 1 knows the three others, they do not know it',
  nodes: 4,
  fits: ({ generation, transport }) => generation === 3 && transport === 'udp',
  expects: [{ rule: 'not-in-nodelist', culprits: [1] }],
  may: ['token-loss', 'foreign-cluster', 'join-storm'],
  run: async (lab) => {
    const hosts = [1, 2, 3, 4].map((n) => lab.network.addHost(n, ['A']));
    const all = hosts.map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
    const nodes = hosts.map((host) => lab.addDaemon(host, host.number === 1 ? all : all.slice(1)));
    await lab.captureSwitch('A');
    await lab.captureHost(nth(nodes, 3).host);
    await lab.form(nodes.slice(1));
    await sleep(1500);
    lab.tell('start', 1);
    nth(nodes, 1).start();
    await sleep(8000);
  },
};

const duplicateFirst: Scenario = {
  name: 'v-dup1',
  says: 'a fourth host starts with the node id of the first',
  nodes: 4,
  fits: ({ generation }) => generation !== 1,
  expects: [{ rule: 'duplicate-nodeid', culprits: [1] }],
  may: ['token-loss', 'join-storm', 'not-in-nodelist', 'foreign-cluster', 'ring-id-anomaly'],
  run: async (lab) => {
    const hosts = [1, 2, 3, 4].map((n) => lab.network.addHost(n, ['A']));
    const all = hosts.slice(0, 3).map((host) => ({ id: nodeIdOf(lab.build, host), addresses: host.addresses }));
    const last = hosts[3];
    if (last === undefined) throw new Error('no fourth host');
    const own = [{ id: 1, addresses: last.addresses }, ...all.slice(1)];
    const nodes = [...hosts.slice(0, 3).map((host) => lab.addDaemon(host, all)), lab.addDaemon(last, own, { id: 1 })];
    await lab.captureSwitch('A');
    await lab.form(nodes.slice(0, 3));
    await sleep(1500);
    lab.tell('start of a second node 1', 4);
    nth(nodes, 4).start();
    await sleep(7000);
  },
};

export const SETTINGS_VARIED: readonly Scenario[] = [
  wrongKey(1, 3),
  wrongKey(4, 4),
  mixed(1, 3),
  mixed(2, 4),
  firewalled(1, 3),
  firewalled(2, 4),
  foreignFirst,
  unlistedFirst,
  duplicateFirst,
];
