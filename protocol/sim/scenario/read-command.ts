// One line of a scenario below the cluster's: what it asks for. Faults are read by ../fault.ts.
import { fromHex } from '../../base/bytes.ts';
import { fail, ok, type Result } from '../../base/result.ts';
import type { Guarantee } from '../../totem/engine/contract.ts';
import { FAULT_WORDS, isFaultWord, readFaults, readType } from '../fault.ts';
import type { Stack } from '../program.ts';
import {
  TOPICS,
  USUAL_TOPICS,
  type Action,
  type Command,
  type GroupName,
  type MessageSource,
  type RunUnit,
  type RunUntil,
  type Topic,
} from './commands.ts';
import { readExpectation } from './read-expectation.ts';
import { isShellWord, readSheepDeed, readShell } from './read-sheep.ts';
import {
  readNode,
  readNodes,
  readOctets,
  readTime,
  readWhole,
  settingOf,
  wrong,
  type LineProblem,
  type Setting,
  type Word,
} from './words.ts';

/** Octets of a message: what CPG takes. */
export const MESSAGE_OCTETS_MAX = 1 << 20;
/** Messages of one line. */
const MESSAGES_MAX = 1_000_000;
const PID_MAX = 4_194_304;
const STEPS_MAX = 1_000_000_000;
const DEFAULT_LIMIT = 60_000_000;
/** Events of one command unless told otherwise: enough for an hour of an idle ring. */
const EVENTS_USUAL = 5_000_000;
const DEFAULT_PID = 100;

export interface CommandContext {
  readonly nodeCount: number;
  readonly stack: Stack;
  /** The nodes have sheep. */
  readonly hasSheep: boolean;
}

type Read<T> = Result<T, LineProblem>;

/** Words after the head: those with =, by key, and the others. */
interface Parts {
  readonly head: Word;
  readonly plain: readonly Word[];
  readonly settings: ReadonlyMap<string, Setting>;
}

function partsOf(words: readonly Word[], known: readonly string[]): Read<Parts> {
  const [head, ...rest] = words as readonly [Word, ...Word[]];
  const plain: Word[] = [];
  const settings = new Map<string, Setting>();
  for (const word of rest) {
    const setting = settingOf(word);
    if (setting === null) plain.push(word);
    else if (!known.includes(setting.key))
      return wrong(word, `${head.text} knows no ${setting.key}=${known.length > 0 ? `: ${known.join('=, ')}=` : ''}`);
    else if (settings.has(setting.key)) return wrong(word, `${setting.key}= stands twice`);
    else settings.set(setting.key, setting);
  }
  return ok({ head, plain, settings });
}

function setting<T>(parts: Parts, key: string, read: (word: Word) => Read<T>, otherwise: T): Read<T> {
  const found = parts.settings.get(key);
  return found === undefined ? ok(otherwise) : read(found.value);
}

const readPid = (word: Word): Read<number> => readWhole(word, 1, PID_MAX);
const readCount = (word: Word): Read<number> => readWhole(word, 1, MESSAGES_MAX);

function readSize(word: Word): Read<number> {
  const octets = readOctets(word);
  if (!octets.ok) return octets;
  if (octets.value > MESSAGE_OCTETS_MAX) return wrong(word, `a message has at most ${MESSAGE_OCTETS_MAX} octets`);
  return octets;
}

function readGroup(parts: Parts, word: Word | undefined): Read<GroupName> {
  if (word === undefined) return wrong(parts.head, `${parts.head.text} wants the name of a group`);
  if (word.text.length > 128 || !/^[\x20-\x7e]+$/.test(word.text))
    return wrong(word, 'a group has a name of at most 128 plain characters');
  const pid = setting(parts, 'pid', readPid, DEFAULT_PID);
  return pid.ok ? ok({ name: word.text, pid: pid.value }) : pid;
}

/** In the stack `node` a group follows the nodes. */
function readAddressees(
  parts: Parts,
  { nodeCount, stack }: CommandContext,
): Read<{ readonly nodes: readonly number[]; readonly group: GroupName | null; readonly rest: readonly Word[] }> {
  const [first, ...rest] = parts.plain;
  if (first === undefined) return wrong(parts.head, `${parts.head.text} wants to know which nodes`);
  const nodes = readNodes(first, { count: nodeCount });
  if (!nodes.ok) return nodes;
  if (stack === 'totem') return ok({ nodes: nodes.value, group: null, rest });
  const group = readGroup(parts, rest[0]);
  return group.ok ? ok({ nodes: nodes.value, group: group.value, rest: rest.slice(1) }) : group;
}

function readGuarantee(words: readonly Word[], stack: Stack): Read<Guarantee> {
  const [word, more] = words;
  if (more !== undefined) return wrong(more, 'nothing follows');
  if (word === undefined || word.text === 'agreed') return ok('agreed');
  if (word.text !== 'safe') return wrong(word, `agreed or safe is wanted, not "${word.text}"`);
  return stack === 'totem' ? ok('safe') : wrong(word, 'a node delivers agreed only: safe is for stack=totem');
}

