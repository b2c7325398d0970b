// What the tools of a node's shell read: who the node is, what it was told, what it knows. Type only.
import type { TotemConfig } from '../../../protocol/totem/engine/contract.ts';
import type { LabDialect, LabNodeSpec, LabNodeStatus, LabTransport } from '../cluster.ts';

export interface NodeView {
  readonly self: LabNodeSpec;
  readonly nodelist: readonly LabNodeSpec[];
  readonly dialect: LabDialect;
  readonly transport: LabTransport;
  readonly group: string;
  readonly port: number;
  /** As corosync.conf would have it, before the coefficient. */
  readonly configuredToken: number;
  readonly config: TotemConfig;
  /** Null while the node's Corosync does not run. */
  readonly status: LabNodeStatus | null;
}

/** What a tool prints and returns. */
export interface ToolResult {
  readonly out: string;
  readonly err: string;
  readonly code: number;
  /** The command goes on: the line that gives what has come since, to be run again until a person ends it. */
  readonly again?: string;
}

export const toolOut = (out: string, code = 0): ToolResult => ({ out, err: '', code });
export const toolErr = (err: string, code = 1): ToolResult => ({ out: '', err, code });
