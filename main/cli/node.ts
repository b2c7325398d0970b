// totemlab node: one node in the foreground, in whatever ring answers at its address, also one of real Corosync. Prints
// what its applications would be told as JSON lines; lines of standard input are multicast to its group.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { toHex } from '../../protocol/base/bytes.ts';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { createLabNode } from '../../protocol/node/node.ts';
import { totemConfig } from '../../protocol/totem/engine/config.ts';
import { ringIdText } from '../../protocol/totem/identity.ts';
import { codeOf, explainNodeProblem } from '../node/cluster/node-problem.ts';
import { startNodeHost, type NodeHost, type ToldEffect } from '../node/cluster/node-host.ts';
import { ringIdFile } from '../node/cluster/ring-id-file.ts';
import { takeOverInterrupts } from '../node/start/interrupts.ts';
import { parseArguments } from './arguments.ts';
import { HELP } from './help.ts';
import { NODE_OPTION_SPEC, nodeOptions, type NodeOptions } from './node-options.ts';
import { complain, createOutput, type Output } from './output.ts';

/** Milliseconds between two looks whether something has room again. */
const RETRY_MS = 10;
/** Lines that wait to be multicast; reading stops until some are gone. */
const WAITING_LINES_MAX = 1024;

/** What an application on this node would be told, as an object to print; null for what is not printed. */
function told(effect: ToldEffect): object | null {
  switch (effect.kind) {
    case 'configuration': {
      const { type, ringId, members, left, joined } = effect;
      const ids = (list: typeof members): number[] => list.map(({ nodeid }) => nodeid);
      return {
        event: 'configuration',
        type,
        ring: ringIdText(ringId),
        members: ids(members),
        left: ids(left),
        joined: ids(joined),
      };
    }
    case 'synchronised':
      return { event: 'synchronised', ring: ringIdText(effect.ringId), done: effect.isDone };
    case 'cpg-confchg':
      return {
        event: 'confchg',
        group: effect.group,
        members: effect.members,
        left: effect.left,
        joined: effect.joined,
      };
    case 'cpg-deliver':
      return {
        event: 'deliver',
        group: effect.group,
        from: effect.from,
        ring: ringIdText(effect.ringId),
        seq: effect.seq,
        length: effect.message.length,
        sha256: createHash('sha256').update(effect.message).digest('hex'),
        ...messageText(effect.message),
      };
    case 'note':
      return effect.note.kind === 'state'
        ? { event: 'state', state: effect.note.state, gatherFrom: effect.note.gatherFrom }
        : null;
    case 'cpg-refused':
    case 'cpg-ready':
      return null;
  }
}

const TEXT_MAX = 1024;

/** Printable text as text, everything else as hex; long messages by their beginning. */
function messageText(message: Uint8Array): object {
  const head = message.subarray(0, TEXT_MAX);
  const text = Buffer.from(head).toString('utf8');
  return /^[^\p{Cc}\ufffd]*$/u.test(text) ? { text } : { hex: toHex(head) };
}

/** Multicasts lines one after the other, in their order, waiting where the node is full. */
class Speaker {
  private readonly lines: Buffer[] = [];
  private readonly host: NodeHost;
  private readonly group: string;
  private isMember = false;
  /** Between a refusal and the node's word that it takes messages again. */
  private isRefused = false;
  private isRetrying = false;

  constructor(host: NodeHost, group: string) {
    this.host = host;
    this.group = group;
  }

  heard(effect: ToldEffect): void {
    if (effect.kind === 'cpg-refused' && effect.why === 'try-again') this.isRefused = true;
    else if (effect.kind === 'cpg-ready') this.isRefused = false;
    else if (effect.kind === 'cpg-confchg' && effect.group === this.group)
      this.isMember ||= effect.joined.some(({ pid }) => pid === process.pid);
    else return;
    this.later();
  }

  say(line: string): void {
    this.lines.push(Buffer.from(line, 'utf8'));
    this.later();
  }

  readonly isFull = (): boolean => this.lines.length >= WAITING_LINES_MAX;

  /** Not within the step that told of it. */
  private later(): void {
    if (this.isRetrying) return;
    this.isRetrying = true;
    setImmediate(() => {
      this.isRetrying = false;
      this.speak();
    });
  }