function readSubmit(words: readonly Word[], context: CommandContext): Read<Action> {
  const parts = partsOf(words, ['size', 'count', 'pid']);
  if (!parts.ok) return parts;
  const to = readAddressees(parts.value, context);
  if (!to.ok) return to;
  const [textWord, ...after] = to.value.rest;
  const hasText = textWord?.isQuoted === true;
  const guarantee = readGuarantee(hasText ? after : to.value.rest, context.stack);
  if (!guarantee.ok) return guarantee;
  const size = setting(parts.value, 'size', readSize, -1);
  if (!size.ok) return size;
  const count = setting(parts.value, 'count', readCount, 1);
  if (!count.ok) return count;
  if (hasText === size.value >= 0) return wrong(parts.value.head, 'submit wants a text in quotes, or size=');
  const message: MessageSource = hasText
    ? { kind: 'text', text: textWord.text }
    : { kind: 'size', size: size.value, count: count.value };
  const { nodes, group } = to.value;
  return ok({ kind: 'submit', nodes, message, guarantee: guarantee.value, group });
}

function readTraffic(words: readonly Word[], context: CommandContext): Read<Action> {
  const parts = partsOf(words, ['every', 'size', 'count', 'pid']);
  if (!parts.ok) return parts;
  if (parts.value.plain[0]?.text === 'off') return ok({ kind: 'traffic-off' });
  const to = readAddressees(parts.value, context);
  if (!to.ok) return to;
  const guarantee = readGuarantee(to.value.rest, context.stack);
  if (!guarantee.ok) return guarantee;
  const every = setting(parts.value, 'every', readTime, 0);
  if (!every.ok) return every;
  if (every.value === 0) return wrong(parts.value.head, 'traffic wants every=, a time above 0');
  const size = setting(parts.value, 'size', readSize, 64);
  if (!size.ok) return size;
  const count = setting(parts.value, 'count', readCount, MESSAGES_MAX);
  if (!count.ok) return count;
  const { nodes, group } = to.value;
  return ok({
    kind: 'traffic',
    nodes,
    every: every.value,
    size: size.value,
    count: count.value,
    guarantee: guarantee.value,
    group,
  });
}

function readGroupChange(words: readonly Word[], context: CommandContext): Read<Action> {
  const parts = partsOf(words, ['pid']);
  if (!parts.ok) return parts;
  const { head, plain } = parts.value;
  if (context.stack === 'totem') return wrong(head, `${head.text} is for process groups: it wants stack=node`);
  const [nodesWord, groupWord, more] = plain;
  if (nodesWord === undefined) return wrong(head, `${head.text} wants to know which nodes`);
  if (more !== undefined) return wrong(more, 'nothing follows');
  const nodes = readNodes(nodesWord, { count: context.nodeCount });
  if (!nodes.ok) return nodes;
  const what = head.text as 'join' | 'part' | 'exit';
  const isExit = what === 'exit';
  const group = readGroup(parts.value, isExit ? { ...head, text: 'all' } : groupWord);
  if (isExit && groupWord !== undefined) return wrong(groupWord, 'a process that ends leaves all its groups');
  return group.ok ? ok({ kind: 'group', what, nodes: nodes.value, group: group.value }) : group;
}

/** `replay 1 commit 2,3`. */
function readReplay(words: readonly Word[], { nodeCount }: CommandContext): Read<Action> {
  const [head, nodeWord, typeWord, toWord, more] = words as readonly [Word, ...(Word | undefined)[]];
  if (nodeWord === undefined || typeWord === undefined || toWord === undefined)
    return wrong(head, 'replay NODE TYPE NODES: what the node sent last of that type reaches those nodes again');
  if (more !== undefined) return wrong(more, 'nothing follows');
  const node = readNode(nodeWord, { count: nodeCount });
  if (!node.ok) return node;
  const type = readType(typeWord);
  if (!type.ok) return type;
  if (type.value === 'any') return wrong(typeWord, 'one type of message is wanted');
  const to = readNodes(toWord, { count: nodeCount });
  return to.ok ? ok({ kind: 'replay', node: node.value, type: type.value, to: to.value }) : to;
}

/** `inject 2 70c00300…`. */
function readInject(words: readonly Word[], { nodeCount }: CommandContext): Read<Action> {
  const [head, nodesWord, hexWord, more] = words as readonly [Word, ...(Word | undefined)[]];
  if (nodesWord === undefined || hexWord === undefined) return wrong(head, 'inject NODES HEX');
  if (more !== undefined) return wrong(more, 'nothing follows');
  const nodes = readNodes(nodesWord, { count: nodeCount });
  if (!nodes.ok) return nodes;
  const bytes = fromHex(hexWord.text);
  return bytes === null
    ? wrong(hexWord, 'octets as hex digits are wanted')
    : ok({ kind: 'inject', nodes: nodes.value, bytes });
}

