// Which program the processes of a scenario run.
import { nodeProgram } from './node-program.ts';
import type { CreateTotemEngine } from '../node/compose.ts';
import type { StartProgram } from './program.ts';
import type { Scenario } from './scenario/commands.ts';
import { totemProgram } from './totem-program.ts';

/** `create`: the engine, or another in its place. */
export function programOf({ stack, sync }: Scenario, create?: CreateTotemEngine): StartProgram {
  return stack === 'totem' ? totemProgram(sync, create) : nodeProgram(create);
}
