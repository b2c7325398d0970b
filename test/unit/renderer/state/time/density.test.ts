// Counting packets into bins: every packet once, whatever the resolution, the order of counting and the blocks.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Analysis } from '../../../../../app/analysis/result.ts';
import type { Ingest } from '../../../../../app/session/ingest.ts';
import { rowAt } from '../../../../../app/store/packet-store.ts';
import type { CaptureNs } from '../../../../../protocol/base/brand.ts';
import { Track, TRACK_OF_KIND, TRACKS } from '../../../../../renderer/state/looks.ts';
import { createNodeDirectory, type NodeDirectory } from '../../../../../renderer/state/node-directory.ts';
import { Density, laneOf, TILE_BINS } from '../../../../../renderer/state/time/density.ts';
import { goldenBytes } from '../../../../support/golden.ts';
import { openBytes } from '../../../../support/open-golden.ts';

let ingest: Ingest;
let analysis: Analysis;
let directory: NodeDirectory;

beforeAll(() => {
  ingest = openBytes(goldenBytes('10a-sheep-vdi-c2', 'bridge.pcap')).ingest;
  analysis = ingest.analysis();
  const addresses = Array.from({ length: 32 }, (_, i) => ingest.store.address(i));
  directory = createNodeDirectory(analysis.nodes, addresses);
});

const last = (): number => ingest.store.chunks[0]?.timeNs[ingest.store.length - 1] ?? 0;

/** The same, counted packet by packet. */
function plainly(resolution: number, bins: number): Uint32Array {
  const cells = directory.nodes.length * TRACKS;
  const counts = new Uint32Array(bins * cells);
  const { store } = ingest;
  for (let bin = 0; bin < bins; bin++) {
    const end = rowAt(store, ((bin + 1) * resolution) as CaptureNs);
    for (let row = rowAt(store, (bin * resolution) as CaptureNs); row < end; row++) {
      const { kind, src, sender } = store.chunks[0]!;
      const track = TRACK_OF_KIND[kind[row]!]!;
      const lane = laneOf(directory, src[row]!, sender[row]!);
      if (track >= 0 && lane >= 0) counts[bin * cells + lane * TRACKS + track]!++;
    }
  }
  return counts;
}

describe('counts', () => {
  it.each([2 ** 24, 2 ** 28, 2 ** 31, 2 ** 36])('of bins of %i ns are those of the packets', (resolution) => {
    const density = new Density(ingest.store, directory, true);
    density.prepare(ingest.store.length);
    const bins = Math.min(3 * TILE_BINS, Math.ceil((last() + 1) / resolution));

    expect(density.counts(resolution, 0, bins)).toEqual(plainly(resolution, bins));
  });

  it('grow with what is prepared, and end the same', () => {
    const density = new Density(ingest.store, directory, true);
    const resolution = 2 ** 30;
    const bins = Math.ceil((last() + 1) / resolution);
    const sum = (): number => density.counts(resolution, 0, bins).reduce((all, count) => all + count, 0);
    const sums: number[] = [];
    while (!density.prepare(700)) sums.push(sum());

    expect(sums.length).toBeGreaterThan(1);
    for (const [i, value] of sums.entries()) expect(value).toBeGreaterThan(i === 0 ? 0 : (sums[i - 1] ?? 0));
    expect(density.counts(resolution, 0, bins)).toEqual(plainly(resolution, bins));
  });

  it('stand on the track of their kind', () => {
    const density = new Density(ingest.store, directory, true);
    density.prepare(ingest.store.length);
    const counts = density.counts(2 ** 40, 0, 1);
    const tokens = directory.nodes.reduce((sum, _, lane) => sum + (counts[lane * TRACKS + Track.TOKEN] ?? 0), 0);

    expect(tokens).toBe(analysis.packets.byKind['orf_token']);
  });
});
