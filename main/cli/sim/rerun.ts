// A scenario run block by block: its transcript alone, or the scenario with its transcript below each block.
import type { Scenario } from '../../../protocol/sim/scenario/commands.ts';
import { Runner } from '../../../protocol/sim/run/runner.ts';
import { WireTap } from '../../../protocol/sim/tap/wire-tap.ts';

export interface Rerun {
  readonly scenario: Scenario;
  readonly seed: number | null;
  /** Commands too, as they stand in the file. */
  readonly withCommands: boolean;
  readonly line: (text: string) => void | Promise<void>;
  /** Octets of the capture; null for none. */
  readonly capture: ((bytes: Uint8Array) => void) | null;
}

/** Returns what failed: laws that were broken, expectations that were not met. */
export async function rerun({ scenario, seed, withCommands, line, capture }: Rerun): Promise<readonly string[]> {
  const runner = new Runner(seed === null ? { scenario } : { scenario, seed });
  const tap = capture === null ? null : new WireTap(runner.world, capture);
  runner.begin();
  for (const [i, block] of scenario.blocks.entries()) {
    if (withCommands && i > 0) await line('');
    if (withCommands) for (const text of block.source) await line(text);
    if (withCommands) await line('----');
    for (const text of runner.run(block)) await line(text);
  }
  tap?.finish();
  return runner.failures;
}
