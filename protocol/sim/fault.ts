// The faults that can be injected: one vocabulary for a click, the prompt of the lab, a scenario's line and the
// simulator. Parsed from words and written back as the same words.
import { fail, ok, type Result } from '../base/result.ts';
import { MESSAGE_TYPES, type MessageType } from '../totem/messages.ts';
import {
  readLink,
  readNode,
  readNodes,
  readOctets,
  readShare,
  readTime,
  readWhole,
  settingOf,
  shareText,
  timeText,
  wrong,
  type End,
  type LineProblem,
  type NodeNames,
  type Word,
} from './scenario/words.ts';
import { diskText, readDisk, type DiskFault } from './sheep/disk-fault.ts';

export type { DiskFault } from './sheep/disk-fault.ts';

/** How one direction between two nodes carries packets. */
export interface LinkQuality {
  /** Microseconds that every packet takes. */
  readonly delay: number;
  /** Mean of what comes on top, of exponential distribution; 0 for none. */
  readonly jitter: number;
  /** Parts per million that are lost, that come twice, that may be overtaken. */
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** Octets a second, and octets that may wait for them; 0 for no limit. */
  readonly capacity: number;
  readonly queue: number;
  /** Greatest IP packet that passes: larger ones vanish, as in a hole of the path MTU; 0 for no limit. */
  readonly mtu: number;
}

/** Nodes are numbers of the cluster's nodes, from 1. */
export type Fault =
  | { readonly kind: 'kill' | 'pause' | 'resume' | 'leave' | 'start'; readonly node: number }
  /** Kills the process if it runs, and starts it again. */
  | { readonly kind: 'restart'; readonly node: number; readonly disk: 'kept' | 'lost' }
  /** The process dies while it writes its next ring id; the disk then holds the old one, the new one, or no file. */
  | { readonly kind: 'tear'; readonly node: number; readonly leaves: 'old' | 'new' | 'nothing' }
  | { readonly kind: 'interface'; readonly node: number; readonly up: boolean }
  /** The node's clock gains so many microseconds a second; loses, where negative. */
  | { readonly kind: 'clock'; readonly node: number; readonly ppm: number }
  /** Only nodes of one group hear each other; nodes that no group names are alone. */
  | { readonly kind: 'partition'; readonly groups: readonly (readonly number[])[] }
  /** Every fault of the network ends: partitions, cuts, deafness, drops, links, interfaces; no write is torn. */
  | { readonly kind: 'heal' }
  /** One direction carries nothing, or again what it did. */
  | { readonly kind: 'cut' | 'mend'; readonly from: End; readonly to: End }
  /** The node hears no multicasts of others; tokens reach it. */
  | { readonly kind: 'deaf'; readonly node: number; readonly on: boolean }
  /** The next `count` packets of a type vanish on the way. */
  | {
      readonly kind: 'drop';
      readonly type: MessageType | 'any';
      readonly from: End;
      readonly to: End;
      readonly count: number;
    }
  | { readonly kind: 'link'; readonly from: End; readonly to: End; readonly change: Partial<LinkQuality> }
  | DiskFault;

export type FaultKind = Fault['kind'];

const PPM_MAX = 100_000;
const DROPS_MAX = 1_000_000;

/** Short words for the types of messages, beside Corosync's names. */
const SHORT: { readonly [word: string]: MessageType } = {
  token: 'orf_token',
  merge: 'memb_merge_detect',
  join: 'memb_join',
  commit: 'memb_commit_token',
  cancel: 'token_hold_cancel',
};

/** Corosync's name of a type of message, or a short word for it. */
export function readType(word: Word): Result<MessageType | 'any', LineProblem> {
  if (word.text === 'any') return ok('any');
  const type = SHORT[word.text] ?? MESSAGE_TYPES.find((name) => name === word.text);
  return type === undefined
    ? wrong(word, `a type of message is wanted: ${MESSAGE_TYPES.join(', ')} or any, not "${word.text}"`)
    : ok(type);
}

