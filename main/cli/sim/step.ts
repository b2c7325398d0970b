// totemlab simulate --step: a prompt to walk through a scenario, forward and back. What a line does is
// protocol/sim/run/stepper.ts; here are standard input and output.
import { createInterface } from 'node:readline';
import type { Scenario } from '../../../protocol/sim/scenario/commands.ts';
import { Stepper } from '../../../protocol/sim/run/stepper.ts';
import { createOutput } from '../output.ts';

/** Returns when the input ends or `quit` is said. What is not typed is written out, so that the output can be read. */
export async function step(scenario: Scenario, seed: number | null): Promise<number> {
  const stepper = seed === null ? new Stepper(scenario) : new Stepper(scenario, seed);
  const output = createOutput();
  const isTyped = process.stdin.isTTY === true;
  const say = async (lines: readonly string[]): Promise<void> => {
    for (const line of lines) await output.line(line);
    await output.flush();
  };
  const input = createInterface(
    isTyped ? { input: process.stdin, output: process.stdout } : { input: process.stdin, terminal: false },
  );
  await say([...stepper.begin(), ...(isTyped ? ['help lists the commands'] : [])]);
  if (isTyped) input.setPrompt(stepper.prompt);
  if (isTyped) input.prompt();
  for await (const line of input) {
    await say([...(isTyped ? [] : [`${stepper.prompt}${line}`]), ...stepper.enter(line)]);
    if (stepper.isOver) break;
    if (!isTyped) continue;
    input.setPrompt(stepper.prompt);
    input.prompt();
  }
  input.close();
  return 0;
}
