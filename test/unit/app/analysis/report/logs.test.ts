// Logs held against transitions: the formats of three generations, the clock's offset, and logs made to be slow.
import { describe, expect, it } from 'vitest';
import { matchLog, readLog } from '../../../../../app/analysis/report/logs.ts';
import type { Calendar } from '../../../../../app/analysis/witnesses/log-time.ts';
import type { MembershipState, NodeEntry, Transition } from '../../../../../app/analysis/result.ts';

const EPOCH_MS = 1_700_000_000_000;
const utc: Calendar = ({ year, month, day, hour, minute, second, ms }) =>
  Date.UTC(year ?? 2023, month, day, hour, minute, second, ms);

const node: NodeEntry = {
  nodeid: 3,
  name: 'h114',
  addresses: ['192.168.1.114'],
  dialect: 'corosync-1',
  firstSeen: 0,
  lastSeen: 0,
};

function transition(ms: number, to: MembershipState, gatherFrom: number | null, ring: string | null): Transition {
  return { time: ms * 1e6, nodeid: 3, from: null, to, gatherFrom, says: '', certainty: 'certain', frames: [], ring };
}
const line = (ms: number, says: string): string => `${EPOCH_MS + ms} Nov 14 22:13:20 corosync [TOTEM ] ${says}`;

const STORY: readonly Transition[] = [
  transition(1000, 'gather', 11, '1:8'),
  transition(1060, 'commit', null, '1:12'),
  transition(1061, 'recovery', null, '1:12'),
  transition(1062, 'operational', null, '1:12'),
  transition(4000, 'gather', 2, '1:12'),
  transition(5200, 'gather', 0, '1:12'),
];
const SAID: readonly (readonly [ms: number, says: string])[] = [
  [1000, 'entering GATHER state from 11.'],
  [1060, 'entering COMMIT state.'],
  [1061, 'entering RECOVERY state.'],
  [1062, 'entering OPERATIONAL state.'],
  [4000, 'entering GATHER state from 2.'],
  [5200, 'entering GATHER state from 0.'],
];
const logOf = (offset: number): string => SAID.map(([ms, says]) => line(ms + offset, says)).join('\n');
const match = (text: string, who = 'h114', transitions = STORY) =>
  matchLog(who, text, utc, [node], transitions, EPOCH_MS);

describe('readLog', () => {
  it.each([
    ['1.x', 'Nov 14 22:13:21 corosync [TOTEM ] entering GATHER state from 11.', 1000, 'gather 11'],
    [
      '3.x',
      'Nov 14 22:13:21.250 [77] n1 corosync notice  [TOTEM ] A new membership (1.1f) was formed.',
      1250,
      'ring 1:31',
    ],
    [
      '2.x',
      'Nov 14 22:13:21 [77] n1 corosync notice  [TOTEM ] A new membership (10.0.0.1:31) was formed.',
      1000,
      'seq 31',
    ],
    ['a year', '2023-11-14T22:13:21.250 corosync[7]: [TOTEM ] entering COMMIT state.', 1250, 'commit'],
    ['a token loss', line(1250, 'A processor failed, forming new configuration.'), 1250, 'gather 2'],
  ])('reads %s', (_what, text, ms, key) => {
    expect(readLog(text, utc).events).toEqual([{ ms: EPOCH_MS + ms, line: 1, key }]);
  });

  it('passes over what is not TOTEM, or names no time', () => {
    const text = 'Nov 14 22:13:21 corosync [CPG   ] entering COMMIT state.\n[TOTEM ] entering COMMIT state.\n\n';
    expect(readLog(text, utc)).toEqual({ lines: 4, events: [] });
  });
});

describe('matchLog', () => {
  it.each([0, 7, -7_200_000, 86_400_000])('finds a clock that is %i ms off', (offset) => {
    expect(match(logOf(offset))).toEqual({
      node: 'h114',
      nodeid: 3,
      lines: 6,
      events: 6,
      matched: 6,
      offsetMs: offset,
      toleranceMs: 60,
    });
  });

  it.each(['3', 'h114', '192.168.1.114'])('knows the node as %s', (who) => {
    expect(match(logOf(0), who)).toMatchObject({ nodeid: 3, matched: 6 });
  });

  it('bears nothing out for a node that the capture does not have', () => {
    expect(match(logOf(0), 'other')).toMatchObject({ nodeid: null, events: 6, matched: 0, offsetMs: null });
  });

  it('trusts what happened once above what repeats', () => {
    // Six commits fall together at one wrong offset; the token loss and the consensus, seen once, tell the right one.
    const commits = [0, 100, 200, 300, 400, 500];
    const transitions = [...STORY, ...commits.map((ms) => transition(8000 + ms, 'commit', null, '1:16'))];
    const text = [
      line(4003, 'entering GATHER state from 2.'),
      line(5203, 'entering GATHER state from 0.'),
      ...commits.map((ms) => line(6000 + ms, 'entering COMMIT state.')),
    ].join('\n');
    expect(match(text, 'h114', transitions)).toMatchObject({ offsetMs: 3, matched: 2 });
  });

  it('takes a line for late, not for early', () => {
    const late = [line(5600, 'entering GATHER state from 0.')].concat(logOf(0).split('\n').slice(0, 5)).join('\n');
    const early = [line(4800, 'entering GATHER state from 0.')].concat(logOf(0).split('\n').slice(0, 5)).join('\n');
    expect(match(late).matched).toBe(6);
    expect(match(early).matched).toBe(5);
  });

  it('gives full seconds the tolerance of a second', () => {
    const text = SAID.map(([ms, says]) => `Nov 14 22:13:${20 + Math.floor(ms / 1000)} corosync [TOTEM ] ${says}`);
    expect(match(text.join('\n')).matched).toBe(6);
  });

  it('reads a hundred thousand lines of one kind against as many transitions', () => {
    const count = 100_000;
    const transitions = Array.from({ length: count }, (_, i) => transition(i * 100, 'gather', 11, null));
    const text = Array.from({ length: count }, (_, i) => line(i * 100, 'entering GATHER state from 11.')).join('\n');
    expect(match(text, 'h114', transitions)).toMatchObject({ events: count, matched: count, offsetMs: 0 });
  });
});
