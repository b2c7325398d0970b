// Our collie against our sheep says what the real ones said: every command of the recorded scenarios is repeated at its
// time, against a cluster that is started, grown and shrunk as theirs was; and the disks then hold the same files.
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../protocol/base/bytes.ts';
import { sheepHeaderJson } from '../../../protocol/sheep/tcp-headers.ts';
import { goldenBytes } from '../../support/golden.ts';
import { requestsIn } from '../../support/capture-requests.ts';
import { json, masked, replay, shortened, withoutSum, type Listing } from '../../support/sheep/replay.ts';
import type { World } from '../../support/sheep/world.ts';

const SCENARIOS = [
  '09-sheep-2-then-3',
  '10a-sheep-vdi-c2',
  '10c-collie-all-commands',
  '11-sheep-add-third-node',
  '12a-sheep-lose-sheep-c2',
];

/** An epoch file's octets without the time at its end; nothing of other files. */
const withoutTime = (path: string, hex: string): string => (path.startsWith('epoch/') ? ` ${hex.slice(0, -16)}` : '');

/** The files of a node's store, without what only one of both writes: logs, and journals that wait to be used again. */
function filesOf(world: World, last: number): readonly string[] {
  const { disk } = world.node(last);
  return disk
    .paths()
    .filter((path) => !path.startsWith('journal/'))
    .map((path) => {
      const octets = disk.octets(path) ?? new Uint8Array(0);
      return `${path} ${octets.length}${withoutTime(path, path.startsWith('epoch/') ? toHex(octets) : '')}`;
    });
}

describe.each(['sound', 'faithful'] as const)('%s sheep', (behaviour) => {
  test.each(SCENARIOS)('%s', (scenario) => {
    const stores: string[][] = [];
    const expected: string[][] = [];
    const listings = json<{ [label: string]: Listing }>(scenario, 'objects.json');

    const replayed = replay(scenario, behaviour, (label, world) => {
      for (const [ip, files] of Object.entries(listings[label]?.nodes ?? {})) {
        const known = Object.entries(files).filter(([path]) => path !== 'sheep.log');
        stores.push([`${label} ${ip}`, ...filesOf(world, Number(ip.split('.').at(-1)))]);
        expected.push([
          `${label} ${ip}`,
          ...known.map(([path, { size, hex = '' }]) => `${path} ${size}${withoutTime(path, hex)}`).sort(),
        ]);
      }
    });
    const ours = replayed.map(({ command, ran }) => [
      command.cmd,
      ran?.code ?? 'hangs',
      masked(withoutSum(shortened(ran?.stdout ?? new Uint8Array(0), command.stdout)), command.cmd),
      ran?.stderr ?? '',
    ]);
    const theirs = replayed.map(({ command }) => [
      command.cmd,
      command.rc,
      masked(withoutSum(command.stdout), command.cmd),
      command.stderr,
    ]);

    expect(ours).toEqual(theirs);
    expect(stores).toEqual(expected);
  });
});

test('our collie asks what the real one asked, header by header', () => {
  const REMOVE_OBJ = 'REMOVE_OBJ';
  const told = (header: Parameters<typeof sheepHeaderJson>[0]): unknown => {
    // The clock's.
    return { ...sheepHeaderJson(header), ctime: null };
  };
  const theirs = requestsIn(goldenBytes('10c-collie-all-commands', 'lo-111.pcap')).map(told);

  const ours = replay('10c-collie-all-commands', 'faithful', () => undefined).flatMap(({ requests }) =>
    requests.filter(({ host }) => host === 'localhost' || host === '192.168.1.111').map(({ header }) => told(header)),
  );

  // Deleted data is removed by the sheep, over the same interface.
  expect(ours).toEqual(theirs.filter((header) => (header as { opcode: unknown }).opcode !== REMOVE_OBJ));
});
