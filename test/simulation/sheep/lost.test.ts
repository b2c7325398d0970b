// What the capture of a simulated store says of a sheep that is gone while its node stays in the ring, and what it does
// not say of a store that is stopped, of a node that goes with its sheep, or of one that never was a member.
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../app/analysis/result.ts';
import { capture } from '../support/captured.ts';

const START = `cluster nodes=3 hosts=111,112,114 dialect=corosync-1 token=1000ms sheep=faithful
show nothing
run until=recovered
`;
const FORMATTED = `${START}1> collie cluster format -c 2
1> collie vdi create VM1 8M
1> collie vdi write VM1 < /dev/urandom
`;

function findingsOf(text: string): readonly Finding[] {
  return capture(text).opened.ingest.analysis().findings;
}

/** Rule, last octet of the culprits' addresses, and the rule that it follows from. */
const wrong = (findings: readonly Finding[]): readonly unknown[] =>
  findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ rule, culprits, because }) => [
      rule,
      culprits.map((node) => node >>> 24),
      ...(because === null ? [] : [because.split('@')[0]]),
    ]);

describe('a sheep that is gone while its node stays in the ring', () => {
  it.each(['stop', 'kill'])('by sheep %s: a warning that names it, the ring and the epoch', (how) => {
    const findings = findingsOf(`${FORMATTED}sheep ${how} 2\nrun 8s\n`);
    const lost = findings.find(({ rule }) => rule === 'sheep-lost');

    expect(wrong(findings)).toEqual([['sheep-lost', [112]]]);
    expect(lost?.says).toMatch(/ring \d+:\d+ of 3 stayed whole, no token was lost\. sheepdog goes on to epoch 2 with/);
    expect(lost?.evidence.map(({ says }) => says)).toEqual([
      expect.stringMatching(/PROCLEAVE of pid \d+, reason 5: the process ended/),
      expect.stringMatching(/passes on the token/),
    ]);
    expect(lost?.until).toBeNull();
  });

  it('and is back later: until then', () => {
    const findings = findingsOf(`${FORMATTED}sheep kill 2\nrun 5s\nsheep start 2\nrun 5s\n`);
    const lost = findings.find(({ rule }) => rule === 'sheep-lost');

    expect(wrong(findings)).toEqual([['sheep-lost', [112]]]);
    expect(lost?.says).toMatch(/is in the store again from [\d.]+ s on/);
    expect(((lost?.until ?? 0) - (lost?.time ?? 0)) / 1e9).toBeCloseTo(5, 0);
  });

  it('and leaves fewer nodes than copies: the halt follows from it', () => {
    const findings = findingsOf(`${START}1> collie cluster format -c 3\nsheep kill 2\nrun 5s\n`);

    expect(wrong(findings)).toEqual([
      ['sheep-lost', [112]],
      ['sheep-halted', [], 'sheep-lost'],
    ]);
  });

  it('before anything was formatted: said, without a warning', () => {
    const findings = findingsOf(`${START}sheep stop 2\nrun 5s\n`);

    expect(wrong(findings)).toEqual([]);
    expect(findings.find(({ rule }) => rule === 'sheep-lost')?.severity).toBe('info');
  });
});

describe('no sheep is lost', () => {
  const rules = (text: string): readonly string[] => findingsOf(text).map(({ rule }) => rule);

  it.each([
    ['a first start', ''],
    ['a cluster shutdown', '1> collie cluster shutdown\nrun 5s\n'],
    ['a stop of all, one after the other', 'sheep stop 1\nrun 1s\nsheep stop 2\nrun 1s\nsheep stop 3\nrun 5s\n'],
    ['the death of its node', 'kill 2\nrun 8s\n'],
    ['a clean leave of its node', 'leave 2\nrun 8s\n'],
  ])('%s', (_, deeds) => {
    expect(rules(`${FORMATTED}${deeds}`)).not.toContain('sheep-lost');
  });

  it('when one is refused and exits', () => {
    const wrongOrder = 'sheep stop 2\nrun 5s\nsheep stop 1,3\nrun 5s\nsheep start 2\nrun 5s\nsheep start 1\nrun 5s\n';
    const lost = findingsOf(`${FORMATTED}${wrongOrder}`).filter(({ rule }) => rule === 'sheep-lost');

    expect(lost.map(({ culprits }) => culprits[0]! >>> 24)).toEqual([112]);
  });
});
