// totemlab simulate: runs a scenario in virtual time, prints its transcript, writes its capture.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { Scenario } from '../../../protocol/sim/scenario/commands.ts';
import { parseScenario } from '../../../protocol/sim/scenario/parse.ts';
import { explainSystemError } from '../../node/files/open-problem.ts';
import { parseArguments, wholeNumber } from '../arguments.ts';
import { HELP } from '../help.ts';
import { complain, createOutput } from '../output.ts';
import { rerun } from './rerun.ts';
import { step } from './step.ts';

const STANDARD_INPUT = 0;
const PORTION = 1 << 18;

function readScenario(path: string): Result<Scenario, string> {
  let text: string;
  try {
    text = readFileSync(path === '-' ? STANDARD_INPUT : path, 'utf8');
  } catch (error) {
    return fail(explainSystemError(error, path).says);
  }
  const parsed = parseScenario(text);
  if (parsed.ok) return parsed;
  const { line, column, says } = parsed.problem;
  return fail(`${path === '-' ? 'standard input' : path}:${line}:${column}: ${says}`);
}

interface CaptureFile {
  write(bytes: Uint8Array): void;
  close(): void;
}

function openCaptureFile(path: string): Result<CaptureFile, string> {
  let fd: number;
  try {
    fd = openSync(path, 'w');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(`${path} cannot be written (${code}): name a file in a folder that exists and is yours`);
  }
  let parts: Uint8Array[] = [];
  let octets = 0;
  const flush = (): void => {
    writeSync(fd, Buffer.concat(parts));
    parts = [];
    octets = 0;
  };
  return ok({
    write(bytes) {
      parts.push(bytes);
      octets += bytes.length;
      if (octets >= PORTION) flush();
    },
    close() {
      flush();
      closeSync(fd);
    },
  });
}

function wrong(says: string): number {
  complain(says);
  return 2;
}

export async function simulate(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('simulate', args, {
    seed: { type: 'string' },
    out: { type: 'string' },
    text: { type: 'boolean' },
    step: { type: 'boolean' },
  });
  if (!parsed.ok) return wrong(parsed.problem);
  const { files, flag, text } = parsed.value;
  if (flag('help')) {
    process.stdout.write(`${HELP['simulate']}\n`);
    return 0;
  }
  const [file, ...more] = files;
  if (file === undefined || more.length > 0) return wrong('simulate wants one scenario: totemlab simulate SCENARIO');
  const seedText = text('seed');
  const seed = seedText === null ? null : wholeNumber(seedText, 0);
  if (seedText !== null && seed === null) return wrong(`--seed wants a whole number, not "${seedText}"`);
  const isStepped = flag('step');
  if (isStepped && file === '-') return wrong('the prompt reads standard input, so the scenario must be a file');
  if (isStepped && (text('out') !== null || flag('text')))
    return wrong('--step tells what happens as you go: without --out and --text');
  const scenario = readScenario(file);
  if (!scenario.ok) return wrong(scenario.problem);
  if (isStepped) return step(scenario.value, seed);
  const path = text('out');
  const capture = path === null ? null : openCaptureFile(path);
  if (capture?.ok === false) return wrong(capture.problem);
  const sink = capture?.ok === true ? capture.value : null;
  const output = createOutput();
  const failures = await rerun({
    scenario: scenario.value,
    seed,
    withCommands: flag('text'),
    line: (line) => output.line(line),
    capture: sink === null ? null : (bytes) => sink.write(bytes),
  });
  sink?.close();
  await output.flush();
  if (failures.length > 0) complain(`${failures.length} failed, the first at ${failures[0]}`);
  return failures.length > 0 ? 1 : 0;
}
