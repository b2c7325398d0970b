// A lab that is open: its cluster, its folder, what a line of its prompt does. The command line and the window each
// have one. Ended, it leaves nothing but a folder that was to be kept.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAB_NODES_MAX, type LabDialect, type LabTransport } from '../../../app/lab/cluster.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { Behaviour } from '../../../protocol/sheep/engine/policy.ts';
import { SHEEP_PORT } from '../../../protocol/sheep/node-entry.ts';
import { totemConfig } from '../../../protocol/totem/engine/config.ts';
import type { HelperProgram } from './child-node.ts';
import { setGuardian } from './guardian.ts';
import type { Print } from './lab-cluster.ts';
import { ProcessCluster, type ClusterEvent } from './process-cluster.ts';
import { runInNode, runLine, type LineResult } from './prompt/line.ts';

/** Nodes more than were asked for that every nodelist knows, so that they can be added while the ring turns. */
const SPARE_NODES = 5;
const REPORT_TOKEN = 1000;
const GROUP = '226.94.1.1';

export interface LabSettings {
  /** Nodes that it begins with. */
  readonly nodes: number;
  readonly dialect: LabDialect;
  readonly transport: LabTransport;
  /** As corosync.conf has it; null for the report's 1000. */
  readonly token: number | null;
  /** Kept and used again; null for a temporary one. */
  readonly directory: string | null;
  readonly port: number;
  /** Of the sheep; null for nodes without one. */
  readonly behaviour: Behaviour | null;
}

export interface LabHooks {
  readonly program: HelperProgram;
  /** Octets of the cluster's capture, pcapng; null where nobody wants one. */
  readonly capture: ((bytes: Uint8Array) => void) | null;
  readonly onEvent: (event: ClusterEvent) => void;
  /** Takes what a command says while it runs, like its progress; without it that is said at the end. */
  readonly print?: Print;
}

/** A lab that is open, whoever runs its nodes. */
export interface RunningLab {
  /** Holds a folder a node: logs, ring id, store. */
  readonly directory: string;
  /** A line as at the prompt: `112> collie node list`, `fault kill 2`, `wait ring 3` … */
  run(line: string): Promise<LineResult>;
  /** A command in a node's shell. */
  runIn(node: number, command: string): Promise<LineResult>;
  end(how: 'leave' | 'kill'): Promise<void>;
}

export interface OpenLab extends RunningLab {
  readonly cluster: ProcessCluster;
}

/** Starts the nodes; what is wrong with the settings, in a sentence. */
export async function openLab(settings: LabSettings, hooks: LabHooks): Promise<Result<OpenLab, string>> {
  const { nodes, dialect, transport, behaviour, port } = settings;
  const configuredToken = settings.token ?? REPORT_TOKEN;
  // The report's Corosync knows no coefficient; that of 3 counts the nodes of the list.
  const config = totemConfig({ token: configuredToken }, nodes, dialect);
  if (!config.ok) return fail(config.problem);
  const directory = settings.directory ?? (await mkdtemp(join(tmpdir(), 'totem-lab-')));
  const guardian = setGuardian('', settings.directory === null ? [directory] : []);
  let lastEvent = Date.now();
  const cluster = new ProcessCluster({
    dialect,
    transport,
    group: GROUP,
    port,
    configuredToken,
    config: config.value,
    directory,
    slots: Math.min(LAB_NODES_MAX, nodes + SPARE_NODES),
    sheep: behaviour === null ? null : { behaviour, port: SHEEP_PORT, zone: null, isDurable: false, isDebug: false },
    program: hooks.program,
    capture: hooks.capture,
    onEvent: (event) => {
      lastEvent = Date.now();
      hooks.onEvent(event);
    },
  });
  const { print } = hooks;
  const context = { cluster, lastEventMs: () => lastEvent, ...(print === undefined ? {} : { print }) };
  for (let i = 0; i < nodes; i++) cluster.add();
  return ok({
    cluster,
    directory,
    run: (line) => runLine(context, line),
    runIn: (node, command) => runInNode(context, node, command),
    async end(how) {
      await cluster.end(how);
      if (settings.directory === null) await rm(directory, { recursive: true, force: true });
      await guardian.release();
    },
  });
}
