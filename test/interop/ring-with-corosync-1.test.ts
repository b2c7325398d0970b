// Our node in the dialect of Corosync 1 as a member of a ring of real 1.4 daemons. Distributions have it no more: the
// environment variable TOTEM_LAB_COROSYNC_1 names where one is installed (sbin/, lib/, include/); skipped without.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { whyNoClient, whyNoLab } from '../../main/node/lab/corosync/availability.ts';
import { CpgClient } from '../../main/node/lab/corosync/cpg-client.ts';
import type { Daemon } from '../../main/node/lab/corosync/daemon.ts';
import { CorosyncLab, nodeIdOf } from '../support/corosync-lab/lab.ts';
import { OurNode } from '../support/corosync-lab/our-node.ts';
import { until } from '../support/lab/until.ts';

const prefix = process.env['TOTEM_LAB_COROSYNC_1'] ?? null;
const why =
  prefix === null
    ? 'TOTEM_LAB_COROSYNC_1 names no installed Corosync 1.4: no ring with it is tried'
    : (whyNoLab(`${prefix}/sbin/corosync`) ?? whyNoClient());
const TOKEN = 2000;
/** The longest message that real nodes of 1.4 can queue. */
const LONGEST = 1_025_811;

interface Ring {
  readonly lab: CorosyncLab;
  readonly real: readonly [Daemon, Daemon];
  readonly ours: OurNode;
  readonly ids: readonly number[];
}

const open: { readonly ring: Ring; readonly directory: string }[] = [];

/** Two real nodes and ours with the number given: the lowest address is the representative's. */
async function makeRing(ourNumber: 1 | 3): Promise<Ring> {
  const directory = mkdtempSync(join(tmpdir(), 'totemlab-ring-'));
  const build = { generation: 1, daemon: `${prefix}/sbin/corosync`, map: `${prefix}/sbin/corosync-objctl` } as const;
  const lab = new CorosyncLab({ directory, transport: 'udp', token: TOKEN, build });
  const hosts = [1, 2, 3].map((number) => lab.network.addHost(number, ['A']));
  const [first, second] = hosts.filter(({ number }) => number !== ourNumber).map((host) => lab.addDaemon(host, []));
  const host = hosts.find(({ number }) => number === ourNumber);
  if (first === undefined || second === undefined || host === undefined) throw new Error('no hosts');
  const nodes = new Map(hosts.map(({ number, addresses }) => [number, addresses[0] ?? '']));
  const ours = new OurNode({ host, directory, nodes, transport: 'udp', token: TOKEN, dialect: 'corosync-1' });
  const ids = hosts.map((each) => (each === host ? ourNumber : nodeIdOf(build, each)));
  const ring: Ring = { lab, real: [first, second], ours, ids };
  open.push({ ring, directory });
  await lab.form(ring.real);
  ours.start();
  await whole(ring);
  return ring;
}

async function whole({ real, ours, ids }: Ring): Promise<void> {
  for (const daemon of real) await daemon.waitMembers(ids);
  await ours.waitMembers(ids);
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
const completed = (daemon: Daemon): number => count(daemon.log(), /Completed service synchronization/g);

afterEach(async () => {
  for (const { ring, directory } of open.splice(0)) {
    await ring.ours.kill();
    await ring.lab.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

describe.skipIf(why !== null)(why ?? 'a ring with real daemons of 1.4', () => {
  beforeAll(() => {
    process.env['LD_LIBRARY_PATH'] = `${prefix}/lib`;
  });

  it.each([
    [3, 'an ordinary member'],
    [1, 'the representative'],
  ] as const)(
    'as node %i, %s: synchronises, exchanges messages in one order, dies and returns',
    async (number: 1 | 3, _what: string) => {
      const ring = await makeRing(number);
      const { real, ours, ids } = ring;
      const [one, two] = real;
      const before = real.map(completed);
      expect(before.every((times) => times > 0)).toBe(true);
      const listed = spawnSync('nsenter', one.beside(`${prefix}/sbin/corosync-cpgtool`, '-e'), { encoding: 'utf8' });
      expect(listed.stdout).toMatch(new RegExp(`\\s${number} \\(`));

      const listener = new CpgClient(one, { prefix: prefix ?? '', prints: true, reads: true });
      await until('the listener is in the group', () => listener.events.length > 0);
      const sizes = [1, 100, 1368, 1369, 3000, 100_000, LONGEST];
      for (const size of sizes) ours.say('x'.repeat(size));
      const load = new CpgClient(two, { prefix: prefix ?? '', rate: 20, size: 300_000, seconds: 0.3, linger: 2 });
      const sent = Number((await load.done())?.['sent']);
      const atReal = (): readonly string[] =>
        listener.events.flatMap(({ event, node, length }) => (event === 'message' ? [`${node}:${length}`] : []));
      const atOurs = (): readonly string[] =>
        ours.events.flatMap(({ event, from, length }) =>
          event === 'deliver' ? [`${(from as { nodeid: number }).nodeid}:${length}`] : [],
        );
      await until('all is everywhere', () => atOurs().length === sizes.length + sent);
      await until('all is at the listener', () => atReal().length === atOurs().length);
      expect(sent).toBeGreaterThan(0);
      expect(atReal()).toEqual(atOurs());
      expect(atOurs().filter((line) => line.startsWith(`${number}:`))).toEqual(
        sizes.map((size) => `${number}:${size}`),
      );
      expect(real.map(completed)).toEqual(before);

      await ours.kill();
      for (const daemon of real) await daemon.waitMembers(ids.filter((id) => id !== number));
      expect(one.log()).toMatch(/chosen downlist: .*members\(old:3 left:1\)/);
      const gone = listener.events.findLast(({ event }) => event === 'members');
      expect(gone?.['left']).toEqual([number]);
      ours.start();
      await whole(ring);
      await two.kill();
      await ours.waitMembers(ids.filter((id) => id !== two.id));
      two.start();
      await whole(ring);
      await ours.stop();
      for (const daemon of real) await daemon.waitMembers(ids.filter((id) => id !== number));
      await listener.close();
    },
  );
});
