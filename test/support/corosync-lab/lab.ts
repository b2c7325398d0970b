// A lab of real Corosync daemons: hosts, daemons, captures, clients, and the truth of what was done when. All of it
// goes again, also when something fails.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  captureHost,
  captureSwitch,
  type CaptureOptions,
  type LabCapture,
} from '../../../main/node/lab/corosync/capture.ts';
import type { ConfNode, ConfOptions, Transport } from '../../../main/node/lab/corosync/conf.ts';
import { CpgClient, type ClientOptions } from '../../../main/node/lab/corosync/cpg-client.ts';
import { Daemon, DEBIAN_BUILD, type CorosyncBuild } from '../../../main/node/lab/corosync/daemon.ts';
import { LabNetwork, type Fault, type Host } from '../../../main/node/lab/corosync/network.ts';
import { nowMs } from '../../../main/node/lab/corosync/shell.ts';

export interface LabOptions {
  /** Where configurations, logs, state and captures go. */
  readonly directory: string;
  readonly build?: CorosyncBuild;
  readonly transport?: Transport;
  /** As configured, milliseconds. */
  readonly token?: number;
  readonly crypto?: readonly [cipher: string, hash: string] | null;
  /** Lines that every node's totem section has besides. */
  readonly totem?: readonly string[];
  /** One letter a switch; the first host's links go to the first. */
  readonly switches?: readonly string[];
}

/** What one node has that the others do not. */
export interface NodeOptions {
  /** Where its interfaces are plugged in, one letter each. */
  readonly plugs?: readonly string[];
  /** Node id in its configuration, if not its host's number. */
  readonly id?: number;
  /** The nodelist that it is given, if not that of all nodes. */
  readonly nodes?: readonly ConfNode[];
  readonly key?: Uint8Array;
  readonly conf?: Partial<ConfOptions>;
}

export interface LabEvent {
  readonly ms: number;
  readonly what: string;
  readonly node: number | null;
  readonly how: string | null;
}

/** An authkey that is the same in every run: labs keep no secrets. */
export function labKey(name: string, octets = 128): Uint8Array {
  const key = new Uint8Array(octets);
  for (let at = 0; at < octets; at += 32)
    key.set(
      createHash('sha256')
        .update(`${name}:${at}`)
        .digest()
        .subarray(0, octets - at),
      at,
    );
  return key;
}

/** Node ids of 1.4 are addresses read as little-endian numbers. */
export function nodeIdOf(build: CorosyncBuild, host: Pick<Host, 'number' | 'addresses'>): number {
  if (build.generation !== 1) return host.number;
  const octets = (host.addresses[0] ?? '0.0.0.0').split('.').map(Number);
  return octets.reduceRight((id, octet) => id * 256 + octet, 0);
}

export class CorosyncLab {
  readonly network = new LabNetwork();
  readonly build: CorosyncBuild;
  readonly events: LabEvent[] = [];
  readonly captures: { readonly file: string; readonly vantage: string; dropped: number | null }[] = [];
  private readonly options: LabOptions;
  private readonly daemons: Daemon[] = [];
  private readonly clients: CpgClient[] = [];
  private readonly running: { readonly capture: LabCapture; readonly index: number }[] = [];

  constructor(options: LabOptions) {
    this.options = options;
    this.build = options.build ?? DEBIAN_BUILD;
    mkdirSync(options.directory, { recursive: true });
    for (const [i, letter] of (options.switches ?? ['A']).entries())
      this.network.addSwitch(letter, 77 + (i > 1 ? 1 : 0));
  }

  /** Writes down what is done at this moment, with the number of the host. */
  tell(what: string, node: number | null = null, how: string | null = null): void {
    this.events.push({ ms: nowMs(), what, node, how });
  }

  /** Applies a fault and writes it down; its lifting too. */
  fault(what: string, node: number | null, begin: () => Fault): Fault {
    const fault = begin();
    this.tell(what, node, fault.how);
    return {
      how: fault.how,
      lift: () => {
        fault.lift();
        this.tell(`${what} lifted`, node);
      },
    };
  }

