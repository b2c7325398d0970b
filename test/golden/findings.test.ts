// What is found wrong in each golden capture, and at which nodes: what was done is told in its truth.json.
import { describe, expect, it } from 'vitest';
import { expectedOf, scenarios } from '../support/golden.ts';
import { openGolden } from '../support/open-golden.ts';

/** Warnings and failures, in order of time: rule and culprits. All captures not named here are healthy. */
const WRONG: { readonly [scenario: string]: readonly (readonly [rule: string, culprits: readonly number[]])[] } = {
  '03-corosync-kill9': [['token-loss', [1912711360]]],
  '08-corosync-secauth': [['token-loss', [1879156928]]],
  'c31-knet-aes256-kill9': [['token-loss', [3]]],
  'c31-udp-kill9': [['token-loss', [3]]],
  'c31-udp-sigstop3s': [['token-loss', [2]]],
  'c31-udp-partition2-3': [['token-loss', [3]]],
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
    const wrong = findings.filter(({ severity }) => severity !== 'info').map(({ rule, culprits }) => [rule, culprits]);
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
