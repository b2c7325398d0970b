// tail -f at the prompt of a lab, as a person has it: lines come as they are written, Ctrl-C ends the command and not
// the lab. Needs Linux, no right.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../support/lab/until.ts';

const CLI = join(import.meta.dirname, '..', '..', 'out', 'cli', 'totemlab.mjs');
const why = process.platform === 'linux' ? null : 'the mini cluster needs the loopback addresses of Linux';
const ARGS = ['lab', '--no-sheep', '--nodes', '2', '--port', '30805'];

let lab: ChildProcess | null = null;
let said = '';

function start(...options: readonly string[]): void {
  said = '';
  lab = spawn(process.execPath, [CLI, ...ARGS, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  lab.stdout?.on('data', (text: Buffer) => (said += text.toString()));
}

const type = (...lines: readonly string[]): void => void lab?.stdin?.write(lines.map((line) => `${line}\n`).join(''));

const saidSo = (what: RegExp): Promise<void> =>
  until(
    `${String(what)} is said`,
    () => what.test(said),
    () => said,
  );

async function ended(): Promise<number | null> {
  const { exitCode = null } = lab ?? {};
  return exitCode ?? new Promise((done) => lab?.once('close', done));
}

afterEach(async () => {
  lab?.kill('SIGTERM');
  await ended();
});

describe.skipIf(why !== null)(why ?? 'tail -f', () => {
  it('tells the lines of the log as they come, until Ctrl-C', async () => {
    start();
    type('wait ring 2', 'fault kill 2', '1> tail -n 1 -f corosync.log | grep TOTEM', 'status');
    await saidSo(/A processor failed/);
    await saidSo(/new membership was formed/);
    // What was typed meanwhile waits for the end of the command.
    const before = said;
    lab?.kill('SIGINT');
    await saidSo(/n1 127\.168\.1\.111 id/);

    expect(before).not.toMatch(/n1 127\.168\.1\.111 id/);
    expect(before).not.toMatch(/CPG/);
    lab?.kill('SIGINT');
    expect(await ended()).toBe(130);
  });

  it('as JSON: parts, and an end', async () => {
    start('--json');
    type('wait ring 2', '1> tail -f corosync.log');
    await saidSo(/"event":"output"/);
    lab?.kill('SIGINT');
    await saidSo(/"line":"1> tail -f corosync.log","out":"","err":"","code":130/);
    type('quit');

    // A command that was interrupted is one that failed.
    expect(await ended()).toBe(1);
  });

  it('ends with its lab', async () => {
    start();
    type('wait ring 2', '1> tail -f corosync.log');
    await saidSo(/ready to provide service/);
    lab?.kill('SIGTERM');

    expect(await ended()).toBe(0);
  });
});
