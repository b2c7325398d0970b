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

describe('12a-sheep-lose-sheep-c2', () => {
  const { findings } = openBytes(goldenBytes('12a-sheep-lose-sheep-c2', 'bridge.pcap')).ingest.analysis();
  const lost = findings.find(({ rule }) => rule === 'sheep-lost');

  it('says that a sheep ended at its time, that the ring stayed whole, and from when until when was recovered', () => {
    // truth.json: SIGTERM to the sheep of .112 at 24.39 s; then the disks of the others have 11 objects more.
    expect(((lost?.time ?? 0) / 1e9).toFixed(1)).toBe('24.4');
    expect(lost?.says).toContain('ring 1862379712:12 of 3 stayed whole, no token was lost');
    expect(lost?.says).toContain('epoch 2 with 192.168.1.111:7000 and 192.168.1.114:7000');
    expect(lost?.says).toContain('Recovery begins at 24.42 s and ends at 24.74 s: 11 answers');
  });

  it('proves it by the leave of the group, a token of the node, closed and refused connections, and recovery', () => {
    expect(lost?.evidence.map(({ frames }) => frames.length)).toEqual([1, 1, 4, 6, 2]);
    expect(lost?.evidence[0]?.frames).toEqual([4358]);
    expect(lost?.evidence[2]?.frames).toEqual([4352, 4353, 4354, 4355]);
  });
});
