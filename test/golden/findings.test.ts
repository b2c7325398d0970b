// What is found wrong in each golden capture, and at which nodes: what was done is told in its truth.json.
import { describe, expect, it } from 'vitest';
import { expectedOf, scenarios } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';

/** 192.168.1.K as the node ids of Corosync 1. */
const [N111, N112, N114] = [1862379712, 1879156928, 1912711360];

/** Warnings and failures, in order of time: rule, culprits, the rule that it follows from. The others are healthy. */
type Wrong = readonly [rule: string, culprits: readonly number[], because?: string];
const WRONG: { readonly [scenario: string]: readonly Wrong[] } = {
  '03-corosync-kill9': [
    ['node-dead', [N114]],
    ['token-loss', [N114], 'node-dead'],
  ],
  '05-corosync-loss-5pct': [
    ['token-retransmitted', [N112], 'packet-loss'],
    ['packet-loss', [N111, N112, N114]],
    ['token-retransmitted', [N114], 'packet-loss'],
    ['token-retransmitted', [N111], 'packet-loss'],
  ],
  '08-corosync-secauth': [
    ['node-dead', [N112]],
    ['token-loss', [N112], 'node-dead'],
  ],
  '12a-sheep-lose-sheep-c2': [['sheep-lost', [N112]]],
  'c31-knet-aes256-kill9': [
    ['node-dead', [3]],
    ['token-loss', [3], 'node-dead'],
  ],
  'c31-udp-kill9': [
    ['node-dead', [3]],
    ['token-loss', [3], 'node-dead'],
  ],
  'c31-udp-loss5': [
    ['token-retransmitted', [2], 'packet-loss'],
    ['packet-loss', [2]],
  ],
  'c31-udp-mcast-blocked': [['multicast-deaf', [2]]],
  'c31-udp-partition2-3': [
    ['partition', [1, 2]],
    ['token-loss', [3], 'partition'],
  ],
  'c31-udp-sigstop3s': [
    ['process-paused', [2]],
    ['token-loss', [2], 'process-paused'],
  ],
};

/** Nodes that left cleanly, in order of time. */
const LEAVES: { readonly [scenario: string]: readonly number[] } = {
  '01-corosync-2-then-3': [1879156928],
  '06-corosync-clean-leave-and-return': [1862379712],
  'c24-udp-aes256sha1-form3': [3],
  'c24-udp-form3': [3],
  'c24-udp-sha256only-form3': [3],
  'c31-knet-aes256-form3': [3],
  'c31-knet-form3': [3],
  'c31-udp-form3': [3],
  'c31-udpu-form3': [3],
};

describe.each(scenarios())('%s', (scenario) => {
  const [expected] = expectedOf(scenario);
  if (expected === undefined) throw new Error('no expectation');
  const { findings, rings } = openGolden(scenario, expected).ingest.analysis();

  it('has the warnings and failures of what was done to it, and no others', () => {
    const wrong = findings
      .filter(({ severity }) => severity !== 'info')
      .map(({ rule, culprits, because }) => [rule, culprits, ...(because === null ? [] : [because.split('@')[0]])]);
    expect(wrong).toEqual(WRONG[scenario] ?? []);
  });

  it('names who left cleanly', () => {
    const left = findings.filter(({ rule }) => rule === 'clean-leave').flatMap(({ culprits }) => culprits);
    expect(left).toEqual(LEAVES[scenario] ?? []);
  });

  it('tells of every ring that was committed and turned', () => {
    const formed = findings.filter(({ rule }) => rule === 'ring-formed').length;
    expect(formed).toBe(rings.filter(({ committed, firstToken }) => committed !== null && firstToken !== null).length);
  });

  it('gives each finding a sentence, evidence in frames that exist, and its own id', () => {
    for (const { says, evidence } of findings) {
      expect(says).toMatch(/\.$/);
      for (const { frames } of evidence)
        for (const frame of frames) expect(frame).toBeLessThanOrEqual(expected.packets.frames);
    }
    expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length);
  });
});

describe('c31-udp-mcast-blocked', () => {
  it('says in its first sentence that the token arrives and multicast does not, and what to look at', () => {
    const [expected] = expectedOf('c31-udp-mcast-blocked');
    if (expected === undefined) throw new Error('no expectation');
    const { findings } = openGolden('c31-udp-mcast-blocked', expected).ingest.analysis();
    const deaf = findings.find(({ rule }) => rule === 'multicast-deaf');

    expect(deaf?.says).toMatch(/^Node 2 \(10\.77\.0\.2\) does not receive multicast although the token reaches it/);
    expect(deaf?.says).toMatch(/retransmit lists .* of nodes 1 and 3 are the consequence/);
    expect(deaf?.advice).toMatch(/IGMP snooping without a querier/);
  });
});
