// Which program the processes of a scenario run.
import { nodeProgram } from './node-program.ts';
import type { StartProgram } from './program.ts';
import type { Scenario } from './scenario/commands.ts';
import { totemProgram } from './totem-program.ts';

export function programOf({ stack, sync }: Scenario): StartProgram {
  return stack === 'totem' ? totemProgram(sync) : nodeProgram;
}