  private speak(): void {
    while (this.isMember && !this.isRefused) {
      const [message] = this.lines;
      if (message === undefined) return;
      if (!this.host.isReady()) {
        setTimeout(() => this.later(), RETRY_MS);
        return;
      }
      this.host.input({ kind: 'cpg-mcast', group: this.group, pid: process.pid, message });
      if (!this.isRefused) this.lines.shift();
    }
  }
}

/** The end of the input is not the end of the node: it goes on until it is told to leave. */
function readLines(speaker: Speaker | null): void {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  let hasEnded = false;
  lines.on('line', (line) => {
    if (speaker === null) return;
    speaker.say(line);
    if (!speaker.isFull()) return;
    lines.pause();
    const room = setInterval(() => {
      if (speaker.isFull()) return;
      clearInterval(room);
      if (!hasEnded) lines.resume();
    }, RETRY_MS);
  });
  lines.on('close', () => {
    hasEnded = true;
  });
}

async function prepare(
  options: NodeOptions,
): Promise<Result<{ node: ReturnType<typeof createLabNode>; ringIds: ReturnType<typeof ringIdFile> }, string>> {
  const { self, dialect, nodelist, token, votes, state } = options;
  const config = totemConfig(token === null ? {} : { token }, nodelist.size, dialect);
  if (!config.ok) return fail(config.problem);
  try {
    await mkdir(state, { recursive: true });
  } catch (error) {
    return fail(explainNodeProblem({ kind: 'disk', path: state, code: codeOf(error) }));
  }
  const ringIds = ringIdFile(state, dialect === 'corosync-1' ? self.ip : String(self.nodeid));
  const lastRingSeq = await ringIds.load();
  if (!lastRingSeq.ok) return fail(explainNodeProblem(lastRingSeq.problem));
  const node = createLabNode({
    self,
    dialect,
    config: config.value,
    lastRingSeq: lastRingSeq.value,
    seed: self.nodeid,
    votequorum: votes === null ? null : { votes, expectedVotes: nodelist.size },
  });
  return ok({ node, ringIds });
}

/** Runs until the input ends, a signal comes, or the node cannot go on; gives the exit code. */
async function run(options: NodeOptions, output: Output): Promise<number> {
  const prepared = await prepare(options);
  if (!prepared.ok) {
    complain(prepared.problem);
    return 2;
  }
  const { self, transport, nodelist, group, port, cpg } = options;
  let speaker: Speaker | null = null;
  let end: (code: number) => void = () => undefined;
  const ended = new Promise<number>((done) => {
    end = done;
  });
  let hasJoined = false;
  let host: NodeHost | null = null;
  const onEffect = (effect: ToldEffect): void => {
    const line = told(effect);
    if (line !== null) void output.line(JSON.stringify(line));
    if (effect.kind === 'synchronised' && effect.isDone && cpg !== null && !hasJoined) {
      hasJoined = true;
      setImmediate(() => host?.input({ kind: 'cpg-join', group: cpg, pid: process.pid }));
    }
    speaker?.heard(effect);
    setImmediate(() => void output.flush());
  };
  const started = await startNodeHost({
    node: prepared.value.node,
    transport: { kind: transport, self, nodelist, group, port, ttl: 1 },
    ringIds: prepared.value.ringIds,
    random: Math.random,
    onEffect,
    onEnd: (problem) => {
      complain(explainNodeProblem(problem));
      end(2);
    },
  });
  if (!started.ok) {
    complain(explainNodeProblem(started.problem));
    return 2;
  }
  host = started.value;
  if (cpg !== null) speaker = new Speaker(host, cpg);
  const leave = (code: number) => (): void => void host?.leave().then(() => end(code));
  // The command line as a whole ends at once; a node says that it leaves.
  takeOverInterrupts(() => process.once('SIGINT', leave(130)));
  process.once('SIGTERM', leave(0));
  readLines(speaker);
  const code = await ended;
  await output.flush();
  return code;
}

export async function node(args: readonly string[]): Promise<number> {
  const parsed = parseArguments('node', args, NODE_OPTION_SPEC);
  if (!parsed.ok) {
    complain(parsed.problem);
    return 2;
  }
  if (parsed.value.flag('help')) {
    process.stdout.write(`${HELP['node']}\n`);
    return 0;
  }
  const options = nodeOptions(parsed.value);
  if (!options.ok) {
    complain(`node: ${options.problem}; see totemlab node --help`);
    return 2;
  }
  return run(options.value, createOutput());
}
