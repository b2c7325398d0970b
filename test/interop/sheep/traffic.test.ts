// What a lab of ours says on its ring is what the recorded sheep 0.3.0 said on theirs: the messages of sheepdog in
// their order, each field, the octets of each message and of each datagram that carries a piece of it. The same decoder
// reads both, so that whoever has learned to read the one reads the other. Requests on TCP 7000: golden/sheep/collie.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenBytes } from '../../support/golden.ts';
import { takeSheepPort } from '../../support/sheep-port.ts';

const CLI = join(import.meta.dirname, '..', '..', '..', 'out', 'cli', 'totemlab.mjs');
const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
/** The part of a sheepdog message that is always there, and what may follow it. */
const FIXED_OCTETS = 36_912;
/** What totempg and the group "a" add to a message that is packed in front of another. */
const PACKED_OCTETS = 7;

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
let giveBack: () => Promise<void> = () => Promise.resolve();
beforeAll(async () => {
  giveBack = await takeSheepPort();
});
afterAll(async () => {
  await giveBack();
  rmSync(folder, { recursive: true, force: true });
});

interface Packet {
  readonly frame: number;
  readonly src: string;
  readonly kind: string;
  readonly length: number;
  readonly payload:
    | readonly {
        readonly frames: readonly [number, number];
        readonly length: number;
        readonly sheepdog: {
          readonly type: string;
          readonly msg_len: number;
          readonly [field: string]: unknown;
        } | null;
      }[]
    | null;
}

interface Said {
  readonly src: string;
  readonly octets: number;
  /**
   * Octets of UDP of each datagram that carries a piece. What is packed in front (a process that joins says so first,
   * and may say more before the token leaves) makes the last one longer by as much: it is taken off.
   */
  readonly datagrams: readonly number[];
  readonly message: unknown;
  readonly type: string;
}

/** Without what differs from run to run: process ids, creation times, and which network it is. */
function masked(name: string, value: unknown): unknown {
  if (['pid', 'ctime', 'nodeid', 'zone'].includes(name)) return `a ${name}`;
  return typeof value === 'string' ? value.replace(/^127\.168\./, '192.168.') : value;
}

function sheepIn(capture: string): readonly Said[] {
  const run = spawnSync(process.execPath, [CLI, 'decode', capture], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const packets = run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Packet);
  return packets.flatMap(({ src, payload }) =>
    (payload ?? []).flatMap(({ frames: [first, last], length, sheepdog }) => {
      if (sheepdog === null) return [];
      const carrying = packets.filter(
        (one) => one.frame >= first && one.frame <= last && one.kind === 'mcast' && one.src === src,
      );
      const inFront = packets
        .filter((one) => one.src === src)
        .flatMap((one) => one.payload ?? [])
        .filter((one) => one.frames[0] === first && one.frames[1] < last)
        .reduce((sum, one) => sum + one.length + PACKED_OCTETS, 0);
      expect(length).toBe(FIXED_OCTETS + sheepdog.msg_len);
      return {
        src: String(masked('src', src)),
        octets: length,
        datagrams: carrying.map((one, at) => one.length - (at === carrying.length - 1 ? inFront : 0)),
        message: JSON.parse(JSON.stringify(sheepdog, masked)) as unknown,
        type: sheepdog.type,
      };
    }),
  );
}

function recorded(scenario: string): readonly Said[] {
  const file = join(folder, `${scenario}.pcap`);
  writeFileSync(file, goldenBytes(scenario, 'bridge.pcap'));
  return sheepIn(file);
}

/** One node, then two, a format, then three, and an image. */
function ours(): readonly Said[] {
  const script = [
    'wait ring 1',
    'wait sheep 1',
    'add',
    'wait ring 2',
    'wait sheep 2',
    'wait quiet',
    '111> collie cluster format -c 2',
    'wait quiet',
    'add',
    'wait ring 3',
    'wait sheep 3',
    'wait recovered',
    'wait quiet',
    '111> collie vdi create VM1 64M',
    'wait quiet',
  ];
  const [exec, capture] = [join(folder, 'script.txt'), join(folder, 'ours.pcapng')];
  writeFileSync(exec, script.join('\n'));
  const options = [
    '--nodes',
    '1',
    '--port',
    '30605',
    '--token',
    '2000',
    '--behaviour',
    'faithful',
    '--dir',
    join(folder, 'nodes'),
  ];
  const args = [CLI, 'lab', '--json', '--exec', exec, '--capture', capture, ...options];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  expect([run.status, run.stdout.match(/"code":[1-9][^}]*/)?.[0]]).toEqual([0, undefined]);
  return sheepIn(capture);
}

describe.skipIf(why !== null)(why ?? 'sheepdog on our ring and on theirs', () => {
  it('says the same, message for message and datagram for datagram', () => {
    const said = ours();
    const joins = recorded('09-sheep-2-then-3');
    const image = recorded('10a-sheep-vdi-c2').filter(({ type }) => type === 'BLOCK' || type === 'UNBLOCK');

    expect(joins.map(({ type }) => type)).toEqual([
      'JOIN_REQUEST',
      'JOIN_RESPONSE',
      'JOIN_REQUEST',
      'JOIN_RESPONSE',
      'NOTIFY',
      'JOIN_REQUEST',
      'JOIN_RESPONSE',
    ]);
    expect(said.slice(0, joins.length)).toEqual(joins);
    const [block, unblock, ...more] = said.slice(joins.length);
    expect(more).toEqual([]);
    const sizes = ({ type, octets, datagrams }: Said): unknown => [type, octets, datagrams.length, datagrams.at(0)];
    for (const own of [block, unblock])
      expect(image.map(sizes)).toContainEqual(own === undefined ? 'nothing' : sizes(own));
  });
});
