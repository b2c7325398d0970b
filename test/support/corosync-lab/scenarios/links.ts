// What can happen to the network: partitions, loss, deafness, one-way cuts, size limits, interfaces and cables.
import type { Daemon } from '../../../../main/node/lab/corosync/daemon.ts';
import type { CorosyncLab } from '../lab.ts';
import type { Fault } from '../../../../main/node/lab/corosync/network.ts';
import { sleep } from '../../../../main/node/lab/corosync/shell.ts';
import { nth, ringOf, type ClusterKind, type Expectation, type Scenario } from './scenario.ts';

const GROUP = '226.94.1.1';
const usesMulticast = ({ transport }: ClusterKind): boolean => transport === 'udp';

function partition(name: string, smaller: readonly number[], larger: readonly number[]): Scenario {
  return {
    name,
    says: `the trunk between ${smaller.join(', ')} and ${larger.join(', ')} is down for 8 s, then up`,
    nodes: smaller.length + larger.length,
    switches: ['A', 'B'],
    expects: [
      { rule: 'token-loss', culprits: null },
      { rule: 'partition', culprits: smaller },
      { rule: 'merge', culprits: null },
    ],
    run: async (lab) => {
      const trunk = lab.network.addTrunk('A', 'B');
      const all = [...smaller, ...larger];
      const special = Object.fromEntries(larger.map((n) => [n, { plugs: ['B'] }]));
      const nodes = lab.addNodes(all.length, special);
      await lab.captureSwitch('A');
      await lab.captureSwitch('B');
      await lab.form(nodes);
      await sleep(2000);
      const cut = lab.fault('trunk down', null, trunk.pull);
      await lab.waitMembers(nodes.filter(({ host }) => smaller.includes(host.number)));
      await lab.waitMembers(nodes.filter(({ host }) => larger.includes(host.number)));
      await sleep(2000);
      cut.lift();
      await lab.waitMembers(nodes);
      await sleep(2500);
    },
  };
}

const tworings: Scenario = {
  name: 'tworings',
  says: 'nodes 1, 2 and 3, 4, 5 start apart, then the trunk comes up',
  nodes: 5,
  switches: ['A', 'B'],
  fits: ({ generation }) => generation === 3,
  expects: [{ rule: 'merge', culprits: null }],
  run: async (lab) => {
    const trunk = lab.network.addTrunk('A', 'B');
    const cut = lab.fault('trunk down', null, trunk.pull);
    const nodes = lab.addNodes(5, Object.fromEntries([3, 4, 5].map((n) => [n, { plugs: ['B'] }])));
    await lab.captureSwitch('A');
    await lab.captureSwitch('B');
    for (const node of nodes) node.start();
    await lab.waitMembers(nodes.slice(0, 2));
    await lab.waitMembers(nodes.slice(2));
    await sleep(2500);
    cut.lift();
    await lab.waitMembers(nodes);
    await sleep(2500);
  },
};

interface Trouble {
  readonly name: string;
  readonly says: string;
  readonly begin: (lab: CorosyncLab, nodes: readonly Daemon[], kind: ClusterKind) => readonly Fault[];
  readonly expects: readonly Expectation[];
  readonly may?: readonly string[];
  readonly fits?: (kind: ClusterKind) => boolean;
  readonly seconds?: number;
  /** Messages: rate and size of nodes 1 and 2. */
  readonly load?: readonly [rate: number, size: number] | null;
}

/** A ring of three with light load; trouble after 2.5 s, lifted again. */
function troubled({ name, says, begin, expects, may, fits, seconds = 8, load = [20, 200] }: Trouble): Scenario {
  return {
    name,
    says,
    nodes: 3,
    expects,
    ...(may === undefined ? {} : { may }),
    ...(fits === undefined ? {} : { fits }),
    run: async (lab, kind) => {
      const nodes = await ringOf(lab, 3);
      await sleep(1500);
      const clients =
        load === null
          ? []
          : [1, 2].map((n) => lab.client(nth(nodes, n), { rate: load[0], size: load[1], seconds: seconds + 2 }));
      await sleep(1000);
      const faults = begin(lab, nodes, kind);
      await sleep(seconds * 1000);
      for (const fault of faults) fault.lift();
      await sleep(3000);
      await Promise.race([Promise.all(clients.map((client) => client.done())), sleep(4000)]);
    },
  };
}

