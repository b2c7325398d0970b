// A node of ours in the place of a real one: it hears, in the order of the ring, what the nodes of a capture said, the
// one that it stands in for among them. It must synchronise when they did, see the same processes come and go, and
// deliver to a process of the same number every message that the decoder finds.
import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { decodeRecord } from '../../app/session/decode-record.ts';
import { openRow } from '../../app/session/open-row.ts';
import { payloadMcast } from '../../app/session/payloads.ts';
import type { Row } from '../../protocol/base/brand.ts';
import { toHex } from '../../protocol/base/bytes.ts';
import { decodeTotem } from '../../protocol/totem/decode.ts';
import type { RingRef } from '../../protocol/totem/identity.ts';
import { expectedOf } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';
import { notes, orderedNodes, type Dialect } from '../support/ordered-nodes.ts';

/** A message of a process, or a change of its group, as the decoder tells it. */
interface Said {
  readonly what: 'MCAST' | 'PROCJOIN' | 'PROCLEAVE' | 'SERVICE_BUILD' | 'other';
  readonly group: string;
  readonly nodeid: number;
  readonly pid: number;
  readonly hash: string;
  readonly length: number;
}
interface RingMcast {
  readonly seq: number;
  readonly from: number;
  readonly packet: Uint8Array;
  readonly said: readonly Said[];
}
interface Heard {
  readonly id: RingRef;
  readonly mcasts: Map<number, RingMcast>;
}

const NAMED: ReadonlySet<string> = new Set(['MCAST', 'PROCJOIN', 'PROCLEAVE', 'SERVICE_BUILD']);

/** The mcasts of every ring of a capture, first copies only. */
function ringsOf(scenario: string): {
  readonly rings: ReadonlyMap<string, Heard>;
  readonly names: Map<number, string>;
} {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error(`no truth of ${scenario}`);
  const { ingest, frame } = openGolden(scenario, expected);
  const rings = new Map<string, Heard>();
  const names = new Map<number, string>();
  for (let row = 0; row < ingest.table.length; row++) {
    const { message, dialect } = openRow(ingest.table, ingest.keyring, row as Row, frame);
    if (message === null || dialect === null) continue;
    const decoded = decodeTotem(message, 0, message.length, dialect);
    if (!decoded.ok || decoded.value.message.type !== 'mcast') continue;
    const mcast = decoded.value.message;
    const payload = payloadMcast(message, dialect);
    if (payload === null || mcast.header.encapsulated === 1) continue;
    const text = `${mcast.ringId.rep}:${mcast.ringId.seq}`;
    const ring = rings.get(text) ?? { id: mcast.ringId, mcasts: new Map<number, RingMcast>() };
    rings.set(text, ring);
    names.set(mcast.systemFrom.nodeid, mcast.systemFrom.ip ?? '');
    if (ring.mcasts.has(mcast.seq)) continue;
    const record = decodeRecord(ingest, row as Row, frame, { data: false });
    const said = (record?.payload ?? []).map((entry): Said => {
      const cpg = entry['cpg'] as { group: string; nodeid: number; pid: number } | null;
      const name = String(entry['function']);
      return {
        what: NAMED.has(name) ? (name as Said['what']) : 'other',
        group: cpg?.group ?? '',
        nodeid: cpg?.nodeid ?? 0,
        pid: cpg?.pid ?? 0,
        hash: String(entry['sha256']),
        length: Number(entry['length']),
      };
    });
    const packet = message.slice(payload.packetAt);
    ring.mcasts.set(mcast.seq, { seq: mcast.seq, from: mcast.header.nodeid, packet, said });
  }
  return { rings, names };
}

/** A life of a node: the rings that it was on, with their members. */
interface Life {
  readonly scenario: string;
  readonly dialect: Dialect;
  readonly node: number;
  readonly rings: readonly { readonly id: string; readonly members: readonly number[] }[];
}

