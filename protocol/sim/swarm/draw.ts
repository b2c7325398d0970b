// A scenario drawn from a seed: a cluster with options of its own, traffic, faults at random times while everything may
// fail, then a network that is whole again and a core that must come together. Text in the scenario language, so that a
// failing seed is a scenario.
import { Prng } from '../../base/prng.ts';
import { timeText, shareText } from '../scenario/words.ts';

const SWARM_LABEL = 0x55;
const MS = 1000;
const NODES_MAX = 64;

/** Numbers before the first message: some roll over soon, some pass where the comparison changes its way. */
const SEQNOS = [-400, -100, -5, -1, 0x7fff_fff0, 0x8000_0000, 0x8000_ffff].map((seqno) => seqno >>> 0);

interface Drawing {
  readonly prng: Prng;
  readonly count: number;
  /** Effective token timeout, µs. */
  readonly token: number;
  readonly stack: 'totem' | 'node';
  readonly group: string;
}

/** Mostly a handful of nodes, seldom many. */
function drawCount(prng: Prng): number {
  const kind = prng.below(1000);
  if (kind < 30) return 1;
  if (kind < 680) return prng.between(2, 5);
  if (kind < 950) return prng.between(6, 9);
  return kind < 995 ? prng.between(10, 20) : prng.between(21, NODES_MAX);
}

/** Each with a chance of its own, since interesting runs differ from the default in one or two things. */
function drawOptions(prng: Prng, count: number): string[] {
  const options: string[] = [];
  const maybe = (outOfTen: number, text: () => string): void => {
    if (prng.chance(outOfTen, 10)) options.push(text());
  };
  maybe(2, () => `window_size=${prng.pick([1, 5, 20, 100, 300])}`);
  maybe(2, () => `max_messages=${prng.pick([1, 3, 30])}`);
  maybe(3, () => `miss_count_const=${prng.between(1, 8)}`);
  maybe(2, () => `fail_recv_const=${prng.pick([10, 50, 200])}`);
  maybe(3, () => `seqno_unchanged_const=${prng.pick([2, 5, 60])}`);
  // As the manual advises for many nodes: their joins would be a storm.
  if (count > 8 || prng.chance(1, 10)) options.push(`send_join=${prng.between(10, 80)}ms`);
  maybe(1, () => `heartbeat_failures_allowed=${prng.between(1, 3)} max_network_delay=30ms`);
  maybe(2, () => 'cancel_hold=yes');
  maybe(2, () => `merge=${prng.pick([30, 50, 500])}ms`);
  maybe(2, () => `join=${prng.pick([30, 40, 100])}ms`);
  maybe(3, () => `disk=${timeText(prng.pick([50, 1000, 5000]))}`);
  maybe(4, () => `seqno=${prng.pick(SEQNOS)}`);
  maybe(3, () => `ringseq=${prng.pick(['0', '7,4294967290', '4294967290', '4294967296,3,8', '9007199254740000'])}`);
  return options;
}

interface Ground {
  /** Microseconds of a hop on the whole network, and of work for a datagram. */
  readonly hop: number;
  readonly cpu: number;
  readonly words: string;
}

/** The network as it is without faults: one on which a ring can live. */
function drawGround(prng: Prng, count: number): Ground {
  const delay = prng.pick([20, 50, 100, 300]);
  // Where nothing varies, two rings can break each other in step for ever.
  const jitter = prng.pick([5, 20, 50, 200]);
  // Joins that give up somebody are answered at once by all who do not: without work to do they would never end.
  const cpu = prng.pick(count < 3 ? [0, 1, 5, 20] : [5, 10, 20]);
  const words = [`link all delay=${timeText(delay)} mean=${timeText(delay + jitter)}`];
  if (prng.chance(2, 10)) words.push(`loss=${shareText(prng.pick([10, 100]))}`);
  if (prng.chance(1, 10)) words.push(`capacity=${prng.pick([12_500_000, 125_000_000])}/s`);
  return { hop: delay + jitter + cpu, cpu, words: words.join(' ') };
}

