// Our node as a member of a ring of real Corosync 3.1 daemons, over udp and over udpu, as an ordinary member and as the
// representative. What real nodes say of the ring is the truth. Needs root and Corosync, says so and skips elsewhere.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { whyNoClient, whyNoLab } from '../../main/node/lab/corosync/availability.ts';
import { CpgClient, type ClientEvent } from '../../main/node/lab/corosync/cpg-client.ts';
import type { Daemon } from '../../main/node/lab/corosync/daemon.ts';
import { CorosyncLab } from '../support/corosync-lab/lab.ts';
import { OurNode } from '../support/corosync-lab/our-node.ts';
import { sleep } from '../../main/node/lab/corosync/shell.ts';
import { until } from '../support/lab/until.ts';

const why = whyNoLab() ?? whyNoClient();
/** Longer than a node waits for its turn on a busy machine. */
const TOKEN = 3000;

interface Ring {
  readonly lab: CorosyncLab;
  /** In order of their ids. */
  readonly real: readonly [Daemon, Daemon];
  readonly ours: OurNode;
  readonly ids: readonly number[];
}

const open: { readonly ring: Ring; readonly directory: string }[] = [];

afterEach(async () => {
  for (const { ring, directory } of open.splice(0)) {
    await ring.ours.kill();
    await ring.lab.close();
    rmSync(directory, { recursive: true, force: true });
  }
});

/** Two real nodes and ours with the number given; nothing runs yet. */
function makeRing(transport: 'udp' | 'udpu', ourNumber: 1 | 3): Ring {
  const directory = mkdtempSync(join(tmpdir(), 'totemlab-ring-'));
  const lab = new CorosyncLab({ directory, transport, token: TOKEN });
  const hosts = [1, 2, 3].map((number) => lab.network.addHost(number, ['A']));
  const all = hosts.map(({ number, addresses }) => ({ id: number, addresses }));
  const [first, second] = hosts.filter(({ number }) => number !== ourNumber).map((host) => lab.addDaemon(host, all));
  const host = hosts.find(({ number }) => number === ourNumber);
  if (first === undefined || second === undefined || host === undefined) throw new Error('no hosts');
  const nodes = new Map(all.map(({ id, addresses }) => [id, addresses[0] ?? '']));
  const ours = new OurNode({ host, directory, nodes, transport, token: TOKEN });
  const ring: Ring = { lab, real: [first, second], ours, ids: [1, 2, 3] };
  open.push({ ring, directory });
  return ring;
}

async function whole({ lab, real, ours, ids }: Ring): Promise<void> {
  for (const daemon of real) await daemon.waitMembers(ids);
  await ours.waitMembers(ids);
  lab.tell('whole');
}

async function formed(ring: Ring): Promise<void> {
  await ring.lab.form(ring.real);
  ring.ours.start();
  await whole(ring);
}

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;
const memberships = (daemon: Daemon): number => count(daemon.log(), /A new membership/g);
const tokensLost = (daemon: Daemon): number => count(daemon.log(), /Token has not been received|token was lost/gi);

function tool(daemon: Daemon, command: string, ...args: string[]): string {
  return spawnSync('nsenter', daemon.beside(command, ...args), { encoding: 'utf8', timeout: 5000 }).stdout;
}

/** A message as all members tell of it: its sender, its length, how it starts. */
const said = (node: unknown, length: unknown, text: unknown): string =>
  `${node}:${length}:${String(text).slice(0, 40)}`;
const ofReal = (events: readonly ClientEvent[]): string[] =>
  events.filter(({ event }) => event === 'message').map(({ node, length, text }) => said(node, length, text));
const ofOurs = ({ events }: OurNode): string[] =>
  events
    .filter(({ event }) => event === 'deliver')
    .map(({ from, length, text, hex }) =>
      said((from as { nodeid: number }).nodeid, length, text ?? Buffer.from(String(hex), 'hex')),
    );

/** What the client of the lab sends as a message of its own: who, the how manyth, and filling. */
const loadText = (node: unknown, i: number, size: number): string => `${node}:${i} `.slice(0, size).padEnd(size, 'x');
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
function fnv(text: string): number {
  let hash = 2166136261;
  for (const octet of Buffer.from(text)) hash = Math.imul(hash ^ octet, 16777619) >>> 0;
  return hash;
}