const [A, B, C] = [0x6f01a8c0, 0x7001a8c0, 0x7201a8c0];
const LIVES: readonly Life[] = [
  { scenario: 'c31-udp-burst-large', dialect: 'corosync-3', node: 1, rings: [{ id: '1:9', members: [1, 2, 3] }] },
  { scenario: 'c31-udp-burst-large', dialect: 'corosync-3', node: 3, rings: [{ id: '1:9', members: [1, 2, 3] }] },
  { scenario: '09-sheep-2-then-3', dialect: 'corosync-1', node: B, rings: [{ id: `${A}:8`, members: [A, B, C] }] },
  { scenario: '10a-sheep-vdi-c2', dialect: 'corosync-1', node: A, rings: [{ id: `${A}:8`, members: [A, B, C] }] },
  {
    scenario: '11-sheep-add-third-node',
    dialect: 'corosync-1',
    node: A,
    rings: [{ id: `${A}:8`, members: [A, B, C] }],
  },
  {
    scenario: '12a-sheep-lose-sheep-c2',
    dialect: 'corosync-1',
    node: A,
    rings: [
      { id: `${A}:8`, members: [A, C] },
      { id: `${A}:12`, members: [A, B, C] },
    ],
  },
];

describe.each(LIVES)('$scenario, in the place of node $node', ({ scenario, dialect, node, rings }) => {
  const heard = ringsOf(scenario);
  const all = [...new Set(rings.flatMap(({ members }) => members))];
  const ring = orderedNodes(dialect, all, null, (nodeid) => heard.names.get(nodeid) ?? '0.0.0.0');
  ring.order.mute(node);
  const expected: string[] = [];
  const synchronisedAt: number[] = [];
  const mine = new Map<string, { group: string; pid: number }>();
  let listens = false;
  for (const { id, members } of rings) {
    const { id: ringId, mcasts } = heard.rings.get(id) ?? { id: { rep: 0, seq: 0n, ip: null }, mcasts: new Map() };
    ring.order.form(members, ringId);
    ring.turn(node);
    const inOrder = [...mcasts.values()].sort((a, b) => a.seq - b.seq);
    for (const { said } of inOrder)
      for (const { what, nodeid, group, pid } of said)
        if (what === 'PROCJOIN' && nodeid === node) mine.set(`${group}.${pid}`, { group, pid });
    let isSynchronised = false;
    for (const { seq, from, packet, said } of inOrder) {
      ring.order.inject(node, from, packet);
      ring.turn(node, node, node);
      for (const { what, nodeid, group, pid, hash, length } of said) {
        if (what === 'PROCJOIN' && mine.has(`${group}.${pid}`) && nodeid === node) listens = true;
        if (what === 'MCAST' && listens) expected.push(`${group} ${nodeid}.${pid} ${length} ${hash}`);
      }
      if (isSynchronised || ring.nodes.get(node)?.inspect().isSynchronised !== true) continue;
      isSynchronised = true;
      synchronisedAt.push(seq);
      for (const { group, pid } of mine.values()) ring.input(node, { kind: 'cpg-join', group, pid });
    }
  }
  const delivered = ring.effects(node).flatMap((effect) => {
    if (effect.kind !== 'cpg-deliver') return [];
    const { group, from, message } = effect;
    return [`${group} ${from.nodeid}.${from.pid} ${message.length} ${toHex(sha256(message))}`];
  });

  test('synchronises with the last message of the real synchronisation', () => {
    const last = rings.map(({ id, members }) => {
      const mcasts = [...(heard.rings.get(id)?.mcasts.values() ?? [])].sort((a, b) => a.seq - b.seq);
      if (dialect === 'corosync-1')
        return mcasts.filter(({ said }) => said.some(({ what }) => what === 'SERVICE_BUILD'))[members.length - 1]?.seq;
      // A list of each, then barriers: of CMAP, CPG, QUORUM and VOTEQUORUM, each the last of its packet.
      return 22;
    });

    expect(synchronisedAt).toEqual(last);
  });

  test('delivers every message of its group, whole, in order', () => {
    expect(delivered.length).toBeGreaterThan(4);
    expect(delivered).toEqual(expected);
  });

  test('finds nothing to drop', () => {
    expect(notes(ring.effects(node))).toEqual([]);
  });
});
