// Who heard whom in real captures: a node that multicast does not reach, and a ring where all is well.
import { describe, expect, it } from 'vitest';
import { LinkCounter, rotationBars, verdictOfLink } from '../../../../../renderer/panels/links/connectivity.ts';
import { createNodeDirectory } from '../../../../../renderer/state/node-directory.ts';
import { goldenBytes } from '../../../../support/golden.ts';
import { openBytes } from '../../../../support/open-golden.ts';

function matrixOf(scenario: string, file: string): { readonly words: readonly string[]; readonly rotations: number } {
  const { ingest } = openBytes(goldenBytes(scenario, file));
  const { nodes, requests } = ingest.analysis();
  const { table } = ingest;
  const addresses: string[] = [];
  for (let id = 0; id === 0 || table.address(id) !== ''; id++) addresses.push(table.address(id));
  const directory = createNodeDirectory(nodes, addresses);
  const counter = new LinkCounter(table, directory);
  // In portions, as the panel counts.
  while (!counter.count(1000));
  const words = counter
    .finish(requests)
    .flatMap((row, from) =>
      row.flatMap(({ unicast, multicast }, to) =>
        from === to ? [] : [`${from + 1}→${to + 1} ${verdictOfLink(unicast)}, ${verdictOfLink(multicast)}`],
      ),
    );
  return { words, rotations: rotationBars(table, directory).reduce((sum, count) => sum + count, 0) };
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
});