type Settings = { -readonly [K in keyof LinkQuality]?: number };

/** `delay=200us mean=300us loss=5% …` as what changes about a link. */
export function readQuality(words: readonly Word[]): Result<Partial<LinkQuality>, LineProblem> {
  const change: Settings = {};
  let mean: { readonly value: number; readonly word: Word } | null = null;
  for (const word of words) {
    const setting = settingOf(word);
    const read = setting === null ? null : readSetting(setting.key, setting.value);
    if (setting === null || read === null)
      return wrong(word, 'a link has delay= mean= loss= duplicate= reorder= capacity= queue= mtu=');
    if (!read.ok) return read;
    if (setting.key === 'mean') mean = { value: read.value, word: setting.value };
    else change[setting.key as keyof LinkQuality] = read.value;
  }
  if (mean !== null) {
    if (change.delay === undefined || mean.value < change.delay)
      return wrong(mean.word, 'mean= wants delay= beside it, and is no less');
    change.jitter = mean.value - change.delay;
  } else if (change.delay !== undefined) change.jitter = 0;
  return ok(change);
}

function readSetting(key: string, value: Word): Result<number, LineProblem> | null {
  switch (key) {
    case 'delay':
    case 'mean':
      return readTime(value);
    case 'loss':
    case 'duplicate':
    case 'reorder':
      return readShare(value);
    case 'capacity':
      return readOctets(value, '/s');
    case 'queue':
    case 'mtu':
      return readOctets(value);
    default:
      return null;
  }
}

/** Only what differs from `base`, in the words that readQuality() reads; empty where nothing does. */
export function qualityText(change: Partial<LinkQuality>): string {
  const words: string[] = [];
  const { delay, jitter, loss, duplicate, reorder, capacity, queue, mtu } = change;
  if (delay !== undefined) words.push(`delay=${timeText(delay)}`);
  if (delay !== undefined && jitter !== undefined && jitter > 0) words.push(`mean=${timeText(delay + jitter)}`);
  if (loss !== undefined) words.push(`loss=${shareText(loss)}`);
  if (duplicate !== undefined) words.push(`duplicate=${shareText(duplicate)}`);
  if (reorder !== undefined) words.push(`reorder=${shareText(reorder)}`);
  if (capacity !== undefined) words.push(`capacity=${capacity}/s`);
  if (queue !== undefined) words.push(`queue=${queue}`);
  if (mtu !== undefined) words.push(`mtu=${mtu}`);
  return words.join(' ');
}

function readPartition(words: readonly Word[], names: NodeNames): Result<Fault, LineProblem> {
  const groups: (readonly number[])[] = [];
  const seen = new Set<number>();
  for (const [i, word] of words.entries()) {
    if (i % 2 === 1) {
      if (word.text !== '|') return wrong(word, 'groups are divided by |');
      continue;
    }
    const nodes = readNodes(word, names);
    if (!nodes.ok) return nodes;
    for (const node of nodes.value) {
      if (seen.has(node)) return wrong(word, `node ${node} is in two groups`);
      seen.add(node);
    }
    groups.push(nodes.value);
  }
  return ok({ kind: 'partition', groups });
}

function readDrop(words: readonly Word[], names: NodeNames): Result<Fault, LineProblem> {
  const [typeWord, linkWord, countWord] = words;
  if (typeWord === undefined || linkWord === undefined) return fail({ column: 1, says: 'drop TYPE FROM>TO [count=N]' });
  const type = readType(typeWord);
  if (!type.ok) return type;
  const link = readLink(linkWord, names);
  if (!link.ok) return link;
  const setting = countWord === undefined ? null : settingOf(countWord);
  if (countWord !== undefined && setting?.key !== 'count') return wrong(countWord, 'count=N is wanted');
  const drops = setting === null ? ok(1) : readWhole(setting.value, 1, DROPS_MAX);
  return drops.ok ? ok({ kind: 'drop', type: type.value, ...link.value, count: drops.value }) : drops;
}

