// The text for a person: verdict first, nothing wider than 100 columns, long lists cut with a word, hostile
// names plain.
import { describe, expect, it } from 'vitest';
import { analysisText } from '../../../../../app/analysis/report/text.ts';
import { RequestLog } from '../../../../../app/analysis/traffic/request-log.ts';
import type { Analysis, Finding, Transition } from '../../../../../app/analysis/result.ts';

const NONE = { count: 0, p50: null, p90: null, p99: null, max: null };
const EPOCH_NS = 1_700_000_000_000_000_000n;

function analysis(more: Partial<Analysis> = {}): Analysis {
  return {
    packets: { frames: 12, relevant: 10, byKind: { orf_token: 10, mcast: 0 }, unauthentic: 0 },
    nodes: [1, 2].map((nodeid) => ({
      nodeid,
      name: null,
      addresses: [`10.0.0.${nodeid}`],
      dialect: 'corosync-3',
      firstSeen: 0,
      lastSeen: 5e9,
    })),
    rings: [],
    transitions: [],
    joinLists: [],
    requests: new RequestLog().finish(),
    timers: null,
    rotation: { active: NONE, idle: NONE, edges: [] },
    delivery: { mcasts: 0, duplicatesOnWire: 0, retransmitRequests: [], neverSeen: 0 },
    counters: new Map(),
    sheepdog: null,
    findings: [],
    ...more,
  };
}
const text = (more: Partial<Analysis> = {}): string => analysisText(analysis(more), EPOCH_NS, 0);
const linesOf = (more: Partial<Analysis>): readonly string[] => text(more).split('\n');

const loss: Finding = {
  id: 'token-loss@4',
  rule: 'token-loss',
  severity: 'failure',
  time: 2.5e9,
  until: null,
  culprits: [2],
  says: 'The token stopped.',
  evidence: [{ frames: [4, 5, 6, 7, 8], says: 'copies' }],
  cause: null,
  advice: null,
  confidence: 1,
  because: null,
  reference: null,
};
const gather = (ms: number, nodeid: number, more: Partial<Transition> = {}): Transition => ({
  time: ms * 1e6,
  nodeid,
  from: 'operational',
  to: 'gather',
  gatherFrom: 12,
  says: '',
  certainty: 'certain',
  frames: [nodeid],
  ring: '1:4',
  ...more,
});

const NO_OBJECTS = { oid: new BigUint64Array(0), timeNs: new Float64Array(0) };

describe('the verdict', () => {
  it.each([
    ['a healthy capture', {}, /^Nothing wrong is seen\./],
    ['no Totem', { packets: { frames: 3, relevant: 0, byKind: {}, unauthentic: 0 } }, /^There is no Totem/],
    ['a failure', { findings: [loss] }, /^At 2\.500 s: The token stopped\. 12 frames/],
    [
      'several',
      { findings: [{ ...loss, severity: 'warning' as const }, loss] },
      /stopped\. \(Also below: token-loss\.\) 12 frames/,
    ],
    [
      'lost multicasts',
      { delivery: { mcasts: 9, duplicatesOnWire: 2, retransmitRequests: [{ nodeid: 2, count: 3 }], neverSeen: 0 } },
      /^No token was declared lost, but multicasts went missing: node 2 \(10\.0\.0\.2\) asked for 3; 2 were sent again/,
    ],
  ])('of %s comes first', (_what, more, expected) => {
    expect(text(more).replaceAll('\n', ' ')).toMatch(expected);
  });

  it('puts a failure before an earlier warning', () => {
    const warning: Finding = { ...loss, severity: 'warning', time: 1e9, says: 'Odd packets.' };
    expect(text({ findings: [warning, loss] })).toMatch(/^At 2\.500 s: The token stopped\./);
  });

  it('puts a cause before an earlier consequence of it', () => {
    const cause: Finding = { ...loss, id: 'packet-loss@9', rule: 'packet-loss', time: 3e9, says: 'Packets are lost.' };
    const first = text({ findings: [{ ...loss, because: cause.id }, cause] });
    expect(first).toMatch(/^At 3\.000 s: Packets are lost\. \(Also below: token-loss\.\)/);
  });
});

