// The timeline of a real capture: what far and near views show of the same packets.
import { beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes } from '../../../support/golden.ts';
import { openBytes } from '../../../support/open-golden.ts';
import type { Ingest } from '../../../../app/session/ingest.ts';
import type { Analysis } from '../../../../app/analysis/result.ts';
import { fitted } from '../../../../renderer/canvas/time-scale.ts';
import { DensityTiles } from '../../../../renderer/panels/timeline/density.ts';
import {
  flagAt,
  GUTTER,
  layoutTimeline,
  markAt,
  timelineFacts,
  xOf,
} from '../../../../renderer/panels/timeline/layout.ts';
import { Track, TRACKS } from '../../../../renderer/state/looks.ts';
import { createNodeDirectory, type NodeDirectory } from '../../../../renderer/state/node-directory.ts';

let ingest: Ingest;
let analysis: Analysis;
let directory: NodeDirectory;

const last = (): number => ingest.store.chunks[0]?.timeNs[ingest.store.length - 1] ?? 0;
const addresses = (): string[] => Array.from({ length: 16 }, (_, i) => ingest.store.address(i));

function draw(from: number, to: number, width = 1000) {
  const { store } = ingest;
  const tiles = new DensityTiles(store, directory, true);
  return layoutTimeline({
    store,
    directory,
    analysis,
    facts: timelineFacts(analysis, directory, last()),
    tiles,
    span: { from, to },
    width,
    height: 300,
  });
}

beforeAll(() => {
  ingest = openBytes(goldenBytes('03-corosync-kill9', 'bridge.pcap')).ingest;
  analysis = ingest.analysis();
  directory = createNodeDirectory(analysis.nodes, addresses());
});

describe('lanes', () => {
  it('are the nodes, by the end of their address', () => {
    expect(draw(0, last()).lanes.map(({ label }) => label)).toEqual(['.111', '.112', '.114']);
  });

  it('end the state of a killed node where the ring went on without it', () => {
    const killed = draw(0, last()).stretches.filter(({ lane, state }) => lane === 2 && state === 'operational');

    expect(killed).toHaveLength(2);
    expect((killed[0]?.to ?? 0) / 1e9).toBeLessThan(5);
    expect((killed[1]?.from ?? 0) / 1e9).toBeGreaterThan(7);
  });
});

describe('packets', () => {
  it('have a mark each when few are in view, and the token a path', () => {
    const { marks, path, densities } = draw(2.5e9, 3.2e9);

    expect(densities).toEqual([]);
    expect(marks.length).toBeGreaterThan(10);
    expect(path.some(({ isBroken }) => isBroken)).toBe(true);
    const mark = marks[3];
    expect(mark === undefined ? null : markAt(draw(2.5e9, 3.2e9), mark.x + 2, mark.y, 9)?.row).toBe(mark?.row);
  });

  it('are all counted in the densities of any resolution', () => {
    const tiles = new DensityTiles(ingest.store, directory, true);
    const sum = (resolution: number): number => {
      const bins = Math.ceil((last() + 1) / resolution);
      return tiles.counts(resolution, 0, bins).reduce((total, count) => total + count, 0);
    };

    expect(sum(2 ** 24)).toBe(sum(2 ** 30));
    expect(sum(2 ** 30)).toBeGreaterThan(760);
  });

  it('are counted on the track of their kind', () => {
    const tiles = new DensityTiles(ingest.store, directory, true);
    const counts = tiles.counts(2 ** 34, 0, 1);
    const tokens = [0, 1, 2].reduce((total, lane) => total + (counts[lane * TRACKS + Track.TOKEN] ?? 0), 0);

    expect(tokens).toBe(analysis.packets.byKind['orf_token']);
  });
});

describe('findings', () => {
  it('have a flag each, unless one would hide another: then the gravest', () => {
    const near = draw(0, last());
    const far = draw(-1e12, 1e12);

    expect(near.flags.length).toBe(analysis.findings.length);
    expect(far.flags.map(({ severity }) => severity)).toEqual(['failure']);
    const [flag] = far.flags;
    expect(flagAt(far, (flag?.x ?? 0) + 3, far.bands.findings + 4)?.id).toBe(flag?.id);
  });
});

it('fits the capture between the gutter and the edge', () => {
  const span = fitted({ from: 0, to: last() });

  expect(xOf(span, 1000, 0)).toBeGreaterThan(GUTTER);
  expect(xOf(span, 1000, last())).toBeLessThan(1000);
});
