// The mini cluster: N node processes on addresses of the loopback device. Starts, adds, breaks and ends them. What a
// person types is main/cli; what a node does is node-process.ts.
import { join } from 'node:path';
import {
  LAB_NODES_MAX,
  labNode,
  type LabDialect,
  type LabLinkRule,
  type LabNodeOrder,
  type LabNodeReport,
  type LabNodeSpec,
  type LabNodeStart,
  type LabNodeStatus,
  type LabSheepStart,
  type LabTransport,
} from '../../../app/lab/cluster.ts';
import type { NodeView } from '../../../app/lab/shell/node-view.ts';
import type { TotemConfig } from '../../../protocol/totem/engine/contract.ts';
import { ChildNode, type HelperProgram } from './child-node.ts';
import { createTapMerge, type TapMerge } from './tap-merge.ts';

export interface ClusterOptions {
  readonly dialect: LabDialect;
  readonly transport: LabTransport;
  readonly group: string;
  readonly port: number;
  readonly configuredToken: number;
  readonly config: TotemConfig;
  /** Holds a folder a node. */
  readonly directory: string;
  /** Every node's nodelist has these numbers from 1, so that nodes can be added. */
  readonly slots: number;
  /** Null: nodes without sheep. */
  readonly sheep: LabSheepStart | null;
  readonly program: HelperProgram;
  /** Octets of the cluster's capture; null where nobody wants one. */
  readonly capture: ((bytes: Uint8Array) => void) | null;
  readonly onEvent: (event: ClusterEvent) => void;
}

export type ClusterEvent =
  | { readonly kind: 'node'; readonly node: LabNodeSpec; readonly report: Exclude<LabNodeReport, { kind: 'status' }> }
  | { readonly kind: 'ended'; readonly node: LabNodeSpec; readonly signal: NodeJS.Signals | null };

export type NodeCondition = 'running' | 'paused' | 'stopped';

/** Rules that faults have put in place at one receiver, by what put them there. */
type Rules = Map<string, LabLinkRule>;

export class ProcessCluster {
  private readonly options: ClusterOptions;
  private readonly children = new Map<number, ChildNode>();
  private readonly rules = new Map<number, Rules>();
  private readonly downs = new Set<number>();
  private readonly merge: TapMerge | null;
  /** One clock for all: apart, their packets would not be in the order in which they were sent. */
  private readonly wallNsAtZero = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  private count = 0;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.merge = options.capture === null ? null : createTapMerge(options.capture);
  }

  /** Nodes that there are, running or not. */
  nodes(): readonly LabNodeSpec[] {
    return Array.from({ length: this.count }, (_, i) => this.specOf(i + 1));
  }

  private specOf(number: number): LabNodeSpec {
    return labNode(number, this.options.dialect);
  }

  conditionOf(number: number): NodeCondition {
    const child = this.children.get(number);
    if (child === undefined || child.pid === null) return 'stopped';
    return child.isPaused ? 'paused' : 'running';
  }

  pidOf(number: number): number | null {
    return this.children.get(number)?.pid ?? null;
  }

  directoryOf(number: number): string {
    return join(this.options.directory, `n${number}`);
  }

  /** Adds the next node and starts it; null where there is no room. */
  add(): LabNodeSpec | null {
    if (this.count >= Math.min(this.options.slots, LAB_NODES_MAX)) return null;
    this.count++;
    this.start(this.count);
    return this.specOf(this.count);
  }

  /** Starts a node's process if it does not run. Faults of its links stay. */
  start(number: number): void {
    if (this.conditionOf(number) !== 'stopped') return;
    const spec = this.specOf(number);
    const { options } = this;
    const start: LabNodeStart = {
      self: spec,
      nodelist: Array.from({ length: options.slots }, (_, i) => this.specOf(i + 1)),
      dialect: options.dialect,
      transport: options.transport,
      group: options.group,
      port: options.port,
      config: options.config,
      directory: this.directoryOf(number),
      sheep: options.sheep,
      wallNsAtZero: this.wallNsAtZero,
    };
    const tap = this.merge?.node(`n${number}`, spec.ip) ?? (() => undefined);
    const child = new ChildNode(start, options.program, {
      tap,
      report: (report) => {
        if (report.kind === 'status') return;
        if (report.kind === 'up') this.applyFaults(number);
        options.onEvent({ kind: 'node', node: spec, report });
      },
      ended: (signal) => options.onEvent({ kind: 'ended', node: spec, signal }),
    });
    this.children.set(number, child);
  }

  private applyFaults(number: number): void {
    this.tellRules(number);
    if (this.downs.has(number)) this.children.get(number)?.order({ kind: 'interface', up: false });
  }

  async kill(number: number): Promise<void> {
    await this.children.get(number)?.kill();
  }

  /** A clean leave of the ring, and the end of the process. */
  async leave(number: number): Promise<void> {
    await this.children.get(number)?.leave();
  }

  pause(number: number): void {
    if (this.conditionOf(number) === 'running') this.children.get(number)?.pause();
  }

  resume(number: number): void {
    if (this.conditionOf(number) === 'paused') this.children.get(number)?.resume();
  }

  setInterface(number: number, up: boolean): void {
    if (up) this.downs.delete(number);
    else this.downs.add(number);
    this.children.get(number)?.order({ kind: 'interface', up });
  }

  /** Puts a rule in place at a receiver, or takes it away: null. One of each name. */
  setRule(at: number, name: string, rule: LabLinkRule | null): void {
    const rules: Rules = this.rules.get(at) ?? new Map<string, LabLinkRule>();
    if (rule === null) rules.delete(name);
    else rules.set(name, rule);
    this.rules.set(at, rules);
    this.tellRules(at);
  }

  private tellRules(number: number): void {
    const rules = [...(this.rules.get(number)?.values() ?? [])];
    this.children.get(number)?.order({ kind: 'rules', rules });
  }

  /** Every fault of the network ends. */
  heal(): void {
    this.rules.clear();
    this.downs.forEach((number) => this.setInterface(number, true));
    for (const { number } of this.nodes()) this.tellRules(number);
  }

  status(number: number): Promise<LabNodeStatus | null> {
    return this.children.get(number)?.status() ?? Promise.resolve(null);
  }

  /** What the tools of a node's shell read. */
  async view(number: number): Promise<NodeView> {
    const { dialect, transport, group, port, configuredToken, config } = this.options;
    const status = await this.status(number);
    const nodelist = this.nodes();
    return { self: this.specOf(number), nodelist, dialect, transport, group, port, configuredToken, config, status };
  }

  /** Starts the node's sheep, where there is a node and no sheep. */
  startSheep(number: number, change: Partial<LabSheepStart> = {}): void {
    const { sheep } = this.options;
    if (sheep !== null) this.order(number, { kind: 'sheep', sheep: { ...sheep, ...change } });
  }

  /** Tells a node's process to do something; nothing where it does not run. */
  order(number: number, order: LabNodeOrder): void {
    this.children.get(number)?.order(order);
  }

  readonly capturedPackets = (): number => this.merge?.packets() ?? 0;

  /** Ends every process: cleanly, the last first, or at once. */
  async end(how: 'leave' | 'kill'): Promise<void> {
    const numbers = [...this.children.keys()].reverse();
    await Promise.all(numbers.map((number) => (how === 'leave' ? this.leave(number) : this.kill(number))));
    this.merge?.end();
  }
}