function readNodeFault(
  kind: string,
  word: Word,
  rest: readonly Word[],
  names: NodeNames,
): Result<Fault, LineProblem> | null {
  const node = readNode(word, names);
  if (!node.ok) return node;
  const [option] = rest;
  const choice = (words: readonly string[]): Result<string, LineProblem> =>
    option !== undefined && words.includes(option.text)
      ? ok(option.text)
      : fail({ column: option?.column ?? word.column, says: `${kind} wants ${words.join(' or ')}` });
  switch (kind) {
    case 'restart': {
      const disk = option === undefined ? ok('disk=kept') : choice(['disk=kept', 'disk=lost']);
      return disk.ok ? ok({ kind, node: node.value, disk: disk.value === 'disk=lost' ? 'lost' : 'kept' }) : disk;
    }
    case 'tear': {
      const leaves = choice(['leaves=old', 'leaves=new', 'leaves=nothing']);
      if (!leaves.ok) return leaves;
      return ok({ kind, node: node.value, leaves: leaves.value.slice('leaves='.length) as 'old' | 'new' | 'nothing' });
    }
    case 'interface': {
      const to = choice(['up', 'down']);
      return to.ok ? ok({ kind, node: node.value, up: to.value === 'up' }) : to;
    }
    case 'deaf': {
      const to = option === undefined ? ok('on') : choice(['on', 'off']);
      return to.ok ? ok({ kind, node: node.value, on: to.value === 'on' }) : to;
    }
    case 'clock': {
      const match = /^ppm=([+-]?\d{1,6})$/.exec(option?.text ?? '');
      const ppm = Number(match?.[1] ?? NaN);
      if (!(Math.abs(ppm) <= PPM_MAX)) return wrong(option ?? word, `clock wants ppm=N, at most ${PPM_MAX} either way`);
      return ok({ kind, node: node.value, ppm });
    }
    default:
      return null;
  }
}

/** How each fault is said. */
const EXAMPLES: { readonly [kind in FaultKind]: string } = {
  kill: 'kill 2',
  pause: 'pause 2',
  resume: 'resume 2',
  leave: 'leave 2',
  start: 'start 2',
  restart: 'restart 2',
  tear: 'tear 2 leaves=old',
  interface: 'interface 2 down',
  clock: 'clock 2 ppm=100',
  partition: 'partition 1,2 | 3',
  heal: 'heal',
  cut: 'cut 1>2',
  mend: 'mend 1>2',
  deaf: 'deaf 2',
  drop: 'drop orf_token 1>2',
  link: 'link 1>2 loss=5%',
  disk: 'disk 2 full',
};

/** Words that a fault begins with. */
export const FAULT_WORDS = Object.keys(EXAMPLES) as readonly FaultKind[];

/** Short words for what a link does to all that arrives at a node, and the unit of a number that has none. */
const SHORT_WORDS: { readonly [word: string]: { readonly key: keyof LinkQuality; readonly unit: string } } = {
  loss: { key: 'loss', unit: '%' },
  delay: { key: 'delay', unit: 'ms' },
  mtu: { key: 'mtu', unit: '' },
};

export const isFaultWord = (word: string): boolean =>
  word in SHORT_WORDS || FAULT_WORDS.some((known) => known === word);

/** `loss 2 30%` is `link *>2 loss=30%`. */
function readShort(
  { key, unit }: { readonly key: keyof LinkQuality; readonly unit: string },
  [head, nodeWord, amount, more]: readonly (Word | undefined)[],
  names: NodeNames,
): Result<readonly Fault[], LineProblem> {
  if (head === undefined || nodeWord === undefined || amount === undefined)
    return fail({ column: head?.column ?? 1, says: `${key} wants a node and how much: ${key} 2 ${`30${unit}`}` });
  if (more !== undefined) return wrong(more, `nothing follows the amount of ${key}`);
  const nodes = readNodes(nodeWord, names);
  if (!nodes.ok) return nodes;
  const text = /^[\d.]+$/.test(amount.text) ? `${amount.text}${unit}` : amount.text;
  const change = readQuality([{ ...amount, text: `${key}=${text}` }]);
  if (!change.ok) return change;
  return ok(nodes.value.map((to) => ({ kind: 'link', from: 'any', to, change: change.value })));
}

