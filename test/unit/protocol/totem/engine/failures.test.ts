// What a ring does when something fails: the timelines of specs/totem.md and of real captures.
import { describe, expect, it } from 'vitest';
import { COROSYNC_1, COROSYNC_3 } from '../../../../../protocol/totem/dialect.ts';
import { PacketKind } from '../../../../../app/store/kinds.ts';
import { capturedTotem } from '../../../../support/totem/captured.ts';
import { messageOf, TotemRing } from '../../../../support/totem/ring.ts';

const THREE = [1, 2, 3];
const operational = (options: Partial<ConstructorParameters<typeof TotemRing>[0]> = {}): TotemRing =>
  new TotemRing({ nodes: THREE, settings: { token: 1000 }, ...options }).start().runUntil(2000);

/** A message of a failover, in ms, from whichever wire. */
interface Event {
  readonly at: number;
  readonly kind: number;
  readonly from: string;
  readonly to: string;
  readonly bytes: Uint8Array;
}

/** From the moment of a kill: when the survivors begin to gather, agree, and turn again; how often they repeat. */
function failover(events: readonly Event[], killedAt: number, tokenSeqAt: number) {
  const after = events.filter(({ at }) => at > killedAt);
  const tokenSeq = ({ bytes }: Event): number =>
    new DataView(bytes.buffer, bytes.byteOffset).getUint32(tokenSeqAt, true);
  const joins = after.filter(({ kind }) => kind === PacketKind.MEMB_JOIN);
  const [first] = joins;
  const commit = after.find(({ kind }) => kind === PacketKind.MEMB_COMMIT_TOKEN);
  if (first === undefined || commit === undefined) throw new Error('there was no failover');
  const before = events.filter(({ at, kind }) => kind === PacketKind.ORF_TOKEN && at < first.at);
  const fresh = before.filter((event, i) => before.findIndex((other) => tokenSeq(other) === tokenSeq(event)) === i);
  const lastToFirst = fresh.filter(({ to }) => to === first.from).at(-1);
  const copies = before.filter(({ from }) => from === first.from).slice(-4);
  const gaps = joins.filter(({ from }) => from === first.from).map(({ at }) => at);
  return {
    detection: first.at - (lastToFirst?.at ?? 0),
    consensus: commit.at - first.at,
    joinEvery: (gaps[10] ?? 0) / 9 - (gaps[1] ?? 0) / 9,
    copyEvery: ((copies[3]?.at ?? 0) - (copies[0]?.at ?? 0)) / 3,
  };
}

const eventsOf = (ring: TotemRing): Event[] =>
  ring.wire.map(({ at, from, to, bytes }) => ({
    at: at / 1000,
    kind: bytes[(ring.dialect === 'corosync-1' ? COROSYNC_1 : COROSYNC_3).at.type] ?? 99,
    from: String(from),
    to: String(to),
    bytes,
  }));

describe('a node that is killed', () => {
  it('is replaced by a ring of the others after token and 1.2 · token, as in c31-udp-kill9', () => {
    const real = capturedTotem('c31-udp-kill9', 'brA.pcap').map((m) => ({
      ...m,
      at: m.at / 1000,
      from: m.src,
      to: m.dst,
    }));
    const ring = operational();
    ring.kill(3);
    ring.runFor(5000);

    const ours = failover(eventsOf(ring), 2000, COROSYNC_3.at.token.tokenSeq);
    const theirs = failover(real, 4284, COROSYNC_3.at.token.tokenSeq);

    expect(ours).toMatchObject({
      detection: expect.closeTo(1650, 0) as number,
      consensus: expect.closeTo(1980, 0) as number,
      joinEvery: 50,
    });
    for (const name of ['detection', 'consensus', 'joinEvery', 'copyEvery'] as const)
      expect(Math.abs(ours[name] / theirs[name] - 1)).toBeLessThan(0.05);
    expect(ring.members(1)).toEqual([1, 2]);
    expect(ring.gathers(1).slice(-2)).toEqual([2, 0]);
    expect(ring.configurations(2, 'transitional').at(-1)).toMatchObject({
      members: [{ nodeid: 1 }, { nodeid: 2 }],
      left: [{ nodeid: 3 }],
    });
  });

  it('takes as long in a ring of 1.4 as in 03-corosync-kill9', () => {
    const real = capturedTotem('03-corosync-kill9', 'bridge.pcap').map((m) => ({
      ...m,
      at: m.at / 1000,
      from: m.src,
      to: m.dst,
    }));
    const ring = operational({ dialect: 'corosync-1', settings: {} });
    ring.kill(3);
    ring.runFor(4000);

    const ours = failover(eventsOf(ring), 2000, COROSYNC_1.at.token.tokenSeq);
    const theirs = failover(real, 3181, COROSYNC_1.at.token.tokenSeq);

    expect(ours).toMatchObject({
      detection: expect.closeTo(1000, 0) as number,
      consensus: expect.closeTo(1200, 0) as number,
    });
    for (const name of ['detection', 'consensus', 'copyEvery'] as const)
      expect(Math.abs(ours[name] / theirs[name] - 1)).toBeLessThan(0.05);
    expect(ring.members(1)).toEqual([1, 2]);
  });

  it('hands its office on where it was the representative, and comes back with a later ring id (E4, E10)', () => {
    const ring = operational();
    ring.kill(1);
    ring.runFor(4500);
    expect(ring.configurations(2, 'regular').at(-1)).toMatchObject({ ringId: { rep: 2 }, members: [{}, {}] });

    ring.restart(1);
    ring.runFor(1000);

    const seqs = ring.configurations(1, 'regular').map(({ ringId }) => ringId.seq);
    expect(ring.members(3)).toEqual(THREE);
    expect([...seqs].sort((a, b) => Number(a - b))).toEqual(seqs);
    expect(new Set(seqs).size).toBe(seqs.length);
  });
});

