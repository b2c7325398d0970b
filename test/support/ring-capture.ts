// Captures of rings of any size, made by hand in Corosync 3's format: what no golden capture has, many nodes and many
// packets. Not real traffic: it only has what the window needs to draw.
import { COROSYNC_3 } from '../../protocol/totem/dialect.ts';
import { encode, type Layout } from '../../protocol/wire/layout.ts';
import { concatBytes } from '../../protocol/base/bytes.ts';
import { PacketKind } from '../../app/store/kinds.ts';

const PCAP_HEADER = [0xa1b2c3d4, 0x00040002, 0, 0, 65_535, 1];
/** Start of the capture, seconds since 1970. */
const START = 1_795_000_000;
/** The multicast group. */
const GROUP = 0;
const MS = 1000;

const be16 = (value: number): number[] => [(value >> 8) & 255, value & 255];

interface Ring {
  readonly rep: number;
  readonly seq: bigint;
}

export class RingCapture {
  private readonly records: Uint8Array[] = [];
  private tokenSeq = 0;
  private mcastSeq = 0;
  private ringSeq = 4;
  /** Microseconds since the start. */
  now = 0;
  packets = 0;

  /** The records since this was asked last, for captures that are too large to be kept. */
  take(): Uint8Array {
    return concatBytes(this.records.splice(0));
  }

  static header(): Uint8Array {
    const view = new DataView(new ArrayBuffer(PCAP_HEADER.length * 4));
    for (const [i, word] of PCAP_HEADER.entries()) view.setUint32(i * 4, word, true);
    return new Uint8Array(view.buffer);
  }

  /** The whole capture so far. */
  bytes(): Uint8Array {
    return concatBytes([RingCapture.header(), ...this.records]);
  }

  /** Nodes that start, find each other and form a ring; the first is its representative. */
  form(members: readonly number[], old: ReadonlyMap<number, Ring> = new Map()): Ring {
    this.ringSeq += 4;
    const ring = { rep: Math.min(...members), seq: BigInt(this.ringSeq) };
    for (let i = 0; i < 2 * members.length; i++) {
      const filled = Math.min(i + 1, members.length);
      const entry = (member: number, index: number): object => ({
        ringId: index < filled ? (old.get(member) ?? { rep: member, seq: 4n }) : { rep: 0, seq: 0n },
        aru: 0,
        highDelivered: 0,
        receivedFlg: index < filled ? 1 : 0,
      });
      this.send(this.at(members, i), this.at(members, i + 1), PacketKind.MEMB_COMMIT_TOKEN, 'MembCommitToken', {
        tokenSeq: i + 1,
        ringId: ring,
        retransFlg: 0,
        membIndex: filled,
        addrEntries: members.length,
        addr: members.map((nodeid) => ({ nodeid })),
        membList: members.map(entry),
      });
      this.now += 90;
    }
    this.tokenSeq = this.mcastSeq = 0;
    this.turn(ring, members, 5, 0.1, 0);
    return ring;
  }

  /** All nodes say the same join, `times` over at the join timer's pace. */
  joins(from: readonly number[], proc: readonly number[], failed: readonly number[], times = 1): void {
    const list = (ids: readonly number[]): object[] => ids.map((nodeid) => ({ nodeid }));
    for (let i = 0; i < times; i++) {
      for (const nodeid of from) {
        this.send(nodeid, GROUP, PacketKind.MEMB_JOIN, 'MembJoin', {
          systemFrom: { nodeid },
          procListEntries: proc.length,
          failedListEntries: failed.length,
          ringSeq: BigInt(this.ringSeq),
          procList: list(proc),
          failedList: list(failed),
        });
        this.now += 40;
      }
      if (times > 1) this.now += 50 * MS;
    }
  }

  /** So many rotations; the representative holds the token for `holdMs` in each; `mcasts` from each node. */
  turn(ring: Ring, members: readonly number[], rotations: number, holdMs: number, mcasts: number): void {
    for (let i = 0; i < rotations * members.length; i++) {
      const from = this.at(members, i);
      for (let j = 0; j < mcasts; j++) this.mcast(ring, from);
      this.token(ring, from, this.at(members, i + 1));
      this.now += (i + 1) % members.length === 0 ? Math.round(holdMs * MS) : 80;
    }
  }