/** Any of the datagrams of Corosync, so that ARP goes on. */
const OURS = 'ip protocol udp';

function lossOf(percent: number, number: number, way: 'both' | 'in' | 'out', more: Partial<Trouble> = {}): Scenario {
  const chance = `${OURS} numgen random mod 1000 < ${percent * 10}`;
  return troubled({
    name: `loss${percent}${way === 'both' ? '' : `-${way}`}`,
    says: `${percent} % of the frames are lost on the link of node ${number}${way === 'both' ? '' : `, ${way} only`}`,
    begin: (lab, nodes) => {
      const { host } = nth(nodes, number);
      return [
        ...(way === 'out' ? [] : [lab.fault('loss in', number, () => host.dropIn(chance))]),
        ...(way === 'in' ? [] : [lab.fault('loss out', number, () => host.dropOut(chance))]),
      ];
    },
    expects: [{ rule: 'packet-loss', culprits: [number] }],
    may: ['token-retransmitted', 'token-loss', ...(percent < 30 ? [] : ['process-paused'])],
    seconds: 10,
    ...more,
  });
}

const lossAll = troubled({
  name: 'loss5-all',
  says: 'every node loses 5 % of what it receives',
  begin: (lab, nodes) =>
    nodes.map(({ host }) =>
      lab.fault('loss in', host.number, () => host.dropIn(`${OURS} numgen random mod 1000 < 50`)),
    ),
  expects: [{ rule: 'packet-loss', culprits: null }],
  may: ['token-retransmitted', 'token-loss'],
  seconds: 10,
});

const deaf = troubled({
  name: 'deaf',
  says: 'node 2 receives no multicast',
  fits: usesMulticast,
  begin: (lab, nodes) => [lab.fault('deaf', 2, () => nth(nodes, 2).host.dropIn(`ip daddr ${GROUP}`))],
  expects: [{ rule: 'multicast-deaf', culprits: [2] }],
  seconds: 9,
});

const deafIdle = troubled({
  name: 'deaf-idle',
  says: 'node 2 receives no multicast while nothing is sent; then node 3 restarts',
  fits: usesMulticast,
  begin: (lab, nodes) => {
    const fault = lab.fault('deaf', 2, () => nth(nodes, 2).host.dropIn(`ip daddr ${GROUP}`));
    void nth(nodes, 3)
      .stop()
      .then(() => nth(nodes, 3).start());
    return [fault];
  },
  expects: [{ rule: 'multicast-deaf', culprits: [2] }],
  load: null,
  may: ['token-loss'],
  seconds: 9,
});

const mute = troubled({
  name: 'mute',
  says: 'no multicast of node 2 leaves it',
  fits: usesMulticast,
  begin: (lab, nodes) => [lab.fault('mute', 2, () => nth(nodes, 2).host.dropOut(`ip daddr ${GROUP}`, 'port'))],
  expects: [],
  may: ['packet-loss', 'one-way-link', 'token-loss', 'join-storm'],
});

const oneWayDead = troubled({
  name: 'oneway-dead',
  says: 'node 2 sends, and hears nothing',
  begin: (lab, nodes) => [lab.fault('hears nothing', 2, () => nth(nodes, 2).host.dropIn(OURS))],
  expects: [
    { rule: 'token-loss', culprits: [2] },
    { rule: 'one-way-link', culprits: [2] },
  ],
  seconds: 10,
  load: null,
});

