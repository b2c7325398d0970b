// A claim of a log beside the wire: it agrees, it contradicts, or the capture cannot tell. A contradiction is no lie of
// the log: what reached the host's wire and not its process is just what an engineer looks for.
import type { Statement } from './statements.ts';
import type { NodeWire } from './wire.ts';

export type Verdict = 'agrees' | 'contradicts' | 'cannot tell';

export interface Judged {
  readonly verdict: Verdict;
  /** What the wire shows. */
  readonly wire: string;
  readonly frames: readonly number[];
}

const SURE_SHARE = 0.8;
const DOUBT_SHARE = 0.5;
const NS = 1e6;
const NEAR_NS = 5e9;
const EDGE_SHARE = 0.15;

const told = (verdict: Verdict, wire: string, frames: readonly number[] = []): Judged => ({ verdict, wire, frames });
const ms = (ns: number): string => `${Math.round(ns / NS)} ms`;

function paused(wire: NodeWire, { amountMs }: Statement, atNs: number, toleranceNs: number): Judged {
  const lastedNs = (amountMs ?? 0) * NS;
  const edge = Math.max(toleranceNs, lastedNs * EDGE_SHARE);
  if (lastedNs <= 2 * edge) return told('cannot tell', 'the pause is not longer than what its clock leaves open');
  const inside = wire.sent(atNs - lastedNs + edge, atNs - edge);
  const before = wire.sent(atNs - 2 * lastedNs, atNs - lastedNs + edge).at(-1);
  const after = wire.sent(atNs - edge, atNs + edge + lastedNs)[0];
  const around = [before, after].flatMap((packet) => (packet === undefined ? [] : [packet.frame]));
  if (inside.length === 0) {
    const gap = before === undefined || after === undefined ? null : after.timeNs - before.timeNs;
    return told('agrees', gap === null ? 'nothing of it in that time' : `nothing of it for ${ms(gap)}`, around);
  }
  const frames = inside.slice(0, 4).map(({ frame }) => frame);
  return told('contradicts', `${inside.length} packets of it in that very time`, frames);
}

function noToken(wire: NodeWire, { amountMs }: Statement, atNs: number, toleranceNs: number): Judged {
  const last = wire.lastTokenTo(atNs + toleranceNs);
  if (last === null) return told('cannot tell', 'tokens to it are not in this capture');
  const gap = atNs - last.timeNs;
  const says = `the last token to it came ${ms(Math.max(0, gap))} before`;
  const namedNs = (amountMs ?? 0) * NS;
  if (gap + toleranceNs >= namedNs * SURE_SHARE) return told('agrees', says, [last.frame]);
  if (wire.sent(atNs - namedNs, last.timeNs).length === 0)
    return told('agrees', `${says}, and it sent nothing itself for all that time: it stood still`, [last.frame]);
  // While it gathers a node takes no tokens, and counts on.
  if (gap > namedNs * DOUBT_SHARE) return told('cannot tell', says, [last.frame]);
  const where = 'it arrived at the host and not in the process: receive queue, firewall, scheduling';
  return told('contradicts', `${says}; ${where}`, [last.frame]);
}

function noLeave(wire: NodeWire, { nodes }: Statement, atNs: number): Judged {
  const leave = wire.analysis.joinLists.find(
    ({ isLeave, nodeid, time }) => isLeave && nodes.includes(nodeid) && Math.abs(time - atNs) < NEAR_NS,
  );
  if (leave === undefined) return told('agrees', `no leave of ${nodes.join(' ')} on the wire either`);
  return told('contradicts', `node ${leave.nodeid} did say that it leaves`, [leave.frame]);
}

function retransmits(wire: NodeWire, atNs: number, toleranceNs: number): Judged {
  const { timeNs, count, nodeid } = wire.analysis.requests;
  let near = 0;
  const who = new Set<number>();
  for (let i = 0; i < count; i++) {
    if (Math.abs(timeNs[i]! - atNs) > toleranceNs + 1e9) continue;
    near++;
    who.add(nodeid[i]!);
  }
  if (near > 0) return told('agrees', `${near} requests about that time, by node ${[...who].join(', ')}`);
  return told('contradicts', 'no token in the capture asks for anything at that time');
}

