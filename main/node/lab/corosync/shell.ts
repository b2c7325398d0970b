// Commands and children of the lab. Every child dies with this process (its parent-death signal is SIGKILL), and ends
// by its own pid only.
import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';

export const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

/** Wall clock, milliseconds since 1970 with fractions. */
export const nowMs = (): number => Math.round((performance.timeOrigin + performance.now()) * 10) / 10;

/** Runs a command to its end. Throws with its words if it fails. */
export function run(command: string, args: readonly string[], input = ''): string {
  const done = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 1 << 28 });
  if (done.error !== undefined) throw new Error(`${command} cannot be run: ${done.error.message}`);
  if (done.status === 0) return done.stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${done.status}: ${done.stderr.trim()}`);
}

/** True if the command ends well; its words are lost. */
export function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

const children = new Set<ChildProcess>();

/** Starts a command that is killed if this process dies, whatever way. */
export function spawnTied(command: string, args: readonly string[], stdio: StdioOptions): ChildProcess {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], { stdio });
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

export const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;

/** Ends a child, also a stopped one; resolves when it is gone. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL', patienceMs = 5000): Promise<void> {
  if (!isRunning(child)) return;
  const gone = new Promise<void>((done) => void child.once('exit', () => done()));
  child.kill(signal);
  child.kill('SIGCONT');
  const isLate = await Promise.race([gone.then(() => false), sleep(patienceMs).then(() => true)]);
  if (!isLate) return;
  child.kill('SIGKILL');
  await gone;
}

/** Asks until the answer is true. Throws with `what` when it takes longer. */
export async function waitFor(what: string, timeoutMs: number, isSo: () => boolean, everyMs = 50): Promise<void> {
  const limit = nowMs() + timeoutMs;
  while (!isSo()) {
    if (nowMs() > limit) throw new Error(`after ${timeoutMs} ms still not: ${what}`);
    await sleep(everyMs);
  }
}

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