const oneWayMute = troubled({
  name: 'oneway-mute',
  says: 'node 2 hears, and nothing that it sends arrives; a capture at the switch sees it',
  fits: ({ transport }) => transport !== 'knet',
  begin: (lab, nodes) =>
    [1, 3].map((n) =>
      lab.fault('does not hear 2', n, () => nth(nodes, n).host.dropIn(`ip saddr ${nth(nodes, 2).host.addresses[0]}`)),
    ),
  expects: [
    { rule: 'token-loss', culprits: null },
    { rule: 'one-way-link', culprits: null },
  ],
  seconds: 10,
  load: null,
});

const oneWayPair = troubled({
  name: 'oneway-pair',
  says: 'what node 1 sends does not reach node 2, the other way works',
  begin: (lab, nodes) => [
    lab.fault('does not hear 1', 2, () =>
      nth(nodes, 2).host.dropIn(`ip saddr ${nth(nodes, 1).host.addresses[0]} ${OURS}`),
    ),
  ],
  expects: [{ rule: 'one-way-link', culprits: [1, 2] }],
  may: ['token-loss', 'join-storm'],
  seconds: 10,
  load: null,
});

const oneWayUnicast = troubled({
  name: 'oneway-unicast',
  says: 'unicasts of node 1 do not reach node 2, its multicasts do',
  fits: usesMulticast,
  begin: (lab, nodes) => [
    lab.fault('no unicast of 1', 2, () =>
      nth(nodes, 2).host.dropIn(`ip saddr ${nth(nodes, 1).host.addresses[0]} ip daddr != ${GROUP} ${OURS}`),
    ),
  ],
  expects: [{ rule: 'one-way-link', culprits: [1, 2] }],
  may: ['token-loss', 'join-storm'],
  seconds: 10,
  load: null,
});

const oneWayMulticast = troubled({
  name: 'oneway-mcast',
  says: 'multicasts of node 1 do not reach node 2, all else does',
  fits: usesMulticast,
  begin: (lab, nodes) => [
    lab.fault('no multicast of 1', 2, () =>
      nth(nodes, 2).host.dropIn(`ip saddr ${nth(nodes, 1).host.addresses[0]} ip daddr ${GROUP}`),
    ),
  ],
  expects: [],
  may: ['one-way-link', 'packet-loss', 'multicast-deaf', 'join-storm', 'token-loss'],
  seconds: 8,
});

const mtuHole = troubled({
  name: 'mtu-hole',
  says: 'frames of more than 700 octets do not reach node 2',
  begin: (lab, nodes) => [lab.fault('drops large', 2, () => nth(nodes, 2).host.dropIn(`${OURS} meta length > 700`))],
  expects: [{ rule: 'mtu-black-hole', culprits: [2] }],
  load: [10, 3000],
  seconds: 8,
});

const cablePull = troubled({
  name: 'cable-pull',
  says: 'the cable of node 2 is pulled for 8 s',
  begin: (lab, nodes) => [lab.fault('cable pulled', 2, () => nth(nodes, 2).host.cablePull())],
  expects: [
    { rule: 'token-loss', culprits: [2] },
    { rule: 'partition', culprits: [2] },
  ],
  seconds: 8,
  load: null,
});

const interfaceDown = troubled({
  name: 'ifdown',
  says: 'the interface of node 2 is taken down for 8 s',
  begin: (lab, nodes) => [lab.fault('interface down', 2, () => nth(nodes, 2).host.interfaceDown())],
  expects: [{ rule: 'token-loss', culprits: [2] }],
  may: ['interface-down', 'partition', 'join-storm', 'node-dead'],
  seconds: 8,
  load: null,
});

const firewallStart: Scenario = {
  name: 'firewall',
  says: 'node 3 starts behind a firewall that drops what arrives on UDP 5405',
  nodes: 3,
  expects: [{ rule: 'firewall', culprits: [3] }],
  may: ['join-storm', 'token-loss', 'key-mismatch'],
  run: async (lab) => {
    const nodes = lab.addNodes(3);
    await lab.captureSwitch('A');
    lab.fault('firewall', 3, () => nth(nodes, 3).host.iptables('INPUT -p udp --dport 5405 -j DROP'));
    await lab.form(nodes.slice(0, 2));
    await sleep(1500);
    lab.tell('start', 3);
    nth(nodes, 3).start();
    await sleep(9000);
  },
};

