// The wire tap: what the simulator says was on the wire opens like a capture of real nodes, and what the analysis
// concludes from packets alone is what the engines say of themselves.
import { describe, expect, it } from 'vitest';
import type { Row } from '../../protocol/base/brand.ts';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { capture } from './support/captured.ts';

const SCENARIO = (
  dialect: string,
  transport: string,
): string => `cluster nodes=3 dialect=${dialect} transport=${transport} cpu=30us disk=400us start=1
link all delay=25us mean=30us
clock 2 ppm=-2000
clock 3 ppm=-4000
run 5ms
start 2
run until=stable
start 3
run until=stable
join 1,2 web
run until=stable
submit 1 web "hello"
submit 2 web size=4000
run until=stable
kill 3
run until=stable
restart 3
run until=stable
leave 1
run until=stable
`;

const VARIANTS = [
  ['corosync-3', 'udp'],
  ['corosync-3', 'udpu'],
  ['corosync-1', 'udp'],
  ['corosync-1', 'udpu'],
] as const;

/** One's complement sum of big-endian words. */
function sum(bytes: Uint8Array, from: number, to: number, start = 0): number {
  let total = start;
  for (let i = from; i < to; i += 2) total += ((bytes[i] ?? 0) << 8) | (i + 1 < to ? (bytes[i + 1] ?? 0) : 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  return total;
}

describe.each(VARIANTS)('a run of %s over %s', (dialect, transport) => {
  const { opened, own } = capture(SCENARIO(dialect, transport));
  const { ingest, frame } = opened;
  const rows = Array.from({ length: ingest.table.length }, (_, row) => row as Row);
  const records = rows.map((row) => decodeRecord(ingest, row, frame, { data: false }));

  it('has nothing malformed, in the order of time', () => {
    const kinds = new Set(records.map((record) => record?.kind));
    const times = records.map((record) => BigInt((record?.time ?? '0').replace('.', '')));

    expect(ingest.damage).toBeNull();
    expect(records).not.toContain(null);
    expect([...kinds].filter((kind) => kind === 'malformed' || kind === 'other' || kind === 'encrypted')).toEqual([]);
    expect(records.filter((record) => record?.problem !== null)).toEqual([]);
    expect(times.every((time, i) => i === 0 || time >= (times[i - 1] ?? 0n))).toBe(true);
    expect(new Set(records.map((record) => record?.dialect))).toEqual(new Set([dialect]));
  });

  it('has correct checksums of IP, and of UDP where a packet is whole', () => {
    for (const row of rows) {
      const bytes = frame(row);
      expect(sum(bytes, 14, 34)).toBe(0xffff);
      if ((((bytes[20] ?? 0) << 8) | (bytes[21] ?? 0)) & 0x3fff) continue;
      expect(sum(bytes, 34, bytes.length, sum(bytes, 26, 34, 17 + bytes.length - 34))).toBe(0xffff);
    }
  });

  it('uses the ports and addresses of real nodes', () => {
    const tokens = records.filter((record) => record?.kind === 'orf_token');
    const joins = records.filter((record) => record?.kind === 'memb_join');

    expect(new Set(tokens.map((record) => `${record?.sport}>${record?.dport}`))).toEqual(
      new Set([transport === 'udp' ? '5404>5405' : '5405>5405']),
    );
    if (transport === 'udp') expect(new Set(joins.map((record) => record?.dst))).toEqual(new Set(['226.94.1.1']));
    else expect(joins.every((record) => (record?.sport ?? 0) >= 32_768 && record?.dst !== '226.94.1.1')).toBe(true);
  });

  it('names its nodes', () => {
    const names = ingest.analysis().nodes.map(({ name }) => name);

    expect(new Set(names)).toEqual(new Set(['n1', 'n2', 'n3']));
  });

  it('tells the analysis what the engines say: states, rings, causes', () => {
    // A ring of one leaves nothing on the wire (app/analysis/membership/README.md): its transitions are not shown.
    const shared = new Set(
      ingest
        .analysis()
        .rings.filter(({ members }) => members.length > 1)
        .map(({ id }) => id),
    );
    const ofEngines = own
      .filter(({ to, ring }) => to !== 'gather' && shared.has(ring))
      .map(({ nodeid, to, ring }) => `${nodeid} ${to} ${ring}`);
    const ofPackets = ingest
      .analysis()
      .transitions.filter(({ to, ring }) => to !== 'gather' && ring !== null && shared.has(ring))
      .map(({ nodeid, to, ring }) => `${nodeid} ${to} ${ring}`);
    const gathers = (
      list: readonly { readonly nodeid: number; readonly to: string; readonly gatherFrom: number | null }[],
    ) =>
      [1, 2, 3].map((i) => {
        const nodeid = ingest
          .analysis()
          .nodes.map((node) => node.nodeid)
          .sort((a, b) => a - b)[i - 1];
        return list.filter((one) => one.nodeid === nodeid && one.to === 'gather').map(({ gatherFrom }) => gatherFrom);
      });

    expect([...ofPackets].sort()).toEqual([...ofEngines].sort());
    expect(gathers(ingest.analysis().transitions)).toEqual(gathers(own));
  });
});

describe('notes', () => {
  it('stand at the packets: faults before the next one, losses at the one that was lost', () => {
    const { bytes } = capture('cluster nodes=2 stack=totem\nrun until=stable\ncut 1>2\nrun 1s\n');
    const text = String.fromCharCode(...bytes.subarray(0, 100_000));

    expect(text).toContain('fault cut 1>2');
    expect(text).toContain('lost on the way to 2 (cut)');
  });

  it('cut long datagrams into fragments that are joined again', () => {
    const { opened } = capture(
      'cluster nodes=2 stack=totem\nrun until=stable\nsubmit 1 size=5000\nrun until=stable\nexpect members 1,2\n',
    );
    const { ingest, frame } = opened;
    const records = Array.from({ length: ingest.table.length }, (_, row) =>
      decodeRecord(ingest, row as Row, frame, { data: false }),
    );

    expect(records.filter((record) => record?.kind === 'fragment')).toHaveLength(3);
    expect(records.some((record) => record?.kind === 'mcast' && record.length === 5045)).toBe(true);
  });
});
