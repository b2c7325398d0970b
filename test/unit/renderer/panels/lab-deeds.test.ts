// The buttons of a lab: every line is one that the prompt takes, and what a fault's button did its counterpart ends.
import { describe, expect, it } from 'vitest';
import { activeFaults } from '../../../../app/lab/active-faults.ts';
import { labNode } from '../../../../app/lab/cluster.ts';
import { readLabFaults } from '../../../../app/lab/fault.ts';
import type { LabNodeView } from '../../../../app/lab/lab-view.ts';
import { deedsOf, type Deed } from '../../../../renderer/panels/nodes/deeds.ts';
import { loadLine, loadProblem, objectDeeds, workProblem } from '../../../../renderer/panels/traffic/deeds.ts';

const COUNT = 3;
const names = { count: COUNT, find: (text: string) => (/^[1-3]$/.test(text) ? Number(text) : null) };
const ALL = { sheep: true, disk: true };

function node(condition: LabNodeView['condition']): LabNodeView {
  return { spec: labNode(2, 'corosync-1'), condition, pid: null, directory: null, status: null };
}
function deeds(condition: LabNodeView['condition'], active: ReadonlyMap<string, string> = new Map()): readonly Deed[] {
  const { first, more } = deedsOf(node(condition), active, [1, 3], ALL);
  return [...first, ...more.flat()];
}
const faultLines = (all: readonly Deed[]): readonly string[] =>
  all.flatMap(({ line }) => (line.startsWith('fault ') ? [line.slice('fault '.length)] : []));

/** Faults in force at node 2 after these lines. */
const after = (...lines: readonly string[]): ReadonlyMap<string, string> =>
  activeFaults(
    lines.map((words, i) => ({ atNs: BigInt(i), words, nodes: [] })),
    null,
    COUNT,
  ).get(2) ?? new Map<string, string>();

describe('buttons of a node', () => {
  it.each(['running', 'paused', 'stopped'] as const)('%s: say lines that the prompt takes', (condition) => {
    const lines = faultLines(deeds(condition));

    expect(lines.length).toBeGreaterThan(0);
    expect(lines.filter((line) => !readLabFaults(line, names).ok)).toEqual([]);
  });

  it('that put a fault in force are followed by one that ends it', () => {
    const putting = deeds('running').filter(({ line }) => after(line).size > 0);
    expect(putting.length).toBeGreaterThan(8);

    for (const { line } of putting) {
      const lines = deeds('running', after(line)).map((deed) => deed.line);
      expect([line, lines.some((next) => after(line, next).size === 0)]).toEqual([line, true]);
    }
  });

  it('of a stopped node only start it; without a store there is nothing to fill', () => {
    expect(deeds('stopped').map(({ line }) => line)).toEqual(['fault start 2']);
    const { more } = deedsOf(node('running'), new Map(), [1, 3], { sheep: false, disk: false });
    expect(more.flat().filter(({ line }) => /disk|sheep/.test(line))).toEqual([]);
  });
});

describe('forms of traffic', () => {
  it('say what is wrong before the prompt has to', () => {
    expect(loadProblem({ size: '1000', rate: '0', seconds: '3' })).toBeNull();
    expect(loadLine(2, { size: '1000', rate: '0', seconds: '3' })).toBe('traffic 2 size=1000 rate=0 seconds=3');
    expect(loadProblem({ size: '0', rate: '1', seconds: '3' })).toContain('size');
    expect(loadProblem({ size: '1', rate: '', seconds: '3' })).toContain('rate');
    expect(loadProblem({ size: '1', rate: '1', seconds: '1e9' })).toContain('seconds');
    expect(workProblem({ copies: '2', name: 'VM1', size: '64M' })).toBeNull();
    expect(workProblem({ copies: '9', name: 'VM1', size: '64M' })).toContain('copies');
    expect(workProblem({ copies: '2', name: 'a b', size: '64M' })).toContain('name');
    expect(workProblem({ copies: '2', name: 'VM1', size: 'big' })).toContain('size');
  });

  it('are lines of a node’s shell', () => {
    const lines = objectDeeds(3, { copies: '2', name: 'VM1', size: '64M' }).map(({ line }) => line);

    expect(lines).toContain('n3> collie cluster format -c 2');
    expect(lines.every((line) => line.startsWith('n3> collie '))).toBe(true);
  });
});
