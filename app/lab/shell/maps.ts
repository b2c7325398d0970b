// corosync-objctl of 1.4 and corosync-cmapctl of 3.1: the configuration, members and counters of a node as keys and
// values, with the names and types of the real maps. Only keys that a node of ours has something to say about.
import { COUNTERS_OF_ONE } from '../../../protocol/totem/counter-names.ts';
import { toolErr, toolOut, type NodeView, type ToolResult } from './node-view.ts';

interface Entry {
  readonly key: string;
  readonly type: 'str' | 'u8' | 'u16' | 'u32' | 'u64';
  readonly value: string;
}

/** Counters that are 32 bits wide in 3.1; all others have 64. */
const NARROW = new Set<string>(['mtt_rx_token', 'avg_token_workload', 'avg_backlog_calc', 'continuous_gather']);

const network = (ip: string): string => ip.replace(/\.\d+$/, '.0');

function counterOf({ status }: NodeView, name: string): string {
  const counters = status?.node.totem.counters ?? {};
  if (name === 'firewall_enabled_or_nic_failure') return (counters['continuous_gather'] ?? 0) > 3 ? '1' : '0';
  return String(counters[name] ?? 0);
}

function objects(view: NodeView): readonly string[] {
  const { self, group, port, status } = view;
  const srp = 'runtime.totem.pg.mrp.srp.';
  const members = (status?.joins ?? []).flatMap(({ node, count, isJoined }) => {
    // 1.4 prints the number with a sign where somebody joins.
    const key = `${srp}members.${node.nodeid | 0}`;
    const address = `r(0) ip(${node.ip ?? ''}) `;
    return [`${key}.ip=${address}`, `${key}.join_count=${count}`, `${key}.status=${isJoined ? 'joined' : 'left'}`];
  });
  return [
    'compatibility=whitetank',
    'totem.version=2',
    'totem.secauth=off',
    'totem.threads=0',
    `totem.token=${view.configuredToken}`,
    'totem.interface.ringnumber=0',
    `totem.interface.bindnetaddr=${network(self.ip)}`,
    `totem.interface.mcastaddr=${group}`,
    `totem.interface.mcastport=${port}`,
    'totem.interface.ttl=1',
    `runtime.totem.pg.msg_reserved=${status?.node.queued.messages ?? 0}`,
    ...COUNTERS_OF_ONE.map((name) => `${srp}${name}=${counterOf(view, name)}`),
    ...members,
  ];
}

/** corosync-objctl [-a]: every key and value. */
export function corosyncObjctl(view: NodeView): ToolResult {
  if (view.status === null) return toolErr('Failed to initialize the objdb API. Error 2\n');
  if (view.dialect !== 'corosync-1')
    return toolErr('corosync-objctl belongs to Corosync 1: use corosync-cmapctl\n', 127);
  return toolOut(`${objects(view).join('\n')}\n`);
}

/** Keys of runtime.config.totem and the values of the engine's configuration behind them. */
function timers({ config }: NodeView): readonly Entry[] {
  const values: readonly (readonly [name: string, value: number])[] = [
    ['cancel_token_hold_on_retransmit', config.cancelTokenHoldOnRetransmit ? 1 : 0],
    ['consensus', config.consensus],
    ['downcheck', config.downcheck],
    ['fail_recv_const', config.failRecvConst],
    ['heartbeat_failures_allowed', config.heartbeatFailuresAllowed],
    ['hold', config.hold],
    ['join', config.join],
    ['max_messages', config.maxMessages],
    ['max_network_delay', config.maxNetworkDelay],
    ['merge', config.merge],
    ['miss_count_const', config.missCountConst],
    ['send_join', config.sendJoin],
    ['seqno_unchanged_const', config.seqnoUnchangedConst],
    ['token', config.token],
    ['token_retransmit', config.tokenRetransmit],
    ['token_retransmits_before_loss_const', config.tokenRetransmitsBeforeLossConst],
    ['token_warning', config.tokenWarning],
    ['window_size', config.windowSize],
  ];
  return values.map(([name, value]) => ({ key: `runtime.config.totem.${name}`, type: 'u32', value: String(value) }));
}

function configuration(view: NodeView): readonly Entry[] {
  const { self, nodelist, group, port, transport, status, configuredToken } = view;
  const nodes = nodelist.flatMap(({ nodeid, number, ip }, i): Entry[] => [
    { key: `nodelist.node.${i}.name`, type: 'str', value: `n${number}` },
    { key: `nodelist.node.${i}.nodeid`, type: 'u32', value: String(nodeid) },
    { key: `nodelist.node.${i}.ring0_addr`, type: 'str', value: ip },
  ]);
  const addresses = new Map(nodelist.map(({ nodeid, ip }) => [nodeid, ip]));
  const members = (status?.joins ?? []).flatMap(({ node: { nodeid }, count, isJoined }): Entry[] => [
    { key: `runtime.members.${nodeid}.config_version`, type: 'u64', value: '0' },
    { key: `runtime.members.${nodeid}.ip`, type: 'str', value: `r(0) ip(${addresses.get(nodeid) ?? ''}) ` },
    { key: `runtime.members.${nodeid}.join_count`, type: 'u32', value: String(count) },
    { key: `runtime.members.${nodeid}.status`, type: 'str', value: isJoined ? 'joined' : 'left' },
  ]);
  return [
    { key: 'nodelist.local_node_pos', type: 'u32', value: String(nodelist.findIndex((n) => n.nodeid === self.nodeid)) },
    ...nodes,
    ...timers(view),
    ...members,
    { key: 'totem.interface.0.bindnetaddr', type: 'str', value: self.ip },
    { key: 'totem.interface.0.mcastaddr', type: 'str', value: group },
    { key: 'totem.interface.0.mcastport', type: 'u16', value: String(port) },
    { key: 'totem.token', type: 'u32', value: String(configuredToken) },
    { key: 'totem.transport', type: 'str', value: transport },
    { key: 'totem.version', type: 'u32', value: '2' },
  ];
}

const statistics = (view: NodeView): readonly Entry[] =>
  COUNTERS_OF_ONE.map((name) => ({
    key: `stats.srp.${name}`,
    type: name === 'firewall_enabled_or_nic_failure' ? 'u8' : NARROW.has(name) ? 'u32' : 'u64',
    value: counterOf(view, name),
  }));

/** corosync-cmapctl [-m stats] [PREFIX]: keys in order of their names. */
export function corosyncCmapctl(args: readonly string[], view: NodeView): ToolResult {
  if (view.status === null) return toolErr('Failed to initialize the cmap API. Error CS_ERR_LIBRARY\n');
  if (view.dialect === 'corosync-1')
    return toolErr('corosync-cmapctl belongs to Corosync 3: use corosync-objctl\n', 127);
  const isStats = args[0] === '-m' && args[1] === 'stats';
  const prefix = isStats ? args[2] : args[0];
  const entries = isStats ? statistics(view) : configuration(view);
  const wanted = entries.filter(({ key }) => prefix === undefined || key.startsWith(prefix));
  if (wanted.length === 0) return toolErr('', 1);
  const lines = wanted.map(({ key, type, value }) => `${key} (${type}) = ${value}`).sort((a, b) => (a < b ? -1 : 1));
  return toolOut(`${lines.join('\n')}\n`);
}
