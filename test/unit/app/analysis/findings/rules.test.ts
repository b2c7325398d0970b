// Each rule on a simulated ring that shows its fault, and on one that nearly does: what triggers it and what must not.
import { describe, expect, it } from 'vitest';
import { capture } from '../../../../simulation/support/captured.ts';

interface Case {
  readonly rule: string;
  readonly what: string;
  /** The rule must be told with these culprits; null: it must not be told. */
  readonly culprits: readonly number[] | null;
  readonly text: string;
}

const BASE = 'cpu=30us start=all';
const three = (commands: string, settings = ''): string =>
  `cluster nodes=3 token=1000ms ${BASE} ${settings}\nrun until=stable\nrun 2s\n${commands}\n`;
const five = (commands: string): string =>
  `cluster nodes=5 token=1000ms ${BASE}\nrun until=stable\nrun 2s\n${commands}\n`;
const talking = 'join 1,2 web\nrun until=stable\ntraffic 1,2 web every=50ms size=200\nrun 1s';
const talkingAll = 'join 1,2,3 web\nrun until=stable\ntraffic 1,2,3 web every=50ms size=200\nrun 1s';
const unequal =
  'join 1,2 web\nrun until=stable\ntraffic 1 web every=50ms size=60\ntraffic 2 web every=50ms size=1100\nrun 1s';

