// A lab of the installed Corosync: a machine for each daemon in network namespaces of its own, a switch between them.
// The prompt drives it as it drives the processes of ours. Needs root.
import { execFile, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fault as LabFault } from '../../../../protocol/sim/fault.ts';
import { LAB_NODES_MAX, labNode, type LabNodeSpec } from '../../../../app/lab/cluster.ts';
import { toolErr, type ToolResult } from '../../../../app/lab/shell/node-view.ts';
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import type { LabCluster, LoadSettings, NodeCondition } from '../lab-cluster.ts';
import { LinkFaults, type NetworkFault } from '../link-faults.ts';
import { whyNoClient } from './availability.ts';
import type { ConfOptions, Transport } from './conf.ts';
import { CpgClient } from './cpg-client.ts';
import { Daemon, DEBIAN_BUILD } from './daemon.ts';
import { LogWatch } from './log-watch.ts';
import { LabNetwork, type Fault } from './network.ts';
import { end, spawnTied } from './shell.ts';
import { runDaemonShell } from './daemon-shell.ts';

export interface CorosyncClusterOptions {
  readonly transport: Transport;
  readonly port: number;
  /** As in corosync.conf. */
  readonly token: number;
  /** Holds a folder a node. */
  readonly directory: string;
  /** Goes with the lab. */
  readonly runFolder: string;
  /** What passes the switch goes there, as tcpdump writes it; null for no capture. */
  readonly capture: string | null;
  readonly onEvent: (event: CorosyncEvent) => void;
}

/** Something that a daemon said in its log, or that it ended. */
export type CorosyncEvent =
  | { readonly kind: 'up' | 'ended'; readonly node: LabNodeSpec }
  /** `news`: what of it a person is told, null for its debugging and for what it repeats. */
  | { readonly kind: 'log'; readonly node: LabNodeSpec; readonly line: string; readonly news: string | null };

const NEWS: readonly RegExp[] = [
  / corosync \w+ +(\[(?:TOTEM|KNET|QUORUM|VOTEQ|CPG|CFG) *\] .*)/,
  / corosync \w+ +(\[MAIN *\] (?:Completed|Corosync Cluster|Corosync main|Totem is unable|Node was shut).*)/,
];
const DEBUGGING = / corosync debug /;
const MOVES = /(\[TOTEM *\] entering (?:GATHER|COMMIT|RECOVERY|OPERATIONAL) .*)/;

/** What a line of a daemon's log says that is worth a person's attention, without time and host; else null. */
function newsOf(line: string): string | null {
  if (DEBUGGING.test(line)) return MOVES.exec(line)?.[1] ?? null;
  for (const pattern of NEWS) {
    const found = pattern.exec(line);
    if (found !== null) return found[1] ?? null;
  }
  return null;
}

interface Machine {
  readonly spec: LabNodeSpec;
  readonly daemon: Daemon;
  readonly log: LogWatch;
  isPaused: boolean;
  interfaceDown: Fault | null;
  client: CpgClient | null;
  lastNews: string;
}

const SWITCH = 'A';
const MULTICASTS = '226.94.1.1';
const ETHERNET_OCTETS = 14;
const PATIENCE_MS = 3000;
const CAPTURE_FILTER = 'udp or icmp or igmp or arp or (ip[6:2] & 0x1fff != 0)';
const runFile = promisify(execFile);

export class CorosyncCluster implements LabCluster {
  private readonly options: CorosyncClusterOptions;
  private readonly network = new LabNetwork();
  private readonly machines: Machine[] = [];
  private readonly links = new LinkFaults(LAB_NODES_MAX);
  private readonly delays = new Set<number>();
  private capture: ChildProcess | null = null;

  constructor(options: CorosyncClusterOptions) {
    this.options = options;
    this.network.addSwitch(SWITCH);
    if (options.capture !== null) this.startCapture(options.capture);
  }

  /** How the names of its namespaces begin. */
  get namespacePrefix(): string {
    return this.network.prefix;
  }

