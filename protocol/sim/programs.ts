// What a world of a scenario is made of, and which program its processes run.
import type { CreateTotemEngine } from '../node/compose.ts';
import { nodeProgram } from './node-program.ts';
import type { StartProgram } from './program.ts';
import type { Scenario } from './scenario/commands.ts';
import { totemProgram } from './totem-program.ts';
import type { WorldOptions } from './world/contract.ts';

/** `create`: the engine, or another in its place. */
export function programOf({ stack, sync }: Scenario, create?: CreateTotemEngine): StartProgram {
  return stack === 'totem' ? totemProgram(sync, create) : nodeProgram(create);
}

export function worldOf(scenario: Scenario, seed: number): WorldOptions {
  const { cluster, stack, cpu, diskWrite, firstRingSeqs, link, firstSeqno, sheep } = scenario;
  const own = { cluster, stack, cpu, diskWrite, firstRingSeqs, link, firstSeqno, seed };
  return { ...own, start: programOf(scenario), sheep: sheep === null ? null : { behaviour: sheep } };
}
