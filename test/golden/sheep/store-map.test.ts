// The map of a store against the disks of real sheep of 0.3.0: at rest nothing is missing and nothing is left over, and
// what a change was said to move is what moved.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { labNode, type LabNodeSpec } from '../../../app/lab/cluster.ts';
import type { LabObjects } from '../../../app/lab/lab-view.ts';
import { differenceOf, labStoreMap, memberEntry, type StoreMap } from '../../../app/lab/objects/store-map.ts';
import { whatIf } from '../../../app/lab/objects/what-if.ts';
import { goldenPath } from '../../support/golden.ts';

type Files = { readonly [file: string]: { readonly size: number } };

const PORT = 7000;
const HOSTS = ['192.168.1.111', '192.168.1.112', '192.168.1.114'];
const specs: readonly LabNodeSpec[] = HOSTS.map((ip, i) => ({ ...labNode(i + 1, 'corosync-1'), ip }));
const zoneOf = (ip: string): number => {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
};

/** The stores at one moment of a scenario, as a lab would tell of them; `members` are those of the newest epoch. */
function storesAt(scenario: string, label: string, members: readonly string[], epoch: number): LabObjects {
  const listing = JSON.parse(readFileSync(goldenPath(scenario, 'objects.json'), 'utf8')) as {
    readonly [label: string]: { readonly t_ms: number; readonly nodes: { readonly [ip: string]: Files } };
  };
  const moment = listing[label];
  const stores = HOSTS.map((ip, i) => {
    const objects = Object.entries(moment?.nodes[ip] ?? {}).flatMap(([file, { size }]) => {
      const [, own, oid] = /^obj\/(\d{8})\/([0-9a-f]{16})$/.exec(file) ?? [];
      return oid === undefined ? [] : [{ oid, octets: size, epoch: Number(own) }];
    });
    return { node: i + 1, zone: zoneOf(ip), usedOctets: 0, freeOctets: 0, objects };
  });
  const epochs = [{ epoch, atMs: moment?.t_ms ?? 0, members: members.map((ip) => `${ip}:${PORT}`) }];
  return { copies: 2, epochs, vdis: [], stores };
}

const nodes = specs.map((spec) => ({ spec }));
const mapAt = (scenario: string, label: string, members: readonly string[], epoch: number): StoreMap =>
  labStoreMap(storesAt(scenario, label, members, epoch), nodes, PORT);

const [one = '', two = '', three = ''] = HOSTS;
const ADDED = '11-sheep-add-third-node';
const LOST = '12a-sheep-lose-sheep-c2';

/** ADDRESS:PORT of those who hold each object in the map's epoch. */
function holders(map: StoreMap): ReadonlyMap<string, readonly string[]> {
  return new Map(
    map.objects.map(({ oid, held }) => [
      oid,
      map.nodes.flatMap(({ address }, i) => (held?.[i] === 'now' ? [address] : [])),
    ]),
  );
}

/** Copies that lie on a node afterwards and did not before. */
function fetched(before: StoreMap, after: StoreMap): number {
  const then = holders(before);
  let count = 0;
  for (const [oid, own] of holders(after)) count += own.filter((ip) => then.get(oid)?.includes(ip) !== true).length;
  return count;
}

describe('the disks of real sheep', () => {
  it.each([
    [ADDED, '2nodes', [one, two], 1, 17],
    [ADDED, '3nodes', HOSTS, 2, 17],
    [LOST, '3nodes', HOSTS, 1, 17],
    [LOST, '2nodes', [one, three], 2, 17],
  ])('%s, %s: are as the map wants them', (scenario, label, members, epoch, count) => {
    const map = mapAt(scenario, label, members, epoch);

    expect(map.objects).toHaveLength(count);
    expect(map.objects.flatMap((object) => differenceOf(object) ?? [])).toEqual([]);
  });

  it('differ before recovery by exactly the copies that it fetches', () => {
    const before = mapAt(ADDED, '2nodes', [one, two], 1);
    const joined = mapAt(ADDED, '2nodes', HOSTS, 1);
    const after = mapAt(ADDED, '3nodes', HOSTS, 2);

    const missing = joined.objects.flatMap((object) => differenceOf(object)?.missing ?? []);

    expect(missing.length).toBe(fetched(before, after));
    expect(new Set(missing.map((place) => joined.nodes[place]?.address))).toEqual(new Set([`${three}:${PORT}`]));
  });
});

describe('what a change would move', () => {
  it('is what moved when a third node came', () => {
    const before = mapAt(ADDED, '2nodes', [one, two], 1);
    const after = mapAt(ADDED, '3nodes', HOSTS, 2);
    const entry = memberEntry(`${three}:${PORT}`, null);
    if (entry === null) throw new Error('no entry');

    const plan = whatIf(before, { kind: 'add', entry });

    const moved = [...holders(after)].filter(([oid, own]) => own.join() !== holders(before).get(oid)?.join());
    expect([...plan.oids].sort()).toEqual(moved.map(([oid]) => oid).sort());
    expect([plan.fetched, plan.lost, plan.isShort]).toEqual([fetched(before, after), 0, false]);
    expect(plan.flows.every(({ to }) => to === `${three}:${PORT}`)).toBe(true);
    expect(plan.load.get(`${three}:${PORT}`)).toBe(11);
  });

  it('is what moved when a node was lost', () => {
    const before = mapAt(LOST, '3nodes', HOSTS, 1);
    const after = mapAt(LOST, '2nodes', [one, three], 2);

    const plan = whatIf(before, { kind: 'remove', address: `${two}:${PORT}` });

    expect(plan.fetched).toBe(fetched(before, after));
    expect(plan.load).toEqual(new Map([one, three].map((ip) => [`${ip}:${PORT}`, 17])));
    expect([plan.lost, plan.isShort]).toEqual([0, false]);
  });

  it('says what is lost with the last copy, and when zones are too few', () => {
    const before = mapAt(ADDED, '3nodes', HOSTS, 2);
    const single = whatIf(before, { kind: 'copies', copies: 1 });
    const more = whatIf(before, { kind: 'copies', copies: 4 });

    // Each of 17 objects loses its second copy.
    expect([single.fetched, single.dropped, single.moved]).toEqual([0, 17, 17]);
    expect([more.isShort, more.fetched]).toEqual([true, 17]);
    const alone = mapAt(ADDED, '2nodes', [two], 1);
    const none = whatIf(alone, { kind: 'remove', address: `${two}:${PORT}` });
    expect([none.lost, none.fetched, none.isShort]).toEqual([17, 0, true]);
  });
});