  private startCapture(file: string): void {
    const args = ['-i', `br${SWITCH}`, '-U', '-Z', 'root', '-B', '65536', '-w', file, CAPTURE_FILTER];
    const inside = ['netns', 'exec', this.network.switchSpace, 'tcpdump', ...args];
    this.capture = spawnTied('ip', inside, ['ignore', 'ignore', 'ignore']);
  }

  nodes(): readonly LabNodeSpec[] {
    return this.machines.map(({ spec }) => spec);
  }

  private machine(number: number): Machine {
    const found = this.machines[number - 1];
    if (found === undefined) throw new Error(`broken invariant: there is no node ${number}`);
    return found;
  }

  conditionOf(number: number): NodeCondition {
    const { daemon, isPaused } = this.machine(number);
    if (!daemon.isUp) return 'stopped';
    return isPaused ? 'paused' : 'running';
  }

  pidOf(number: number): number | null {
    const { daemon } = this.machine(number);
    return daemon.isUp ? daemon.pid : null;
  }

  directoryOf(number: number): string {
    return join(this.options.directory, `n${number}`);
  }

  /** Makes the lab's first machines, which all know each other, and starts their daemons. */
  begin(count: number): void {
    for (let i = 0; i < count; i++) this.makeMachine();
    this.configureAll();
    for (const { spec } of this.machines) this.start(spec.number);
  }

  /** One more machine. The daemons that run read of it, as with corosync-cfgtool -R, before its own starts. */
  add(): LabNodeSpec | null {
    if (this.machines.length >= LAB_NODES_MAX) return null;
    // One daemon that is told so tells the others.
    const running = this.machines.find(({ daemon }) => daemon.isUp);
    const { spec } = this.makeMachine();
    this.configureAll();
    const reloaded = running === undefined ? null : this.tool(running.spec.number, 'corosync-cfgtool', ['-R']);
    void Promise.resolve(reloaded).then(() => this.start(spec.number));
    return spec;
  }

  private makeMachine(): Machine {
    const number = this.machines.length + 1;
    const end = Number(labNode(number, 'corosync-3').ip.split('.').at(-1));
    const host = this.network.addHost(number, [SWITCH], end);
    const spec: LabNodeSpec = { number, nodeid: number, ip: host.addresses[0] ?? '' };
    const folder = this.directoryOf(number);
    const machine: Machine = {
      spec,
      daemon: new Daemon(host, DEBIAN_BUILD, this.confOf(spec), null),
      log: new LogWatch(join(folder, 'corosync.log'), (line) => this.heard(machine, line)),
      isPaused: false,
      interfaceDown: null,
      client: null,
      lastNews: '',
    };
    this.machines.push(machine);
    this.tellRules(number);
    return machine;
  }

  private configureAll(): void {
    for (const { daemon, spec } of this.machines) daemon.configure(this.confOf(spec));
  }

  private heard(machine: Machine, line: string): void {
    const news = newsOf(line);
    const isNews = news !== null && news !== machine.lastNews;
    machine.lastNews = news ?? machine.lastNews;
    this.options.onEvent({ kind: 'log', node: machine.spec, line, news: isNews ? news : null });
  }

  private confOf(self: LabNodeSpec): ConfOptions {
    const { transport, token, port } = this.options;
    const nodes = [...this.nodes().filter(({ number }) => number !== self.number), self];
    const entry = ({ nodeid, ip }: LabNodeSpec) => ({ id: nodeid, addresses: [ip] });
    return {
      generation: 3,
      transport,
      nodes: nodes.sort((a, b) => a.number - b.number).map(entry),
      self: entry(self),
      token,
      crypto: null,
      clusterName: 'lab',
      mcastAddress: MULTICASTS,
      port,
      directory: this.directoryOf(self.number),
      totem: [],
      hasNodelist: true,
    };
  }

