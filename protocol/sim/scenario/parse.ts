// The scenario language: text in, a Scenario out, or the first problem with its line and column. docs/lab.md describes
// it. Runs nothing.
import { fail, ok, type Result } from '../../base/result.ts';
import { readQuality, type LinkQuality } from '../fault.ts';
import { QUIET_LINK } from '../world/link.ts';
import type { Block, Line, Scenario } from './commands.ts';
import { readCluster, type ClusterLine } from './read-cluster.ts';
import { readCommand } from './read-command.ts';
import { splitWords, wrong, type LineProblem, type Word } from './words.ts';

export interface ScenarioProblem extends LineProblem {
  /** From 1. */
  readonly line: number;
}

/** Stands between the commands of a block and their transcript. */
const DIVIDER = '----';
const LINES_MAX = 100_000;

interface OpenBlock {
  source: string[];
  lines: Line[];
  expected: string[] | null;
}

interface Reading {
  cluster: ClusterLine | null;
  link: LinkQuality;
  readonly blocks: OpenBlock[];
  block: OpenBlock;
}

const newBlock = (): OpenBlock => ({ source: [], lines: [], expected: null });

/** A `link all …` right below the cluster's line says how links are before any fault. */
function isFirstLink(reading: Reading, words: readonly Word[]): boolean {
  const isFirst = reading.blocks.length === 1 && reading.block.lines.length === 0;
  return isFirst && words[0]?.text === 'link' && words[1]?.text === 'all';
}

function readLine(reading: Reading, number: number, words: readonly Word[]): Result<null, LineProblem> {
  const [head] = words;
  if (head === undefined) return ok(null);
  if (reading.cluster === null) {
    if (head.text !== 'cluster') return wrong(head, 'a scenario begins with cluster nodes=N');
    const cluster = readCluster(words);
    if (!cluster.ok) return cluster;
    reading.cluster = cluster.value;
    return ok(null);
  }
  if (head.text === 'cluster') return wrong(head, 'there is one cluster in a scenario');
  if (isFirstLink(reading, words)) {
    const change = readQuality(words.slice(2));
    if (!change.ok) return change;
    reading.link = { ...reading.link, ...change.value };
    return ok(null);
  }
  const { cluster, stack, sheep } = reading.cluster;
  const command = readCommand(words, { nodeCount: cluster.nodes.length, stack, hasSheep: sheep !== null });
  if (!command.ok) return command;
  reading.block.lines.push({ number, command: command.value });
  return ok(null);
}

/** Reads a whole scenario. */
export function parseScenario(text: string): Result<Scenario, ScenarioProblem> {
  const lines = text.split('\n');
  if (lines.length > LINES_MAX) return fail({ line: LINES_MAX, column: 1, says: `more than ${LINES_MAX} lines` });
  const first = newBlock();
  const reading: Reading = { cluster: null, link: QUIET_LINK, blocks: [first], block: first };
  for (const [i, line] of lines.entries()) {
    const { block } = reading;
    if (block.expected !== null) {
      if (line.trim() !== '') block.expected.push(line);
      else reading.blocks.push((reading.block = newBlock()));
      continue;
    }
    if (line.trim() === DIVIDER) {
      block.expected = [];
      continue;
    }
    block.source.push(line);
    const words = splitWords(line);
    const read = words.ok ? readLine(reading, i + 1, words.value) : words;
    if (!read.ok) return fail({ line: i + 1, ...read.problem });
  }
  const { cluster, link } = reading;
  if (cluster === null) return fail({ line: 1, column: 1, says: 'a scenario begins with cluster nodes=N' });
  const blocks: readonly Block[] = reading.blocks.filter(
    ({ source, expected }) => expected !== null || source.some((line) => line.trim() !== ''),
  );
  return ok({ ...cluster, link, blocks });
}
