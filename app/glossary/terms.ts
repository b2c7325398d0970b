// The words of the field as this program uses them: each in one line for a tooltip, and at more length for the
// glossary. Where a word is also a field on the wire, the spelling is Corosync's.

import { STORE } from './store-terms.ts';

export interface Term {
  readonly word: string;
  /** Other spellings that mean the same: plurals, forms, the field's name. */
  readonly also: readonly string[];
  readonly group: TermGroup;
  readonly says: string;
  readonly more: string;
}

export const TERM_GROUPS = ['Ring and token', 'Order', 'Membership', 'Capture', 'Carried', 'Store'] as const;
export type TermGroup = (typeof TERM_GROUPS)[number];

export type Entry = readonly [word: string, also: readonly string[], says: string, more: string];

const RING: readonly Entry[] = [
  [
    'node',
    ['nodes', 'nodeid'],
    'A member process of the cluster, named by its node id.',
    'One Corosync daemon on one machine. Corosync 1 and 2 make the id from the IPv4 address where none is ' +
      'configured, which gives numbers like 1862379712; Corosync 3 has small ids from its nodelist.',
  ],
  [
    'ring',
    ['rings'],
    'The nodes that pass one token round, in a fixed order.',
    'A ring is formed by the membership protocol and lives until a node is lost, leaves, joins, or two ' +
      'rings meet; then the next one is formed. The order is that of the commit token that formed it.',
  ],
  [
    'ring id',
    ['ring_id', 'ring ids'],
    'Names a ring: its representative and a number that only grows.',
    'Written REP:SEQ. The number grows by four with every attempt, and is stored on disk before it is ' +
      'used, so that no two rings ever have the same id.',
  ],
  [
    'representative',
    ['rep'],
    'The lowest node of the ring: it makes the token, and holds it while nothing is to be said.',
    'Lowest by node id in Corosync 3, by address in 1 and 2. Times of a rotation are measured where the ' +
      'representative passes the token on.',
  ],
  [
    'token',
    ['tokens', 'orf_token'],
    'Goes round the ring; only its holder may multicast. It carries order, reliability and flow control.',
    'A small unicast from each node to the next. It says the highest sequence number given so far, up to ' +
      'which everybody has everything, what must be sent again, and how much was sent in the last rotation.',
  ],
  [
    'token_seq',
    [],
    'Counts token passes: tells a copy of a token from a new one.',
    'Grows by one with every hop. A token with a token_seq that was seen before is a copy, sent because ' +
      'the sender heard nothing of its successor for a while.',
  ],
  [
    'rotation',
    ['rotations'],
    'The token leaving a node and coming back to it.',
    'Under load a rotation takes as long as its hops and what is sent in them, often well below a ' +
      'millisecond. On an idle ring the representative holds the token, so that a rotation lasts some 0.2 ' +
      'to 0.3 s.',
  ],
  [
    'hop',
    ['hops'],
    'The token passing from one node to its successor.',
    'The time of a hop holds both the work of the node and the delay of the wire.',
  ],
  [
    'token hold',
    ['hold', 'held'],
    'On an idle ring the representative keeps the token for a while instead of passing it on at once.',
    'It spares processors and the network. Whoever has something to say asks for the token with a hold cancel.',
  ],
  [
    'hold cancel',
    ['token_hold_cancel'],
    'A multicast that asks the representative to let the held token go.',
    'Sent by a node with something to say while the ring is idle.',
  ],
  [
    'token copy',
    ['copy of an earlier token', 'token copies', 'token retransmit'],
    'The same token sent again, since nothing was heard from the successor.',
    'A node sends the token again every so often (token timeout / 4.2) until it sees that its successor ' +
      'has it. Copies that nobody passes on show where the token stopped.',
  ],
  [
    'token loss',
    ['token lost', 'token was lost', 'lost the token', 'token-loss'],
    'A node had no token for the whole token timeout: it declares it lost and gathers.',
    'The node at which the token stopped is the receiver of the token with the highest token_seq; those ' +
      'who declare the loss are the others.',
  ],
  [
    'token timeout',
    ['token timer', 'silent wait'],
    'How long a node waits for the token before it declares it lost.',
    'In corosync.conf: token, 1000 ms before 3.1 and 3000 ms since, plus token_coefficient for each node beyond two.',
  ],
];