function drawQuality(prng: Prng): string {
  const delay = prng.pick([20, 100, 1000, 5000]);
  const words = [`delay=${timeText(delay)}`];
  if (prng.chance(6, 10)) words.push(`mean=${timeText(delay + prng.pick([10, 50, 200, 1000]))}`);
  if (prng.chance(7, 10)) words.push(`loss=${shareText(prng.pick([1000, 10_000, 50_000, 150_000, 400_000]))}`);
  if (prng.chance(2, 10)) words.push(`duplicate=${shareText(prng.pick([1000, 50_000]))}`);
  if (prng.chance(3, 10)) words.push(`reorder=${shareText(prng.pick([1000, 50_000, 200_000]))}`);
  if (prng.chance(1, 10)) words.push(`capacity=${prng.pick([200_000, 1_000_000])}/s`);
  if (prng.chance(1, 10)) words.push(`mtu=${prng.pick([200, 700, 1400])}`);
  return words.join(' ');
}

function drawTraffic({ prng, count, token, stack, group }: Drawing): string[] {
  const lines: string[] = [];
  const senders = prng.chance(1, 8) ? 0 : prng.between(1, Math.min(count, 4));
  for (let i = 0; i < senders; i++) {
    const node = prng.between(1, count);
    const every = timeText(prng.pick([500, 2000, 10_000, 50_000]) + (prng.chance(1, 2) ? prng.below(1000) : 0));
    const size = stack === 'node' && prng.chance(1, 6) ? prng.between(1500, 20_000) : prng.pick([16, 64, 300, 1300]);
    const messages = prng.pick([1, 20, 100, 200]);
    const safe = stack === 'totem' && prng.chance(1, 4) ? ' safe' : '';
    const at = timeText(prng.below(token));
    lines.push(`at ${at} traffic ${node}${group} every=${every} size=${size} count=${messages}${safe}`);
  }
  return lines;
}

const MESSAGE_TYPES = [
  'orf_token',
  'mcast',
  'memb_join',
  'memb_commit_token',
  'memb_merge_detect',
  'token_hold_cancel',
  'any',
];

function drawEnds(prng: Prng, count: number): string {
  const from = prng.chance(1, 3) ? '*' : `${prng.between(1, count)}`;
  const to = prng.chance(1, 3) ? '*' : `${prng.between(1, count)}`;
  return `${from}>${to}`;
}

function drawPartition(prng: Prng, count: number): string {
  const groups: number[][] = Array.from({ length: prng.between(2, 3) }, () => []);
  for (let node = 1; node <= count; node++) groups[prng.below(groups.length)]?.push(node);
  return groups
    .filter((group) => group.length > 0)
    .map((group) => group.join(','))
    .join(' | ');
}

/** One fault, and what undoes it some time later where something does. */
function drawFault({ prng, count, token }: Drawing): readonly [fault: string, undo: string | null] {
  const node = prng.between(1, count);
  switch (prng.below(14)) {
    case 0:
      return [`kill ${node}`, `start ${node}`];
    case 1:
      return [`restart ${node}`, null];
    case 2:
    case 3:
      return [`pause ${node}`, `resume ${node}`];
    case 4:
      return [`leave ${node}`, `start ${node}`];
    case 5:
      return [`interface ${node} down`, `interface ${node} up`];
    case 6:
    case 7:
      return [`partition ${drawPartition(prng, count)}`, 'heal'];
    case 8: {
      const ends = drawEnds(prng, count);
      return [`cut ${ends}`, `mend ${ends}`];
    }
    case 9:
      return [`deaf ${node} on`, `deaf ${node} off`];
    case 10:
      return [`drop ${prng.pick(MESSAGE_TYPES)} ${drawEnds(prng, count)} count=${prng.pick([1, 2, 10])}`, null];
    case 11:
      return [`link ${drawEnds(prng, count)} ${drawQuality(prng)}`, null];
    case 12:
      return [`tear ${node} leaves=${prng.pick(['old', 'new'])}`, `start ${node}`];
    default:
      return [`clock ${node} ppm=${prng.between(-token % 1000, 1000)}`, null];
  }
}

