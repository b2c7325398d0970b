// Other witnesses of what a capture shows: logs of nodes and a corosync.conf that a person drops on the window. Whose
// log it is, is told from its name, or else from which node's packets bear it out.
import { create } from 'zustand';
import { timersOf, type Timers } from '../../app/analysis/report/conf.ts';
import { matchLog, type LogReport } from '../../app/analysis/report/logs.ts';
import type { Calendar } from '../../app/analysis/witnesses/log-time.ts';
import type { Analysis } from '../../app/analysis/result.ts';
import type { GivenLog } from '../../app/export/log-lines.ts';
import { packets } from '../state/capture.ts';
import { useSession } from '../state/session-store.ts';

/** Octets of a log or conf; more is cut out first. */
const WITNESS_OCTETS_MAX = 128 * 1024 * 1024;
const LOGS_MAX = 64;

export interface WitnessesState {
  readonly logs: readonly GivenLog[];
  readonly reports: readonly LogReport[];
  readonly conf: { readonly name: string; readonly text: string; readonly timers: Timers } | null;
}

const NOTHING: WitnessesState = { logs: [], reports: [], conf: null };
export const useWitnesses = create<WitnessesState>(() => NOTHING);

export function forgetWitnesses(): void {
  useWitnesses.setState(NOTHING);
}

function calendar(): Calendar {
  const year = new Date(Number(packets().epochNs / 1_000_000n)).getFullYear();
  return ({ year: told, month, day, hour, minute, second, ms }) =>
    new Date(told ?? year, month, day, hour, minute, second, ms).getTime();
}

function report(node: string, text: string, { nodes, transitions }: Analysis): LogReport {
  return matchLog(node, text, calendar(), nodes, transitions, Number(packets().epochNs / 1_000_000n));
}

/** The node whose id, name or address a file's name holds as a word: n2.log, web1-corosync.log, 10.77.0.2.log. */
function nodeInName(name: string, { nodes }: Analysis): string | null {
  const bare = name.toLowerCase();
  const words = bare.split(/[^a-z0-9]+/);
  const found = nodes.find((node) => {
    const own = node.name?.toLowerCase();
    return (
      (own !== undefined && own !== '' && bare.includes(own)) ||
      node.addresses.some((address) => bare.includes(address)) ||
      words.some((word) => word === `n${node.nodeid}` || word === `node${node.nodeid}` || word === String(node.nodeid))
    );
  });
  return found === undefined ? null : String(found.nodeid);
}

/** Of a log without a name that tells: the node whose packets bear out most of it. */
function nodeInText(text: string, analysis: Analysis): string | null {
  const reports = analysis.nodes.map(({ nodeid }) => report(String(nodeid), text, analysis));
  const [best] = [...reports].sort((a, b) => b.matched - a.matched);
  return best === undefined || best.matched === 0 ? null : best.node;
}

/** True for text that is no capture and no key: a log or a conf. */
export function isWitness(name: string, head: Uint8Array): boolean {
  if (/(\.log|\.conf|\.txt|messages|syslog|corosync)(\.\d+)?$/i.test(name) && !/\.p?cap/i.test(name))
    return head.length > 0 && head.every((octet) => octet >= 9 && octet !== 127);
  return false;
}

async function take(file: File, analysis: Analysis): Promise<string | null> {
  if (file.size > WITNESS_OCTETS_MAX) return `${file.name} is too large: cut out the time of the capture`;
  const text = await file.text();
  if (/^\s*totem\s*\{/m.test(text)) {
    const isThree = analysis.nodes.some(({ dialect }) => dialect === 'corosync-3');
    useWitnesses.setState({ conf: { name: file.name, text, timers: timersOf(text, isThree) } });
    return null;
  }
  const node = nodeInName(file.name, analysis) ?? nodeInText(text, analysis);
  if (node === null)
    return `${file.name}: it cannot be told which node wrote this log; name it after the node, as n1.log`;
  const { logs } = useWitnesses.getState();
  const next = [...logs.filter((own) => own.node !== node), { node, text }].slice(-LOGS_MAX);
  const order = analysis.nodes.map(({ nodeid }) => String(nodeid));
  next.sort((a, b) => order.indexOf(a.node) - order.indexOf(b.node));
  useWitnesses.setState({ logs: next, reports: next.map((own) => report(own.node, own.text, analysis)) });
  return null;
}

/** Takes logs and confs as they were dropped; what cannot be used is said. */
export async function takeWitnesses(files: readonly File[]): Promise<void> {
  const { analysis } = useSession.getState();
  if (analysis === null) {
    useSession.setState({ notice: 'Logs and configurations are held against packets: open a capture first.' });
    return;
  }
  const problems: string[] = [];
  for (const file of files) {
    const problem = await take(file, analysis);
    if (problem !== null) problems.push(problem);
  }
  if (problems.length > 0) useSession.setState({ notice: `${problems.join('; ')}.` });
}
