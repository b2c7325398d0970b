// Nodes that die, stand still, restart, leave: other victims, sizes, times, and two faults in one capture.
import { sleep } from '../../../../../main/node/lab/corosync/shell.ts';
import type { Scenario } from '../scenario.ts';
import { break_, kill, leave, load, must, pause, ring, start, told, wait, type Deed } from './steps.ts';

const OURS = 'ip protocol udp';

const stutter =
  (number: number, seconds: number, stopMs: number, goMs: number): Deed =>
  async ({ lab, node }) => {
    lab.tell(`stopped ${stopMs} of every ${stopMs + goMs} ms`, number);
    for (const until = performance.now() + seconds * 1000; performance.now() < until;) {
      node(number).pause();
      await sleep(stopMs);
      node(number).resume();
      await sleep(goMs);
    }
    lab.tell('runs freely', number);
  };

const lost = must('token-loss');

export const NODES_VARIED: readonly Scenario[] = [
  told({
    name: 'v-kill2of4',
    says: 'kill -9 of node 2 of four',
    nodes: 4,
    seenBy: [3, 4],
    expects: [lost, must('node-dead', [2])],
    deeds: [wait(1), kill(2), ring(1, 3, 4), wait(1.5)],
  }),
  told({
    name: 'v-kill4of4-load',
    says: 'kill -9 of the last of four, which sends',
    nodes: 4,
    seenBy: [1, 2],
    expects: [lost, must('node-dead', [4])],
    deeds: [wait(1), load(4, 80, 900, 20), load(2, 10, 200, 6), wait(1.7), kill(4), ring(1, 2, 3), wait(3)],
  }),
  told({
    name: 'v-killrep5-t3000',
    says: 'kill -9 of the representative of five, token 3000',
    nodes: 5,
    token: 3000,
    seenBy: [2, 4],
    expects: [lost, must('node-dead', [1])],
    deeds: [wait(2), kill(1), ring(2, 3, 4, 5), wait(4)],
  }),
  told({
    name: 'v-kill3-t10000',
    says: 'kill -9 of node 3 of three, token 10000',
    nodes: 3,
    token: 10_000,
    seenBy: [1, 2],
    expects: [lost, must('node-dead', [3])],
    deeds: [wait(6), kill(3), ring(1, 2), wait(6)],
  }),
  told({
    name: 'v-kill-early',
    says: 'kill -9 of node 2 of three as soon as the ring is there',
    nodes: 3,
    seenBy: [1],
    expects: [lost, must('node-dead', [2])],
    deeds: [kill(2), ring(1, 3), wait(2)],
  }),
  told({
    name: 'v-kill-at-end',
    says: 'kill -9 of node 2 of three; the capture ends while the others gather',
    nodes: 3,
    seenBy: [3],
    expects: [lost, must('node-dead', [2])],
    deeds: [wait(3), kill(2), wait(2.8)],
  }),
  told({
    name: 'v-kill-late-capture',
    says: 'the capture begins in a ring that turns; kill -9 of node 1 of three',
    nodes: 3,
    late: true,
    seenBy: [2],
    expects: [lost, must('node-dead', [1])],
    deeds: [wait(2), kill(1), ring(2, 3), wait(3)],
  }),
  told({
    name: 'v-kill-then-pause',
    says: 'kill -9 of node 5 of five; later node 2 is paused for 5 s',
    nodes: 5,
    seenBy: [1, 3],
    expects: [lost, must('node-dead', [5]), must('process-paused', [2])],
    deeds: [wait(1.5), kill(5), ring(1, 2, 3, 4), wait(3), pause(5000, 2), ring(1, 2, 3, 4), wait(3)],
  }),
  told({
    name: 'v-pause-then-kill',
    says: 'node 3 of three is paused for 3.5 s; later node 1 is killed',
    nodes: 3,
    seenBy: [2],
    expects: [lost, must('process-paused', [3]), must('node-dead', [1])],
    deeds: [wait(1.5), pause(3500, 3), ring(1, 2, 3), wait(4), kill(1), ring(2, 3), wait(2)],
  }),
  told({
    name: 'v-kill-two-apart',
    says: 'node 4 of five is killed, node 2 one second later, in the gathering',
    nodes: 5,
    seenBy: [1],
    expects: [lost, must('node-dead')],
    deeds: [wait(2), kill(4), wait(1), kill(2), ring(1, 3, 5), wait(2)],
  }),
  told({
    name: 'v-kill-leave',
    says: 'node 2 of four leaves cleanly, comes back; then node 3 is killed and comes back',
    nodes: 4,
    seenBy: [1, 4],
    expects: [lost, must('clean-leave', [2]), must('node-dead', [3])],
    deeds: [
      wait(1.5),
      leave(2),
      ring(1, 3, 4),
      wait(1),
      start(2),
      ring(1, 2, 3, 4),
      wait(2),
      kill(3),
      ring(1, 2, 4),
      start(3),
      ring(1, 2, 3, 4),
      wait(2),
    ],
  }),
  told({
    name: 'v-loss-then-kill',
    says: 'node 3 of four loses 6 % for 8 s; later node 1 is killed',
    nodes: 4,
    seenBy: [2, 3],
    expects: [lost, must('node-dead', [1]), must('packet-loss', [3])],
    may: ['token-retransmitted'],
    deeds: [
      wait(1),
      load(2, 30, 300, 9),
      load(3, 30, 300, 9),
      break_('loss in', 3, ({ host }) => host.dropIn(`${OURS} numgen random mod 1000 < 60`)),
      break_('loss out', 3, ({ host }) => host.dropOut(`${OURS} numgen random mod 1000 < 60`)),
      wait(8),
      ({ faults }) => {
        for (const fault of faults.splice(0)) fault.lift();
        return Promise.resolve();
      },
      wait(3),
      kill(1),
      ring(2, 3, 4),
      wait(2),
    ],
  }),
  told({
    name: 'v-pause-rep-short',
    says: 'the representative of four stands still twice for 1.1 s',
    nodes: 4,
    seenBy: [1, 3],
    expects: [must('process-paused', [1])],
    may: ['token-retransmitted'],
    deeds: [wait(2), pause(1100, 1), wait(2.3), pause(1100, 1), wait(3)],
  }),
  told({
    name: 'v-pause-slowring',
    says: 'node 2 of three stands still for 4 s, token 5000: the ring waits',
    nodes: 3,
    token: 5000,
    seenBy: [1, 2],
    expects: [must('process-paused', [2])],
    // knet gives up the link first, and the token that comes on it at last.
    may: ['token-retransmitted', 'token-loss'],
    deeds: [wait(4), pause(4000, 2), wait(8)],
  }),
  told({
    name: 'v-pause-two',
    says: 'nodes 2 and 4 of five stand still together for 6 s',
    nodes: 5,
    seenBy: [1, 3],
    expects: [lost, must('process-paused', [2, 4])],
    deeds: [wait(2), pause(6000, 2, 4), ring(1, 2, 3, 4, 5), wait(3)],
  }),
  told({
    name: 'v-pause-all',
    says: 'all three nodes stand still for 4 s, as when their hypervisor does',
    nodes: 3,
    seenBy: [1],
    expects: [],
    may: ['token-loss', 'process-paused', 'link-down'],
    deeds: [wait(2), pause(4000, 1, 2, 3), ring(1, 2, 3), wait(3)],
  }),
  told({
    name: 'v-pause-to-end',
    says: 'node 3 of four stands still for 12 s, past the ring of the others',
    nodes: 4,
    seenBy: [2, 4],
    expects: [lost, must('process-paused', [3])],
    deeds: [wait(2), pause(12_000, 3), ring(1, 2, 3, 4), wait(3)],
  }),
  told({
    name: 'v-pause-load',
    says: 'node 1 of three stands still for 2.7 s while all send',
    nodes: 3,
    seenBy: [2],
    expects: [lost, must('process-paused', [1])],
    deeds: [
      wait(1),
      load(1, 50, 700, 10),
      load(2, 50, 700, 10),
      load(3, 50, 700, 10),
      wait(1.5),
      pause(2700, 1),
      ring(1, 2, 3),
      wait(6),
    ],
  }),
  told({
    name: 'v-restart-rep',
    says: 'kill -9 of the representative of three, started again 0.3 s later',
    nodes: 3,
    seenBy: [2],
    expects: [must('node-dead', [1])],
    may: ['token-loss', 'token-retransmitted', 'ring-id-anomaly'],
    deeds: [wait(2), kill(1), wait(0.3), start(1), wait(6), ring(1, 2, 3), wait(2)],
  }),
  told({
    name: 'v-slow3of4',
    says: 'node 3 of four runs 5 of every 60 ms while node 2 sends',
    nodes: 4,
    seenBy: [1],
    expects: [must('slow-node', [3])],
    may: ['token-retransmitted'],
    deeds: [wait(1), load(2, 40, 150, 10), wait(1), stutter(3, 8, 55, 5), wait(2)],
  }),
  told({
    name: 'v-flap-rep',
    says: 'the representative of three is killed and started again three times',
    nodes: 3,
    seenBy: [3],
    expects: [lost, must('node-dead', [1]), must('flapping-member', [1])],
    deeds: [wait(1), ...[1, 2, 3].flatMap(() => [kill(1), ring(2, 3), start(1), ring(1, 2, 3), wait(0.7)]), wait(1)],
  }),
];
