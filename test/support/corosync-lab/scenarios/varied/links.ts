// Networks that fail otherwise than in the plain scenarios: other victims, shares, sizes, times, and two links.
import type { Fault } from '../../../../../main/node/lab/corosync/network.ts';
import type { Daemon } from '../../../../../main/node/lab/corosync/daemon.ts';
import type { ClusterKind, Scenario } from '../scenario.ts';
import { break_, cutTrunk, kill, load, mend, must, ring, told, wait, type Deed, type Stage } from './steps.ts';

const GROUP = '226.94.1.1';
const OURS = 'ip protocol udp';
const isGroup = ({ transport }: ClusterKind): boolean => transport === 'udp';
const isKnet = ({ transport }: ClusterKind): boolean => transport === 'knet';
const lost = must('token-loss');

const lossIn = (number: number, permille: number): Deed =>
  break_('loss in', number, ({ host }) => host.dropIn(`${OURS} numgen random mod 1000 < ${permille}`));
const lossOut = (number: number, permille: number): Deed =>
  break_('loss out', number, ({ host }) => host.dropOut(`${OURS} numgen random mod 1000 < ${permille}`));
const hearsNothing = (number: number): Deed => break_('hears nothing', number, ({ host }) => host.dropIn(OURS));
const notFrom = (from: number, to: number, more = ''): Deed =>
  break_(`does not hear ${from}${more === '' ? '' : `: ${more}`}`, to, ({ host }: Daemon, { node }: Stage): Fault =>
    host.dropIn(`ip saddr ${node(from).host.addresses[0]} ${more} ${OURS}`),
  );
const deafTo = (number: number): Deed => break_('deaf', number, ({ host }) => host.dropIn(`ip daddr ${GROUP}`));

function partitionOf(
  name: string,
  onB: readonly number[],
  count: number,
  culprits: readonly number[] | null,
): Scenario {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  const onA = all.filter((n) => !onB.includes(n));
  return told({
    name,
    says: `the trunk between ${onA.join(', ')} and ${onB.join(', ')} is down for some 7 s`,
    nodes: count,
    plugs: Object.fromEntries(onB.map((n) => [n, ['B']])),
    seenBy: [onA[0] ?? 1, onB[0] ?? 2],
    expects: [lost, must('partition', culprits), must('merge')],
    deeds: [wait(1.5), cutTrunk, ring(...onA), ring(...onB), wait(2.4), mend, ring(...all), wait(2.5)],
  });
}

/** Whoever does not hear a node that is not before it on the ring misses nothing while the ring is idle; knet pings. */
function oneWay(from: number, to: number, count: number, more: Partial<Parameters<typeof told>[0]> = {}): Scenario {
  return told({
    name: `v-oneway${from}to${to}of${count}`,
    says: `what node ${from} sends does not reach node ${to} of ${count}`,
    nodes: count,
    seenBy: [from, to],
    expects: to === (from % count) + 1 ? [must('one-way-link', [from, to])] : [],
    may: ['token-loss', 'join-storm', 'one-way-link', 'link-down'],
    deeds: [wait(2), notFrom(from, to), wait(9), mend, wait(4)],
    ...more,
  });
}

