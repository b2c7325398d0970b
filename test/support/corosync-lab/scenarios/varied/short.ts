// Networks that fail for so short a time that no ring is formed without the node that was cut off, beside a pause that
// looks alike; and five nodes over knet.
import type { Scenario } from '../scenario.ts';
import { break_, cutTrunk, load, mend, must, pause, ring, told, wait, type Deed } from './steps.ts';

const lost = must('token-loss');
const isModern = ({ generation }: { readonly generation: number }): boolean => generation > 1;

const pulled = (number: number): Deed => break_('cable pulled', number, ({ host }) => host.cablePull());
const dropped = (number: number): readonly Deed[] => [
  break_('drops all in', number, ({ host }) => host.dropIn('meta protocol ip', 'port')),
  break_('drops all out', number, ({ host }) => host.dropOut('meta protocol ip')),
];
const down = (number: number): Deed => break_('interface down', number, ({ host }) => host.interfaceDown());

/** Back before the token timeout: the ring waits, nothing more. */
function blip(name: string, how: readonly Deed[], seconds: number, count = 3): Scenario {
  return told({
    name,
    says: `a node of ${count} is cut off for ${seconds} s, which is less than the token timeout`,
    nodes: count,
    fits: isModern,
    seenBy: [1, 2],
    expects: [],
    may: ['token-retransmitted', 'packet-loss', 'link-down', 'partition'],
    deeds: [wait(2), ...how, wait(seconds), mend, wait(3)],
  });
}

/** The token is lost, and the node is back before the others go on without it. */
function gap(name: string, how: readonly Deed[], seconds: number, victim: number, count = 3): Scenario {
  return told({
    name,
    says: `node ${victim} of ${count} is cut off for ${seconds} s, between token timeout and consensus`,
    nodes: count,
    fits: isModern,
    seenBy: [1, 2],
    expects: [lost, must('partition', [victim])],
    may: ['link-down', 'interface-down'],
    deeds: [wait(2), ...how, wait(seconds), mend, wait(4)],
  });
}

export const SHORT_CUTS: readonly Scenario[] = [
  blip('v-blip-cable', [pulled(3)], 0.7),
  blip('v-blip-cable-load', [load(1, 30, 300, 6), load(2, 30, 300, 6), wait(0.5), pulled(2)], 0.7),
  blip('v-blip-drop', dropped(2), 0.9),
  blip('v-blip-ifdown', [down(3)], 0.7),
  gap('v-gap-cable', [pulled(2)], 2.3, 2),
  gap('v-gap-cable4', [pulled(4)], 2.8, 4, 4),
  gap('v-gap-drop', dropped(3), 2.4, 3),
  gap('v-gap-rep', dropped(1), 2.6, 1),
  gap('v-gap-ifdown', [down(2)], 2.4, 2),
  told({
    name: 'v-gap-pause',
    says: 'node 2 of three stands still for 2.4 s: as long as the cuts beside it',
    nodes: 3,
    fits: isModern,
    seenBy: [1, 2],
    expects: [lost, must('process-paused', [2])],
    deeds: [wait(2), pause(2400, 2), wait(4)],
  }),
  told({
    name: 'v-gap-pause-twice',
    says: 'node 3 of four stands still for 2.7 s, then node 2 for 3.2 s',
    nodes: 4,
    fits: isModern,
    seenBy: [1],
    expects: [lost, must('process-paused')],
    deeds: [wait(2), pause(2700, 3), wait(4), pause(3200, 2), wait(4)],
  }),
  told({
    name: 'v-part12-345',
    says: 'the trunk between 1, 2 and 3, 4, 5 is down for some 7 s, under load',
    nodes: 5,
    plugs: { 3: ['B'], 4: ['B'], 5: ['B'] },
    seenBy: [1, 5],
    expects: [lost, must('partition', [1, 2]), must('merge')],
    deeds: [
      wait(1),
      load(1, 15, 300, 14),
      load(5, 15, 300, 14),
      wait(0.5),
      cutTrunk,
      ring(1, 2),
      ring(3, 4, 5),
      wait(2.4),
      mend,
      ring(1, 2, 3, 4, 5),
      wait(3),
    ],
  }),
];
