// Sound sheep under random faults: nothing that was acknowledged is lost, all copies are equal when it is quiet,
// objects are where placement says, epochs agree. A failing seed prints its faults and what was wrong. SHEEP_SEEDS=N
// runs more.
import { expect, test } from 'vitest';
import { swarm, type SwarmOptions } from '../support/sheep/swarm.ts';

const ALL = ['kill', 'kill-many', 'kill-in-step', 'stop', 'partition', 'pause'] as const;
const SEEDS = Number(process.env['SHEEP_SEEDS'] ?? 3);

const CLUSTERS: readonly (Omit<SwarmOptions, 'seed'> & { readonly name: string })[] = [
  { name: 'three nodes, two copies', nodes: 3, copies: 2, objects: 6, faults: 5, kinds: ALL },
  { name: 'five nodes, three copies', nodes: 5, copies: 3, objects: 6, faults: 4, kinds: ALL },
  { name: 'four nodes, one copy', nodes: 4, copies: 1, objects: 6, faults: 4, kinds: ALL },
];

test.each(CLUSTERS)('$name', { timeout: 600_000 }, (options) => {
  const bad: string[] = [];
  let acknowledged = 0;

  for (let seed = 1; seed <= SEEDS; seed++) {
    const result = swarm({ ...options, seed });
    acknowledged += result.acknowledged;
    if (result.trouble.length > 0)
      bad.push(`seed ${seed}\n${result.faults.join('\n')}\n${result.trouble.slice(0, 10).join('\n')}`);
  }

  expect(bad.join('\n\n')).toBe('');
  expect(acknowledged).toBeGreaterThan(100 * SEEDS);
});
