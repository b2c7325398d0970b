// One line of the lab's prompt: a node's shell, a fault, a wait, a word. Does it and says what came of it. Knows no
// terminal: the command line and the window hand lines in.
import { LAB_FAULT_HELP } from '../../../../app/lab/fault.ts';
import type { LabCluster, Print } from '../lab-cluster.ts';
import { injectFaults } from './faults.ts';
import { startTraffic } from './traffic.ts';
import { waitFor } from './waits.ts';

export interface LineResult {
  readonly out: string;
  readonly err: string;
  /** As a shell returns it: 0 for done. */
  readonly code: number;
  /** The line asks for the end of the lab. */
  readonly isQuit: boolean;
  /** The command goes on: the line that gives what has come since. */
  readonly again?: string;
}

export interface PromptContext {
  readonly cluster: LabCluster;
  readonly lastEventMs: () => number;
  /** Takes what a command says while it runs, like its progress; without it that is said at the end. */
  readonly print?: Print;
}

const HELP = `NODE> COMMAND   in the shell of a node, by number, id or address: 112> corosync-cfgtool -s
${LAB_FAULT_HELP}
traffic NODE [size=N] [rate=N] [seconds=N]   messages to the group "traffic"
add, remove NODE                    one more node; one leaves the ring and its process ends
wait ring N | wait sheep N | wait recovered | wait quiet | wait SECONDS
status                              nodes, rings, processes
quit                                ends the lab
`;

const said = (out: string, err = '', code = 0): LineResult => ({ out, err, code, isQuit: false });

/** By number from 1, node id, address, or the last octet of it. */
export function findNode(cluster: LabCluster, text: string): number | null {
  const word = text.replace(/^n/, '');
  const found = cluster
    .nodes()
    .find(
      ({ number, nodeid, ip }) =>
        word === String(number) || word === String(nodeid) || word === ip || ip.endsWith(`.${word.replace(/^\./, '')}`),
    );
  return found?.number ?? null;
}

async function status(cluster: LabCluster): Promise<string> {
  const lines: string[] = [];
  for (const { number, nodeid, ip } of cluster.nodes()) {
    const ring = await cluster.tellOf(number);
    const pid = cluster.pidOf(number);
    const process = `${cluster.conditionOf(number)}${pid === null ? '' : ` pid ${pid}`}`;
    lines.push(`n${number} ${ip} id ${nodeid}: ${process}${ring === '' ? '' : `; ${ring}`}`);
  }
  return `${lines.join('\n')}\n`;
}

async function words(context: PromptContext, line: string): Promise<LineResult> {
  const { cluster } = context;
  const [word = '', ...rest] = line.split(/\s+/);
  const behind = rest.join(' ');
  const find = (text: string): number | null => findNode(cluster, text);
  switch (word) {
    case 'fault': {
      const done = await injectFaults(cluster, behind, find);
      return done.ok ? said(`${done.value}\n`) : said('', `${done.problem}\n`, 1);
    }
    case 'traffic': {
      const done = startTraffic(cluster, behind, find);
      return done.ok ? said(`${done.value}\n`) : said('', `${done.problem}\n`, 1);
    }
    case 'heal':
      cluster.heal();
      return said('healed\n');
    case 'add': {
      const node = cluster.add();
      return node === null ? said('', 'there is no room for another node\n', 1) : said(`n${node.number} ${node.ip}\n`);
    }
    case 'remove': {
      const node = find(behind);
      if (node === null) return said('', 'remove wants a node: remove 3\n', 1);
      const done = await cluster.inject({ kind: 'leave', node });
      return done.ok
        ? said(`n${node} removed; fault start ${node} brings it back\n`)
        : said('', `${done.problem}\n`, 1);
    }
    case 'wait': {
      const done = await waitFor(cluster, behind, context.lastEventMs);
      return done.ok ? said(`${done.value}\n`) : said('', `${done.problem}\n`, 1);
    }
    case 'status':
      return said(await status(cluster));
    case 'help':
      return said(HELP);
    case 'quit':
    case 'exit':
      return { ...said(''), isQuit: true };
    default:
      return said('', `"${word}" is nothing the lab knows; help lists what it does\n`, 1);
  }
}

/** A command in the shell of the node with this number. */
export async function runInNode(context: PromptContext, number: number, command: string): Promise<LineResult> {
  const { again, ...result } = await context.cluster.shell(number, command, context.print);
  return { ...result, isQuit: false, ...(again === undefined ? {} : { again: `n${number}> ${again}` }) };
}

/** A line of the prompt: `NODE> COMMAND`, or a word of the lab's own. */
export async function runLine(context: PromptContext, text: string): Promise<LineResult> {
  const line = text.trim();
  if (line === '' || line.startsWith('#')) return said('');
  const shell = /^([\w.]+)>\s*(.*)$/.exec(line);
  if (shell === null) return words(context, line);
  const number = findNode(context.cluster, shell[1] ?? '');
  if (number === null) return said('', `there is no node ${shell[1]}: status lists them\n`, 1);
  return runInNode(context, number, shell[2] ?? '');
}
