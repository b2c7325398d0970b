// Broken engines are noticed by the checkers: each mutant fails a seed of the swarm, by the law that it breaks. The
// engine's own assertions are off.
import { describe, expect, it } from 'vitest';
import type { CreateTotemEngine } from '../../../protocol/node/compose.ts';
import { programOf } from '../../../protocol/sim/programs.ts';
import { runSeed } from '../../../protocol/sim/swarm/run-seed.ts';
import type { StartProgram } from '../../../protocol/sim/program.ts';
import { Runner } from '../../../protocol/sim/run/runner.ts';
import type { Scenario } from '../../../protocol/sim/scenario/commands.ts';
import { drawScenario } from '../../../protocol/sim/swarm/draw.ts';
import { scenarioOf } from '../support/notebook.ts';
import { MUTANTS } from './mutants.ts';

/** Seeds that a mutant may survive. */
const SEEDS_MAX = 400;

async function broken(name: string): Promise<CreateTotemEngine> {
  const path = `../../../protocol/totem/engine/engine.ts?mutant=${name}`;
  const { createTotemEngine } = (await import(/* @vite-ignore */ path)) as { createTotemEngine: CreateTotemEngine };
  return (options) => createTotemEngine({ ...options, isChecked: false });
}

/** The first failure by that law, and the seed. */
function firstFailure(create: CreateTotemEngine, caughtBy: RegExp, from: number): string | null {
  for (let seed = from; seed < from + SEEDS_MAX; seed++) {
    const { failure } = runSeed(seed, false, (scenario) => programOf(scenario, create));
    if (failure !== null && caughtBy.test(failure.says)) return `seed ${seed}: ${failure.says}`;
  }
  return null;
}

describe('a broken engine', () => {
  it.each(MUTANTS)('is noticed: $name', async ({ name, caughtBy, from = 1 }) => {
    const found = firstFailure(await broken(name), caughtBy, from);
    if (process.env['TOTEM_LAB_MUTANTS'] === '1') process.stdout.write(`${name}: ${found?.slice(0, 150)}\n`);

    expect(found).not.toBeNull();
  });

  it('is told of with a smaller scenario that fails by the same law, and that the right engine passes', async () => {
    const create = await broken('messages-are-delivered-twice');
    const start = (scenario: Scenario): StartProgram => programOf(scenario, create);
    // Small ones are made smaller sooner.
    const small = Array.from({ length: SEEDS_MAX }, (_, seed) => seed).filter(
      (seed) => scenarioOf(drawScenario(seed)).cluster.nodes.length === 2,
    );
    const seed = small.find((one) => runSeed(one, false, start).failure !== null);
    const { failure } = runSeed(seed ?? 0, true, start);
    const lawOf = (says = ''): string => /check FAILED ([^:]+):/.exec(says)?.[1] ?? '';
    const failuresOf = (more: object): readonly string[] => {
      const scenario = scenarioOf(failure?.scenario ?? '');
      const runner = new Runner({ scenario, isTold: false, ...more });
      runner.begin();
      for (const block of scenario.blocks) runner.run(block);
      return runner.failures;
    };

    expect(failure?.scenario.length).toBeLessThan(drawScenario(seed ?? 0).length);
    expect(lawOf(failure?.says)).not.toBe('');
    expect(lawOf(failuresOf({ start: start(scenarioOf(failure?.scenario ?? '')) })[0])).toBe(lawOf(failure?.says));
    expect(failuresOf({})).toEqual([]);
  });
});