describe('a node that leaves', () => {
  it('is gone in a few ms, without token loss (2.10)', () => {
    const ring = operational();
    ring.step(2, { kind: 'leave' });
    ring.kill(2);
    ring.runFor(5);

    expect(ring.members(1)).toEqual([1, 3]);
    expect(ring.gathers(1).at(-1)).toBe(11);
    expect(ring.engine(1).inspect().counters).toMatchObject({ operational_token_lost: 0, consensus_timeouts: 0 });
  });
});

describe('a network that is cut and joined', () => {
  it('makes two rings, then one, with what each side had in common (2.10, E5)', () => {
    const ring = new TotemRing({ nodes: [1, 2, 3, 4, 5], settings: { token: 1000, tokenCoefficient: 0 } });
    ring.start().runUntil(1000);
    ring.isLinked = (from, to) => from < 3 === to < 3;
    ring.runFor(5000);
    expect([1, 2, 3, 4, 5].map((node) => ring.members(node))).toEqual([
      [1, 2],
      [1, 2],
      [3, 4, 5],
      [3, 4, 5],
      [3, 4, 5],
    ]);

    ring.isLinked = () => true;
    ring.runFor(500);

    expect(ring.members(4)).toEqual([1, 2, 3, 4, 5]);
    expect(ring.configurations(4).slice(-2)).toMatchObject([
      { type: 'transitional', members: [{ nodeid: 3 }, { nodeid: 4 }, { nodeid: 5 }], left: [], joined: [] },
      { type: 'regular', joined: [{ nodeid: 1 }, { nodeid: 2 }] },
    ]);
    // One ring more, not several.
    expect(
      ring
        .configurations(1, 'regular')
        .slice(-2)
        .map(({ members }) => members.length),
    ).toEqual([2, 5]);
  });
});

describe('a node that lost messages when the ring changes', () => {
  it('gets them by recovery, in order and once, before the new ring (appendix C, E6)', () => {
    const ring = operational();
    for (const node of THREE) ring.step(node, { kind: 'transitional-ack' });
    ring.isLost = (message, _from, to) => message.type === 'mcast' && message.header.encapsulated === 2 && to === 3;
    for (let i = 0; i < 6; i++) ring.step(2, { kind: 'submit', packet: Uint8Array.of(i), guarantee: 'agreed' });
    ring.runFor(1);
    expect(ring.deliveries(3)).toEqual([]);

    ring.step(3, { kind: 'interface', up: true });
    ring.runFor(100);

    const packets = (node: number) => ring.deliveries(node).map(({ seq, packet }) => `${seq}: ${packet.join()}`);
    const copies = ring.messages('mcast').filter(({ message }) => message.header.encapsulated === 1);
    expect(packets(3)).toEqual(packets(1));
    expect(packets(3)).toHaveLength(6);
    expect(new Set(copies.map(({ from }) => from))).toEqual(new Set([1, 2]));
    const kinds = ring.told.flatMap(({ node, effect }) =>
      node === 3 && (effect.kind === 'deliver' || effect.kind === 'configuration') ? [effect.kind] : [],
    );
    expect(kinds.slice(-8)).toEqual([...Array<string>(6).fill('deliver'), 'configuration', 'configuration']);
    expect(ring.engine(3).inspect().ringId).toEqual(ring.engine(1).inspect().ringId);
  });

  it('numbers application messages on behind the recovery messages (8.36)', () => {
    const ring = operational();
    for (const node of THREE) ring.step(node, { kind: 'transitional-ack' });
    ring.isLost = (message, _from, to) => message.type === 'mcast' && message.header.encapsulated === 2 && to === 3;
    for (let i = 0; i < 6; i++) ring.step(2, { kind: 'submit', packet: Uint8Array.of(i), guarantee: 'agreed' });
    ring.runFor(1);
    ring.step(3, { kind: 'interface', up: true });
    ring.runFor(100);
    ring.isLost = () => false;
    const recovered = ring.engine(1).inspect().highDelivered;
    expect(recovered).toBe(12);

    ring.step(1, { kind: 'submit', packet: Uint8Array.of(99), guarantee: 'agreed' });
    ring.runFor(100);

    expect(ring.deliveries(3).at(-1)).toMatchObject({ seq: 13, from: 1 });
  });
});

