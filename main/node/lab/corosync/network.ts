// Hosts and switches in network namespaces of the lab's own: bridges in one namespace, a namespace for each host, veth
// pairs between, and what can be wrong with them. Nothing of it touches the machine's own interfaces.
import { existsSync, readdirSync } from 'node:fs';
import { run, succeeds } from './shell.ts';

const PREFIX = 'totemlab-';
const NETNS = '/run/netns';
/** The only route of a host beyond its network: with a default one, look-ups of names would wait for an answer. */
const MULTICASTS = '224.0.0.0/4';

let opened = 0;

/** Namespaces that a lab left behind whose process is no more. */
function removeStale(): void {
  if (!existsSync(NETNS)) return;
  for (const name of readdirSync(NETNS)) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !existsSync(`/proc/${owner}`)) succeeds('ip', ['netns', 'del', name]);
  }
}

/** Something wrong with the network, until it is lifted. */
export interface Fault {
  readonly how: string;
  lift(): void;
}

/** "port": at the switch, so a capture on the host does not see what is dropped; "host": in the host's own kernel. */
export type FaultPlace = 'port' | 'host';

/** A machine: its namespace, and eth0, eth1 … on the switches that it is plugged into. */
export interface Host {
  readonly number: number;
  readonly namespace: string;
  /** Address on each of its interfaces. */
  readonly addresses: readonly string[];
  /** Drops what arrives at the host on an interface and matches (an nft expression, "" for all). */
  dropIn(match: string, place?: FaultPlace, link?: number): Fault;
  /**
   * Drops what the host sends on an interface and matches; a capture on the switch does not see it. At the host the
   * sender would be told, which no network does.
   */
  dropOut(match: string, place?: FaultPlace, link?: number): Fault;
  /** Adds an iptables rule to INPUT or OUTPUT of the host. */
  iptables(rule: string): Fault;
  /** Takes the host's interface down, as `ip link set down` does: its address goes with it. */
  interfaceDown(link?: number): Fault;
  /** Takes the switch's side of the cable down: the host's interface loses its carrier. */
  cablePull(link?: number): Fault;
  /** Arguments for `ip` that run a command in the host's network. */
  inside(command: string, ...args: readonly string[]): readonly string[];
}

export class LabNetwork {
  readonly switchSpace: string;
  private readonly tag: string;
  private readonly spaces: string[] = [];
  private readonly switches = new Map<string, number>();
  private rules = 0;

  constructor() {
    removeStale();
    this.tag = `${PREFIX}${process.pid}-${opened++}`;
    this.switchSpace = `${this.tag}-switch`;
    this.makeSpace(this.switchSpace);
  }

