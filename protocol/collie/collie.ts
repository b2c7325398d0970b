// collie: picks the command, reads its options, runs it. The runner carries out what it asks for.
import { SHEEP_PORT } from '../sheep/node-entry.ts';
import { findCommand, isCommand, parseWords, type Arguments } from './arguments.ts';
import { vdiClone, vdiCreate, vdiDelete, vdiResize, vdiSnapshot } from './changing.ts';
import { clusterFormat, clusterInfo, clusterRecover, clusterShutdown } from './cluster.ts';
import { vdiGraph, vdiList, vdiTree } from './listing.ts';
import { nodeInfo, nodeList } from './node.ts';
import { vdiGetattr, vdiObject, vdiRead, vdiSetattr, vdiWrite } from './reading.ts';
import { Exit, type CollieScript } from './script.ts';
import { fetchNodes, stop, Stopped, type Session } from './session.ts';
import { err, out } from './text.ts';
import { commandUsage, mainUsage, unknownSubcommand, type CommandHelp } from './usage.ts';

const PORT_MAX = 65_535;
const DEFAULT_HOST = 'localhost';

type Run = (session: Session, given: Arguments) => CollieScript<number>;

const RUNS: { readonly [full: string]: Run } = {
  'node list': nodeList,
  'node info': nodeInfo,
  'cluster info': clusterInfo,
  'cluster format': (session, { values }) => clusterFormat(session, values.get('c') ?? null, values.has('H')),
  'cluster shutdown': clusterShutdown,
  'cluster recover': (session, { values }) => clusterRecover(session, values.has('f')),
  'vdi list': (session, { words }) => vdiList(session, words[0] ?? null),
  'vdi tree': vdiTree,
  'vdi graph': vdiGraph,
  'vdi create': (session, { words, values }) => vdiCreate(session, words, values.has('P')),
  'vdi snapshot': (session, { words, values }) => vdiSnapshot(session, words[0] ?? '', values.get('s') ?? null),
  'vdi clone': (session, { words, values }) => vdiClone(session, words, values.get('s') ?? null, values.has('P')),
  'vdi delete': (session, { words, values }) => vdiDelete(session, words[0] ?? '', values.get('s') ?? null),
  'vdi resize': (session, { words }) => vdiResize(session, words),
  'vdi object': (session, { words, values }) =>
    vdiObject(session, words[0] ?? '', values.get('s') ?? null, values.get('i') ?? null),
  'vdi setattr': (session, { words, values }) =>
    vdiSetattr(session, words, { isDeleting: values.has('d'), isExclusive: values.has('x') }),
  'vdi getattr': (session, { words }) => vdiGetattr(session, words),
  'vdi read': (session, { words, values }) => vdiRead(session, words, values.get('s') ?? null),
  'vdi write': (session, { words }) => vdiWrite(session, words),
};

function* portOf({ values }: Arguments): CollieScript<number> {
  const text = values.get('p');
  if (text === undefined) return SHEEP_PORT;
  const port = /^\d+$/.test(text) ? Number(text) : 0;
  return port < 1 || port > PORT_MAX ? yield* stop(Exit.USAGE, `Invalid port number '${text}'`) : port;
}

function* runCommand(help: CommandHelp, given: readonly string[], isTerminal: boolean): CollieScript<number> {
  const parsed = parseWords(help, given);
  if (!parsed.ok) {
    yield* err(`collie: ${parsed.problem}\n`);
    yield* out(commandUsage(help));
    return Exit.USAGE;
  }
  const { values, words } = parsed.value;
  if (values.has('h')) {
    yield* out(commandUsage(help));
    return Exit.OK;
  }
  const to = { host: values.get('a') ?? DEFAULT_HOST, port: yield* portOf(parsed.value) };
  const session: Session = { to, isRaw: values.has('r'), isTerminal, epoch: 0, nodes: [], master: 0 };
  if (help.needsNodes) yield* fetchNodes(session);
  if (help.wantsArgument && words.length === 0) {
    yield* out(commandUsage(help));
    return Exit.USAGE;
  }
  const run = RUNS[`${help.command} ${help.name}`];
  return run === undefined ? Exit.USAGE : yield* run(session, parsed.value);
}

function* pick(words: readonly string[], isTerminal: boolean): CollieScript<number> {
  const [command, name, ...given] = words;
  if (command === undefined || name === undefined) {
    yield* out(mainUsage());
    return Exit.OK;
  }
  const help = findCommand(command, name);
  if (help !== null) return yield* runCommand(help, given, isTerminal);
  if (isCommand(command)) yield* err(unknownSubcommand(command, name));
  else yield* err(`Invalid command '${command}'\nTry 'collie --help' for more information.\n`);
  return Exit.USAGE;
}

/** Runs one command line, without the word `collie`; its exit code. */
export function* collie(words: readonly string[], isTerminal: boolean): CollieScript<number> {
  try {
    return yield* pick(words, isTerminal);
  } catch (error) {
    if (error instanceof Stopped) return error.code;
    throw error;
  }
}
