// Encrypted captures without their keys: what sizes and times still tell is told, marked, and with low confidence; of
// healthy rings nothing is.
import { describe, expect, it } from 'vitest';
import { goldenBytes } from '../../support/golden.ts';
import { openBytes } from '../../support/open-golden.ts';

function wrongOf(scenario: string, file: string) {
  const { findings } = openBytes(goldenBytes(scenario, file)).ingest.analysis();
  return findings.filter(({ severity }) => severity !== 'info');
}

describe('without a key', () => {
  it('a death under 1.x security shows in the rhythm of the token and in who is silent', () => {
    const wrong = wrongOf('08-corosync-secauth', 'bridge.pcap');

    expect(wrong.map(({ rule, confidence }) => [rule, confidence])).toEqual([
      ['node-dead', 0.4],
      ['token-loss', 0.4],
    ]);
    for (const { says, evidence } of wrong) {
      expect(says).toMatch(/192\.168\.1\.112/);
      expect(says).toMatch(/Told from sizes and times alone/);
      expect(evidence.flatMap(({ frames }) => frames).length).toBeGreaterThan(0);
    }
    expect(wrong[1]?.because).toBe(wrong[0]?.id);
  });

  it.each(['c24-udp-aes256sha1-form3', 'c31-knet-aes256-form3'])(
    '%s, which is healthy, gives no warning',
    (scenario) => {
      expect(wrongOf(scenario, 'brA.pcap')).toEqual([]);
    },
  );
});
