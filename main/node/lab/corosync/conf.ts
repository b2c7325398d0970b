// The corosync.conf of a lab node, for Corosync 1.4, 2.4 and 3.1. Writes text only.

export type Transport = 'udp' | 'udpu' | 'knet';

export interface ConfNode {
  readonly id: number;
  /** One address per link. */
  readonly addresses: readonly string[];
}

export interface ConfOptions {
  readonly generation: 1 | 2 | 3;
  readonly transport: Transport;
  /** The nodelist. */
  readonly nodes: readonly ConfNode[];
  /** Whose file it is. */
  readonly self: ConfNode;
  /** Milliseconds, as configured. */
  readonly token: number;
  /** Cipher and hash, as in the file; null for none. */
  readonly crypto: readonly [cipher: string, hash: string] | null;
  readonly clusterName: string;
  readonly mcastAddress: string;
  readonly port: number;
  /** Where log, key and state are. */
  readonly directory: string;
  /** Further lines of the totem section. */
  readonly totem: readonly string[];
  readonly hasNodelist: boolean;
}

function totemSection(o: ConfOptions): readonly string[] {
  const { generation, transport, crypto } = o;
  const network = (address: string): string => address.replace(/\.\d+$/, '.0');
  const security =
    generation === 1
      ? [`secauth: ${crypto === null ? 'off' : 'on'}`]
      : transport === 'knet' || generation === 2
        ? [
            `crypto_cipher: ${crypto?.[0] ?? 'none'}`,
            `crypto_hash: ${crypto?.[1] ?? 'none'}`,
            ...(crypto === null ? [] : [`keyfile: ${o.directory}/authkey`]),
          ]
        : [];
  const interfaces = o.self.addresses.flatMap((address, link) => [
    'interface {',
    generation === 3 && transport === 'knet' ? `linknumber: ${link}` : `ringnumber: ${link}`,
    ...(generation === 3 && transport === 'knet' ? [] : [`bindnetaddr: ${network(address)}`]),
    `mcastport: ${o.port + 2 * link}`,
    ...(transport === 'udp' ? [`mcastaddr: ${o.mcastAddress}`] : []),
    ...(generation === 1 && transport === 'udpu'
      ? o.nodes.flatMap((node) => ['member {', `memberaddr: ${node.addresses[link]}`, '}'])
      : []),
    '}',
  ]);
  return [
    'totem {',
    'version: 2',
    // A node of 1.4 takes the id that its address gives.
    ...(generation === 1 ? [] : [`cluster_name: ${o.clusterName}`]),
    ...(generation === 1 && transport === 'udp' ? [] : [`transport: ${transport}`]),
    `token: ${o.token}`,
    ...security,
    ...o.totem,
    ...interfaces,
    '}',
  ];
}

function nodelist({ nodes }: ConfOptions): readonly string[] {
  const entries = nodes.flatMap(({ id, addresses }) => [
    'node {',
    `nodeid: ${id}`,
    `name: n${id}`,
    ...addresses.map((address, link) => `ring${link}_addr: ${address}`),
    '}',
  ]);
  return ['nodelist {', ...entries, '}'];
}

/** The file's text. */
export function confText(o: ConfOptions): string {
  const isOld = o.generation === 1;
  const lines = [
    ...totemSection(o),
    ...(isOld || !o.hasNodelist ? [] : nodelist(o)),
    'logging {',
    'to_logfile: yes',
    `logfile: ${o.directory}/corosync.log`,
    'to_syslog: no',
    'to_stderr: no',
    'debug: off',
    `timestamp: ${o.generation === 3 ? 'hires' : 'on'}`,
    'logger_subsys {',
    'subsys: TOTEM',
    'debug: on',
    '}',
    '}',
    ...(isOld ? [] : ['quorum {', 'provider: corosync_votequorum', '}']),
    ...(o.generation === 3 ? ['system {', 'move_to_root_cgroup: no', '}'] : []),
  ];
  let depth = 0;
  const indented = lines.map((line) => {
    if (line === '}') depth--;
    const text = `${'  '.repeat(depth)}${line}`;
    if (line.endsWith('{')) depth++;
    return text;
  });
  return `${indented.join('\n')}\n`;
}
