// totemlab swarm: random clusters under random faults, every checker on, over as many processes as there are cores.
import { fork, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { SeedFailure } from '../../../protocol/sim/swarm/run-seed.ts';
import { parseArguments, wholeNumber, type Arguments } from '../arguments.ts';
import { HELP } from '../help.ts';
import { complain, createOutput, type Output } from '../output.ts';
import { serveOrders, type SeedOrder, type SeedReport } from './swarm-worker.ts';

const SEEDS_USUAL = 2000;
/** Seeds that a process is given at a time. */
const PORTION = 20;
const WORKERS_MAX = 256;
const INTERRUPTED = 130;

interface Wanted {
  readonly from: number;
  readonly seeds: number;
  readonly minutes: number | null;
  readonly workers: number;
}

function wantedOf({ text, files }: Arguments): Result<Wanted, string> {
  if (files.length > 0) return fail(`swarm takes no file, but "${files[0]}" was given`);
  const number = (name: string, least: number): Result<number | null, string> => {
    const value = text(name);
    const read = value === null ? null : wholeNumber(value, least);
    return value !== null && read === null ? fail(`--${name} wants a whole number, not "${value}"`) : ok(read);
  };
  const [seeds, from, minutes, workers] = [
    number('seeds', 1),
    number('from', 0),
    number('minutes', 1),
    number('workers', 1),
  ];
  for (const read of [seeds, from, minutes, workers]) if (!read.ok) return read;
  const valueOf = (read: Result<number | null, string>): number | null => (read.ok ? read.value : null);
  return ok({
    from: valueOf(from) ?? 1,
    seeds: valueOf(seeds) ?? (valueOf(minutes) === null ? SEEDS_USUAL : Infinity),
    minutes: valueOf(minutes),
    workers: Math.min(WORKERS_MAX, valueOf(workers) ?? availableParallelism()),
  });
}

class Tally {
  seeds = 0;
  events = 0;
  failed = 0;

  add({ seeds, events, failures }: SeedReport): void {
    this.seeds += seeds;
    this.events += events;
    this.failed += failures.length;
  }
}

async function printFailure(output: Output, { seed, says, scenario }: SeedFailure): Promise<void> {
  await output.line(`seed ${seed} at ${says}`);
  for (const line of scenario.trimEnd().split('\n')) await output.line(`  ${line}`);
  await output.flush();
}

/** Hands out seeds until there are no more or the time is over; resolves when every process has finished. */
function runWorkers(wanted: Wanted, heard: (report: SeedReport) => void, enlist: (child: ChildProcess) => void) {
  const end = wanted.minutes === null ? Infinity : Date.now() + wanted.minutes * 60_000;
  let next = wanted.from;
  const last = wanted.from + wanted.seeds;
  const order = (): SeedOrder | null => {
    if (next >= last || Date.now() >= end) return null;
    const count = Math.min(PORTION, last - next);
    next += count;
    return { from: next - count, count };
  };
  const work = (): Promise<void> =>
    new Promise((done, broken) => {
      const child = fork(fileURLToPath(new URL('totemlab.mjs', import.meta.url)), ['swarm', '--serve']);
      enlist(child);
      const go = (): void => {
        const seeds = order();
        if (seeds === null) child.disconnect();
        else child.send(seeds);
      };
      child.on('message', (report: SeedReport) => {
        heard(report);
        go();
      });
      child.once('error', broken);
      child.once('exit', (code) =>
        code === 0 ? done() : broken(new Error(`a process of the swarm ended with ${code}`)),
      );
      go();
    });
  return Promise.all(Array.from({ length: wanted.workers }, work));
}

async function run(wanted: Wanted): Promise<number> {
  const output = createOutput();
  const tally = new Tally();
  const started = Date.now();
  const children: ChildProcess[] = [];
  process.once('SIGINT', () => {
    for (const child of children) child.kill();
    process.exit(INTERRUPTED);
  });
  let printing: Promise<void> = Promise.resolve();
  const heard = (report: SeedReport): void => {
    tally.add(report);
    for (const failure of report.failures) printing = printing.then(() => printFailure(output, failure));
  };
  try {
    await runWorkers(wanted, heard, (child) => children.push(child));
  } catch (error) {
    for (const child of children) child.kill();
    complain(`${error instanceof Error ? error.message : String(error)}: run the seeds again with --workers 1`);
    return 1;
  }
  await printing;
  const seconds = (Date.now() - started) / 1000;
  await output.line(
    `${tally.seeds} seeds, ${tally.failed} failed; ` +
      `${(tally.events / 1e6).toFixed(1)} million events in ${seconds.toFixed(1)} s`,
  );
  await output.flush();
  return tally.failed > 0 ? 1 : 0;
}

export async function swarm(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('swarm', args, {
    seeds: { type: 'string' },
    from: { type: 'string' },
    minutes: { type: 'string' },
    workers: { type: 'string' },
    serve: { type: 'boolean' },
  });
  if (!parsed.ok) {
    complain(parsed.problem);
    return 2;
  }
  if (parsed.value.flag('help')) {
    process.stdout.write(`${HELP['swarm']}\n`);
    return 0;
  }
  if (parsed.value.flag('serve')) return serveOrders();
  const wanted = wantedOf(parsed.value);
  if (wanted.ok) return run(wanted.value);
  complain(wanted.problem);
  return 2;
}
