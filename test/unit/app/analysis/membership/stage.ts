// A stage for membership tests: nodes of Corosync 3 say what they would say, the analysis listens. Times in
// milliseconds; a node's address number is its id, 0 stands for the group. Not a test.
import {
  createMembershipAnalysis,
  type MembershipAnalysis,
} from '../../../../../app/analysis/membership/membership.ts';
import { PacketKind } from '../../../../../app/store/kinds.ts';
import { readColumns } from '../../../../../app/store/message-columns.ts';
import { PacketTable } from '../../../../../app/store/packet-table.ts';
import type { IndexedMessage } from '../../../../../app/store/indexed-message.ts';
import { RowFlag } from '../../../../../app/store/kinds.ts';
import { viewOf } from '../../../../../protocol/base/bytes.ts';
import { COROSYNC_3, type Dialect } from '../../../../../protocol/totem/dialect.ts';
import { encode, type Layout } from '../../../../../protocol/wire/layout.ts';

export const GROUP = 0;

interface Ring {
  readonly rep: number;
  readonly seq: bigint;
}
export const ring = (rep: number, seq: number): Ring => ({ rep, seq: BigInt(seq) });

export class Stage {
  readonly table = new PacketTable();
  readonly analysis: MembershipAnalysis = createMembershipAnalysis(this.table);
  private readonly tokens = new Map<string, number>();
  private readonly dialect: Dialect = COROSYNC_3;

  constructor() {
    this.table.addressText = (id) => `10.0.0.${id}`;
  }

  private send(
    ms: number,
    from: number,
    to: number,
    type: number,
    sender: number,
    layout: unknown,
    fields: object,
    flags = 0,
  ): void {
    const header = {
      magic: 0xc070,
      version: 3,
      type,
      encapsulated: type === PacketKind.MCAST ? 2 : 0,
      nodeid: sender,
      targetNodeid: 0,
    };
    const bytes = encode(layout as Layout<unknown>, { header, ...fields }, true);
    this.table.addRow();
    const row = this.table.length - 1;
    const message: IndexedMessage = {
      row,
      timeNs: Math.round(ms * 1e6),
      kind: type,
      flags,
      encoding: 0,
      src: from,
      dst: to,
      ring: 0,
      sport: 5404,
      dport: 5405,
      sender,
      seq: 0,
      aru: 0,
      tokenSeq: 0,
      dialect: this.dialect,
      littleEndian: true,
      toGroup: to === GROUP,
      cutOctets: 0,
      cutRequests: 0,
      knetBroadcast: false,
      bytes,
      view: viewOf(bytes),
      at: 0,
      end: bytes.length,
    };
    readColumns(message, this.table);
    message.flags |= flags;
    this.table.columnsOf(row).timeNs[row & 0xffff] = message.timeNs;
    this.analysis.ingest(message);
  }

  join(
    ms: number,
    from: number,
    proc: readonly number[],
    failed: readonly number[],
    ringSeq: number,
    to = GROUP,
  ): this {
    this.sendJoin(ms, from, from, proc, failed, ringSeq, to);
    return this;
  }

  leave(ms: number, from: number, others: readonly number[], ringSeq: number): this {
    this.sendJoin(ms, from, 0, others, [from], ringSeq, GROUP);
    return this;
  }

  private sendJoin(
    ms: number,
    from: number,
    sender: number,
    proc: readonly number[],
    failed: readonly number[],
    ringSeq: number,
    to: number,
  ): void {
    const list = (ids: readonly number[]): object[] => ids.map((nodeid) => ({ nodeid }));
    this.send(ms, from, to, PacketKind.MEMB_JOIN, sender, this.dialect.messages.MembJoin, {
      systemFrom: { nodeid: from },
      procListEntries: proc.length,
      failedListEntries: failed.length,
      ringSeq: BigInt(ringSeq),
      procList: list(proc),
      failedList: list(failed),
    });
  }

  merge(ms: number, from: number, ringId: Ring, to = GROUP): this {
    const fields = { systemFrom: { nodeid: from }, ringId };
    this.send(ms, from, to, PacketKind.MEMB_MERGE_DETECT, from, this.dialect.messages.MembMergeDetect, fields);
    return this;
  }

