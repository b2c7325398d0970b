// Pings of knet that get no pong: on whose link frames are lost, and what is no loss of single frames.
import { describe, expect, it } from 'vitest';
import { pingLossOf, type PingLoss } from '../../../../../app/analysis/findings/loss/ping-loss.ts';
import type { FindingContext } from '../../../../../app/analysis/findings/engine/rule.ts';
import { KnetLinks } from '../../../../../app/analysis/traffic/senders/knet-links.ts';
import type { IndexedMessage } from '../../../../../app/store/indexed-message.ts';
import { PacketKind } from '../../../../../app/store/kinds.ts';

const PERIOD_NS = 0.4e9;
const ROUNDS = 40;
const [PING, PONG] = [0x81, 0x82];

type Fate = 'answered' | 'lost' | 'ping not captured' | 'answered when it goes on';
/** What becomes of the ping of one node to another in a round. */
type Fates = (from: number, to: number, round: number) => Fate;

function packet(type: number, src: number, dst: number, sentNs: number, timeNs: number, row: number): IndexedMessage {
  const bytes = new Uint8Array(26);
  const view = new DataView(bytes.buffer);
  bytes[1] = type;
  view.setUint32(7, Math.floor(sentNs / 1e9), true);
  view.setUint32(15, sentNs % 1e9, true);
  return { kind: PacketKind.KNET, bytes, at: 0, end: 26, src, dst, timeNs, row } as unknown as IndexedMessage;
}

/** Three nodes that ping each other, as a capture of their switch shows it. */
function pinged(fates: Fates, goesOnNs = 0): PingLoss | null {
  const links = new KnetLinks();
  const packets: IndexedMessage[] = [];
  for (let round = 0; round < ROUNDS; round++)
    for (const from of [1, 2, 3])
      for (const to of [1, 2, 3].filter((node) => node !== from)) {
        const sentNs = round * PERIOD_NS + from * 1e6 + to * 1e3;
        const fate = fates(from, to, round);
        const backNs = fate === 'answered when it goes on' ? goesOnNs + round * 1e3 + from : sentNs + 2e5;
        if (fate !== 'ping not captured') packets.push(packet(PING, from, to, sentNs, sentNs, 0));
        if (fate !== 'lost') packets.push(packet(PONG, to, from, sentNs, backNs, 0));
      }
  packets.sort((a, b) => a.timeNs - b.timeNs);
  for (const [row, m] of packets.entries()) links.ingest({ ...m, row });
  return pingLossOf({ links, addresses: { nodeAt: (address: number) => address } } as unknown as FindingContext);
}

describe('pings without a pong', () => {
  it('tell the node at whose end of all its ways frames are lost', () => {
    const loss = pinged((_, to, round) => (to === 2 && (round % 5 === 3 || round === 20) ? 'lost' : 'answered'));
    expect(loss).toMatchObject({ node: 2, link: 0, lost: 18 });
  });

  it('name nobody where all ways lose some', () => {
    const loss = pinged((from, to, round) => ((round + from * 3 + to * 7) % 11 === 4 ? 'lost' : 'answered'));
    expect(loss?.moments).toBeGreaterThan(5);
    expect(loss?.node).toBeNull();
  });

  it('are a link that was down, where all ways to a node lose a row of them at once', () => {
    const loss = pinged((_, to, round) => (to === 2 && round >= 10 && round < 15 ? 'lost' : 'answered'));
    expect(loss?.moments).toBe(0);
  });

  it('are nothing of the kind where a process that stood still answers them later', () => {
    const stood = pinged(
      (_, to, round) => (to === 2 && round >= 10 && round < 18 ? 'answered when it goes on' : 'answered'),
      18 * PERIOD_NS - 1e6,
    );
    expect(stood).toBeNull();
  });

  it('count for nothing where the capture lacks as many pings', () => {
    const loss = pinged((_, to, round) => {
      if (to !== 2 || round < 3) return 'answered';
      return round % 6 === 0 ? 'lost' : round % 6 === 3 ? 'ping not captured' : 'answered';
    });
    expect(loss).toBeNull();
  });
});
