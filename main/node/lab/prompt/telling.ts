// What happens in the lab as lines: for a person, or one JSON object each.
import type { LabNodeEvent } from '../../../../app/lab/cluster.ts';
import type { CorosyncEvent } from '../corosync/corosync-cluster.ts';
import type { ClusterEvent } from '../process-cluster.ts';

const ids = (nodes: readonly { readonly nodeid: number }[]): string => nodes.map(({ nodeid }) => nodeid).join(' ');

function eventText(event: LabNodeEvent): string | null {
  switch (event.kind) {
    case 'state':
      return event.gatherFrom === null ? event.state : `${event.state} from ${event.gatherFrom}`;
    case 'configuration': {
      if (event.type === 'transitional') return event.left.length === 0 ? null : `left: ${ids(event.left)}`;
      return `ring ${event.ring} of ${event.members.length}: ${ids(event.members)}`;
    }
    case 'synchronised':
      return event.isDone ? 'synchronised' : null;
    case 'sheep':
      return event.code === null ? 'sheep started' : `sheep ended with ${event.code}: ${event.why}`;
    case 'confchg':
      return `group ${event.group}: ${event.members.map(({ nodeid, pid }) => `${nodeid}/${pid}`).join(' ')}`;
  }
}

/** Null for what a person is not told. */
export function clusterText({ node, ...event }: ClusterEvent): string | null {
  const who = `n${node.number} ${node.ip}`;
  if (event.kind === 'ended') return `${who}: ended${event.signal === null ? '' : ` by ${event.signal}`}`;
  const { report } = event;
  if (report.kind === 'up') return `${who}: up`;
  if (report.kind === 'problem') return `${who}: ${report.says}`;
  const text = eventText(report.event);
  return text === null ? null : `${who}: ${text}`;
}

/** An event as an object with a time and a node; 64-bit numbers are text already. */
export function clusterJson({ node, ...event }: ClusterEvent): object {
  const head = { time: (Date.now() / 1000).toFixed(3), node: node.number, nodeid: node.nodeid, address: node.ip };
  if (event.kind === 'ended') return { ...head, event: 'ended', signal: event.signal };
  const { report } = event;
  if (report.kind !== 'event')
    return { ...head, event: report.kind, ...(report.kind === 'up' ? {} : { says: report.says }) };
  const { kind, ...rest } = report.event;
  return { ...head, event: kind, ...rest };
}

/** What is new in a daemon's log, or that it came or went; null for what a person is not told. */
export function daemonText(event: CorosyncEvent): string | null {
  const said = event.kind === 'log' ? event.news : event.kind;
  return said === null ? null : `n${event.node.number} ${event.node.ip}: ${said}`;
}

/** The same as an object, with all that the log says. */
export function daemonJson({ node, ...event }: CorosyncEvent): object {
  const head = { time: (Date.now() / 1000).toFixed(3), node: node.number, nodeid: node.nodeid, address: node.ip };
  return event.kind === 'log' ? { ...head, event: 'log', line: event.line } : { ...head, event: event.kind };
}