describe('the text', () => {
  it('keeps to 100 columns whatever is long', () => {
    const members = Array.from({ length: 60 }, (_, i) => 1_912_711_360 + i);
    const address = 'fe80:1111:2222:3333:4444:5555:6666:7777';
    const nodes = members.map((nodeid) => ({
      nodeid,
      name: 'a-rather-long-name.of-a-node.in-a-rather-long-domain.example',
      addresses: [address, address],
      dialect: 'corosync-1',
      firstSeen: 0,
      lastSeen: 1,
    }));
    const ring = {
      ring: 1,
      id: '1912711360:18446744073709551615',
      rep: 1_912_711_360,
      seq: 18_446_744_073_709_551_615n,
      members,
      committed: 0,
      firstToken: 1,
      lastToken: 2,
      tokens: 4_000_000,
      cause: 'failed-to-receive' as const,
      origins: new Map(),
      frames: [],
    };
    const edge = { from: 1, to: 2, hops: 1e7, p50: 1234.5, p99: 1e9, max: 1e9, holdP50: 1e9, holdP99: 1e9 };
    const edges = [edge, { ...edge, from: 1_912_711_360, to: 1_912_711_361 }];
    const event = { time: 0, frame: 1_000_000, says: 'a word '.repeat(40).trim() };
    const sheepdog = {
      members: members.map(String),
      master: null,
      epoch: 1,
      status: 'OK',
      copies: 2,
      events: [event],
      history: [],
      vdis: [],
      objects: NO_OBJECTS,
    };
    const lines = linesOf({
      nodes,
      rings: [ring],
      transitions: members.map((nodeid, i) => gather(i * 0.1, nodeid)),
      rotation: { active: NONE, idle: NONE, edges },
      sheepdog,
      findings: [
        { ...loss, says: 'a word '.repeat(90).trim(), because: 'x'.repeat(60), advice: 'look '.repeat(40).trim() },
      ],
    });
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
    expect(lines.length).toBeGreaterThan(80);
  });

  it('says what nodes do together in one line, and the same node twice in two', () => {
    const transitions = [gather(1, 1), gather(2, 2), gather(3, 1), gather(50, 2), gather(51, 1, { gatherFrom: 2 })];
    const lines = linesOf({ transitions }).filter(
      (line) => line.includes('gather from 12') || line.includes('gather from 2 '),
    );
    expect(lines).toEqual([
      '       0.001  gather from 12  1 (10.0.0.1), 2 (10.0.0.2) [frame 1]',
      '       0.003  gather from 12  1 (10.0.0.1) [frame 1]',
      '       0.050  gather from 12  2 (10.0.0.2) [frame 2]',
      '       0.051  gather from 2   1 (10.0.0.1) [frame 1]',
    ]);
  });

  it('says how many transitions it leaves out', () => {
    const transitions = Array.from({ length: 75 }, (_, i) => gather(i * 100, 1));
    expect(text({ transitions })).toContain('… 15 more transitions: see --json');
  });

  it('says what the numbers of gather mean, once each', () => {
    const lines = linesOf({ transitions: [gather(0, 1), gather(50, 2), gather(100, 1, { gatherFrom: 2 })] });
    expect(lines).toContain('  gather from: 2 token lost in operational, 12 join in operational');
  });

  it('says the date, and heads no empty list', () => {
    expect(text()).toContain('1700000000.000000000 (2023-11-14 22:13:20 UTC).');
    const bare = linesOf({ nodes: [] });
    for (const heading of ['Nodes', 'Rings', 'Rotation at the representative', 'Delivery'])
      expect(bare).not.toContain(heading);
  });

  it('shows no name that a terminal would obey', () => {
    const [node] = analysis().nodes;
    if (node === undefined) throw new Error('no node');
    const shown = text({ nodes: [{ ...node, name: 'a\u001b[2Jb\nc\u009bd' }] });
    expect(shown).toContain('a\ufffd[2Jb\ufffdc\ufffdd');
    expect(shown).not.toContain('\u001b');
  });

  it('gives at most four frames of a piece of evidence', () => {
    expect(text({ findings: [loss] })).toContain('copies [frame 4, 5, 6, 7 …]');
  });

  it('says of a sheepdog whose joins were not captured that its members are not told', () => {
    const sheepdog = {
      members: [],
      master: null,
      epoch: null,
      status: null,
      copies: null,
      events: [],
      history: [],
      vdis: [],
      objects: NO_OBJECTS,
    };
    expect(text({ sheepdog })).toContain('  members not told; epoch ?, status unknown, copies ?');
  });
});