  private makeSpace(name: string): void {
    run('ip', ['netns', 'add', name]);
    this.spaces.push(name);
    run('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    run('ip', ['netns', 'exec', name, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1']);
  }

  /** A switch by its letter: its hosts have 10.N.0.K, N = 77 for the first network. */
  addSwitch(letter: string, network = 77): void {
    const bridge = `br${letter}`;
    run('ip', ['-n', this.switchSpace, 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0']);
    run('ip', ['-n', this.switchSpace, 'link', 'set', bridge, 'up']);
    this.switches.set(letter, network);
  }

  /** A cable between two switches. Returns what pulls it. */
  addTrunk(a: string, b: string): { readonly pull: () => Fault } {
    const ends = [`trunk${a}${b}`, `trunk${b}${a}`] as const;
    const space = this.switchSpace;
    run('ip', ['-n', space, 'link', 'add', ends[0], 'type', 'veth', 'peer', 'name', ends[1]]);
    for (const [i, letter] of [a, b].entries())
      run('ip', ['-n', space, 'link', 'set', ends[i] ?? '', 'master', `br${letter}`, 'up']);
    return { pull: () => this.downFault(space, ends[0], `trunk between ${a} and ${b} down`) };
  }

  private downFault(space: string, device: string, how: string, after: () => void = () => undefined): Fault {
    run('ip', ['-n', space, 'link', 'set', device, 'down']);
    const lift = (): void => {
      run('ip', ['-n', space, 'link', 'set', device, 'up']);
      after();
    };
    return { how, lift };
  }

  /** How the names of its namespaces begin. */
  get prefix(): string {
    return `${this.tag}-`;
  }

  /**
   * Has a host's port of the switch drop what matches one of these nft expressions on its way to the host, and nothing
   * else any more.
   */
  setDrops(number: number, matches: readonly string[]): void {
    const chain = `type filter hook egress device "port${number}" priority 0; policy accept;`;
    const rules = matches.map((match) => `${match} counter drop`).join('\n');
    const table = `table netdev drops${number}`;
    const fresh = matches.length === 0 ? '' : `${table} {\nchain drops {\n${chain}\n${rules}\n}\n}\n`;
    run('ip', ['netns', 'exec', this.switchSpace, 'nft', '-f', '-'], `${table} {\n}\ndelete ${table}\n${fresh}`);
  }

  /** Whether this kernel can delay packets. */
  canDelay(): boolean {
    const at = ['qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
    if (!succeeds('tc', ['-n', this.switchSpace, ...at])) return false;
    return succeeds('tc', ['-n', this.switchSpace, 'qdisc', 'del', 'dev', 'lo', 'root']);
  }

  /** Delays all that the switch sends to a host; 0 ends it. */
  setDelay(number: number, ms: number): void {
    const device = ['dev', `port${number}`, 'root'];
    if (ms === 0) succeeds('tc', ['-n', this.switchSpace, 'qdisc', 'del', ...device]);
    else run('tc', ['-n', this.switchSpace, 'qdisc', 'replace', ...device, 'netem', 'delay', `${ms}ms`]);
  }

  /** `plugs`: the switch of each of its interfaces, in order. `address`: others may share one. */
  addHost(number: number, plugs: readonly string[], address = number): Host {
    const namespace = `${this.tag}-${number}`;
    this.makeSpace(namespace);
    const addresses = plugs.map((letter) => `10.${this.switches.get(letter) ?? 77}.0.${address}`);
    for (const [link, letter] of plugs.entries()) {
      const [device, port] = [`eth${link}`, `port${number}${link === 0 ? '' : `-${link}`}`];
      const space = this.switchSpace;
      run('ip', ['-n', space, 'link', 'add', port, 'type', 'veth', 'peer', 'name', device, 'netns', namespace]);
      run('ip', ['-n', space, 'link', 'set', port, 'master', `br${letter}`, 'up']);
      const mac = `02:${77 + link}:00:00:00:${number.toString(16).padStart(2, '0')}`;
      run('ip', ['-n', namespace, 'link', 'set', device, 'address', mac, 'up']);
      run('ip', ['-n', namespace, 'addr', 'add', `${addresses[link]}/24`, 'dev', device]);
      if (link === 0) run('ip', ['-n', namespace, 'route', 'add', MULTICASTS, 'dev', device]);
    }
    return this.hostOf(number, namespace, addresses);
  }

  private hostOf(number: number, namespace: string, addresses: readonly string[]): Host {
    const place = (where: FaultPlace, link: number, isIn: boolean) =>
      where === 'host'
        ? ([namespace, `eth${link}`, isIn ? 'ingress' : 'egress'] as const)
        : ([this.switchSpace, `port${number}${link === 0 ? '' : `-${link}`}`, isIn ? 'egress' : 'ingress'] as const);
    const enter = ['netns', 'exec', namespace];
    const inside = (command: string, ...args: readonly string[]): readonly string[] => [...enter, command, ...args];
    const restore = (link: number): void => {
      // The kernel forgets routes with the interface, addresses it keeps.
      if (link === 0) succeeds('ip', ['-n', namespace, 'route', 'add', MULTICASTS, 'dev', 'eth0']);
    };
    return {
      number,
      namespace,
      addresses,
      inside,
      dropIn: (match, where = 'host', link = 0) => this.dropFault(place(where, link, true), match),
      dropOut: (match, where = 'port', link = 0) => this.dropFault(place(where, link, false), match),
      iptables: (rule) => {
        run('ip', inside('iptables', '-A', ...rule.split(' ')));
        return { how: `iptables -A ${rule}`, lift: () => void run('ip', inside('iptables', '-D', ...rule.split(' '))) };
      },
      interfaceDown: (link = 0) =>
        this.downFault(namespace, `eth${link}`, `ip link set eth${link} down`, () => restore(link)),
      cablePull: (link = 0) => this.downFault(this.switchSpace, place('port', link, true)[1], 'switch port down'),
    };
  }

  private dropFault([space, device, hook]: readonly [string, string, string], match: string): Fault {
    const table = `fault${this.rules++}`;
    const chain = `type filter hook ${hook} device "${device}" priority 0; policy accept;`;
    const rules = `table netdev ${table} {\nchain drops {\n${chain}\n${match} counter drop\n}\n}\n`;
    run('ip', ['netns', 'exec', space, 'nft', '-f', '-'], rules);
    const lift = (): void => void run('ip', ['netns', 'exec', space, 'nft', 'delete', 'table', 'netdev', table]);
    return { how: `nft ${hook} of ${device}: ${match} drop`, lift };
  }

  /** Removes every namespace of this lab, and with them all devices and rules. */
  close(): void {
    for (const space of this.spaces.splice(0)) succeeds('ip', ['netns', 'del', space]);
  }
}