const ORDER: readonly Entry[] = [
  [
    'mcast',
    ['multicast', 'multicasts', 'mcasts'],
    'A multicast with its place in the total order.',
    'Sent by the holder of the token to all nodes, with the next free sequence number. Its octets are a ' +
      'totempg packet: messages, or parts of them.',
  ],
  [
    'seq',
    ['sequence number', 'sequence numbers'],
    "A multicast's place in the total order of its ring; on the token, the highest place given.",
    'Everybody delivers in the order of seq. Numbers start anew with every ring.',
  ],
  [
    'aru',
    ['all received up to', 'all-received-up-to'],
    'All received up to: every member has all multicasts up to this number.',
    'A node that lacks something lowers the aru on the token to what it has itself, and puts its name ' +
      'into aru_addr. 4294967295 stands on the first token of a ring.',
  ],
  ['aru_addr', [], 'The node that lowered aru; 0 for none.', 'It is the one that lags behind.'],
  [
    'rtr list',
    ['rtr_list', 'retransmission request', 'retransmission requests', 'request', 'requests'],
    'Sequence numbers on the token that somebody lacks and asks for.',
    'Each node adds what it lacks and serves what it has. The node whose outgoing token has more entries ' +
      'than its incoming one is the one that missed something.',
  ],
  [
    'retransmission',
    ['retransmissions', 'retransmitted'],
    'A multicast sent again for a node that lacks it.',
    'Any member that has it may send it, so that the sender of the packet need not be the one that wrote it.',
  ],
  [
    'backlog',
    [],
    'Messages that wait on all members together, as of the last rotation.',
    'Together with fcc it lets each node compute how much of the window is its own.',
  ],
  [
    'fcc',
    ['flow control count'],
    'Flow control count: multicasts sent in the last rotation.',
    'It may not exceed the window (window_size, 50 by default); each node sends at most max_messages (17) ' +
      'in one visit.',
  ],
  [
    'window',
    ['window_size'],
    'How many multicasts may be sent in one rotation by all nodes together.',
    'In corosync.conf: window_size. Too large a window overruns the receive buffers of slow nodes.',
  ],
  [
    'agreed',
    ['agreed delivery'],
    'Delivery in total order, once everything before is there.',
    'A node delivers a multicast as soon as it has all with lower numbers.',
  ],
  [
    'safe',
    ['safe delivery'],
    'Delivery once it is known that every member has the message.',
    'Takes a rotation longer than agreed delivery: the aru must have gone round.',
  ],
];

const MEMBERSHIP: readonly Entry[] = [
  [
    'operational',
    [],
    'The state in which the ring is whole and the token turns.',
    'A node becomes operational while it passes a token on, once all members have what was left of their old rings.',
  ],
  [
    'gather',
    ['gathering', 'gathers'],
    'The state in which a node looks for those to form a ring with: it sends joins.',
    'Left by consensus, or with the nodes that did not answer in the failed list. Corosync logs it with a ' +
      'number for its cause, 0 to 15.',
  ],
  [
    'commit',
    ['committing'],
    'The state in which the commit token goes round the ring that is forming.',
    'On its first rotation every member fills in what it brings from its old ring, on the second all learn it.',
  ],
  [
    'recovery',
    [],
    'The state in which members exchange the messages of their old ring.',
    'Old messages travel inside new multicasts (encapsulated). The ring becomes operational once nobody lacks any.',
  ],
  [
    'join message',
    ['join', 'joins', 'memb_join', 'join messages'],
    'Membership negotiation: whom the sender wants in the ring, and whom it gave up.',
    'A multicast with proc_list and failed_list, sent every 50 ms while gathering. A join with node id 0 is a leave.',
  ],
  ['proc_list', ['proc list'], 'The nodes that the sender wants in the ring.', 'It only grows while a node gathers.'],
  [
    'failed_list',
    ['failed list', 'gave up', 'given up'],
    'The nodes that the sender gave up.',
    'Filled when consensus does not come in time: those who did not answer are left behind.',
  ],
  [
    'consensus',
    ['consensus timeout'],
    'All that are wanted and not given up want the same: the ring can be formed.',
    'Where it does not come within the consensus timeout (1.2 × token), those who are missing are put ' +
      'into the failed list and the negotiation starts over.',
  ],
  [
    'commit token',
    ['memb_commit_token', 'commit tokens'],
    'Goes twice round the ring that is being formed.',
    'Made by the representative once it sees consensus. It lists the members in ring order, and for each ' +
      'what it had received of its old ring.',
  ],
  ['memb_index', [], 'How many entries of a commit token are filled.', 'The first rotation fills them one by one.'],
  [
    'merge detect',
    ['memb_merge_detect'],
    'Lets other rings find this one.',
    'Multicast by the representative of an idle ring. A node that hears one of a ring that is not its own gathers.',
  ],
  [
    'merge',
    ['merged', 'merges'],
    'Two rings become one.',
    'After a partition heals, one ring hears the other, both gather, and a common ring is formed.',
  ],
  [
    'partition',
    ['partitioned'],
    'The network fell apart: each part forms a ring of its own.',
    'Both rings work on. Which one may go on with its services is decided by quorum.',
  ],
  [
    'leave',
    ['leaves', 'clean leave'],
    'A node says goodbye before it stops.',
    'A join that lists the sender as failed. The others form a ring without it in about a millisecond, ' +
      'instead of waiting for two timeouts.',
  ],
  [
    'regular configuration',
    ['configuration'],
    'The members of a ring as the application is told.',
    'Between two of them comes a transitional configuration.',
  ],
  [
    'transitional configuration',
    [],
    'Those who go from the old ring into the new one together.',
    'What is still delivered of the old ring is delivered in it: extended virtual synchrony.',
  ],
  [
    'high_delivered',
    ['high delivered'],
    'What a member had delivered of its old ring, as the commit token says.',
    'Recovery starts at the lowest of them.',
  ],
  [
    'received_flg',
    [],
    '1 where a member lacks nothing of its old ring.',
    'Where all have it, there is nothing to recover.',
  ],
  [
    'encapsulated',
    ['recovered'],
    'Recovery: a multicast of the old ring inside one of the new.',
    'The inner one keeps its own ring id and seq.',
  ],
];