  private start(number: number): void {
    const machine = this.machine(number);
    if (machine.daemon.isUp) return;
    machine.isPaused = false;
    machine.daemon.start(() => this.options.onEvent({ kind: 'ended', node: machine.spec }));
    this.options.onEvent({ kind: 'up', node: machine.spec });
  }

  private async stop(number: number, how: 'leave' | 'kill'): Promise<void> {
    const machine = this.machine(number);
    await machine.client?.close();
    machine.client = null;
    if (how === 'leave') await machine.daemon.stop();
    else await machine.daemon.kill();
  }

  async inject(fault: LabFault): Promise<Result<null, string>> {
    switch (fault.kind) {
      case 'kill':
      case 'leave':
        await this.stop(fault.node, fault.kind);
        return ok(null);
      case 'start':
        this.start(fault.node);
        return ok(null);
      case 'restart':
        await this.stop(fault.node, 'kill');
        if (fault.disk === 'lost')
          rmSync(join(this.directoryOf(fault.node), 'state'), { recursive: true, force: true });
        this.machine(fault.node).daemon.configure(this.confOf(this.machine(fault.node).spec));
        this.start(fault.node);
        return ok(null);
      case 'pause':
      case 'resume': {
        const machine = this.machine(fault.node);
        if (fault.kind === 'pause') machine.daemon.pause();
        else machine.daemon.resume();
        machine.isPaused = fault.kind === 'pause';
        return ok(null);
      }
      case 'interface':
        this.setInterface(this.machine(fault.node), fault.up);
        return ok(null);
      case 'heal':
        this.heal();
        return ok(null);
      case 'partition':
      case 'cut':
      case 'mend':
      case 'deaf':
      case 'link':
        return this.injectIntoNetwork(fault);
      case 'disk':
        return fail('disk is a fault of the stores of sheep, which real daemons have not here');
      case 'tear':
      case 'clock':
      case 'drop':
        return fail(`${fault.kind} is a fault of scenarios: real daemons have this machine's clock and disk`);
    }
  }

  private setInterface(machine: Machine, up: boolean): void {
    if (up) machine.interfaceDown?.lift();
    else machine.interfaceDown ??= machine.daemon.host.interfaceDown();
    if (up) machine.interfaceDown = null;
  }

  private injectIntoNetwork(fault: NetworkFault): Result<null, string> {
    if (fault.kind === 'link' && fault.change.delay !== undefined && fault.change.delay > 0) {
      if (fault.from !== 'any')
        return fail('real daemons: delay is of all that arrives at a node: fault delay NODE MS');
      if (!this.network.canDelay())
        return fail(
          "delay needs the kernel's netem, which is not there: try modprobe sch_netem, or a lab of processes",
        );
    }
    const done = this.links.apply(fault);
    if (done.ok) for (const { number } of this.nodes()) this.tellRules(number);
    return done;
  }

  /** Puts at a node's port of the switch what the faults come to: what is dropped there is still seen on the switch. */
  private tellRules(number: number): void {
    const { host } = this.machine(number).daemon;
    const { isDeaf, links } = this.links.at(number);
    const drops = isDeaf ? ['ip daddr 224.0.0.0/4'] : [];
    let delayMs = 0;
    for (const { from, isCut, loss, mtu, ...link } of links) {
      const sender = this.machines[from - 1];
      if (sender === undefined) continue;
      const source = `ip saddr ${sender.spec.ip}`;
      delayMs = Math.max(delayMs, link.delayMs);
      if (isCut) drops.push(source);
      else if (loss > 0) drops.push(`${source} numgen random mod 1000000 < ${Math.round(loss * 1_000_000)}`);
      if (mtu !== null) drops.push(`${source} meta length > ${mtu + ETHERNET_OCTETS}`);
    }
    this.network.setDrops(host.number, drops);
    if (delayMs > 0) this.delays.add(number);
    if (this.delays.has(number)) this.network.setDelay(host.number, delayMs);
    if (delayMs === 0) this.delays.delete(number);
  }