  /** Makes hosts 1 to n with a daemon each; none is started. `special`: by host number. */
  addNodes(count: number, special: { readonly [number: number]: NodeOptions } = {}): readonly Daemon[] {
    const hosts = Array.from({ length: count }, (_, i) => this.network.addHost(i + 1, special[i + 1]?.plugs ?? ['A']));
    const all = hosts.map((host) => ({ id: nodeIdOf(this.build, host), addresses: host.addresses }));
    return hosts.map((host) => this.addDaemon(host, all, special[host.number] ?? {}));
  }

  /** A daemon on a host, which knows the nodes given. */
  addDaemon(host: Host, all: readonly ConfNode[], special: NodeOptions = {}): Daemon {
    const { transport = 'udp', token = 1000, crypto = null, totem = [] } = this.options;
    const id = special.id ?? nodeIdOf(this.build, host);
    const conf: ConfOptions = {
      generation: this.build.generation,
      transport,
      nodes: special.nodes ?? all,
      self: { id, addresses: host.addresses },
      token,
      crypto,
      clusterName: 'lab',
      mcastAddress: '226.94.1.1',
      port: 5405,
      directory: join(this.options.directory, `n${host.number}`),
      totem,
      hasNodelist: true,
      ...special.conf,
    };
    const key = special.key ?? (conf.crypto === null ? null : labKey('lab', transport === 'knet' ? 256 : 128));
    const daemon = new Daemon(host, this.build, conf, key);
    this.daemons.push(daemon);
    return daemon;
  }

  /** Starts daemons one after the other and waits until all of them see each other. */
  async form(daemons: readonly Daemon[] = this.daemons): Promise<void> {
    for (const daemon of daemons) {
      daemon.start();
      this.tell('start', daemon.host.number);
    }
    await this.waitMembers(daemons);
  }

  /** Waits until each of these sees exactly these. */
  async waitMembers(daemons: readonly Daemon[], timeoutMs = 300_000): Promise<void> {
    const ids = daemons.map(({ id }) => id);
    for (const daemon of daemons) await daemon.waitMembers(ids, timeoutMs);
    this.tell(`members ${ids.join(' ')}`);
  }

  client(daemon: Daemon, options: ClientOptions): CpgClient {
    const client = new CpgClient(daemon, options);
    this.clients.push(client);
    const { rate = 0, size = 100, seconds = 0 } = options;
    if (rate > 0) this.tell('load', daemon.host.number, `${rate} messages/s of ${size} octets for ${seconds} s`);
    return client;
  }

  /** Captures on the switch with this letter into brA.pcap, brB.pcap … */
  async captureSwitch(letter = 'A', options: CaptureOptions = {}): Promise<LabCapture> {
    const file = join(this.options.directory, `br${letter}.pcap`);
    return this.captured(await captureSwitch(this.network, letter, file, options), `switch ${letter}`);
  }

  /** Captures on a host's interface into nK.pcap. */
  async captureHost(host: Host, device = 'eth0', options: CaptureOptions = {}): Promise<LabCapture> {
    const file = join(this.options.directory, `n${host.number}.pcap`);
    return this.captured(await captureHost(host, device, file, options), `node ${host.number} ${device}`);
  }

  private captured(capture: LabCapture, vantage: string): LabCapture {
    this.captures.push({ file: capture.file.split('/').at(-1) ?? '', vantage, dropped: null });
    this.running.push({ capture, index: this.captures.length - 1 });
    return capture;
  }

  async stopCaptures(): Promise<void> {
    if (this.running.length === 0) return;
    for (const { capture, index } of this.running.splice(0)) {
      const dropped = await capture.stop();
      const known = this.captures[index];
      if (known !== undefined) known.dropped = dropped;
    }
    this.tell('capture ends');
  }

  /** Copies logs, configurations and map dumps beside the captures, as nK.log … */
  keepWitnesses(): void {
    for (const daemon of this.daemons) {
      const name = (end: string): string => join(this.options.directory, `n${daemon.host.number}${end}`);
      writeFileSync(name('.log'), daemon.log());
      const map = daemon.map();
      if (map !== '') writeFileSync(name('.cmap'), map);
    }
  }

  /** Ends everything and removes the namespaces. */
  async close(): Promise<void> {
    try {
      await Promise.all(this.clients.splice(0).map((client) => client.close()));
      await this.stopCaptures();
      await Promise.all(this.daemons.splice(0).map((daemon) => daemon.close()));
    } finally {
      this.network.close();
    }
  }
}
