// Broken sheep are noticed by the swarm: each mutant that is known to fail a seed fails that or, where the engine has
// changed since and chance falls otherwise, one of the first. TOTEM_LAB_MUTANTS=1 prints by what. SHEEP_MUTANT_SEEDS=N
// tries all mutants, also those that nobody has noticed yet, with the seeds up to N.
import { expect, it } from 'vitest';
import { NOTICED_AT, SHEEP_MUTANTS } from '../mutants/sheep-mutants.ts';
import type { CreateSheep } from '../../support/sheep/world.ts';
import { drawSwarm, swarm } from './support/swarm.ts';

const SEEDS = Number(process.env['SHEEP_MUTANT_SEEDS'] ?? 0);
/** Seeds of which one must notice a mutant. */
const USUAL_SEEDS = 16;

async function broken(name: string): Promise<CreateSheep> {
  const path = `../../../protocol/sheep/engine/engine.ts?mutant=${name}`;
  const { createSheepEngine } = (await import(/* @vite-ignore */ path)) as { createSheepEngine: CreateSheep };
  return createSheepEngine;
}

/** What is wrong after one seed; a broken sheep may also break its own invariants. */
function failureOf(seed: number, create: CreateSheep): string | null {
  try {
    return swarm({ ...drawSwarm(seed), create }).trouble[0] ?? null;
  } catch (error) {
    return String(error);
  }
}

const tried = SHEEP_MUTANTS.filter(({ name }) => SEEDS > 0 || NOTICED_AT.has(name));

it.each(tried)('$name', async ({ name }) => {
  const create = await broken(name);
  const first = Array.from({ length: SEEDS || USUAL_SEEDS }, (_, i) => i + 1);
  const seeds = new Set([NOTICED_AT.get(name) ?? 1, ...first]);
  let found: string | null = null;
  for (const seed of seeds) {
    const says = failureOf(seed, create);
    if (says !== null) found = `seed ${seed}: ${says}`;
    if (found !== null) break;
  }
  if (process.env['TOTEM_LAB_MUTANTS'] === '1') process.stdout.write(`${name}: ${found?.slice(0, 150)}\n`);

  expect(found).not.toBeNull();
});