function digest({ analysis }: NodeWire): Judged {
  const { unauthentic, byKind } = analysis.packets;
  const strange = unauthentic + (byKind['encrypted'] ?? 0);
  if (strange > 0) return told('agrees', `${strange} packets are not authentic, or cannot be opened`);
  return told('contradicts', 'every packet in the capture can be read: what it refused did not pass here');
}

function left(wire: NodeWire, { nodes, ring: named }: Statement, atNs: number): Judged {
  const isNamed = (rep: number): boolean =>
    String(rep) === named?.rep ||
    wire.analysis.nodes.some(({ nodeid, addresses }) => nodeid === rep && addresses.includes(named?.rep ?? ''));
  const ring = wire.analysis.rings.find(
    ({ rep, seq, committed, firstToken }) =>
      seq === named?.seq && isNamed(rep) && Math.abs((committed ?? firstToken ?? 0) - atNs) < NEAR_NS,
  );
  if (ring === undefined) return told('cannot tell', 'that ring is not in this capture');
  const there = nodes.filter((node) => ring.members.includes(node));
  if (there.length === 0) return told('agrees', `ring ${ring.id} has ${ring.members.join(' ')}`, ring.frames);
  return told('contradicts', `ring ${ring.id} has node ${there.join(' ')} as a member`, ring.frames);
}

/** A finding of one of these rules at that time bears it out. */
function byFindings(wire: NodeWire, rules: readonly string[], nodes: readonly number[], atNs: number): Judged {
  const found = wire.analysis.findings.find(
    ({ rule, time, until, culprits }) =>
      rules.includes(rule) &&
      atNs >= time - NEAR_NS &&
      atNs <= (until ?? wire.endNs) + NEAR_NS &&
      (nodes.length === 0 || culprits.some((node) => nodes.includes(node))),
  );
  if (found === undefined) return told('cannot tell', 'nothing in the packets speaks for or against it');
  return told('agrees', `${found.rule}: ${found.says}`, found.evidence.flatMap(({ frames }) => frames).slice(0, 4));
}

const CUT = ['partition', 'one-way-link', 'link-down', 'interface-down', 'node-dead', 'process-paused', 'packet-loss'];

/** `atNs`: the time of the claim on the capture's clock. */
export function judge(wire: NodeWire, statement: Statement, atNs: number, toleranceNs: number): Judged {
  if (atNs < wire.startNs - toleranceNs || atNs > wire.endNs + toleranceNs)
    return told('cannot tell', 'not in the time of this capture');
  switch (statement.kind) {
    case 'paused':
      return paused(wire, statement, atNs, toleranceNs);
    case 'no-token':
      return noToken(wire, statement, atNs, toleranceNs);
    case 'no-leave':
      return noLeave(wire, statement, atNs);
    case 'retransmits':
      return retransmits(wire, atNs, toleranceNs);
    case 'failed-to-receive':
      return byFindings(wire, ['multicast-deaf', 'mtu-black-hole', 'packet-loss'], [], atNs);
    case 'bad-digest':
      return digest(wire);
    case 'left':
      return left(wire, statement, atNs);
    case 'interface-down':
      return byFindings(wire, CUT, [wire.nodeid], atNs);
    case 'link-down':
      return byFindings(wire, CUT, [], atNs);
    case 'cannot-form':
      return byFindings(
        wire,
        ['firewall', 'multicast-deaf', 'one-way-link', 'join-storm', 'not-in-nodelist'],
        [],
        atNs,
      );
    case 'sheep-leaves':
      return byFindings(wire, ['sheep-empty-epoch'], [wire.nodeid], atNs);
    case 'sheep-refused':
      return byFindings(wire, ['sheep-join-refused'], [], atNs);
    case 'sheep-partition':
      return byFindings(wire, ['partition', 'sheep-split', ...CUT], [], atNs);
    case 'sheep-orphan':
      return byFindings(wire, ['node-dead', 'clean-leave', 'interface-down'], [wire.nodeid], atNs);
  }
}
