// What captures tell of a store, against the disks of the real sheep: members, epochs, and every object that is there.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenBytes, goldenPath } from '../../support/golden.ts';
import { openBytes } from '../../support/open-golden.ts';

/** Objects of the newest epoch on the disks at the end of a scenario. */
function onDisks(scenario: string): readonly string[] {
  const listing = JSON.parse(readFileSync(goldenPath(scenario, 'objects.json'), 'utf8')) as {
    readonly [label: string]: { readonly nodes: { readonly [ip: string]: object } };
  };
  const files = Object.values(Object.values(listing).at(-1)?.nodes ?? {}).flatMap((own) => Object.keys(own));
  const found = files.flatMap((file) => /^obj\/(\d{8})\/([0-9a-f]{16})$/.exec(file)?.slice(1) ?? []);
  const newest = found
    .filter((_, i) => i % 2 === 0)
    .sort()
    .at(-1);
  return [...new Set(found.filter((_, i) => i % 2 === 1 && found[i - 1] === newest))].sort();
}

describe('a capture of a store', () => {
  it.each([
    ['11-sheep-add-third-node', 2, 3],
    ['12a-sheep-lose-sheep-c2', 2, 2],
  ])('%s: ends in epoch %i with %i members, and names every object on the disks', (scenario, epoch, members) => {
    const cluster = openBytes(goldenBytes(scenario, 'bridge.pcap')).ingest.analysis().sheepdog;
    const last = cluster?.history.at(-1);

    expect([last?.epoch, last?.members.length, last?.copies]).toEqual([epoch, members, 2]);
    expect(Array.from(cluster?.objects.oid ?? [], (oid) => oid.toString(16).padStart(16, '0')).sort()).toEqual(
      onDisks(scenario),
    );
  });
});
