// Lines of a scenario that concern sheep: `2> collie …` in the shell of a node, `sheep stop 2`.
import { ok, type Result } from '../../base/result.ts';
import type { Input } from '../sheep/clients.ts';
import { CLUSTER_STATES, type Action, type Expectation } from './commands.ts';
import { INPUT_PATHS } from './deed-text.ts';
import { readNode, readNodes, readWhole, wrong, type LineProblem, type Word } from './words.ts';

type Read<T> = Result<T, LineProblem>;

export interface SheepContext {
  readonly nodeCount: number;
  readonly hasSheep: boolean;
}

const NO_SHEEP = 'a scenario whose first line says sheep=sound or sheep=faithful has sheep: this one has none';
const COUNT_MAX = 1_000_000;
const DEEDS = ['start', 'stop', 'kill'] as const;

/** `2>` begins a line in the shell of node 2. */
export const isShellWord = (word: Word): boolean => !word.isQuoted && /^[^\s>]+>$/.test(word.text);

function inputOf(word: Word): Read<Input> {
  const found = (Object.keys(INPUT_PATHS) as (keyof typeof INPUT_PATHS)[]).find(
    (key) => INPUT_PATHS[key] === word.text,
  );
  return found === undefined ? wrong(word, `${Object.values(INPUT_PATHS).join(' or ')} is wanted`) : ok(found);
}

/** `2> collie vdi write alice 0 4M < /dev/urandom`. */
export function readShell(words: readonly Word[], { nodeCount, hasSheep }: SheepContext): Read<Action> {
  const [head, command, ...rest] = words as readonly [Word, ...Word[]];
  const node = readNode({ ...head, text: head.text.slice(0, -1) }, { count: nodeCount });
  if (!node.ok) return node;
  if (command?.text !== 'collie') return wrong(command ?? head, 'the shell of a node knows collie here');
  if (!hasSheep) return wrong(command, NO_SHEEP);
  const at = rest.findIndex(({ text, isQuoted }) => text === '<' && !isQuoted);
  const args = (at < 0 ? rest : rest.slice(0, at)).map(({ text }) => text);
  if (at < 0) return ok({ kind: 'collie', node: node.value, words: args, input: 'nothing' });
  const [sign, path, more] = rest.slice(at);
  if (path === undefined || more !== undefined) return wrong(more ?? sign ?? head, 'one name stands behind <');
  const input = inputOf(path);
  return input.ok ? ok({ kind: 'collie', node: node.value, words: args, input: input.value }) : input;
}

/** `sheep stop 1,2`. */
export function readSheepDeed(words: readonly Word[], { nodeCount, hasSheep }: SheepContext): Read<Action> {
  const [head, whatWord, nodesWord, more] = words as readonly [Word, ...(Word | undefined)[]];
  if (!hasSheep) return wrong(head, NO_SHEEP);
  const what = DEEDS.find((known) => known === whatWord?.text);
  if (what === undefined || nodesWord === undefined) return wrong(whatWord ?? head, `sheep ${DEEDS.join('|')} NODES`);
  if (more !== undefined) return wrong(more, 'nothing follows');
  const nodes = readNodes(nodesWord, { count: nodeCount });
  return nodes.ok ? ok({ kind: 'sheep', what, nodes: nodes.value }) : nodes;
}

/** What is expected of sheep; null where it is of something else. */
export function readSheepExpectation(
  what: Word,
  nodes: readonly number[],
  third: Word | undefined,
): Read<Expectation> | null {
  switch (what.text) {
    case 'whole':
      return third === undefined ? ok({ kind: 'whole', nodes }) : wrong(third, 'nothing follows');
    case 'said':
      return third?.isQuoted === true
        ? ok({ kind: 'said', nodes, text: third.text })
        : wrong(third ?? what, 'a text in quotes is wanted');
    case 'cluster': {
      const state = CLUSTER_STATES.find((known) => known === third?.text);
      return state === undefined
        ? wrong(third ?? what, `a state of a cluster is wanted: ${CLUSTER_STATES.join(', ')}`)
        : ok({ kind: 'cluster', nodes, state });
    }
    case 'epoch':
    case 'objects': {
      if (third === undefined) return wrong(what, `a number of ${what.text} is wanted`);
      const count = readWhole(third, 0, COUNT_MAX);
      if (!count.ok) return count;
      return ok(
        what.text === 'epoch'
          ? { kind: 'epoch', nodes, epoch: count.value }
          : { kind: 'objects', nodes, count: count.value },
      );
    }
    default:
      return null;
  }
}