  heal(): void {
    this.links.heal();
    for (const machine of this.machines) {
      this.setInterface(machine, true);
      this.tellRules(machine.spec.number);
    }
  }

  /** Runs one of Corosync's own programs beside a node's daemon. */
  async tool(number: number, name: string, args: readonly string[]): Promise<ToolResult> {
    const { daemon } = this.machine(number);
    if (!daemon.isUp) return toolErr(`${name}: corosync does not run on this node: service corosync start\n`);
    try {
      const { stdout, stderr } = await runFile('nsenter', [...daemon.beside(name, ...args)], {
        timeout: PATIENCE_MS,
        killSignal: 'SIGKILL',
      });
      return { out: stdout, err: stderr, code: 0 };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { stdout = '', stderr = '', code, killed } = error as Error & Partial<Record<string, unknown>>;
      const silence = killed === true ? `${name}: no answer within ${PATIENCE_MS / 1000} s\n` : '';
      return { out: String(stdout), err: `${String(stderr)}${silence}`, code: typeof code === 'number' ? code : 1 };
    }
  }

  /** Ring and number of members as a node's quorum service knows them; null where it does not answer. */
  private async quorumOf(
    number: number,
  ): Promise<{ readonly ring: string; readonly size: number; readonly isQuorate: boolean } | null> {
    if (this.conditionOf(number) !== 'running') return null;
    const { out } = await this.tool(number, 'corosync-quorumtool', ['-s']);
    const ring = /^Ring ID:\s+([0-9a-f]+)\.([0-9a-f]+)/m.exec(out);
    const nodes = /^Nodes:\s+(\d+)/m.exec(out);
    if (ring === null || nodes === null) return null;
    const id = `${Number.parseInt(ring[1] ?? '', 16)}:${BigInt(`0x${ring[2] ?? '0'}`)}`;
    return { ring: id, size: Number(nodes[1]), isQuorate: /^Quorate:\s+Yes/m.test(out) };
  }

  async tellOf(number: number): Promise<string> {
    const found = await this.quorumOf(number);
    return found === null ? '' : `ring ${found.ring} of ${found.size}, ${found.isQuorate ? '' : 'not '}quorate`;
  }

  async ringOf(size: number): Promise<string | null> {
    const all = await Promise.all(this.nodes().map(({ number }) => this.quorumOf(number)));
    const rings = all.flatMap((found) => (found !== null && found.size === size ? [found.ring] : []));
    return rings.find((ring) => rings.filter((other) => other === ring).length === size) ?? null;
  }

  sheep(): Promise<null> {
    return Promise.resolve(null);
  }

  /** One client on libcpg beside each daemon is in the group; that of `node` speaks. */
  load(node: number, group: string, load: LoadSettings): Result<null, string> {
    const why = whyNoClient();
    if (why !== null) return fail(why);
    if (this.conditionOf(node) !== 'running') return fail(`node ${node} does not run`);
    const folder = this.options.runFolder;
    const total = load.seconds + 1;
    for (const machine of this.machines) {
      const { number } = machine.spec;
      if (this.conditionOf(number) !== 'running') continue;
      void machine.client?.close();
      const speaks = number === node ? { ...load, rate: load.rate === 0 ? Number.MAX_SAFE_INTEGER : load.rate } : {};
      machine.client = new CpgClient(machine.daemon, { group, folder, linger: total, ...speaks });
    }
    return ok(null);
  }

  shell(number: number, line: string): Promise<ToolResult> {
    return runDaemonShell(this, number, line);
  }

  /** Ends daemons, clients and capture, then removes the namespaces. */
  async end(how: 'leave' | 'kill'): Promise<void> {
    try {
      await Promise.all(this.machines.map(({ spec }) => this.stop(spec.number, how)));
      for (const { log } of this.machines) log.close();
      if (this.capture !== null) await end(this.capture, 'SIGINT');
    } finally {
      this.network.close();
    }
  }
}