  /** The token comes to `victim` and stays there; the others copy it, lose it and agree without it. */
  kill(ring: Ring, members: readonly number[], victim: number, tokenMs: number): readonly number[] {
    const before = this.at(members, members.indexOf(victim) + members.length - 1);
    for (const member of members.slice(0, members.indexOf(victim))) {
      this.token(ring, member, this.at(members, members.indexOf(member) + 1));
      this.now += 80;
    }
    for (let i = 0; i < 4; i++) {
      this.now += Math.round((tokenMs * MS) / 4.2);
      this.token(ring, before, victim, this.tokenSeq - 1);
    }
    this.now += Math.round(tokenMs * MS * 0.05);
    const rest = members.filter((member) => member !== victim);
    this.joins(rest, members, [], Math.max(2, Math.floor((tokenMs * 1.2) / 50)));
    this.joins(rest, members, [victim]);
    return rest;
  }

  private at(members: readonly number[], i: number): number {
    return members[i % members.length] ?? 0;
  }

  private mcast(ringId: Ring, nodeid: number): void {
    const fields = { systemFrom: { nodeid }, seq: ++this.mcastSeq, thisSeqno: this.mcastSeq, ringId, nodeId: 0 };
    this.send(nodeid, GROUP, PacketKind.MCAST, 'Mcast', { ...fields, guarantee: 0 });
    this.now += 12;
  }

  private token(ringId: Ring, from: number, to: number, tokenSeq = this.tokenSeq++): void {
    this.send(from, to, PacketKind.ORF_TOKEN, 'OrfToken', {
      seq: this.mcastSeq,
      tokenSeq,
      aru: tokenSeq === 0 ? 0xffffffff : this.mcastSeq,
      aruAddr: 0,
      ringId,
      backlog: 0,
      fcc: 0,
      retransFlg: 0,
      rtrListEntries: 0,
      rtrList: [],
    });
  }

  private send(from: number, to: number, type: number, layout: keyof typeof COROSYNC_3.messages, fields: object): void {
    const encapsulated = type === PacketKind.MCAST ? 2 : 0;
    const header = { magic: 0xc070, version: 3, type, encapsulated, nodeid: from, targetNodeid: 0 };
    const payload = encode(COROSYNC_3.messages[layout] as Layout<unknown>, { header, ...fields }, true);
    const target = to === GROUP ? [226, 94, 1, 1] : [10, 0, to >> 8, to & 255];
    const length = payload.length + 28;
    const ip = [0x45, 0, ...be16(length), ...be16(this.packets & 0xffff), 0, 0, 1, 17, 0, 0];
    const udp = [...be16(5404), ...be16(5405), ...be16(payload.length + 8), 0, 0];
    const ethernet = [2, 0, 0, 0, 0, to & 255, 2, 0, 0, 0, 0, from & 255, 8, 0];
    const source = [10, 0, from >> 8, from & 255];
    const frame = Uint8Array.from([...ethernet, ...ip, ...source, ...target, ...udp, ...payload]);
    const head = new DataView(new ArrayBuffer(16));
    head.setUint32(0, START + Math.floor(this.now / 1e6), true);
    head.setUint32(4, this.now % 1e6, true);
    head.setUint32(8, frame.length, true);
    head.setUint32(12, frame.length, true);
    this.records.push(new Uint8Array(head.buffer), frame);
    this.packets++;
  }
}

/** A ring of `size` that turns idle and busy, loses a node, and forms anew. */
export function lossCapture(size: number): Uint8Array {
  const members = Array.from({ length: size }, (_, i) => i + 1);
  const capture = new RingCapture();
  for (const member of members) capture.joins([member], [member], []);
  capture.joins(members, members, []);
  const ring = capture.form(members);
  capture.turn(ring, members, 8, 190, 0);
  capture.turn(ring, members, 4, 0.2, 2);
  capture.turn(ring, members, 3, 190, 0);
  const rest = capture.kill(ring, members, members[size >> 1] ?? 1, 1000);
  const next = capture.form(rest, new Map(rest.map((member) => [member, ring])));
  capture.turn(next, rest, 8, 190, 0);
  return capture.bytes();
}
