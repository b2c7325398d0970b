// Who heard whom in real captures: a node that multicast does not reach, and a ring where all is well.
import { describe, expect, it } from 'vitest';
import {
  edgesOf,
  LinkCounter,
  rotationBars,
  verdictOfLink,
} from '../../../../../renderer/panels/links/connectivity.ts';
import { createNodeDirectory } from '../../../../../renderer/state/node-directory.ts';
import { goldenBytes } from '../../../../support/golden.ts';
import { openBytes } from '../../../../support/open-golden.ts';

// A storm of 78,000 packets is opened and analysed; how long that takes is the machine's affair.

function matrixOf(
  scenario: string,
  file: string,
  span: { readonly from: number; readonly to: number } | null = null,
): { readonly words: readonly string[]; readonly rotations: number; readonly hops: readonly string[] } {
  const { ingest } = openBytes(goldenBytes(scenario, file));
  const { nodes, requests } = ingest.analysis();
  const { table } = ingest;
  const addresses: string[] = [];
  for (let id = 0; id === 0 || table.address(id) !== ''; id++) addresses.push(table.address(id));
  const directory = createNodeDirectory(nodes, addresses);
  const counter = new LinkCounter(table, directory, span);
  // In portions, as the panel counts.
  while (!counter.count(1000));
  const links = counter.finish(requests);
  const hops = edgesOf(links).map(({ from, to, hops: count }) => `${from + 1}→${to + 1} ${count}`);
  const words = links.flatMap((row, from) =>
    row.flatMap(({ unicast, multicast }, to) =>
      from === to ? [] : [`${from + 1}→${to + 1} ${verdictOfLink(unicast)}, ${verdictOfLink(multicast)}`],
    ),
  );
  return { words, hops, rotations: rotationBars(table, directory, span).reduce((sum, count) => sum + count, 0) };
}

describe('links', () => {
  it('show the node that hears the token and no multicast', () => {
    const { words, rotations } = matrixOf('c31-udp-mcast-blocked', 'brA.pcap.gz');

    // Node 3 multicasts nothing of its own while node 2 is deaf.
    expect(words.filter((word) => word.includes('not heard'))).toEqual(['1→2 heard, not heard']);
    expect(rotations).toBeGreaterThan(1000);
  });

  it('show no deafness in a ring where all is well', () => {
    const { words } = matrixOf('c31-udp-form3', 'brA.pcap');

    expect(words.filter((word) => word.includes('not heard'))).toEqual([]);
    expect(words.filter((word) => word.includes(' heard'))).not.toEqual([]);
  });

  it('are those of a stretch of time: all is heard before the multicast is blocked', () => {
    const whole = matrixOf('c31-udp-mcast-blocked', 'brA.pcap.gz');
    const before = matrixOf('c31-udp-mcast-blocked', 'brA.pcap.gz', { from: 0, to: 2e9 });

    expect(before.words.filter((word) => word.includes('not heard'))).toEqual([]);
    expect(before.words).toContain('1→2 heard, heard');
    expect(before.rotations).toBeLessThan(whole.rotations);
    expect(before.rotations).toBeGreaterThan(0);
    expect(before.hops.map((hop) => hop.split(' ')[0])).toEqual(['1→2', '2→3', '3→1']);
  });

  it('count hops as the analysis of the whole capture does', () => {
    const { ingest } = openBytes(goldenBytes('c31-udp-form3', 'brA.pcap'));
    const { edges } = ingest.analysis().rotation;

    expect(matrixOf('c31-udp-form3', 'brA.pcap').hops).toEqual(
      edges.map(({ from, to, hops }) => `${from}→${to} ${hops}`).sort(),
    );
  });
});
