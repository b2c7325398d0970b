// Every scenario gives the transcript that stands in its file; npm run test:update writes them anew.
import { describe, expect, it } from 'vitest';
import { isUpdating, runNotebook, scenarioNames, scenarioText, writeScenario } from './support/notebook.ts';

describe('scenarios', () => {
  it.each(scenarioNames())('%s', (name) => {
    const before = scenarioText(name);
    const { text, failures } = runNotebook(before);

    expect(failures).toEqual([]);
    if (isUpdating && text !== before) writeScenario(name, text);
    else expect(text).toBe(before);
  });

  it('would be seen changed', () => {
    const { text } = runNotebook('cluster nodes=1 stack=totem\nrun until=stable\n');

    expect(text).toContain('0.000000 1 gather (interface change)');
    expect(runNotebook('cluster nodes=1 stack=totem token=5s\nrun 10s\n').text).not.toBe(text);
  });
});