const CASES: readonly Case[] = [
  { rule: 'node-dead', what: 'kill 3', culprits: [3], text: three('kill 3\nrun 8s') },
  { rule: 'node-dead', what: 'leave 3', culprits: null, text: three('leave 3\nrun 8s') },
  { rule: 'token-loss', what: 'kill 3', culprits: [3], text: three('kill 3\nrun 8s') },
  { rule: 'token-loss', what: 'one lost token', culprits: null, text: three('drop token 1>2\nrun 8s') },
  { rule: 'clean-leave', what: 'leave 3', culprits: [3], text: three('leave 3\nrun 4s') },
  { rule: 'clean-leave', what: 'kill 3', culprits: null, text: three('kill 3\nrun 8s') },
  { rule: 'process-paused', what: 'a pause of 3 s', culprits: [2], text: three('pause 2\nrun 3s\nresume 2\nrun 6s') },
  {
    rule: 'process-paused',
    what: 'pauses of 0.55, 0.6, 0.67 and 0.72 s',
    culprits: [2],
    text: three(
      ['550ms', '600ms', '670ms', '720ms'].map((time) => `pause 2\nrun ${time}\nresume 2\nrun 3s`).join('\n'),
    ),
  },
  {
    rule: 'process-paused',
    what: 'the representative, which first sends the merge detect that was due',
    culprits: [1],
    text: three(['550ms', '620ms', '700ms'].map((time) => `pause 1\nrun ${time}\nresume 1\nrun 3s`).join('\n')),
  },
  {
    rule: 'process-paused',
    what: 'all nodes together, as their host does',
    culprits: [1, 2, 3],
    text: three('pause 1\npause 2\npause 3\nrun 4s\nresume 1\nresume 2\nresume 3\nrun 4s'),
  },
  { rule: 'process-paused', what: 'two lost tokens', culprits: null, text: three('drop token 1>2 count=2\nrun 5s') },
  {
    rule: 'partition',
    what: 'two and three',
    culprits: [1, 2],
    text: five('partition 1,2 | 3,4,5\nrun 9s\nheal\nrun 4s'),
  },
  {
    rule: 'partition',
    what: 'one node cut off',
    culprits: [3],
    text: three('partition 1,2 | 3\nrun 8s\nheal\nrun 4s'),
  },
  {
    rule: 'process-paused',
    what: 'one node cut off, back before the others go on without it',
    culprits: null,
    text: three('partition 1,2 | 3\nrun 2s\nheal\nrun 4s'),
  },
  {
    rule: 'process-paused',
    what: 'one node cut off for less than the token timeout',
    culprits: null,
    text: three('partition 1,2 | 3\nrun 620ms\nheal\nrun 3s'),
  },
  {
    rule: 'partition',
    what: 'one node cut off for less than the token timeout',
    culprits: null,
    text: three('partition 1,2 | 3\nrun 620ms\nheal\nrun 3s'),
  },
  { rule: 'partition', what: 'a pause as short', culprits: null, text: three('pause 3\nrun 2s\nresume 3\nrun 4s') },
  {
    rule: 'process-paused',
    what: 'a pause as short as that cut',
    culprits: [3],
    text: three('pause 3\nrun 2s\nresume 3\nrun 4s'),
  },
  { rule: 'partition', what: 'a pause', culprits: null, text: three('pause 2\nrun 6s\nresume 2\nrun 6s') },
  { rule: 'merge', what: 'two and three', culprits: [], text: five('partition 1,2 | 3,4,5\nrun 9s\nheal\nrun 4s') },
  { rule: 'merge', what: 'a start', culprits: null, text: three('kill 3\nrun 8s\nstart 3\nrun 4s') },
  {
    rule: 'packet-loss',
    what: '8 % on the way to node 3',
    culprits: [3],
    text: three(`${talking}\nlink *>3 loss=8%\nrun 15s\nheal\nrun 2s`),
  },
  {
    rule: 'packet-loss',
    what: 'one lost multicast',
    culprits: null,
    text: three(`${talking}\ndrop mcast 1>3\nrun 3s`),
  },
  {
    rule: 'multicast-deaf',
    what: 'node 3 hears no multicasts',
    culprits: [3],
    text: three(`${talking}\ndeaf 3\nrun 6s\nheal\nrun 8s`),
  },
  {
    rule: 'multicast-deaf',
    what: 'a third of all is lost',
    culprits: null,
    text: three(`${talking}\nlink *>3 loss=30%\nrun 8s\nheal\nrun 8s`),
  },
  {
    rule: 'mtu-black-hole',
    what: 'a deaf node that sends small ones itself',
    culprits: null,
    text: three(`${unequal}\ndeaf 1\nrun 5s\nheal\nrun 3s`),
  },
  {
    rule: 'multicast-deaf',
    what: 'a deaf node that sends small ones itself',
    culprits: [1],
    text: three(`${unequal}\ndeaf 1\nrun 5s\nheal\nrun 3s`),
  },
  { rule: 'one-way-link', what: '2 does not hear 1', culprits: [1, 2], text: three('cut 1>2\nrun 12s\nheal\nrun 5s') },
  {
    rule: 'one-way-link',
    what: '4 of five hears nobody, while the others try to form rings with it',
    culprits: [4],
    text: five(
      'join 1 web\nrun until=stable\ntraffic 1 web every=50ms size=200\nrun 1s\ncut *>4\nrun 12s\nheal\nrun 4s',
    ),
  },
  { rule: 'one-way-link', what: '2 hears nobody', culprits: [2], text: three('cut *>2\nrun 12s\nheal\nrun 5s') },
  {
    rule: 'one-way-link',
    what: 'multicasts of 2 do not reach 1, which 2 itself sends again in vain',
    culprits: [2, 1],
    text: three(`${talkingAll}\ndrop mcast 2>1 count=1000000\nrun 5s\nheal\nrun 3s`),
  },
  { rule: 'one-way-link', what: 'both ways', culprits: null, text: three('partition 1,3 | 2\nrun 12s\nheal\nrun 5s') },
  {
    rule: 'mtu-black-hole',
    what: 'nothing above 700 octets reaches node 2',
    culprits: [2],
    text: three(`${talking}\njoin 3 web\ntraffic 3 web every=60ms size=900\nlink *>2 mtu=700\nrun 4s\nheal\nrun 5s`),
  },
  {
    rule: 'mtu-black-hole',
    what: 'large ones are lost by chance',
    culprits: null,
    text: three(
      'join 1,2 web\nrun until=stable\ntraffic 1,2 web every=50ms size=900\nlink *>2 loss=15%\nrun 8s\nheal\nrun 5s',
    ),
  },
  {
    rule: 'token-retransmitted',
    what: 'four lost tokens',
    culprits: [2],
    text: three(`${'drop token 1>2\nrun 2s\n'.repeat(4)}`),
  },
  { rule: 'token-retransmitted', what: 'one lost token', culprits: null, text: three('drop token 1>2\nrun 8s') },
  {
    rule: 'slow-node',
    what: 'node 2 stands still for 36 of every 40 ms',
    culprits: [2],
    text: three(`${talking}\n${'pause 2\nrun 36ms\nresume 2\nrun 4ms\n'.repeat(100)}run 2s`),
  },
  {
    rule: 'slow-node',
    what: 'it does so six times',
    culprits: null,
    text: three(`${talking}\n${'pause 2\nrun 36ms\nresume 2\nrun 4ms\n'.repeat(6)}run 4s`),
  },
  {
    rule: 'flow-control-saturated',
    what: 'all send as much as they can',
    culprits: [1, 2, 3],
    text: three('join all web\nrun until=stable\ntraffic all web every=30us size=1300\nrun 2s\ntraffic off\nrun 3s'),
  },
  {
    rule: 'flow-control-saturated',
    what: 'one message of a million octets',
    culprits: null,
    text: three('join 1 web\nrun until=stable\nsubmit 1 web size=1000000\nrun 3s'),
  },
  {
    rule: 'flapping-member',
    what: 'four deaths and returns',
    culprits: [3],
    text: three('kill 3\nrun 6s\nstart 3\nrun 3s\n'.repeat(4)),
  },
  {
    rule: 'flapping-member',
    what: 'two of them',
    culprits: null,
    text: three('kill 3\nrun 6s\nstart 3\nrun 3s\n'.repeat(2)),
  },
  {
    rule: 'flapping-member',
    what: 'a network that is divided twice, seen from both sides',
    culprits: null,
    text: five('partition 1,2 | 3,4,5\nrun 6s\nheal\nrun 3s\n'.repeat(2)),
  },
  {
    rule: 'join-storm',
    what: 'no commit token passes',
    culprits: [],
    text: three('leave 3\ndrop commit *>* count=2000\nstart 3\nrun 15s'),
  },
  {
    rule: 'join-storm',
    what: 'eight nodes start',
    culprits: null,
    text: `cluster nodes=8 token=1000ms ${BASE}\nrun until=stable\nrun 2s\n`,
  },
  {
    rule: 'recovery-failure',
    what: 'the tokens of each new ring are lost on one hop',
    culprits: [],
    text: three('kill 3\nrun 1900ms\ndrop token 1>2 count=60\nrun 14s'),
  },
  {
    rule: 'recovery-failure',
    what: 'those of one new ring are',
    culprits: null,
    text: three('kill 3\nrun 1900ms\ndrop token 1>2 count=3\nrun 9s'),
  },
  { rule: 'sync-hang', what: 'an idle ring', culprits: null, text: three('run 9s') },
  {
    rule: 'interface-down',
    what: 'a node cut off',
    culprits: null,
    text: three('partition 1,2 | 3\nrun 8s\nheal\nrun 4s'),
  },
  { rule: 'firewall', what: 'a node starts late', culprits: null, text: three('kill 3\nrun 6s\nstart 3\nrun 4s') },
  { rule: 'link-down', what: 'a node cut off', culprits: null, text: three('partition 1,2 | 3\nrun 8s\nheal\nrun 4s') },
  { rule: 'duplicate-nodeid', what: 'a node returns', culprits: null, text: three('kill 3\nrun 6s\nstart 3\nrun 4s') },
  { rule: 'not-in-nodelist', what: 'a node returns', culprits: null, text: three('kill 3\nrun 6s\nstart 3\nrun 4s') },
  {
    rule: 'ring-id-anomaly',
    what: 'all disks are lost',
    culprits: [1],
    text: three(
      `${'kill 3\nrun 6s\nstart 3\nrun 3s\n'.repeat(2)}kill all\nrun 1s\nrestart 1 disk=lost\nrestart 2 disk=lost
run 4s`,
      'ringseq=100',
    ),
  },
  {
    rule: 'ring-id-anomaly',
    what: 'all start again with their disks',
    culprits: null,
    text: three(`${'kill 3\nrun 6s\nstart 3\nrun 3s\n'.repeat(2)}kill all\nrun 1s\nstart 1,2\nrun 4s`),
  },
];

/** One capture serves the cases that share it. */
const captures = new Map<string, ReturnType<typeof findingsIn>>();

function findingsIn(text: string) {
  return capture(text).opened.ingest.analysis().findings;
}

function findingsOf(text: string) {
  const known = captures.get(text) ?? findingsIn(text);
  captures.set(text, known);
  return known;
}

describe.each(['corosync-3', 'corosync-1'])('rules, on rings of %s', (dialect) => {
  const ids = (numbers: readonly number[]): readonly number[] =>
    dialect === 'corosync-1' ? numbers.map((number) => number * 2 ** 24 + 0x1a8c0) : numbers;

  it.each(CASES)('$rule: $what', ({ rule, culprits, text }) => {
    const token = dialect === 'corosync-1' ? '' : '';
    const findings = findingsOf(text.replace('token=', `dialect=${dialect} ${token}token=`));
    const its = findings.filter((finding) => finding.rule === rule);

    if (culprits === null) expect(its.map(({ says }) => says)).toEqual([]);
    else expect(its.map((finding) => finding.culprits)).toContainEqual(ids(culprits));
  });
});
