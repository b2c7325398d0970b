// What nodes of ours put on the wire, read by the project's own decoder: nothing is malformed, every message is whole,
// and datagrams are as long as those of real nodes (specs/totem.md 1.6, 1.14, 5.3 to 5.6).
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { decodeRecord, type DecodeRecord } from '../../../../app/session/decode-record.ts';
import type { Row } from '../../../../protocol/base/brand.ts';
import { toHex } from '../../../../protocol/base/bytes.ts';
import { openBytes } from '../../../support/open-golden.ts';
import { captureOf, NodeRing, type Dialect } from '../../../support/node-ring.ts';

function records(ring: NodeRing): readonly DecodeRecord[] {
  const { ingest, frame } = openBytes(captureOf(ring.wire));
  const all: DecodeRecord[] = [];
  for (let row = 0; row < ingest.table.length; row++) {
    const record = decodeRecord(ingest, row as Row, frame, { data: false });
    if (record !== null) all.push(record);
  }
  return all;
}

function life(dialect: Dialect): NodeRing {
  const votequorum = { votes: 1, expectedVotes: 3 };
  const ring = new NodeRing({ dialect, nodes: [1, 2, 3], votequorum }).settle();
  for (const node of [1, 2, 3]) ring.input(node, { kind: 'cpg-join', group: 'demo', pid: 100 + node });
  ring.runFor(50);
  for (const node of [1, 2, 3])
    for (const length of [1, 300, 3000, 100_000])
      ring.input(node, { kind: 'cpg-mcast', group: 'demo', pid: 100 + node, message: messageOf(node, length) });
  ring.runFor(200);
  ring.input(2, { kind: 'cpg-exit', pid: 102 });
  ring.runFor(50);
  ring.kill(3);
  ring.settle(1, 2);
  ring.restart(3);
  ring.settle();
  ring.leave(1);
  return ring.settle(2, 3);
}

const messageOf = (node: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * node + length) & 0xff);

describe.each(['corosync-1', 'corosync-3'] as const)('%s', (dialect) => {
  const ring = life(dialect);
  const all = records(ring);
  const ended = all.flatMap(({ payload }) => payload ?? []);

  test('nothing is malformed, and every record is a message of the dialect', () => {
    expect(all.filter(({ problem }) => problem !== null)).toEqual([]);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(
      new Set(['orf_token', 'mcast', 'memb_merge_detect', 'memb_join', 'memb_commit_token', 'token_hold_cancel']),
    );
    expect(new Set(all.map((record) => record.dialect))).toEqual(new Set([dialect]));
    expect(all.length).toBe(ring.wire.filter(({ from, to }) => from !== to).length);
  });

  test('messages of processes are read with their group, process, length and octets', () => {
    const mcasts = ended.filter((entry) => entry['function'] === 'MCAST');
    const seen = mcasts.map(({ length, sha256: hash, cpg }) => JSON.stringify([length, hash, cpg]));
    const said = [1, 2, 3].flatMap((node) =>
      [1, 300, 3000, 100_000].map((length) => {
        const cpg = { group: 'demo', nodeid: ring.id(node), pid: 100 + node };
        return JSON.stringify([length, toHex(sha256(messageOf(node, length))), cpg]);
      }),
    );

    expect([...seen].sort()).toEqual([...said].sort());
  });

  test('joins, deaths and lists are said', () => {
    const count = (name: string): number => ended.filter((entry) => entry['function'] === name).length;

    expect(count('PROCJOIN')).toBe(3);
    expect(count('PROCLEAVE')).toBe(1);
    // Node 1 alone has a process left when rings change twice.
    expect(count('JOINLIST')).toBe(2);
    expect(count('DOWNLIST') > 0).toBe(dialect === 'corosync-1');
    expect(count('NODEINFO') > 0).toBe(dialect === 'corosync-3');
  });

  test('mcasts of a synchronisation have the lengths of the captures, full ones the longest', () => {
    const lengths = new Set(all.filter(({ kind }) => kind === 'mcast').map(({ length }) => length));
    const expected = dialect === 'corosync-1' ? [224, 505, 164, 137, 1472, 317, 686, 281] : [615, 95, 173, 1455, 228];

    for (const length of expected) expect(lengths, `${length}`).toContain(length);
    expect(Math.max(...[...lengths].map((length) => length ?? 0))).toBe(expected.includes(1472) ? 1472 : 1455);
  });
});