describe.skipIf(why !== null)(why ?? 'a ring with real daemons', () => {
  describe.each(['udp', 'udpu'] as const)('over %s', (transport) => {
    it.each([
      [3, 'an ordinary member'],
      [1, 'the representative'],
    ] as const)('as node %i, %s: real nodes synchronise with it and list it', async (number: 1 | 3, _what: string) => {
      const ring = makeRing(transport, number);
      await formed(ring);
      const [one] = ring.real;
      const before = ring.real.map(memberships);
      await sleep(4000);

      expect(one.log()).toMatch(/Completed service synchronization, ready to provide service/);
      expect(tool(one, 'corosync-quorumtool', '-l')).toMatch(new RegExp(`^\\s+${number}\\s+1 n${number}`, 'm'));
      expect(tool(one, 'corosync-quorumtool', '-s')).toMatch(/Total votes:\s+3/);
      await until('cpgtool lists our process', () =>
        new RegExp(`\\s${number} \\(`).test(tool(one, 'corosync-cpgtool', '-e')),
      );
      expect(ring.real.map(memberships)).toEqual(before);
      expect(ring.real.map(tokensLost)).toEqual([0, 0]);
    });

    it('brings messages of 1 octet to 1 MiB both ways, in one order at all', async () => {
      const ring = makeRing(transport, 3);
      await formed(ring);
      const { lab, real, ours } = ring;
      const listeners = real.map((daemon) => lab.client(daemon, { prints: true, reads: true }));
      await until('all are in the group', () =>
        listeners.every(
          ({ events }) =>
            (events.findLast(({ event }) => event === 'members')?.['members'] as number[] | undefined)?.length === 3,
        ),
      );
      const [before, lost] = [real.map(memberships), real.map(tokensLost)];

      const sizes = [1, 10, 100, 1000, 1400, 1410, 3000, 10_000, 64_000, 65_536, 100_000, 1_000_000, 1_048_576];
      for (const [i, size] of sizes.entries()) ours.say(`${i}:ours:`.padEnd(size, 'o').slice(0, size));
      const loads = sizes
        .filter((size) => size <= 1_000_000)
        .map(
          (size, i) =>
            new CpgClient(real[i % 2] ?? real[0], { rate: 20, size, seconds: size > 50_000 ? 0.1 : 0.3, linger: 2 }),
        );
      for (const load of loads) await load.done();
      const everywhere = (): readonly (readonly string[])[] => [
        ofOurs(ours),
        ...listeners.map(({ events }) => ofReal(events)),
      ];
      await until(
        'all of ours came back',
        () => ofOurs(ours).filter((text) => text.startsWith('3:')).length === sizes.length,
      );
      await until('all heard as much', () => new Set(everywhere().map(({ length }) => length)).size === 1);

      const [atOurs = [], ...atReal] = everywhere();
      expect(atOurs.filter((text) => text.startsWith('3:')).map((text) => Number(text.split(':')[1]))).toEqual(sizes);
      for (const list of atReal) expect(list).toEqual(atOurs);
      // To the last octet, both ways.
      const whole = (i: number): string => `${i}:ours:`.padEnd(sizes[i] ?? 0, 'o').slice(0, sizes[i]);
      for (const { events } of listeners)
        expect(
          events.filter(({ node }) => node === 3).flatMap(({ fnv: sum }) => (sum === undefined ? [] : [sum])),
        ).toEqual(sizes.map((_, i) => fnv(whole(i))));
      const first = ours.events.filter(
        ({ event, length, text }) => event === 'deliver' && length === 1_000_000 && /^[12]:0 /.test(String(text)),
      );
      expect(first.map(({ sha256: sum }) => sum)).toEqual(
        first.map(({ from }) => sha256(loadText((from as { nodeid: number }).nodeid, 0, 1_000_000))),
      );
      expect(first.length).toBeGreaterThan(0);
      expect(real.map(memberships)).toEqual(before);
      expect(real.map(tokensLost)).toEqual(lost);
    });

    it('leaves cleanly, and sees a real node leave cleanly, without a token lost', async () => {
      const ring = makeRing(transport, 3);
      await formed(ring);
      const { real, ours } = ring;
      const [one, two] = real;

      const atFirst = tokensLost(one);
      await ours.stop();
      await one.waitMembers([1, 2]);
      const afterOurs = one.log();
      expect(tokensLost(one)).toBe(atFirst);
      ours.start();
      await whole(ring);
      const again = tokensLost(one);
      await two.stop();
      await one.waitMembers([1, 3]);
      await ours.waitMembers([1, 3]);

      expect(afterOurs).toMatch(/Members left: 3/);
      expect(one.log()).not.toMatch(/Failed to receive the leave message/);
      expect(tokensLost(one)).toBe(again);
    });

    it('survives the death of a real node, and is missed when it dies; both come back', async () => {
      const ring = makeRing(transport, 3);
      await formed(ring);
      const { real, ours } = ring;
      const [one, two] = real;

      await two.kill();
      await one.waitMembers([1, 3]);
      await ours.waitMembers([1, 3]);
      two.start();
      await whole(ring);
      await ours.kill();
      await one.waitMembers([1, 2]);
      const log = one.log();
      ours.start();
      await whole(ring);

      expect(log).toMatch(/Failed to receive the leave message\. failed: 3/);
    });

    it('loses a share of what comes to it, and asks again without a change of members', async () => {
      const ring = makeRing(transport, 3);
      await formed(ring);
      const { lab, real, ours } = ring;
      const listener = lab.client(real[0], { prints: true, reads: true });
      await until('the listener is in the group', () => listener.events.length > 0);
      const before = real.map(memberships);

      const loss = lab.fault('loss', 3, () => ours.host.dropIn('udp dport 5405 numgen random mod 100 < 5'));
      const load = new CpgClient(real[1], { rate: 200, size: 500, seconds: 5, linger: 2 });
      for (let i = 0; i < 200; i++) ours.say(`${i} from ours`);
      const done = await load.done();
      loss.lift();
      await until('all is everywhere', () => ofOurs(ours).length === Number(done?.['sent']) + 200);
      await until('all is at the listener', () => ofReal(listener.events).length === ofOurs(ours).length);

      expect(ofReal(listener.events)).toEqual(ofOurs(ours));
      expect(real.map(memberships)).toEqual(before);
    });

    it('is cut off, forms a ring of its own, and merges again', async () => {
      const ring = makeRing(transport, 3);
      await formed(ring);
      const { lab, real, ours } = ring;

      const cut = lab.fault('partition', 3, () => ours.host.cablePull());
      await real[0].waitMembers([1, 2]);
      await ours.waitMembers([3]);
      cut.lift();
      await whole(ring);
      ours.say('after the merge');
      await until('a message comes back', () => ofOurs(ours).some((text) => text.includes('after the merge')));

      expect(ours.complaints).toBe('');
    });
  });
});
