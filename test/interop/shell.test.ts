// The shell of a node as the report's student typed it in 2012: every command, with what it prints. Needs Linux, no
// right.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeSheepPort } from '../support/sheep-port.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const IDS = [1_862_379_647, 1_879_156_863, 1_912_711_295];
let folder = '';

interface Answer {
  readonly line: string;
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

function runLab(script: readonly string[], ...options: readonly string[]): ReadonlyMap<string, Answer> {
  const file = join(folder, 'script.txt');
  writeFileSync(file, script.join('\n'));
  const args = [CLI, 'lab', '--json', '--exec', file, '--port', '30605', '--token', '2000', ...options];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const lines = run.stdout.split('\n').filter((line) => line.startsWith('{"event":"line"'));
  return new Map(lines.map((line) => JSON.parse(line) as Answer).map((answer) => [answer.line, answer]));
}

let answers: ReadonlyMap<string, Answer> = new Map();
const out = (line: string): string => {
  const found = answers.get(line);
  return found === undefined ? `${line} was not answered` : found.out + found.err;
};

const SCRIPT = [
  '111> collie node list # early',
  'wait sheep 3',
  '111> corosync-cfgtool -s',
  `111> corosync-cfgtool -a ${IDS[1]}`,
  '111> corosync-objctl | grep members',
  '111> corosync-cpgtool',
  '111> corosync-quorumtool',
  '111> corosync-cmapctl',
  '111> collie cluster format -c 2',
  '111> collie vdi create test 2G',
  '112> qemu-img create sheepdog:vm1 1G',
  '111> collie vdi list | wc -l',
  '112> ls -la /mnt/sheepdog/data',
  '112> ls -la /mnt/sheepdog/data/obj/00000001/ | wc -l',
  '112> du -h /mnt/sheepdog/data/',
  '112> tail -n 1 /var/log/cluster/corosync.log',
  '112> tail -n 1 /var/log/corosync.log',
  '112> tail sheep.log',
  '112> service sheepdog status',
  '112> pidof sheep | wc -l',
  '112> pkill sheep',
  'wait 1',
  '112> service sheepdog status # ended',
  '112> rm -rf /mnt/sheepdog/data',
  '112> ls /mnt/sheepdog/data',
  '112> sheep -h',
  '112> sheep /mnt/sheepdog/data',
  'wait sheep 3 # again',
  '112> service sheepdog stop',
  '114> service corosync stop',
  '114> service corosync status',
  '114> collie node list',
  '114> service corosync start',
  '111> kill -9 corosync',
  '111> corosync-cfgtool -s # killed',
  '111> help',
  'remove 2',
] as const;

describe.skipIf(why !== null)(why ?? 'the shell of a node', () => {
  beforeAll(async () => {
    const giveBack = await takeSheepPort();
    folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
    answers = runLab(SCRIPT);
    await giveBack();
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the tools of Corosync 1', () => {
    expect(out('111> corosync-cfgtool -s')).toBe(
      `Printing ring status.\nLocal node ID ${IDS[0]}\nRING ID 0\n\tid\t= 127.168.1.111\n` +
        '\tstatus\t= ring 0 active with no faults\n',
    );
    expect(out(`111> corosync-cfgtool -a ${IDS[1]}`)).toBe('127.168.1.112\n');
    expect(out('111> corosync-objctl | grep members').replace(/(join_count=)\d+/g, '$1N')).toBe(
      IDS.flatMap((id, i) =>
        [`ip=r(0) ip(127.168.1.${[111, 112, 114][i]}) `, 'join_count=N', 'status=joined'].map(
          (value) => `runtime.totem.pg.mrp.srp.members.${id}.${value}\n`,
        ),
      ).join(''),
    );
    const groups = out('111> corosync-cpgtool').split('\n');
    expect([groups[0], groups[1], groups.length]).toEqual(['Group Name\t       PID\t   Node ID', 'sheepdog', 6]);
    expect(out('111> corosync-quorumtool')).toMatch(/no quorum provider/);
    expect(out('111> corosync-cmapctl')).toMatch(/use corosync-objctl/);
  });

  it('has the store as files, and its log', () => {
    expect(out('112> qemu-img create sheepdog:vm1 1G')).toBe("Formatting 'sheepdog:vm1', fmt=raw size=1073741824\n");
    expect(out('111> collie vdi list | wc -l')).toBe('3\n');
    const listed = out('112> ls -la /mnt/sheepdog/data').split('\n');
    expect(listed[0]).toMatch(/^total \d+$/);
    expect(listed.slice(1).map((line) => line.split(' ').at(-1))).toEqual([
      '.',
      '..',
      'config',
      'epoch',
      'journal',
      'obj',
      'sheep.log',
      '',
    ]);
    expect(listed.find((line) => line.endsWith('config'))).toMatch(
      /^-rw-r----- 1 \w+ +\w+ +11 \w{3} [ \d]\d \d\d:\d\d config$/,
    );
    expect(Number(out('112> ls -la /mnt/sheepdog/data/obj/00000001/ | wc -l'))).toBeGreaterThanOrEqual(3);
    expect(out('112> du -h /mnt/sheepdog/data/')).toMatch(/^[\d.]+[KM]\t\/mnt\/sheepdog\/data\/obj\/00000001$/m);
    expect(out('112> tail -n 1 /var/log/cluster/corosync.log')).toMatch(/ready to provide service\.\n$/);
    expect(out('112> tail -n 1 /var/log/corosync.log')).toMatch(/ready to provide service\.\n$/);
    expect(out('112> tail sheep.log')).toMatch(/\w+\(\d+\) /);
  });

  it('ends and starts what runs on the node', () => {
    expect(out('112> service sheepdog status')).toMatch(/^sheep \(pid {2}\d+\) is running\.\.\.\n$/);
    expect(out('112> pidof sheep | wc -l')).toBe('1\n');
    expect(answers.get('112> pkill sheep')?.code).toBe(0);
    expect(out('112> rm -rf /mnt/sheepdog/data')).toBe('');
    expect(out('112> ls /mnt/sheepdog/data')).toMatch(/No such file or directory/);
    expect(out('112> sheep -h')).toMatch(/--zone/);
    expect(answers.get('wait sheep 3 # again')?.code).toBe(0);
    expect(out('112> service sheepdog stop')).toMatch(/^Stopping .*\[ {2}OK {2}\]\n$/);
    expect(out('114> service corosync status')).toBe('corosync is stopped\n');
    const refused = 'failed to connect to localhost:7000: Connection refused\nFailed to get node list\n';
    expect(out('111> collie node list # early')).toBe(
      `${refused}The sheep of node 1 is still starting: wait sheep 3\n`,
    );
    expect(out('114> collie node list')).toBe(refused);
    expect(out('114> service corosync start')).toMatch(/^Starting .*\[ {2}OK {2}\]\n$/);
    expect(out('111> corosync-cfgtool -s # killed')).toMatch(/error 2/);
    expect(out('111> help')).toMatch(/qemu-img/);
    expect(out('remove 2')).toBe('n2 removed; fault start 2 brings it back\n');
  });
});
