// Sender and receiver over a total order: what one node puts in, every member gets, whole and in one order, also across
// a change of the ring with a half-sent message (specs/totem.md 5.1.4).
import { expect, test } from 'vitest';
import type { Micros, TotemConfig, TotemEngine } from '../../../../protocol/totem/engine/contract.ts';
import { createReceiver } from '../../../../protocol/totempg/receiver.ts';
import { ENGINE_DIALECTS } from '../../../../protocol/totem/engine/wire/dialect.ts';
import { createSender } from '../../../../protocol/totempg/sender.ts';
import { createTotalOrder, type TotalOrder } from '../../../support/total-order.ts';

const NOW = 0 as Micros;
const NONE = new Uint8Array(0);

interface Member {
  readonly engine: TotemEngine;
  put(octet: number, length: number): void;
  /** The token visits; the messages that are delivered by it, as `sender:octet×length`. */
  visit(): readonly string[];
  setSynchronising(isSynchronising: boolean): void;
}

function member(order: TotalOrder, nodeid: number): Member {
  const packetMax = ENGINE_DIALECTS['corosync-3'].packetOctets(1500);
  const senders = { normal: createSender(packetMax), sync: createSender(packetMax) };
  const receiver = createReceiver();
  let current = senders.sync;
  const engine = order.createEngine({
    self: { nodeid, ip: null },
    dialect: 'corosync-3',
    config: {} as TotemConfig,
    lastRingSeq: 0n,
    seed: 1,
    takeOpenPacket: () => current.take(),
  });
  return {
    engine,
    put(octet, length) {
      const closed: Uint8Array[] = [];
      current.put(new Uint8Array(length).fill(octet), NONE, closed);
      for (const packet of closed) engine.step(NOW, { kind: 'submit', packet, guarantee: 'agreed' });
    },
    visit() {
      const effects = engine.step(NOW, { kind: 'datagrams', batch: order.visit(nodeid).batch });
      return effects.flatMap((effect) => {
        if (effect.kind === 'configuration' && effect.type === 'regular') this.setSynchronising(true);
        if (effect.kind !== 'deliver') return [];
        const { from, packet, littleEndian } = effect;
        const messages: string[] = [];
        const problem = receiver.receive(from, packet, littleEndian, false, (bytes, _view, at, end) => {
          expect(new Set(bytes.subarray(at, end)).size).toBe(1);
          messages.push(`${from}:${bytes[at]}×${end - at}`);
        });
        return problem === null ? messages : [...messages, problem];
      });
    },
    setSynchronising(isSynchronising) {
      receiver.setSynchronising(isSynchronising);
      current = isSynchronising ? senders.sync : senders.normal;
      if (!isSynchronising) engine.step(NOW, { kind: 'transitional-ack' });
    },
  };
}

test('in one order at all members, also where a ring changes in the middle of a message', () => {
  const order = createTotalOrder();
  const [one, two, three] = [1, 2, 3].map((nodeid) => member(order, nodeid)) as [Member, Member, Member];
  const all = [one, two, three];
  const got: string[][] = [[], [], []];
  const turn = (): void => all.forEach((node, i) => got[i]?.push(...node.visit()));
  order.form([1, 2]);
  order.form([3]);
  turn();
  all.forEach((node) => node.setSynchronising(false));

  one.put(7, 17 * 1400 + 50_000);
  two.put(8, 10);
  turn();
  order.form([1, 2, 3]);
  turn();
  one.put(9, 5);
  two.put(10, 3000);
  for (let i = 0; i < 3; i++) turn();
  all.forEach((node) => node.setSynchronising(false));
  for (let i = 0; i < 8; i++) turn();

  expect(got[0]).toEqual(['2:8×10', '1:9×5', '2:10×3000', '1:7×73800']);
  expect(got[1]).toEqual(got[0]);
  // The newcomer was not there when the message began.
  const late = 'the beginning of a message was not received';
  expect(got[2]?.filter((line) => line !== late)).toEqual(['1:9×5', '2:10×3000']);
});