export const LINKS_VARIED: readonly Scenario[] = [
  partitionOf('v-part13-2', [2], 3, [2]),
  partitionOf('v-part1-234', [2, 3, 4], 4, [1]),
  partitionOf('v-part14-235', [2, 3, 5], 5, [1, 4]),
  partitionOf('v-part12-34', [3, 4], 4, null),
  told({
    name: 'v-part-then-kill',
    says: 'nodes 1 and 2 are cut off from 3, 4, 5; after the merge node 4 is killed',
    nodes: 5,
    plugs: { 3: ['B'], 4: ['B'], 5: ['B'] },
    seenBy: [1, 5],
    expects: [lost, must('partition', [1, 2]), must('merge'), must('node-dead', [4])],
    deeds: [
      wait(1.5),
      cutTrunk,
      ring(1, 2),
      ring(3, 4, 5),
      wait(1),
      mend,
      ring(1, 2, 3, 4, 5),
      wait(4),
      kill(4),
      ring(1, 2, 3, 5),
      wait(2),
    ],
  }),
  told({
    name: 'v-part-to-end',
    says: 'nodes 1 and 3 are cut off from 2, 4, 5 until the capture ends',
    nodes: 5,
    plugs: { 2: ['B'], 4: ['B'], 5: ['B'] },
    seenBy: [1],
    expects: [lost],
    may: ['partition', 'node-dead'],
    deeds: [wait(1.5), cutTrunk, ring(1, 3), ring(2, 4, 5), wait(3)],
  }),
  told({
    name: 'v-loss12-in1',
    says: 'node 1 of three loses 12 % of what it receives',
    nodes: 3,
    seenBy: [1, 2],
    expects: [must('packet-loss', [1])],
    may: ['token-retransmitted', 'token-loss'],
    deeds: [wait(1), load(2, 30, 300, 11), load(3, 30, 300, 11), wait(0.5), lossIn(1, 120), wait(10), mend, wait(3)],
  }),
  told({
    name: 'v-loss25-out3of4',
    says: 'node 3 of four loses 25 % of what it sends',
    nodes: 4,
    seenBy: [2, 3],
    expects: [must('packet-loss', [3])],
    may: ['token-retransmitted', 'token-loss'],
    deeds: [wait(1), load(1, 20, 300, 11), load(3, 30, 300, 11), wait(0.5), lossOut(3, 250), wait(10), mend, wait(3)],
  }),
  told({
    name: 'v-loss8-4of5',
    says: 'node 4 of five loses 8 % both ways',
    nodes: 5,
    seenBy: [1, 4],
    expects: [must('packet-loss', [4])],
    may: ['token-retransmitted', 'token-loss'],
    deeds: [
      wait(1),
      ...[1, 2, 4].map((n) => load(n, 25, 500, 11)),
      wait(0.5),
      lossIn(4, 80),
      lossOut(4, 80),
      wait(10),
      mend,
      wait(3),
    ],
  }),
  told({
    name: 'v-deaf-rep',
    says: 'the representative of three receives no multicast',
    nodes: 3,
    fits: isGroup,
    seenBy: [1, 2],
    expects: [must('multicast-deaf', [1])],
    deeds: [wait(1), load(2, 25, 250, 11), load(1, 10, 250, 11), wait(0.5), deafTo(1), wait(9), mend, wait(3)],
  }),
  told({
    name: 'v-deaf3of4-t2000',
    says: 'node 3 of four receives no multicast, token 2000',
    nodes: 4,
    token: 2000,
    fits: isGroup,
    seenBy: [3, 4],
    expects: [must('multicast-deaf', [3])],
    deeds: [wait(1), load(2, 25, 250, 11), wait(0.5), deafTo(3), wait(10), mend, wait(3)],
  }),
  told({
    name: 'v-hearless-rep',
    says: 'the representative of three hears nothing',
    nodes: 3,
    seenBy: [1, 3],
    expects: [lost, must('one-way-link', [1])],
    deeds: [wait(2), hearsNothing(1), wait(10), mend, wait(4)],
  }),
  told({
    name: 'v-hearless4of5',
    says: 'node 4 of five hears nothing, under load',
    nodes: 5,
    seenBy: [2, 4],
    expects: [lost, must('one-way-link', [4])],
    deeds: [wait(1), load(1, 20, 200, 12), wait(1), hearsNothing(4), wait(12), mend, wait(4)],
  }),
  oneWay(2, 3, 3),
  oneWay(3, 1, 3),
  oneWay(2, 1, 3),
  oneWay(1, 3, 4),
  oneWay(4, 2, 4),
  oneWay(3, 5, 5),
  oneWay(1, 2, 5, { token: 3000, deeds: [wait(3), notFrom(1, 2), wait(18), mend, wait(6)] }),
  told({
    name: 'v-unicast3to1',
    says: 'unicasts of node 3 do not reach node 1 of three, its multicasts do',
    nodes: 3,
    fits: isGroup,
    seenBy: [1, 2],
    expects: [must('one-way-link', [3, 1])],
    may: ['token-loss', 'join-storm'],
    deeds: [wait(2), notFrom(3, 1, `ip daddr != ${GROUP}`), wait(9), mend, wait(3)],
  }),
  told({
    name: 'v-mcast2to1',
    says: 'multicasts of node 2 do not reach node 1 of three, all else does; all send',
    nodes: 3,
    fits: isGroup,
    seenBy: [1],
    expects: [must('one-way-link', [2, 1])],
    may: ['packet-loss', 'multicast-deaf', 'join-storm', 'token-loss'],
    deeds: [
      wait(1),
      ...[1, 2, 3].map((n) => load(n, 20, 200, 9)),
      wait(0.5),
      notFrom(2, 1, `ip daddr ${GROUP}`),
      wait(8),
      mend,
      wait(3),
    ],
  }),
  told({
    name: 'v-mtu1000at1',
    says: 'frames of more than 1000 octets do not reach node 1 of three',
    nodes: 3,
    seenBy: [1, 3],
    expects: [must('mtu-black-hole', [1])],
    deeds: [
      wait(1),
      load(2, 8, 4000, 10),
      load(3, 10, 100, 10),
      wait(0.5),
      break_('drops large', 1, ({ host }) => host.dropIn(`${OURS} meta length > 1000`)),
      wait(8),
      mend,
      wait(3),
    ],
  }),
  told({
    name: 'v-mtu1400at3of4',
    says: 'frames of more than 1400 octets do not reach node 3 of four',
    nodes: 4,
    // Encrypted datagrams are made smaller than that.
    fits: ({ crypto }) => crypto === null,
    seenBy: [2, 3],
    expects: [must('mtu-black-hole', [3])],
    deeds: [
      wait(1),
      load(1, 8, 2500, 10),
      wait(0.5),
      break_('drops large', 3, ({ host }) => host.dropIn(`${OURS} meta length > 1400`)),
      wait(8),
      mend,
      wait(3),
    ],
  }),
  told({
    name: 'v-cable-rep',
    says: 'the cable of the representative of three is pulled for 6 s',
    nodes: 3,
    seenBy: [1, 2],
    expects: [lost, must('partition', [1])],
    deeds: [wait(2), break_('cable pulled', 1, ({ host }) => host.cablePull()), wait(6.5), mend, wait(4)],
  }),
  told({
    name: 'v-cable3of5-load',
    says: 'the cable of node 3 of five is pulled for 9 s under load',
    nodes: 5,
    seenBy: [3, 4],
    expects: [lost, must('partition', [3])],
    deeds: [
      wait(1),
      load(1, 20, 300, 14),
      load(3, 20, 300, 14),
      wait(1),
      break_('cable pulled', 3, ({ host }) => host.cablePull()),
      wait(9),
      mend,
      wait(5),
    ],
  }),
  told({
    name: 'v-cable-blip',
    says: 'the cable of node 2 of three is pulled for 0.9 s',
    nodes: 3,
    seenBy: [1],
    expects: [],
    may: ['token-retransmitted', 'packet-loss', 'link-down'],
    deeds: [wait(2), break_('cable pulled', 2, ({ host }) => host.cablePull()), wait(0.9), mend, wait(4)],
  }),
  told({
    name: 'v-ifdown3',
    says: 'the interface of node 3 of three is taken down for 6 s',
    nodes: 3,
    seenBy: [1],
    expects: [lost],
    may: ['interface-down', 'partition', 'node-dead'],
    deeds: [wait(2), break_('interface down', 3, ({ host }) => host.interfaceDown()), wait(6), mend, wait(5)],
  }),
  told({
    name: 'v-ifdown-rep4',
    says: 'the interface of the representative of four is taken down for 9 s',
    nodes: 4,
    seenBy: [2],
    expects: [lost],
    may: ['interface-down', 'partition', 'node-dead'],
    deeds: [wait(2), break_('interface down', 1, ({ host }) => host.interfaceDown()), wait(9), mend, wait(5)],
  }),
  told({
    name: 'v-link0-cut1',
    says: 'the first of two links of node 1 of three is cut for 7 s',
    nodes: 3,
    fits: isKnet,
    plugs: { 1: ['A', 'C'], 2: ['A', 'C'], 3: ['A', 'C'] },
    seenBy: [1, 2],
    expects: [must('link-down', [1])],
    deeds: [wait(2), break_('first cable pulled', 1, ({ host }) => host.cablePull(0)), wait(7), mend, wait(4)],
  }),
  told({
    name: 'v-link1-cut3-active',
    says: 'the second of two links of node 3 of four is cut for 7 s, links active',
    nodes: 4,
    fits: isKnet,
    totem: ['link_mode: active'],
    plugs: { 1: ['A', 'C'], 2: ['A', 'C'], 3: ['A', 'C'], 4: ['A', 'C'] },
    seenBy: [1],
    expects: [must('link-down', [3])],
    deeds: [wait(2), break_('second cable pulled', 3, ({ host }) => host.cablePull(1)), wait(7), mend, wait(4)],
  }),
  told({
    name: 'v-links-both',
    says: 'both links of node 2 of three are cut for 8 s',
    nodes: 3,
    fits: isKnet,
    plugs: { 1: ['A', 'C'], 2: ['A', 'C'], 3: ['A', 'C'] },
    seenBy: [1],
    expects: [lost, must('partition', [2])],
    may: ['link-down'],
    deeds: [
      wait(2),
      break_('first cable pulled', 2, ({ host }) => host.cablePull(0)),
      break_('second cable pulled', 2, ({ host }) => host.cablePull(1)),
      wait(8),
      mend,
      wait(5),
    ],
  }),
];
