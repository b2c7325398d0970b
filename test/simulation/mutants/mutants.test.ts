// Broken engines are noticed by the checkers: each mutant fails a seed of the swarm, by the law that it breaks. The
// engine's own assertions are off.
import { describe, expect, it } from 'vitest';
import type { CreateTotemEngine } from '../../../protocol/node/compose.ts';
import { programOf } from '../../../protocol/sim/programs.ts';
import { runSeed } from '../../../protocol/sim/swarm/run-seed.ts';
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
});
