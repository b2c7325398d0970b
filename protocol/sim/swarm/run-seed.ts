// One seed of the swarm: drawn, run with every checker, and where a law is broken made smaller.
import { fail, ok, type Result } from '../../base/result.ts';
import type { StartProgram } from '../program.ts';
import { Runner } from '../run/runner.ts';
import type { Scenario } from '../scenario/commands.ts';
import { parseScenario } from '../scenario/parse.ts';
import { drawScenario } from './draw.ts';
import { shrink } from './shrink.ts';

export interface SeedFailure {
  readonly seed: number;
  /** What was broken first, with its time. */
  readonly says: string;
  /** A scenario that breaks the same law. */
  readonly scenario: string;
}

export interface SeedRun {
  readonly failure: SeedFailure | null;
  readonly events: number;
}

/** What the processes run, where it is not what the scenario says. */
export type ProgramFor = (scenario: Scenario) => StartProgram;

interface TextRun {
  readonly failure: string | null;
  readonly events: number;
}

function runText(text: string, programFor: ProgramFor | null): Result<TextRun, string> {
  const parsed = parseScenario(text);
  if (!parsed.ok) return fail(`line ${parsed.problem.line}, column ${parsed.problem.column}: ${parsed.problem.says}`);
  const scenario = parsed.value;
  const start = programFor === null ? {} : { start: programFor(scenario) };
  const runner = new Runner({ scenario, isTold: false, ...start });
  runner.begin();
  for (const block of scenario.blocks) {
    runner.run(block);
    // The first broken law says what is wrong; what follows from it does not.
    if (runner.failures.length > 0) break;
  }
  const { failures, world } = runner;
  return ok({ failure: failures[0] ?? null, events: world.events });
}

/** `4.123456 check FAILED token: node 1 …`: the law, without time and numbers. */
function lawOf(says: string): string {
  return says.replace(/^\S+ /, '').replace(/\d+/g, '#').split(':')[0] ?? '';
}

/** Runs the scenario of a seed; `mayShrink` tries to find a smaller one that breaks the same law. */
export function runSeed(seed: number, mayShrink = true, programFor: ProgramFor | null = null): SeedRun {
  const drawn = drawScenario(seed);
  const run = runText(drawn, programFor);
  if (!run.ok) return { failure: { seed, says: run.problem, scenario: drawn }, events: 0 };
  const { failure, events } = run.value;
  if (failure === null) return { failure: null, events };
  const law = lawOf(failure);
  const stillFails = (text: string): boolean => {
    const again = runText(text, programFor);
    return again.ok && again.value.failure !== null && lawOf(again.value.failure) === law;
  };
  const scenario = mayShrink ? shrink(drawn, stillFails) : drawn;
  return { failure: { seed, says: failure, scenario }, events };
}
