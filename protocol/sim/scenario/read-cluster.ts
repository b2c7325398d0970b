// The first line of a scenario: what the cluster is made of, and how its nodes and its world are set up.
import { fail, ok, type Result } from '../../base/result.ts';
import { totemConfig, type TotemSettings } from '../../totem/engine/config.ts';
import type { Behaviour } from '../../sheep/engine/policy.ts';
import type { DialectOfEngine } from '../../totem/engine/contract.ts';
import { CLUSTER_NODES_MAX, firstHosts, makeCluster, type ClusterSpec, type Transport } from '../cluster.ts';
import type { Stack } from '../program.ts';
import {
  readNodes,
  readTime,
  readWhole,
  settingOf,
  wrong,
  type LineProblem,
  type Setting,
  type Word,
} from './words.ts';

export interface ClusterLine {
  readonly cluster: ClusterSpec;
  readonly stack: Stack;
  readonly sheep: Behaviour | null;
  readonly seed: number;
  readonly cpu: number;
  readonly diskWrite: number;
  readonly firstRingSeqs: readonly (bigint | null)[];
  readonly sync: number;
  readonly starts: readonly number[];
  readonly firstSeqno: number;
}

type Read<T> = Result<T, LineProblem>;

const SEED_MAX = Number.MAX_SAFE_INTEGER;
const COUNT_MAX = 1_000_000;
const U32_MAX = 0xffff_ffff;
const WORK_MICROS_MAX = 1_000_000;
/** What the services of a real idle node take to synchronise. */
const DEFAULT_SYNC = 1000;

/** Timers and constants that corosync.conf names; times in milliseconds, which is what they are given to the engine. */
const TIMES: { readonly [name: string]: keyof TotemSettings } = {
  token: 'token',
  token_retransmit: 'tokenRetransmit',
  hold: 'hold',
  join: 'join',
  send_join: 'sendJoin',
  consensus: 'consensus',
  merge: 'merge',
  downcheck: 'downcheck',
  max_network_delay: 'maxNetworkDelay',
};
const COUNTS: { readonly [name: string]: keyof TotemSettings } = {
  token_coefficient: 'tokenCoefficient',
  token_retransmits_before_loss_const: 'tokenRetransmitsBeforeLossConst',
  token_warning: 'tokenWarning',
  fail_recv_const: 'failRecvConst',
  seqno_unchanged_const: 'seqnoUnchangedConst',
  heartbeat_failures_allowed: 'heartbeatFailuresAllowed',
  window_size: 'windowSize',
  max_messages: 'maxMessages',
  miss_count_const: 'missCountConst',
  netmtu: 'netmtu',
};
const OTHERS = [
  'nodes',
  'hosts',
  'dialect',
  'transport',
  'stack',
  'sheep',
  'seed',
  'start',
  'cpu',
  'disk',
  'ringseq',
  'seqno',
  'sync',
  'cancel_hold',
];
const KNOWN = [...OTHERS, ...Object.keys(TIMES), ...Object.keys(COUNTS)];

function settingsOf(words: readonly Word[]): Read<ReadonlyMap<string, Setting>> {
  const settings = new Map<string, Setting>();
  for (const word of words) {
    const setting = settingOf(word);
    if (setting === null || !KNOWN.includes(setting.key))
      return wrong(word, `"${word.text}" is no setting of a cluster: ${KNOWN.join('=, ')}=`);
    if (settings.has(setting.key)) return wrong(word, `${setting.key}= stands twice`);
    settings.set(setting.key, setting);
  }
  return ok(settings);
}

function choice<T extends string>(word: Word | undefined, choices: readonly [T, ...T[]]): Read<T> {
  if (word === undefined) return ok(choices[0]);
  const found = choices.find((name) => name === word.text);
  return found === undefined ? wrong(word, `${choices.join(' or ')} is wanted, not "${word.text}"`) : ok(found);
}

/** Whole milliseconds, as corosync.conf has them. */
function readMillis(word: Word): Read<number> {
  const micros = readTime(word);
  if (!micros.ok) return micros;
  return micros.value % 1000 === 0 ? ok(micros.value / 1000) : wrong(word, 'this time is whole milliseconds');
}

type Timing = { -readonly [K in keyof TotemSettings]?: number | boolean };

function readTiming(settings: ReadonlyMap<string, Setting>): Read<Timing> {
  const timing: Timing = {};
  for (const [key, { value }] of settings) {
    const time = TIMES[key];
    const count = COUNTS[key];
    if (time === undefined && count === undefined) continue;
    const read = time !== undefined ? readMillis(value) : readWhole(value, 0, COUNT_MAX);
    if (!read.ok) return read;
    timing[time ?? count ?? 'token'] = read.value;
  }
  const cancel = choice(settings.get('cancel_hold')?.value, ['no', 'yes']);
  if (!cancel.ok) return cancel;
  if (cancel.value === 'yes') timing.cancelTokenHoldOnRetransmit = true;
  return ok(timing);
}