  mcast(ms: number, from: number, ringId: Ring, seq: number, thisSeqno: number, by = from, flags = 0): this {
    const fields = { systemFrom: { nodeid: from }, seq, thisSeqno, ringId, nodeId: 0, guarantee: 0 };
    this.send(ms, by, GROUP, PacketKind.MCAST, from, this.dialect.messages.Mcast, fields, flags);
    return this;
  }

  commit(
    ms: number,
    from: number,
    to: number,
    ringId: Ring,
    members: readonly number[],
    tokenSeq: number,
    old: readonly Ring[],
  ): this {
    const filled = Math.min(tokenSeq, members.length);
    this.send(ms, from, to, PacketKind.MEMB_COMMIT_TOKEN, from, this.dialect.messages.MembCommitToken, {
      tokenSeq,
      ringId,
      retransFlg: 0,
      membIndex: filled,
      addrEntries: members.length,
      addr: members.map((nodeid) => ({ nodeid })),
      membList: members.map((_, i) =>
        i < filled
          ? { ringId: old[i] ?? ring(0, 0), aru: 0, highDelivered: 0, receivedFlg: 1 }
          : { ringId: ring(0, 0), aru: 0, highDelivered: 0, receivedFlg: 0 },
      ),
    });
    return this;
  }

  token(
    ms: number,
    from: number,
    to: number,
    ringId: Ring,
    tokenSeq: number,
    more: { seq?: number; aru?: number; rtr?: readonly number[] } = {},
  ): this {
    const id = `${ringId.rep}:${ringId.seq}`;
    const last = this.tokens.get(id) ?? -1;
    const { seq = 0, aru = tokenSeq === 0 ? 0xffffffff : seq, rtr = [] } = more;
    const fields = {
      seq,
      tokenSeq,
      aru,
      aruAddr: 0,
      ringId,
      backlog: 0,
      fcc: 0,
      retransFlg: 0,
      rtrListEntries: rtr.length,
      rtrList: rtr.map((wanted) => ({ ringId, seq: wanted })),
    };
    const flags = tokenSeq <= last ? RowFlag.REPEATED : 0;
    this.tokens.set(id, Math.max(last, tokenSeq));
    this.send(ms, from, to, PacketKind.ORF_TOKEN, from, this.dialect.messages.OrfToken, fields, flags);
    return this;
  }

  /** Both rotations of the commit token, then tokens until all are operational; seen() says what is captured. */
  form(
    ms: number,
    ringId: Ring,
    members: readonly number[],
    old: readonly Ring[],
    seen = (_from: number, _to: number): boolean => true,
  ): this {
    const n = members.length;
    const at = (i: number): number => members[i % n] ?? 0;
    for (let i = 0; i < 2 * n; i++)
      if (seen(at(i), at(i + 1))) this.commit(ms + i * 0.1, at(i), at(i + 1), ringId, members, i + 1, old);
    return this.turn(ms + n, ringId, members, 0, 6 * n, seen);
  }

  turn(
    ms: number,
    ringId: Ring,
    members: readonly number[],
    first: number,
    count: number,
    seen = (_from: number, _to: number): boolean => true,
  ): this {
    const n = members.length;
    for (let i = first; i < first + count; i++) {
      const [from, to] = [members[i % n] ?? 0, members[(i + 1) % n] ?? 0];
      if (seen(from, to)) this.token(ms + (i - first) * 0.1, from, to, ringId, i);
    }
    return this;
  }

  /** `time node from>to reason`, one per transition. */
  get story(): readonly string[] {
    return this.analysis
      .finish()
      .transitions.map((t) => `${t.nodeid} ${t.from}>${t.to}${t.gatherFrom === null ? '' : ` ${t.gatherFrom}`}`);
  }

  gathers(nodeid: number): readonly (number | null)[] {
    const own = this.analysis.finish().transitions.filter((t) => t.nodeid === nodeid && t.to === 'gather');
    return own.map((t) => t.gatherFrom);
  }

  counter(nodeid: number, name: string): number | null | undefined {
    return this.analysis.finish().counters.get(nodeid)?.[name];
  }
}
