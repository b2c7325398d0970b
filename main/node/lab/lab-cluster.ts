// What the prompt drives, whoever runs the nodes: processes of ours, or real Corosync daemons. Types only.
import type { Fault } from '../../../protocol/sim/fault.ts';
import type { LabNodeSpec } from '../../../app/lab/cluster.ts';
import type { ToolResult } from '../../../app/lab/shell/node-view.ts';
import type { Result } from '../../../protocol/base/result.ts';
import type { SheepStatus } from '../../../protocol/sheep/engine/contract.ts';

export type NodeCondition = 'running' | 'paused' | 'stopped';

export interface LoadSettings {
  /** Octets of each message. */
  readonly size: number;
  /** Messages a second; 0: as many as the node takes. */
  readonly rate: number;
  readonly seconds: number;
}

/** Output as it comes; what a command returns besides is not said again. */
export type Print = (to: 'stdout' | 'stderr', text: string) => void;

export interface LabCluster {
  /** Nodes that there are, running or not. */
  nodes(): readonly LabNodeSpec[];
  conditionOf(node: number): NodeCondition;
  pidOf(node: number): number | null;
  /** Folder of a node's files. */
  directoryOf(node: number): string;
  /** Adds the next node and starts it; null where there is no room. */
  add(): LabNodeSpec | null;
  /** Does what a fault says; why it cannot be, in a sentence. */
  inject(fault: Fault): Promise<Result<null, string>>;
  /** Every fault of the network ends. */
  heal(): void;
  /** State, ring and so on of a node in words; empty where it does not answer. */
  tellOf(node: number): Promise<string>;
  /** The id of a ring of so many nodes on which all its members agree; null where there is none. */
  ringOf(size: number): Promise<string | null>;
  /** What the sheep of the running nodes know, null for a node without; null where nodes have no store here. */
  sheep(): Promise<readonly (SheepStatus | null)[] | null>;
  /** A node says messages to the group `traffic`, of which all nodes are members. */
  load(node: number, group: string, load: LoadSettings): Result<null, string>;
  /** A line in the shell of a node. */
  shell(node: number, line: string, print?: Print): Promise<ToolResult>;
  end(how: 'leave' | 'kill'): Promise<void>;
}
