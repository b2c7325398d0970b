// What a cluster is made of: nodes with addresses, dialect, transport, timers. The same for the simulator, for lab
// processes and for the scenario language. No behaviour in time.
import type { DialectOfEngine, TotemConfig } from '../totem/engine/contract.ts';

export type Transport = 'udp' | 'udpu';

/** Nodes that a cluster of ours may have. */
export const CLUSTER_NODES_MAX = 250;

export interface ClusterNode {
  /** From 1: what scenarios, faults and transcripts call it. */
  readonly number: number;
  readonly nodeid: number;
  readonly ip: string;
  readonly name: string;
}

export interface ClusterSpec {
  readonly dialect: DialectOfEngine;
  readonly transport: Transport;
  /** In order of their numbers. */
  readonly nodes: readonly ClusterNode[];
  readonly mcastAddress: string;
  /** Receiving port; tokens and multicasts of udp leave from the one below. */
  readonly port: number;
  readonly config: TotemConfig;
}

export const MCAST_ADDRESS = '226.94.1.1';
export const PORT = 5405;

/** A node's id where none is configured: in 1.x its address as a little-endian number (specs/totem.md 1.4). */
const nodeidOf = (host: number): number => ((host << 24) | (1 << 16) | (168 << 8) | 192) >>> 0;

/** The hosts .1, .2, … */
export const firstHosts = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i + 1);

/** A cluster of nodes on 192.168.1.HOST with the group address of the manual. */
export function makeCluster(
  hosts: readonly number[],
  dialect: DialectOfEngine,
  transport: Transport,
  config: TotemConfig,
): ClusterSpec {
  const nodes = hosts.map((host, i) => ({
    number: i + 1,
    nodeid: dialect === 'corosync-1' ? nodeidOf(host) : i + 1,
    ip: `192.168.1.${host}`,
    name: `n${i + 1}`,
  }));
  return { dialect, transport, nodes, mcastAddress: MCAST_ADDRESS, port: PORT, config };
}