function drawFaults(drawing: Drawing, span: number): string[] {
  const { prng, token } = drawing;
  const lines: string[] = [];
  for (let left = prng.between(0, 6); left > 0; left--) {
    const [fault, undo] = drawFault(drawing);
    const at = prng.below(span);
    lines.push(`at ${timeText(at)} ${fault}`);
    const later = at + prng.pick([500, 20 * MS, token, 3 * token]);
    if (undo !== null && later < span && prng.chance(3, 4)) lines.push(`at ${timeText(later)} ${undo}`);
  }
  return lines;
}

/** The end of a run: the network is whole, some nodes may stay dead, the others must come together and agree. */
function drawHealing({ prng, count, stack, group }: Drawing): string[] {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  const core = prng.chance(1, 3) && count > 1 ? all.filter(() => prng.chance(3, 4)) : all;
  const members = core.length === 0 ? all : core;
  const dead = all.filter((node) => !members.includes(node));
  const list = members.join(',');
  const calm = `run until=stable limit=20s events=${30_000 + 100 * count * count}`;
  return [
    'traffic off',
    'heal',
    'resume all',
    `start ${list}`,
    ...(dead.length === 0 ? [] : [`kill ${dead.join(',')}`]),
    `run until=stable limit=60s events=${30_000 + 200 * count * count}`,
    ...(stack === 'node' ? [`join ${list}${group} pid=7`, calm] : []),
    `submit ${list}${group} ${stack === 'node' ? 'pid=7 ' : ''}"afterwards"`,
    calm,
    `expect members ${list}`,
    `expect delivered ${list} "afterwards" ${members.length}`,
  ];
}

/** The scenario of a seed. */
export function drawScenario(seed: number): string {
  const prng = Prng.of(seed, SWARM_LABEL);
  const count = drawCount(prng);
  const dialect = prng.pick(['corosync-1', 'corosync-3']);
  const stack = prng.chance(3, 10) ? 'node' : 'totem';
  const group = stack === 'node' ? ' web' : '';
  const ground = drawGround(prng, count);
  // A rotation, with some of its hops lost and sent again, must fit.
  const token = Math.max(prng.pick([150, 200, 400, 1000]), Math.ceil((count * ground.hop * 20) / MS)) * MS;
  const starts = prng.chance(1, 4) && count > 1 ? ` start=1-${prng.between(1, count - 1)}` : '';
  const timing = `token=${timeText(token)} token_coefficient=0`;
  const head = `cluster nodes=${count} dialect=${dialect} stack=${stack} seed=${seed} ${timing}`;
  const options = drawOptions(prng, count);
  if (ground.cpu > 0) options.push(`cpu=${timeText(ground.cpu)}`);
  const drawing: Drawing = { prng, count, token, stack, group };
  const span = token * prng.between(2, 8);
  const joins = stack === 'node' ? [`at ${timeText(prng.below(token))} join all web`] : [];
  const body = [...joins, ...drawTraffic(drawing), ...drawFaults(drawing, span)];
  const late = starts === '' ? [] : [`at ${timeText(prng.below(span))} start all`];
  return [
    `${[head + starts, ...options].join(' ')}`,
    ground.words,
    ...(prng.chance(4, 10) ? [`link *>* ${drawQuality(prng)}`] : []),
    ...body,
    ...late,
    `run ${timeText(span)} events=${count > 9 ? 40_000 : 20_000}`,
    ...drawHealing(drawing),
    '',
  ].join('\n');
}
