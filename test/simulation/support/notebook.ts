// Scenario files as notebooks: run them, and write them again with what came out.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StartProgram } from '../../../protocol/sim/program.ts';
import { Runner } from '../../../protocol/sim/run/runner.ts';
import type { Scenario } from '../../../protocol/sim/scenario/commands.ts';
import { parseScenario } from '../../../protocol/sim/scenario/parse.ts';

export const SCENARIOS = join(import.meta.dirname, '..', 'scenarios');

/** `npm run test:update` sets it. */
export const isUpdating = process.env['TOTEM_LAB_UPDATE'] === '1';

/** Paths of the scenario files from their folder, without extension, in order. */
export function scenarioNames(folder = ''): readonly string[] {
  return readdirSync(join(SCENARIOS, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return scenarioNames(path);
      return entry.name.endsWith('.txt') ? [path.slice(0, -'.txt'.length)] : [];
    })
    .sort();
}

export function scenarioText(name: string): string {
  return readFileSync(join(SCENARIOS, `${name}.txt`), 'utf8');
}

export function writeScenario(name: string, text: string): void {
  writeFileSync(join(SCENARIOS, `${name}.txt`), text);
}

/** A scenario that must be readable. */
export function scenarioOf(text: string): Scenario {
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(`${parsed.problem.line}:${parsed.problem.column}: ${parsed.problem.says}`);
  return parsed.value;
}

export interface Notebook {
  /** The file as it would be written now. */
  readonly text: string;
  readonly failures: readonly string[];
  readonly runner: Runner;
}

/** Runs a scenario; `prepare` may watch its world before anything happens. */
export function runNotebook(
  text: string,
  { start, prepare }: { start?: StartProgram; prepare?: (runner: Runner) => void } = {},
): Notebook {
  const scenario = scenarioOf(text);
  const runner = new Runner(start === undefined ? { scenario } : { scenario, start });
  prepare?.(runner);
  runner.begin();
  const blocks = scenario.blocks.map((block) => [...block.source, '----', ...runner.run(block)].join('\n'));
  return { text: `${blocks.join('\n\n')}\n`, failures: runner.failures, runner };
}