/**
 * Reads a line of words as faults of the nodes named: `kill 1,3` is two. The first word is one of FAULT_WORDS, or short
 * for one.
 */
export function readFaults(words: readonly Word[], names: NodeNames): Result<readonly Fault[], LineProblem> {
  const [head, first, ...rest] = words;
  if (head === undefined) return fail({ column: 1, says: 'a fault is wanted' });
  const short = SHORT_WORDS[head.text];
  if (short !== undefined) return readShort(short, words, names);
  const kind = head.text as FaultKind;
  if (!FAULT_WORDS.includes(kind)) return wrong(head, `there is no fault "${head.text}": ${FAULT_WORDS.join(', ')}`);
  if (kind === 'heal') return first === undefined ? ok([{ kind }]) : wrong(first, 'heal stands alone');
  if (first === undefined) return wrong(head, `${kind} wants to know what: ${EXAMPLES[kind]}`);
  const one = (fault: Result<Fault, LineProblem>): Result<readonly Fault[], LineProblem> =>
    fault.ok ? ok([fault.value]) : fault;
  switch (kind) {
    case 'partition':
      return one(readPartition([first, ...rest], names));
    case 'drop':
      return one(readDrop([first, ...rest], names));
    case 'disk':
      return one(readDisk(words, names));
    case 'cut':
    case 'mend': {
      const link = readLink(first, names);
      return link.ok ? ok([{ kind, ...link.value }]) : link;
    }
    case 'link': {
      const link = readLink(first.text === 'all' ? { ...first, text: '*>*' } : first, names);
      if (!link.ok) return link;
      const change = readQuality(rest);
      return change.ok ? ok([{ kind, ...link.value, change: change.value }]) : change;
    }
    case 'kill':
    case 'pause':
    case 'resume':
    case 'leave':
    case 'start': {
      const nodes = readNodes(first, names);
      if (rest[0] !== undefined)
        return wrong(rest[0], `nothing follows the nodes of ${kind}: ${EXAMPLES[kind]}, or ${EXAMPLES[kind]},3`);
      return nodes.ok ? ok(nodes.value.map((node) => ({ kind, node }))) : nodes;
    }
    default:
      return one(readNodeFault(kind, first, rest, names) ?? wrong(head, 'not a fault'));
  }
}

const endText = (end: End): string => (end === 'any' ? '*' : `${end}`);

/** The words that readFaults() reads. */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'kill':
    case 'pause':
    case 'resume':
    case 'leave':
    case 'start':
      return `${fault.kind} ${fault.node}`;
    case 'restart':
      return `restart ${fault.node}${fault.disk === 'lost' ? ' disk=lost' : ''}`;
    case 'tear':
      return `tear ${fault.node} leaves=${fault.leaves}`;
    case 'interface':
      return `interface ${fault.node} ${fault.up ? 'up' : 'down'}`;
    case 'clock':
      return `clock ${fault.node} ppm=${fault.ppm}`;
    case 'partition':
      return `partition ${fault.groups.map((group) => group.join(',')).join(' | ')}`;
    case 'heal':
      return 'heal';
    case 'cut':
    case 'mend':
      return `${fault.kind} ${endText(fault.from)}>${endText(fault.to)}`;
    case 'deaf':
      return `deaf ${fault.node} ${fault.on ? 'on' : 'off'}`;
    case 'disk':
      return diskText(fault);
    case 'drop':
      return `drop ${fault.type} ${endText(fault.from)}>${endText(fault.to)} count=${fault.count}`;
    case 'link':
      return `link ${endText(fault.from)}>${endText(fault.to)} ${qualityText(fault.change)}`;
  }
}
