// A share of the swarm for a test file: each file runs in a process of its own.
import { describe, expect, it } from 'vitest';
import { runSeed } from '../../../protocol/sim/swarm/run-seed.ts';

const PORTION = 50;

/** Tests that no seed from `from` on fails; a failing one is shown with a scenario that reproduces it. */
export function describeSeeds(from: number, count: number): void {
  const portions = Array.from({ length: Math.ceil(count / PORTION) }, (_, i) => from + i * PORTION);

  describe('the swarm', () => {
    it.each(portions)(`seeds from %i, ${PORTION} of them`, (first) => {
      const failures: string[] = [];
      for (let seed = first; seed < Math.min(first + PORTION, from + count); seed++) {
        const { failure } = runSeed(seed);
        if (failure !== null) failures.push(`seed ${seed}: ${failure.says}\n${failure.scenario}`);
      }

      expect(failures).toEqual([]);
    });
  });
}
