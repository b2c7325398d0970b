// Other witnesses of what a capture shows: logs of nodes and a corosync.conf that a person drops on the window. Whose
// log it is, is told from its name, or else from which node's packets bear it out.
import { create } from 'zustand';
import { matchLog } from '../../app/analysis/report/logs.ts';
import type { Analysis, RingTimers } from '../../app/analysis/result.ts';
import {
  holdAgainst,
  NOTHING_BESIDE,
  timersInForce,
  type Beside,
  type GivenLog,
} from '../../app/analysis/witnesses/beside.ts';
import { calendarOf } from '../ingest/calendar.ts';
import { packets } from '../state/capture.ts';
import { useSession } from '../state/session-store.ts';
import { live } from './live.ts';

/** Octets of a log or conf; more is cut out first. */
const WITNESS_OCTETS_MAX = 128 * 1024 * 1024;
const LOGS_MAX = 64;

export interface WitnessesState {
  readonly logs: readonly GivenLog[];
  readonly conf: { readonly name: string; readonly text: string } | null;
  /** How they stand beside the packets. */
  readonly beside: Beside;
}

const NOTHING: WitnessesState = { logs: [], conf: null, beside: NOTHING_BESIDE };
export const useWitnesses = create<WitnessesState>(() => NOTHING);

/** The timers as the packets alone tell them: an analysis with a configuration has those of the configuration. */
let measured: RingTimers | null = null;

export function forgetWitnesses(): void {
  measured = null;
  useWitnesses.setState(NOTHING);
}

/** Holds all that was given against the packets as they are concluded from now. */
function holdAll(analysis: Analysis): void {
  if (analysis.timers?.isConfigured !== true) measured = analysis.timers;
  const { logs, conf } = useWitnesses.getState();
  if (logs.length === 0 && conf === null) return;
  const store = packets();
  const given = { logs, conf: conf?.text ?? null };
  const beside = holdAgainst(given, measured, calendarOf(store.epochNs), analysis, store);
  useWitnesses.setState({ beside });
}

// Other keys and a configuration change what the packets say. A source that goes on is looked at when logs come.
useSession.subscribe(({ analysis, phase }, before) => {
  if (analysis !== null && analysis !== before.analysis && phase !== 'live' && phase !== 'reading') holdAll(analysis);
});

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
  const { nodes, transitions } = analysis;
  const { epochNs } = packets();
  const reports = nodes.map(({ nodeid }) =>
    matchLog(String(nodeid), text, calendarOf(epochNs), nodes, transitions, Number(epochNs / 1_000_000n)),
  );
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
    useWitnesses.setState({ conf: { name: file.name, text } });
    return null;
  }
  const node = nodeInName(file.name, analysis) ?? nodeInText(text, analysis);
  if (node === null)
    return `${file.name}: it cannot be told which node wrote this log; name it after the node, as n1.log`;
  const { logs } = useWitnesses.getState();
  const next = [...logs.filter((own) => own.node !== node), { node, text }].slice(-LOGS_MAX);
  const order = analysis.nodes.map(({ nodeid }) => String(nodeid));
  next.sort((a, b) => order.indexOf(a.node) - order.indexOf(b.node));
  useWitnesses.setState({ logs: next });
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
  holdAll(analysis);
  live()?.setTimers(timersInForce(useWitnesses.getState().conf?.text ?? null, analysis));
  if (problems.length > 0) useSession.setState({ notice: `${problems.join('; ')}.` });
}