const firewallReject: Scenario = {
  name: 'firewall-reject',
  says: 'node 3 starts behind a firewall that refuses what arrives on UDP 5405 by ICMP',
  nodes: 3,
  expects: [{ rule: 'firewall', culprits: [3] }],
  may: ['join-storm', 'token-loss', 'key-mismatch'],
  run: async (lab) => {
    const nodes = lab.addNodes(3);
    await lab.captureSwitch('A');
    lab.fault('firewall', 3, () =>
      nth(nodes, 3).host.iptables('INPUT -p udp --dport 5405 -j REJECT --reject-with icmp-admin-prohibited'),
    );
    await lab.form(nodes.slice(0, 2));
    await sleep(1500);
    lab.tell('start', 3);
    nth(nodes, 3).start();
    await sleep(9000);
  },
};

const linkDown: Scenario = {
  name: 'link-down',
  says: 'the second link of node 2 is cut for 6 s; the ring goes on on the first',
  nodes: 3,
  switches: ['A', 'B', 'C'],
  fits: ({ transport }) => transport === 'knet',
  expects: [{ rule: 'link-down', culprits: [2] }],
  run: async (lab) => {
    const plugs = ['A', 'C'];
    const nodes = lab.addNodes(3, Object.fromEntries([1, 2, 3].map((n) => [n, { plugs }])));
    await lab.captureSwitch('A');
    await lab.captureSwitch('C');
    await lab.form(nodes);
    await sleep(2500);
    const pulled = lab.fault('second cable pulled', 2, () => nth(nodes, 2).host.cablePull(1));
    await sleep(6000);
    pulled.lift();
    await sleep(4000);
  },
};

/** Corosync 1 and 2 may have two rings: one is cut at a node and mended, the other carries the ring on. */
const ringDown = (mode: 'passive' | 'active'): Scenario => ({
  name: `rrp-${mode}`,
  says: `two redundant rings, ${mode}; the second is cut at node 2 for 8 s`,
  nodes: 3,
  switches: ['A', 'B', 'C'],
  fits: ({ transport, generation }) => transport !== 'knet' && generation < 3,
  totem: [`rrp_mode: ${mode}`],
  expects: [{ rule: 'link-down', culprits: null }],
  may: ['token-retransmitted'],
  run: async (lab) => {
    const plugs = ['A', 'C'];
    const nodes = lab.addNodes(3, Object.fromEntries([1, 2, 3].map((n) => [n, { plugs }])));
    await lab.captureSwitch('A');
    await lab.captureSwitch('C');
    await lab.form(nodes);
    await sleep(2500);
    const pulled = lab.fault('second cable pulled', 2, () => nth(nodes, 2).host.cablePull(1));
    await sleep(8000);
    pulled.lift();
    await sleep(4000);
  },
});

export const LINKS: readonly Scenario[] = [
  ringDown('passive'),
  ringDown('active'),
  partition('partition2-3', [1, 2], [3, 4, 5]),
  partition('partition1-2', [1], [2, 3]),
  partition('partition2-1', [3], [1, 2]),
  tworings,
  lossOf(5, 2, 'both'),
  lossOf(20, 2, 'both'),
  lossOf(30, 3, 'both'),
  lossOf(10, 3, 'in'),
  lossOf(10, 2, 'out', { expects: [{ rule: 'packet-loss', culprits: null }] }),
  lossAll,
  deaf,
  deafIdle,
  mute,
  oneWayDead,
  oneWayMute,
  oneWayPair,
  oneWayUnicast,
  oneWayMulticast,
  mtuHole,
  cablePull,
  interfaceDown,
  firewallStart,
  firewallReject,
  linkDown,
];
