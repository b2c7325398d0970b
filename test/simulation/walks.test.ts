// Walks through scenarios, forward and back, as `totemlab simulate --step` shows them: the commands of each file give
// the transcript that stands in it. npm run test:update writes them anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Stepper } from '../../protocol/sim/run/stepper.ts';
import { isUpdating, scenarioOf } from './support/notebook.ts';

const FOLDER = join(import.meta.dirname, 'walks');
const DIVIDER = '\n====\n';
const PROMPT = /^(?:run \d+ )?\d+\.\d{6}> /;

/** The file as it would be written now. Lines without a prompt that stand first are commands that were never run. */
function walk(text: string): string {
  const [scenario = '', session = ''] = text.split(DIVIDER);
  const written = session.split('\n').filter((line) => line !== '');
  const commands = written.some((line) => PROMPT.test(line)) ? written.filter((line) => PROMPT.test(line)) : written;
  const stepper = new Stepper(scenarioOf(scenario));
  const lines = [...stepper.begin()];
  for (const command of commands.map((line) => line.replace(PROMPT, '')))
    lines.push(`${stepper.prompt}${command}`, ...stepper.enter(command));
  expect(stepper.isOver).toBe(true);
  return `${scenario}${DIVIDER}${lines.join('\n')}\n`;
}

describe('walks', () => {
  it.each(readdirSync(FOLDER).filter((name) => name.endsWith('.txt')))('%s', (name) => {
    const path = join(FOLDER, name);
    const before = readFileSync(path, 'utf8');
    const now = walk(before);

    if (isUpdating && now !== before) writeFileSync(path, now);
    else expect(now).toBe(before);
  });

  it('would be seen changed', () => {
    const walked = walk('cluster nodes=2 stack=totem\n====\nrun 1s\nback 500ms\nquit\n');

    expect(walked).toContain('1.000000> back 500ms');
    expect(walked).toContain('0.500000> quit');
  });
});