const UNTIL: readonly RunUntil[] = ['ring', 'stable', 'recovered'];
const UNITS: readonly RunUnit[] = ['events', 'hops', 'rotations'];

function readRun(words: readonly Word[]): Read<Command> {
  const parts = partsOf(words, ['until', 'limit', 'events']);
  if (!parts.ok) return parts;
  const { head, plain, settings } = parts.value;
  const events = setting(parts.value, 'events', (word) => readWhole(word, 1, STEPS_MAX), EVENTS_USUAL);
  if (!events.ok) return events;
  const until = settings.get('until')?.value;
  if (until !== undefined) {
    const state = UNTIL.find((name) => name === until.text);
    if (state === undefined) return wrong(until, `until= is ${UNTIL.join(', ')}`);
    const limit = setting(parts.value, 'limit', readTime, DEFAULT_LIMIT);
    return limit.ok ? ok({ kind: 'run-until', until: state, limit: limit.value, events: events.value }) : limit;
  }
  const [amount, unitWord, more] = plain;
  if (amount === undefined) return wrong(head, 'run wants a time, like 5s, or until=stable, or 3 rotations');
  if (more !== undefined) return wrong(more, 'nothing follows');
  if (unitWord === undefined) {
    const time = readTime(amount);
    return time.ok ? ok({ kind: 'run-for', micros: time.value, events: events.value }) : time;
  }
  const unit = UNITS.find((name) => name === unitWord.text || name === `${unitWord.text}s`);
  if (unit === undefined) return wrong(unitWord, `run counts ${UNITS.join(', ')}`);
  const count = readWhole(amount, 1, STEPS_MAX);
  return count.ok ? ok({ kind: 'run-steps', unit, count: count.value }) : count;
}

function readShow(words: readonly Word[]): Read<Command> {
  const topics = new Set<Topic>(USUAL_TOPICS);
  for (const word of words.slice(1)) {
    const name = word.text.replace(/^-/, '');
    const topic = TOPICS.find((known) => known === name);
    if (word.text === 'all') for (const each of TOPICS) topics.add(each);
    else if (word.text === 'nothing') topics.clear();
    else if (topic === undefined)
      return wrong(word, `there is no "${name}" to show: ${TOPICS.join(', ')}, all, nothing`);
    else if (word.text.startsWith('-')) topics.delete(topic);
    else topics.add(topic);
  }
  return ok({ kind: 'show', topics: TOPICS.filter((topic) => topics.has(topic)) });
}

const ACTIONS: { readonly [word: string]: (words: readonly Word[], context: CommandContext) => Read<Action> } = {
  submit: readSubmit,
  traffic: readTraffic,
  join: readGroupChange,
  part: readGroupChange,
  exit: readGroupChange,
  replay: readReplay,
  inject: readInject,
  sheep: readSheepDeed,
};
const WORDS = ['run', 'at', 'show', 'expect', ...Object.keys(ACTIONS), ...FAULT_WORDS];

function readAction(words: readonly Word[], context: CommandContext): Read<Action> | null {
  const [head] = words;
  const read = ACTIONS[head?.text ?? ''];
  if (read !== undefined) return read(words, context);
  if (head !== undefined && isShellWord(head)) return readShell(words, context);
  if (head === undefined || !isFaultWord(head.text)) return null;
  if (head.text === 'disk' && !context.hasSheep) return wrong(head, 'disk is a fault of stores, which need sheep=');
  const faults = readFaults(words, { count: context.nodeCount });
  return faults.ok ? ok({ kind: 'fault', faults: faults.value }) : faults;
}

/** Reads a line that has words. */
export function readCommand(words: readonly Word[], context: CommandContext): Read<Command> {
  const [head, timeWord, ...rest] = words;
  if (head === undefined) return fail({ column: 1, says: 'a command is wanted' });
  switch (head.isQuoted ? '' : head.text) {
    case 'run':
      return readRun(words);
    case 'show':
      return readShow(words);
    case 'expect': {
      const expectation = readExpectation(words, context.nodeCount);
      const text = words.map((word) => (word.isQuoted ? JSON.stringify(word.text) : word.text)).join(' ');
      return expectation.ok ? ok({ kind: 'expect', expectation: expectation.value, text }) : expectation;
    }
    case 'at': {
      if (timeWord === undefined) return wrong(head, 'at wants a time and a command');
      const at = readTime(timeWord);
      if (!at.ok) return at;
      const action = readAction(rest, context);
      if (action === null) return wrong(rest[0] ?? timeWord, 'after a time comes a fault or a message');
      return action.ok ? ok({ kind: 'action', action: action.value, at: at.value }) : action;
    }
    default: {
      const action = readAction(words, context);
      if (action === null) return wrong(head, `there is no command "${head.text}": ${WORDS.join(', ')}`);
      return action.ok ? ok({ kind: 'action', action: action.value, at: null }) : action;
    }
  }
}