describe('a message that one node lost', () => {
  it('is sent again by the next that has it, octet by octet as its originator sent it (8.28)', () => {
    const ring = operational();
    for (const node of THREE) ring.step(node, { kind: 'transitional-ack' });
    let lost = 0;
    ring.isLost = (message, _from, to) => message.type === 'mcast' && to === 1 && lost++ === 0;

    ring.step(3, { kind: 'submit', packet: Uint8Array.of(1, 2, 3), guarantee: 'agreed' });
    ring.runFor(50);

    const [original, again, ...more] = ring.messages('mcast');
    expect(original).toMatchObject({ from: 3 });
    expect(again).toMatchObject({ from: 2, message: { header: { nodeid: 3 } } });
    expect(again?.bytes).toEqual(original?.bytes);
    expect(more).toEqual([]);
    expect(ring.deliveries(1).map(({ packet }) => [...packet])).toEqual([[1, 2, 3]]);
  });
});

describe('a node that does not receive multicasts', () => {
  it('finds itself unable to receive, leaves the ring to the others, and stands alone (2.4 1a, 2.10)', () => {
    const ring = operational({ settings: { token: 1000, failRecvConst: 50 } });
    for (const node of THREE) ring.step(node, { kind: 'transitional-ack' });
    ring.isLost = (message, _from, to) => message.type === 'mcast' && to === 2;

    ring.step(1, { kind: 'submit', packet: Uint8Array.of(1), guarantee: 'agreed' });
    ring.runFor(10_000);

    expect(ring.notes('failed-to-receive', 2).length).toBeGreaterThan(0);
    expect(ring.gathers(2)).toContain(6);
    const regular = (node: number) =>
      ring.configurations(node, 'regular').map(({ members }) => members.map((m) => m.nodeid));
    expect(regular(1)).toContainEqual([1, 3]);
    expect(regular(2)).toContainEqual([2]);
  });
});

describe('a process that stood still', () => {
  it('throws away what had piled up, and is back in the ring of the same members soon (2.3, c31-udp-sigstop3s)', () => {
    const ring = operational();
    ring.pause(2);
    ring.runFor(3000);
    ring.resume(2);
    const before = ring.configurations(1, 'regular').length;
    ring.runFor(200);

    expect(ring.notes('pause-detected', 2)).toMatchObject([{ forMs: expect.closeTo(3000, -3) as number }]);
    expect(ring.members(1)).toEqual(THREE);
    expect(
      ring
        .configurations(1, 'regular')
        .slice(before)
        .map(({ members }) => members.length),
    ).toEqual([3]);
  });
});

describe('a token that one link loses for a while', () => {
  it('is sent again after token_retransmit, and nobody leaves the ring (3.5)', () => {
    const ring = operational();
    let lost = 0;
    ring.isLost = (message, from) => message.type === 'orf_token' && from === 2 && lost++ < 3;
    ring.runFor(2500);

    expect(lost).toBeGreaterThan(3);
    expect(ring.notes('state').filter(({ at }) => at > 2_000_000)).toEqual([]);
    expect(ring.notes('timer', 2).filter(({ timer }) => timer === 'token-retransmit')).toHaveLength(3);
  });
});

describe('datagrams of no use', () => {
  it('are counted and told, at most so many in one step', () => {
    const ring = operational();
    const garbage = Array.from({ length: 500 }, (_, i) => Uint8Array.of(i, 1, 2, 3));
    const unknown = Uint8Array.of(0x70, 0xc0, 3, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    const effects = ring.step(1, { kind: 'datagrams', batch: [unknown, ...garbage] });

    expect(effects).toHaveLength(65);
    expect(ring.engine(1).inspect().counters).toMatchObject({ rx_msg_dropped: 1, malformed_rx: 500 });
    expect(messageOf(ring.wire[0]?.bytes ?? unknown, 'corosync-3').type).toBe('memb_join');
  });
});