const CAPTURE: readonly Entry[] = [
  ['frame', ['frames'], 'What was captured at once on the link, numbered from 1.', 'The number is that of Wireshark.'],
  [
    'knet',
    ['kronosnet'],
    'The transport of Corosync 3: several links, encryption, fragments.',
    'It pings its links, finds the path MTU, cuts large messages into fragments, and joins them at the other end.',
  ],
  [
    'udpu',
    [],
    'The transport that sends each multicast to every member by unicast.',
    'A capture holds one copy per member; such copies count as one transmission.',
  ],
  [
    'fragment',
    ['fragments'],
    'A part of a datagram or message that another packet completes.',
    'IP cuts datagrams above the MTU, knet cuts messages, totempg cuts what does not fit one multicast.',
  ],
  [
    'authkey',
    ['key', 'keys'],
    "The cluster's secret: /etc/corosync/authkey, the same on every node.",
    'Corosync 1 and 2 use 128 octets, Corosync 3 takes 128 to 4096. Here it stays in memory until the ' +
      'capture is closed.',
  ],
  [
    'authentic',
    ['authenticates'],
    'The hash of the packet fits the key.',
    'Packets of one node that do not fit while others do: that node has another key, cipher or hash.',
  ],
  [
    'finding',
    ['findings'],
    'A conclusion with its evidence.',
    'A failure broke the ring or a service, a warning will, an info is worth knowing.',
  ],
  [
    'fault',
    ['faults'],
    'What a person injected in the lab; never confused with a finding.',
    'It is drawn neutral, with a pin.',
  ],
];

const CARRIED: readonly Entry[] = [
  [
    'totempg',
    [],
    'Packs messages into multicasts, and cuts those that are too large.',
    'A packet lists the lengths of its pieces; continuation says that the first goes on from an earlier packet.',
  ],
  [
    'CPG',
    ['closed process group'],
    'Closed process groups: programs that talk to each other in the total order.',
    'A message names its group, and the process by node id and pid.',
  ],
  [
    'SYNC',
    ['barrier'],
    'The services of the members agree on their state after a new ring.',
    'Every member sends a barrier for each service; who owes one holds up all.',
  ],
  [
    'VOTEQUORUM',
    ['quorum'],
    'Counts votes: tells which part of a partitioned cluster may go on.',
    'A part with more than half of the votes has quorum.',
  ],
];

const of = (group: TermGroup, entries: readonly Entry[]): readonly Term[] =>
  entries.map(([word, also, says, more]) => ({ word, also, group, says, more }));

export const TERMS: readonly Term[] = [
  ...of('Ring and token', RING),
  ...of('Order', ORDER),
  ...of('Membership', MEMBERSHIP),
  ...of('Capture', CAPTURE),
  ...of('Carried', CARRIED),
  ...of('Store', STORE),
];
