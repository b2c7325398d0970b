// What a scenario is: something done to a ring of real daemons, and what must be found in its capture. Types only.
import type { Transport } from '../../../../main/node/lab/corosync/conf.ts';
import type { Daemon } from '../../../../main/node/lab/corosync/daemon.ts';
import type { CorosyncLab } from '../lab.ts';

/** A kind of cluster: generation, transport, security. */
export interface ClusterKind {
  /** As in "c31-knet-aes256". */
  readonly name: string;
  readonly generation: 1 | 2 | 3;
  readonly transport: Transport;
  readonly crypto: readonly [cipher: string, hash: string] | null;
}

/** A finding that must be there; culprits are host numbers. */
export interface Expectation {
  readonly rule: string;
  /** Null where no culprit is asked for. */
  readonly culprits: readonly number[] | null;
}

export interface Scenario {
  readonly name: string;
  readonly says: string;
  readonly nodes: number;
  /** For which kinds of cluster it makes sense; all by default. */
  readonly fits?: (kind: ClusterKind) => boolean;
  /** Findings that must be there. */
  readonly expects: readonly Expectation[];
  /** Warnings and failures that may be there besides. */
  readonly may?: readonly string[];
  readonly switches?: readonly string[];
  /** Milliseconds, 1000 if not told. */
  readonly token?: number;
  /** Lines that every node's totem section has besides. */
  readonly totem?: readonly string[];
  /** Makes the nodes, captures, does what is to be done. */
  readonly run: (lab: CorosyncLab, kind: ClusterKind) => Promise<void>;
}

/** TOTEM_LAB_MORE asks for larger rings: so many bystanders more. */
const MORE = Number(process.env['TOTEM_LAB_MORE'] ?? 0);

/** The usual beginning: n nodes on one switch, captured there, in one ring that was idle for a while. */
export async function ringOf(lab: CorosyncLab, count: number): Promise<readonly Daemon[]> {
  const nodes = lab.addNodes(count + MORE);
  await lab.captureSwitch('A');
  await lab.form(nodes);
  return nodes;
}

/** One of the nodes by its number, from 1. */
export function nth(nodes: readonly Daemon[], number: number): Daemon {
  const node = nodes[number - 1];
  if (node === undefined) throw new Error(`there is no node ${number}`);
  return node;
}
