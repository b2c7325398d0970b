// A line of a scenario that says what must be so. Reading only: run/expectations.ts holds it against the world.
import { ok, type Result } from '../../base/result.ts';
import type { Expectation } from './commands.ts';
import { readSheepExpectation } from './read-sheep.ts';
import { readNodes, readWhole, wrong, type LineProblem, type Word } from './words.ts';

const STATES = ['operational', 'gather', 'commit', 'recovery', 'down', 'paused'] as const;
const TIMES_MAX = 1_000_000;
const COUNT_MAX = Number.MAX_SAFE_INTEGER;

type Read<T> = Result<T, LineProblem>;

/** `expect members 1,2,3 [seq 12]`. */
function readMembers(word: Word, rest: readonly Word[], count: number): Read<Expectation> {
  const nodes = readNodes(word, { count });
  if (!nodes.ok) return nodes;
  const [seqWord, number] = rest;
  if (seqWord === undefined) return ok({ kind: 'members', nodes: nodes.value, ringSeq: null });
  if (seqWord.text !== 'seq' || number === undefined || !/^\d{1,20}$/.test(number.text))
    return wrong(number ?? seqWord, 'seq and the ring sequence number may follow');
  return ok({ kind: 'members', nodes: nodes.value, ringSeq: BigInt(number.text) });
}

/** Reads what stands behind `expect`. */
export function readExpectation(words: readonly Word[], nodeCount: number): Read<Expectation> {
  const [head, what, nodesWord, third, fourth] = words as readonly [Word, ...(Word | undefined)[]];
  const forms =
    'expect members NODES [seq N], state NODES STATE, delivered NODES "TEXT" [TIMES], counter NODES NAME N, ' +
    'epoch NODES N, cluster NODES STATE, objects NODES N, whole NODES, said NODE "TEXT"';
  if (what === undefined || nodesWord === undefined) return wrong(head, forms);
  if (what.text === 'members') return readMembers(nodesWord, words.slice(3), nodeCount);
  const nodes = readNodes(nodesWord, { count: nodeCount });
  if (!nodes.ok) return nodes;
  const ofSheep = readSheepExpectation(what, nodes.value, third);
  if (ofSheep !== null) return ofSheep;
  if (third === undefined) return wrong(what, forms);
  switch (what.text) {
    case 'state': {
      const state = STATES.find((name) => name === third.text);
      return state === undefined
        ? wrong(third, `a state is wanted: ${STATES.join(', ')}`)
        : ok({ kind: 'state', nodes: nodes.value, state });
    }
    case 'delivered': {
      if (!third.isQuoted) return wrong(third, 'a text in quotes is wanted');
      const times = fourth === undefined ? ok(1) : readWhole(fourth, 0, TIMES_MAX);
      return times.ok ? ok({ kind: 'delivered', nodes: nodes.value, text: third.text, times: times.value }) : times;
    }
    case 'counter': {
      if (fourth === undefined) return wrong(third, 'a counter and its value are wanted');
      const value = readWhole(fourth, 0, COUNT_MAX);
      return value.ok ? ok({ kind: 'counter', nodes: nodes.value, name: third.text, value: value.value }) : value;
    }
    default:
      return wrong(what, forms);
  }
}
