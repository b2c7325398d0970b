// Faults of the prompt as what the cluster does: signals to processes, rules at receivers.
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import type { LabLinkRule } from '../../../../app/lab/cluster.ts';
import type { ProcessCluster } from '../process-cluster.ts';

const CUT: Omit<LabLinkRule, 'from' | 'what'> = { loss: 1, delayMs: 0, sizeMax: null };
const OPEN: Omit<LabLinkRule, 'from' | 'what'> = { loss: 0, delayMs: 0, sizeMax: null };

export const FAULT_HELP = `fault kill NODE, pause NODE, resume NODE, leave NODE, start NODE
fault interface NODE down|up        neither hears nor is heard
fault partition 1,2 | 3             only nodes of one group hear each other
fault cut FROM>TO                   one direction carries nothing; mend FROM>TO ends it
fault loss NODE PERCENT             of what arrives there is lost; 0 ends it
fault delay NODE MS                 what arrives there is late; 0 ends it
fault deaf NODE [off]               hears no multicasts, tokens reach it
fault mtu NODE OCTETS               longer datagrams are lost there; 0 ends it
fault disk NODE full|slow MS|ok     the store has no space, or every operation takes longer
heal                                ends every fault of the network`;

type Done = Result<string, string>;
/** Finds a node by its number, id, address or the end of its address. */
export type FindNode = (text: string) => number | null;

function partition(cluster: ProcessCluster, words: string, find: FindNode): Done {
  const groups = words.split('|').map((group) => group.split(',').map((word) => find(word.trim())));
  if (groups.length < 2 || groups.some((group) => group.includes(null)))
    return fail('partition wants groups of nodes: fault partition 1,2 | 3');
  const sideOf = (node: number): number => groups.findIndex((group) => group.includes(node));
  for (const { number: at } of cluster.nodes())
    for (const { number: from, ip } of cluster.nodes()) {
      const isCut = at !== from && (sideOf(at) !== sideOf(from) || sideOf(at) < 0);
      cluster.setRule(at, `partition ${from}`, isCut ? { ...CUT, from: ip, what: 'all' } : null);
    }
  return ok('partitioned');
}

function link(cluster: ProcessCluster, kind: 'cut' | 'mend', word: string, find: FindNode): Done {
  const [from, to] = word.split('>').map((end) => find(end.trim()));
  if (from === undefined || to === undefined || from === null || to === null)
    return fail(`${kind} wants a direction: fault ${kind} 1>2`);
  const ip = cluster.nodes()[from - 1]?.ip ?? null;
  cluster.setRule(to, `cut ${from}`, kind === 'cut' ? { ...CUT, from: ip, what: 'all' } : null);
  return ok(kind === 'cut' ? `node ${to} hears nothing of node ${from}` : `node ${to} hears node ${from} again`);
}

function amount(word: string | undefined, most: number): number | null {
  const value = Number((word ?? '').replace(/%$|ms$/, ''));
  return word !== undefined && word !== '' && value >= 0 && value <= most ? value : null;
}

function quality(cluster: ProcessCluster, kind: string, node: number, word: string | undefined): Done {
  const value = amount(word, kind === 'loss' ? 100 : 1_000_000);
  if (value === null)
    return fail(`${kind} wants a number: fault ${kind} NODE ${kind === 'loss' ? 'PERCENT' : 'NUMBER'}`);
  const rule: LabLinkRule = {
    ...OPEN,
    from: null,
    what: 'all',
    ...(kind === 'loss' ? { loss: value / 100 } : kind === 'delay' ? { delayMs: value } : { sizeMax: value }),
  };
  cluster.setRule(node, kind, value === 0 ? null : rule);
  return ok(value === 0 ? `${kind} at node ${node} ended` : `${kind} ${value} at node ${node}`);
}

/** Does what the words behind `fault` say; a sentence of what was done, or of what is wrong. */
export async function injectFault(cluster: ProcessCluster, text: string, find: FindNode): Promise<Done> {
  const [kind = '', ...rest] = text.trim().split(/\s+/);
  if (kind === 'partition') return partition(cluster, rest.join(' '), find);
  if (kind === 'cut' || kind === 'mend') return link(cluster, kind, rest.join(''), find);
  const node = find(rest[0] ?? '');
  if (node === null) return fail(`${kind === '' ? 'fault' : kind} wants a node: a number from 1, an id or an address`);
  switch (kind) {
    case 'kill':
      await cluster.kill(node);
      return ok(`node ${node} killed`);
    case 'pause':
      cluster.pause(node);
      return ok(`node ${node} paused`);
    case 'resume':
      cluster.resume(node);
      return ok(`node ${node} resumed`);
    case 'leave':
      await cluster.leave(node);
      return ok(`node ${node} left`);
    case 'start':
      cluster.start(node);
      return ok(`node ${node} started`);
    case 'interface':
      if (rest[1] !== 'up' && rest[1] !== 'down') return fail('interface wants up or down: fault interface 2 down');
      cluster.setInterface(node, rest[1] === 'up');
      return ok(`interface of node ${node} ${rest[1]}`);
    case 'deaf':
      cluster.setRule(node, 'deaf', rest[1] === 'off' ? null : { ...CUT, from: null, what: 'multicast' });
      return ok(rest[1] === 'off' ? `node ${node} hears multicasts again` : `node ${node} hears no multicasts`);
    case 'disk': {
      const ms = amount(rest[2] ?? '200', 60_000);
      if (!['full', 'slow', 'ok'].includes(rest[1] ?? '') || ms === null)
        return fail('disk wants full, slow MS or ok: fault disk 2 full');
      cluster.order(node, { kind: 'disk', isFull: rest[1] === 'full', delayMs: rest[1] === 'slow' ? ms : 0 });
      return ok(`disk of node ${node} ${rest[1]}`);
    }
    case 'loss':
    case 'delay':
    case 'mtu':
      return quality(cluster, kind, node, rest[1]);
    default:
      return fail(`there is no fault "${kind}"; help lists them`);
  }
}
