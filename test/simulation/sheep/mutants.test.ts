// Broken sheep are noticed by the swarm: each mutant fails a seed. TOTEM_LAB_MUTANTS=1 prints which, and by what.
import { expect, it } from 'vitest';
import { SHEEP_MUTANTS } from '../mutants/sheep-mutants.ts';
import type { CreateSheep } from '../../support/sheep/world.ts';
import { drawSwarm, swarm } from './support/swarm.ts';

/** Seeds that a mutant may survive. */
const SEEDS_MAX = Number(process.env['SHEEP_MUTANT_SEEDS'] ?? 4);

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

it.each(SHEEP_MUTANTS)('$name', { timeout: 300_000 }, async ({ name, from = 1 }) => {
  const create = await broken(name);
  let found: string | null = null;
  for (let seed = from; seed < from + SEEDS_MAX && found === null; seed++) {
    const says = failureOf(seed, create);
    if (says !== null) found = `seed ${seed}: ${says}`;
  }
  if (process.env['TOTEM_LAB_MUTANTS'] === '1') process.stdout.write(`${name}: ${found?.slice(0, 150)}\n`);

  expect(found).not.toBeNull();
});
