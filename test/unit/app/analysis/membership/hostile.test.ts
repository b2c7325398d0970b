// The membership analysis on traffic that no Corosync would send: it says what it can, never throws, and stays bounded.
import { describe, expect, it } from 'vitest';
import { createMembershipAnalysis } from '../../../../../app/analysis/membership/membership.ts';
import { NODES_MAX } from '../../../../../app/analysis/membership/tracked/node-table.ts';
import type { IndexedMessage } from '../../../../../app/store/indexed-message.ts';
import { readColumns } from '../../../../../app/store/message-columns.ts';
import { PacketTable } from '../../../../../app/store/packet-table.ts';
import { viewOf } from '../../../../../protocol/base/bytes.ts';
import { DIALECTS, type DialectId } from '../../../../../protocol/totem/dialect.ts';
import { ring, Stage } from './stage.ts';

/** A small generator of numbers, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
}

function randomMessage(next: () => number, id: DialectId, row: number, table: PacketTable): IndexedMessage {
  const dialect = DIALECTS[id];
  const length = 20 + (next() % 900);
  const bytes = Uint8Array.from({ length }, () => (next() >>> 13) % ((next() >>> 9) % 3 === 0 ? 256 : 3));
  if (id === 'corosync-3') bytes.set([0x70, 0xc0, 3, (next() >>> 5) % 6]);
  else bytes.set([(next() >>> 5) % 6, (next() >>> 7) % 3, 0x22, 0xff]);
  const message: IndexedMessage = {
    row,
    timeNs: row * ((next() >>> 4) % 100_000),
    kind: 12,
    flags: 0,
    encoding: 0,
    src: (next() >>> 8) % 9,
    dst: (next() >>> 8) % 9,
    ring: 0,
    sport: 1,
    dport: 2,
    sender: 0,
    seq: 0,
    aru: 0,
    tokenSeq: 0,
    dialect,
    littleEndian: true,
    toGroup: next() % 2 === 0,
    cutOctets: 0,
    cutRequests: 0,
    knetBroadcast: false,
    bytes,
    view: viewOf(bytes),
    at: 0,
    end: length,
  };
  readColumns(message, table);
  message.flags |= (next() >>> 6) & 0x47;
  return message;
}

// Tens of thousands of messages, on whatever machine.

describe('hostile traffic', () => {
  it.each(['corosync-1', 'corosync-2', 'corosync-3'] as const)('survives random messages of %s', (id) => {
    const next = numbers(id.length * 77 + 5);
    const table = new PacketTable();
    table.addressText = (address) => `10.0.0.${address}`;
    const analysis = createMembershipAnalysis(table);
    let understood = 0;
    for (let row = 0; row < 20_000; row++) {
      table.addRow();
      const message = randomMessage(next, id, row, table);
      if (message.kind <= 5) understood++;
      analysis.ingest(message);
    }
    const { nodes, rings, transitions, counters } = analysis.finish();
    expect(understood).toBeGreaterThan(100);
    expect(nodes.length).toBeGreaterThan(0);
    expect(counters.size).toBe(nodes.length);
    expect(rings.every((history) => history.id.includes(':'))).toBe(true);
    expect(transitions.every((transition) => transition.frames.every((frame) => frame >= 1 && frame <= 20_000))).toBe(
      true,
    );
  });

  it('follows no more nodes than it says, and counts what it leaves out', () => {
    const stage = new Stage();
    for (let id = 1; id <= NODES_MAX + 10; id++) stage.join(id, id, [id], [], 1);
    expect(stage.analysis.finish().nodes).toHaveLength(NODES_MAX);
    expect(stage.analysis.limits()).toEqual({ transitionsOmitted: 0, packetsIgnored: 10 });
  });

  it('takes a commit token of a node that is not a member as the ring it names, not as a step of that node', () => {
    const stage = new Stage();
    stage.join(0, 9, [9], [], 1).commit(1, 9, 2, ring(1, 9), [1, 2], 1, [ring(1, 5)]);
    expect(stage.analysis.finish().rings).toMatchObject([{ id: '1:9', members: [1, 2], firstToken: null }]);
    expect(stage.story).toEqual(['9 null>gather 15']);
  });
});
