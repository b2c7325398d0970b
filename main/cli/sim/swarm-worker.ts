// A process of the swarm: is told seeds, runs them, tells what came of them. Its parent is swarm.ts.
import { runSeed, type SeedFailure } from '../../../protocol/sim/swarm/run-seed.ts';

/** Seeds from `from` on. */
export interface SeedOrder {
  readonly from: number;
  readonly count: number;
}
export interface SeedReport {
  readonly seeds: number;
  readonly events: number;
  readonly failures: readonly SeedFailure[];
}

export function runOrder({ from, count }: SeedOrder): SeedReport {
  const failures: SeedFailure[] = [];
  let events = 0;
  for (let seed = from; seed < from + count; seed++) {
    const run = runSeed(seed);
    events += run.events;
    if (run.failure !== null) failures.push(run.failure);
  }
  return { seeds: count, events, failures };
}

/** Serves orders until the parent lets go. */
export function serveOrders(): Promise<number> {
  process.on('message', (order: SeedOrder) => process.send?.(runOrder(order)));
  // A parent that has no order may have let go before this was reached.
  if (!process.connected) return Promise.resolve(0);
  return new Promise((done) => process.once('disconnect', () => done(0)));
}