function readSheep(word: Word | undefined, stack: Stack): Read<Behaviour | null> {
  if (word === undefined) return ok(null);
  const behaviour = choice<Behaviour | 'none'>(word, ['none', 'sound', 'faithful']);
  if (!behaviour.ok || behaviour.value === 'none') return behaviour.ok ? ok(null) : behaviour;
  return stack === 'node' ? ok(behaviour.value) : wrong(word, 'sheep need process groups: they want stack=node');
}

function readStarts(word: Word | undefined, count: number): Read<readonly number[]> {
  if (word?.text === 'none') return ok([]);
  return readNodes(word ?? { text: 'all', column: 1, isQuoted: false }, { count });
}

function readRingSeqs(word: Word | undefined): Read<readonly (bigint | null)[]> {
  if (word === undefined) return ok([null]);
  const numbers = word.text.split(',');
  return numbers.every((number) => /^\d{1,19}$/.test(number))
    ? ok(numbers.map(BigInt))
    : wrong(word, 'ring sequence numbers are wanted, like 7 or 7,40');
}

/** Last octets of the nodes' addresses. */
function readHosts(word: Word | undefined, count: number): Read<readonly number[]> {
  if (word === undefined) return ok(firstHosts(count));
  const hosts = word.text.split(',').map((text) => (/^\d{1,3}$/.test(text) ? Number(text) : 0));
  const areHosts = hosts.length === count && hosts.every((host) => host >= 1 && host <= 254);
  return areHosts && new Set(hosts).size === count
    ? ok(hosts)
    : wrong(word, `${count} last octets of addresses are wanted, 1 to 254, like 111,112,114`);
}

function readSpec(words: readonly Word[], settings: ReadonlyMap<string, Setting>): Read<ClusterSpec> {
  const [head] = words as readonly [Word];
  const nodesWord = settings.get('nodes')?.value;
  if (nodesWord === undefined) return wrong(head, 'cluster wants nodes=N');
  const nodes = readWhole(nodesWord, 1, CLUSTER_NODES_MAX);
  if (!nodes.ok) return nodes;
  const dialect = choice<DialectOfEngine>(settings.get('dialect')?.value, ['corosync-3', 'corosync-1']);
  if (!dialect.ok) return dialect;
  const transport = choice<Transport>(settings.get('transport')?.value, ['udp', 'udpu']);
  if (!transport.ok) return transport;
  const timing = readTiming(settings);
  if (!timing.ok) return timing;
  const config = totemConfig(timing.value as TotemSettings, nodes.value, dialect.value);
  if (!config.ok) return wrong(head, config.problem);
  const hosts = readHosts(settings.get('hosts')?.value, nodes.value);
  if (!hosts.ok) return hosts;
  return ok(makeCluster(hosts.value, dialect.value, transport.value, config.value));
}

/** Reads `cluster nodes=N …`. */
export function readCluster(words: readonly Word[]): Read<ClusterLine> {
  const settings = settingsOf(words.slice(1));
  if (!settings.ok) return settings;
  const value = (key: string): Word | undefined => settings.value.get(key)?.value;
  const cluster = readSpec(words, settings.value);
  if (!cluster.ok) return cluster;
  const stack = choice<Stack>(value('stack'), ['node', 'totem']);
  if (!stack.ok) return stack;
  const sheep = readSheep(value('sheep'), stack.value);
  if (!sheep.ok) return sheep;
  const starts = readStarts(value('start'), cluster.value.nodes.length);
  if (!starts.ok) return starts;
  const seqnoWord = value('seqno');
  const firstSeqno = seqnoWord === undefined ? ok(0) : readWhole(seqnoWord, 0, U32_MAX);
  if (!firstSeqno.ok) return firstSeqno;
  const firstRingSeqs = readRingSeqs(value('ringseq'));
  if (!firstRingSeqs.ok) return firstRingSeqs;
  const numbers = { seed: 1, cpu: 0, disk: 0, sync: DEFAULT_SYNC };
  for (const key of ['seed', 'cpu', 'disk', 'sync'] as const) {
    const word = value(key);
    if (word === undefined) continue;
    const read = key === 'seed' ? readWhole(word, 0, SEED_MAX) : readTime(word);
    if (!read.ok) return read;
    numbers[key] = read.value;
  }
  for (const key of ['cpu', 'disk'] as const)
    if (numbers[key] > WORK_MICROS_MAX) return fail({ column: value(key)?.column ?? 1, says: `${key}= is at most 1s` });
  return ok({
    cluster: cluster.value,
    stack: stack.value,
    sheep: sheep.value,
    starts: starts.value,
    firstRingSeqs: firstRingSeqs.value,
    seed: numbers.seed,
    cpu: numbers.cpu,
    diskWrite: numbers.disk,
    sync: numbers.sync,
    firstSeqno: firstSeqno.value,
  });
}
