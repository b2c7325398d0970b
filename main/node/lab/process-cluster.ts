// The mini cluster: N node processes on addresses of the loopback device. Starts, adds, breaks and ends them. What a
// person types is main/cli; what a node does is node-process.ts.
import { rm } from 'node:fs/promises';
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
import type { Fault } from '../../../protocol/sim/fault.ts';
import type { NodeView, ToolResult } from '../../../app/lab/shell/node-view.ts';
import { fail, ok, type Result } from '../../../protocol/base/result.ts';
import type { SheepStatus } from '../../../protocol/sheep/engine/contract.ts';
import { ringIdText } from '../../../protocol/totem/identity.ts';
import type { TotemConfig } from '../../../protocol/totem/engine/contract.ts';
import { ChildNode, type HelperProgram } from './child-node.ts';
import type { LabCluster, LoadSettings, NodeCondition, Print } from './lab-cluster.ts';
import { LinkFaults } from './link-faults.ts';
import { runShell } from './shell/node-shell.ts';
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

/** Octets of IP and UDP in front of a datagram. */
const IP_UDP_OCTETS = 28;
const CUT: Omit<LabLinkRule, 'from' | 'what'> = { loss: 1, delayMs: 0, sizeMax: null };

export class ProcessCluster implements LabCluster {
  private readonly options: ClusterOptions;
  private readonly children = new Map<number, ChildNode>();
  private readonly links: LinkFaults;
  private readonly downs = new Set<number>();
  private readonly merge: TapMerge | null;
  /** One clock for all: apart, their packets would not be in the order in which they were sent. */
  private readonly wallNsAtZero = BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
  private count = 0;
  private readonly over = new AbortController();
  /** Aborted when the lab ends: what a shell is doing then stops. */
  readonly ending: AbortSignal = this.over.signal;

  constructor(options: ClusterOptions) {
    this.options = options;
    this.links = new LinkFaults(options.slots);
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
      isTapped: this.merge !== null,
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

  private tellRules(number: number): void {
    const { isDeaf, links } = this.links.at(number);
    const rules: LabLinkRule[] = links.map(({ from, isCut, loss, delayMs, mtu }) => ({
      from: this.specOf(from).ip,
      what: 'all',
      loss: isCut ? 1 : loss,
      delayMs,
      sizeMax: mtu === null ? null : mtu - IP_UDP_OCTETS,
    }));
    if (isDeaf) rules.push({ ...CUT, from: null, what: 'multicast' });
    this.children.get(number)?.order({ kind: 'rules', rules });
  }

  async inject(fault: Fault): Promise<Result<null, string>> {
    switch (fault.kind) {
      case 'kill':
        await this.kill(fault.node);
        return ok(null);
      case 'leave':
        await this.leave(fault.node);
        return ok(null);
      case 'pause':
        this.pause(fault.node);
        return ok(null);
      case 'resume':
        this.resume(fault.node);
        return ok(null);
      case 'start':
        this.start(fault.node);
        return ok(null);
      case 'restart':
        await this.kill(fault.node);
        if (fault.disk === 'lost') await rm(this.directoryOf(fault.node), { recursive: true, force: true });
        this.start(fault.node);
        return ok(null);
      case 'interface':
        this.setInterface(fault.node, fault.up);
        return ok(null);
      case 'disk':
        this.order(fault.node, { kind: 'disk', isFull: fault.isFull, delayMs: fault.delay / 1000 });
        return ok(null);
      case 'heal':
        this.heal();
        return ok(null);
      case 'tear':
      case 'clock':
      case 'drop':
        return fail(`${fault.kind} is a fault of scenarios: the nodes of a lab are processes of this machine`);
      case 'partition':
      case 'cut':
      case 'mend':
      case 'deaf':
      case 'link': {
        const done = this.links.apply(fault);
        if (done.ok) for (const { number } of this.nodes()) this.tellRules(number);
        return done;
      }
    }
  }

  /** Every fault of the network ends. */
  heal(): void {
    this.links.heal();
    this.downs.forEach((number) => this.setInterface(number, true));
    for (const { number } of this.nodes()) this.tellRules(number);
  }

  private async statuses(): Promise<readonly (LabNodeStatus | null)[]> {
    const running = this.nodes().filter(({ number }) => this.conditionOf(number) === 'running');
    return Promise.all(running.map(({ number }) => this.status(number)));
  }

  async tellOf(number: number): Promise<string> {
    const totem = (await this.status(number))?.node.totem;
    if (totem === undefined) return '';
    const ring = `ring ${ringIdText(totem.ringId)} of ${totem.members.length}`;
    return `${totem.state}, ${ring}${totem.isRepresentative ? ', representative' : ''}, seq ${totem.highSeqReceived}`;
  }

  async ringOf(size: number): Promise<string | null> {
    const counts = new Map<string, number>();
    for (const status of await this.statuses()) {
      if (status === null) continue;
      const { totem, isSynchronised } = status.node;
      if (totem.state !== 'operational' || !isSynchronised || totem.members.length !== size) continue;
      const id = ringIdText(totem.ringId);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    return [...counts].find(([, count]) => count === size)?.[0] ?? null;
  }

  async sheep(): Promise<readonly (SheepStatus | null)[] | null> {
    return this.options.sheep === null ? null : (await this.statuses()).map((status) => status?.sheep ?? null);
  }

  load(node: number, group: string, load: LoadSettings): Result<null, string> {
    const speaker = this.pidOf(node);
    if (speaker === null) return fail(`node ${node} does not run`);
    for (const { number } of this.nodes()) {
      const pid = this.pidOf(number);
      if (pid !== null) this.order(number, { kind: 'cpg-join', group, pid });
    }
    this.order(node, { kind: 'load', group, pid: speaker, ...load });
    return ok(null);
  }

  shell(number: number, line: string, print?: Print): Promise<ToolResult> {
    return runShell({ cluster: this, number, ...(print === undefined ? {} : { print }) }, line);
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

  /** Nanoseconds since 1970, by the clock of the cluster's capture. */
  nowNs(): bigint {
    return this.wallNsAtZero + process.hrtime.bigint();
  }

  /** A comment in the capture, at a time of its clock. */
  mark(timeNs: bigint, comment: string): void {
    this.merge?.mark(timeNs, comment);
  }

  readonly capturedPackets = (): number => this.merge?.packets() ?? 0;

  /** Ends every process: cleanly, the last first, or at once. */
  async end(how: 'leave' | 'kill'): Promise<void> {
    this.over.abort();
    const numbers = [...this.children.keys()].reverse();
    await Promise.all(numbers.map((number) => (how === 'leave' ? this.leave(number) : this.kill(number))));
    this.merge?.end();
  }
}
