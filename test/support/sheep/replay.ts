// Recorded scenarios of real sheep, repeated with ours: every command at its time, against a cluster that is started,
// grown and shrunk as theirs was.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { utf8Text } from '../../../protocol/base/bytes.ts';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import type { SheepHeader } from '../../../protocol/sheep/tcp-headers.ts';
import { goldenPath } from '../golden.ts';
import { runCollie, type Ran } from './collie-runner.ts';
import { World } from './world.ts';

export interface Command {
  readonly t_ms: number;
  readonly node: string;
  readonly cmd: string;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly stdin_bytes?: number;
}
interface Happened {
  readonly t_ms: number;
  readonly what: string;
  readonly node?: number;
}
export interface Listing {
  readonly t_ms: number;
  readonly nodes: {
    readonly [ip: string]: { readonly [file: string]: { readonly size: number; readonly hex?: string } };
  };
}

export const json = <T>(scenario: string, file: string): T =>
  JSON.parse(readFileSync(goldenPath(scenario, file), 'utf8')) as T;

/** What was put in where the recording only says how much: the data of 10c, by its wire capture; else anything. */
const INPUT: { readonly [command: string]: readonly string[] } = {
  'collie vdi write VM1 0 512': ['A', 'D'],
  'collie vdi write VM1 4M 4096': ['B'],
  'collie cluster recover': ['no\n'],
};

/** Times and sizes of disks are of the day and the machine. */
export function masked(text: string, command: string): string {
  const timeless = text
    .replace(/\b(Sun|Mon|Tue|Wed|Thu|Fri|Sat) \w{3} [ \d]\d \d\d:\d\d:\d\d 2\d{3}/g, '<date>')
    .replace(/\b2\d{3}-\d\d-\d\d \d\d:\d\d(:\d\d)?/g, '<time>')
    .replace(/Date: 2\d{3}-\d\d-\d\d\\nTime: +\d\d:\d\d:\d\d/g, '<time>')
    .replace(/\b1795\d{6}\b/g, '<seconds>');
  if (!command.includes('node info')) return timeless;
  return timeless
    .replace(/^( ?\d+|Total)[\t ]\d+ GB/gm, '$1 <size>')
    .replace(/^(\d+|Total) \d+ (\d+) (\d+)%/gm, '$1 <size> $2 $3%');
}

/** Output that was too long to keep is kept as its length and sum. */
export function shortened(stdout: Uint8Array, like: string): string {
  if (!like.startsWith('<')) return utf8Text(stdout);
  return `<${stdout.length} bytes sha1 ${createHash('sha1').update(stdout).digest('hex')}>`;
}

export const withoutSum = (text: string): string => text.replace(/ sha1 [0-9a-f]+/, '');

export interface Replayed {
  readonly command: Command;
  readonly ran: Ran | null;
  /** What it asked, and whom. */
  readonly requests: readonly { readonly host: string; readonly header: SheepHeader }[];
}

/** Runs the scenario; calls back at the times of listings. */
export function replay(
  scenario: string,
  behaviour: Behaviour,
  onListing: (label: string, world: World) => void,
): readonly Replayed[] {
  const truth = json<{ events: readonly Happened[] }>(scenario, 'truth.json');
  const commands = json<readonly Command[]>(scenario, 'commands.json').filter(({ cmd }) => cmd.startsWith('collie'));
  const listings = Object.entries(json<{ [label: string]: Listing }>(scenario, 'objects.json'));
  const startMs = truth.events[0]?.t_ms ?? 0;
  const world = new World({
    behaviour,
    seed: 7,
    nodes: [111, 112, 114],
    wallMicrosAtZero: BigInt(startMs) * 1000n - 1_000_000n,
  });
  const replayed: Replayed[] = [];
  const given = new Map<string, number>();
  const steps: { readonly at: number; readonly run: () => void }[] = [];
  for (const { t_ms, what, node = 0 } of truth.events) {
    if (what.startsWith('start sheep')) steps.push({ at: t_ms, run: () => world.start(world.node(node)) });
    if (what.startsWith('signal SIGTERM to sheep')) steps.push({ at: t_ms, run: () => world.stop(world.node(node)) });
  }
  for (const [label, { t_ms }] of listings) steps.push({ at: t_ms, run: () => onListing(label, world) });
  for (const command of commands)
    steps.push({
      at: command.t_ms,
      run: () => {
        const used = given.get(command.cmd) ?? 0;
        given.set(command.cmd, used + 1);
        const text = INPUT[command.cmd]?.[used] ?? 'x';
        const stdin = Buffer.alloc(command.stdin_bytes ?? 0, text);
        const at = world.node(Number(command.node.split('.').at(-1)));
        const requests: { host: string; header: SheepHeader }[] = [];
        const ran = runCollie(world, at, command.cmd, stdin, (host, header) => requests.push({ host, header }));
        replayed.push({ command, ran, requests });
      },
    });
  for (const { at, run } of steps.sort((a, b) => a.at - b.at)) {
    const due = (at - startMs) * 1000 + 1_000_000;
    if (due > world.now) world.run(due - world.now);
    run();
  }
  return replayed;
}
