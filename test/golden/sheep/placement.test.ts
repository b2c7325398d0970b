// Every object that real sheep of 0.3.0 had on their disks is where our placement says, and nothing is missing.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { addrOctets, entryText, nodeEntry } from '../../../protocol/sheep/node-entry.ts';
import { objectIdText } from '../../../protocol/sheep/object-id.ts';
import { buildHashRing, holdersOf } from '../../../protocol/sheep/placement/hash-ring.ts';
import { goldenPath, scenarios } from '../../support/golden.ts';

interface Listing {
  readonly [label: string]: {
    readonly nodes: {
      readonly [ip: string]: { readonly [file: string]: { readonly size: number; readonly md5: string } };
    };
  };
}

/** Copies that each scenario was formatted with. */
const COPIES: { readonly [scenario: string]: number } = { '10c-collie-all-commands': 3 };
const DEFAULT_COPIES = 2;

const listed = scenarios().filter((scenario) => existsSync(goldenPath(scenario, 'objects.json')));
const CASES = listed.flatMap((scenario) => {
  const listing = JSON.parse(readFileSync(goldenPath(scenario, 'objects.json'), 'utf8')) as Listing;
  return Object.entries(listing).map(([label, { nodes }]) => ({ scenario, label, nodes }));
});

/** The newest epoch and its objects, per node that took part in it. */
function newest(nodes: Listing[string]['nodes']): {
  readonly members: readonly string[];
  readonly held: ReadonlyMap<string, readonly string[]>;
} {
  const epochs = Object.values(nodes).flatMap((files) =>
    Object.keys(files).flatMap((file) => /^epoch\/(\d{8})$/.exec(file)?.[1] ?? []),
  );
  const epoch = epochs.sort().at(-1) ?? '';
  const members = Object.keys(nodes).filter((ip) => `epoch/${epoch}` in (nodes[ip] ?? {}));
  const held = new Map<string, string[]>();
  for (const ip of members)
    for (const file of Object.keys(nodes[ip] ?? {})) {
      const oid = new RegExp(`^obj/${epoch}/([0-9a-f]{16})$`).exec(file)?.[1];
      if (oid !== undefined) held.set(oid, [...(held.get(oid) ?? []), ip]);
    }
  return { members, held };
}

describe('objects of real stores', () => {
  test('are at hand', () => {
    expect(listed).toHaveLength(5);
  });

  test.each(CASES)('$scenario, $label', ({ scenario, nodes }) => {
    const { members, held } = newest(nodes);
    const ring = buildHashRing(members.map((ip) => nodeEntry(addrOctets(ip) ?? new Uint8Array(16))));
    const copies = COPIES[scenario] ?? DEFAULT_COPIES;

    const ours = [...held.keys()].map((oid) => [
      oid,
      holdersOf(ring, BigInt(`0x${oid}`), copies)
        .map((entry) => entryText(entry).replace(':7000', ''))
        .sort(),
    ]);

    expect(ours).toEqual([...held].map(([oid, ips]) => [oid, ips.toSorted()]));
    expect([...held.keys()]).toEqual([...held.keys()].map((oid) => objectIdText(BigInt(`0x${oid}`))));
  });
});
