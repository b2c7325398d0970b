// What `totemlab node` was told, checked: who it is, where its ring is, its timers.
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import type { Arguments } from './arguments.ts';
import { wholeNumber } from './arguments.ts';

export interface NodeOptions {
  readonly self: { readonly nodeid: number; readonly ip: string };
  readonly nodelist: ReadonlyMap<number, string>;
  readonly dialect: 'corosync-1' | 'corosync-3';
  readonly transport: 'udp' | 'udpu';
  readonly group: string;
  readonly port: number;
  /** Milliseconds as corosync.conf has it, before the coefficient; null for the generation's own. */
  readonly token: number | null;
  readonly cpg: string | null;
  readonly state: string;
  /** Votes for a real ring's votequorum; null without. */
  readonly votes: number | null;
}

export const NODE_OPTION_SPEC = {
  id: { type: 'string' },
  bind: { type: 'string' },
  nodes: { type: 'string' },
  dialect: { type: 'string' },
  transport: { type: 'string' },
  mcast: { type: 'string' },
  port: { type: 'string' },
  token: { type: 'string' },
  cpg: { type: 'string' },
  state: { type: 'string' },
  votes: { type: 'string' },
} as const;

const NODEID_MAX = 0xffff_ffff;
const PORT_MAX = 65_535;
const GROUP_OCTETS_MAX = 128;

/** ID=ADDRESS,…; the sentence says which entry is wrong. */
export function nodelistOf(text: string): Result<ReadonlyMap<number, string>, string> {
  const list = new Map<number, string>();
  for (const entry of text.split(',')) {
    const [id = '', address = '', ...more] = entry.trim().split('=');
    const nodeid = wholeNumber(id, 1);
    if (nodeid === null || nodeid > NODEID_MAX || isIP(address) === 0 || more.length > 0)
      return fail(`--nodes: "${entry}" is not ID=ADDRESS, such as 1=10.0.0.1`);
    if (list.has(nodeid)) return fail(`--nodes: node ${nodeid} is listed twice`);
    if ([...list.values()].includes(address)) return fail(`--nodes: ${address} is listed twice`);
    list.set(nodeid, address);
  }
  return ok(list);
}

function oneOf<T extends string>(name: string, text: string | null, choices: readonly [T, ...T[]]): Result<T, string> {
  const found = choices.find((choice) => choice === (text ?? choices[0]));
  return found === undefined ? fail(`--${name}: "${text}" is none of ${choices.join(', ')}`) : ok(found);
}

function numberOf(name: string, text: string | null, least: number, most: number): Result<number | null, string> {
  if (text === null) return ok(null);
  const value = wholeNumber(text, least);
  if (value === null || value > most) return fail(`--${name}: "${text}" is no whole number from ${least} to ${most}`);
  return ok(value);
}

function isMulticast(address: string): boolean {
  const first = Number(address.split('.')[0]);
  return isIP(address) === 4 ? first >= 224 && first <= 239 : address.toLowerCase().startsWith('ff');
}

function selfOf({ text }: Arguments): Result<Pick<NodeOptions, 'self' | 'nodelist'>, string> {
  const nodeid = wholeNumber(text('id') ?? '', 1);
  const bind = text('bind') ?? '';
  if (nodeid === null || nodeid > NODEID_MAX) return fail(`--id wants this node's number, from 1 to ${NODEID_MAX}`);
  if (isIP(bind) === 0) return fail('--bind wants an address of this machine');
  const nodelist = nodelistOf(text('nodes') ?? `${nodeid}=${bind}`);
  if (!nodelist.ok) return nodelist;
  if (nodelist.value.get(nodeid) !== bind)
    return fail(`--nodes has no ${nodeid}=${bind}: list this node too, as on every other node`);
  return ok({ self: { nodeid, ip: bind }, nodelist: nodelist.value });
}

/** Where a person's programs keep what must outlive them. */
function stateFolder(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'totem-lab');
}

/** The options of a node, or one sentence about the first that is wrong. */
export function nodeOptions(given: Arguments): Result<NodeOptions, string> {
  const { text } = given;
  const self = selfOf(given);
  if (!self.ok) return self;
  const dialect = oneOf('dialect', text('dialect'), ['corosync-3', 'corosync-1']);
  if (!dialect.ok) return dialect;
  const transport = oneOf('transport', text('transport'), ['udp', 'udpu']);
  if (!transport.ok) return transport;
  const port = numberOf('port', text('port'), 2, PORT_MAX);
  if (!port.ok) return port;
  const token = numberOf('token', text('token'), 1, 3_600_000);
  if (!token.ok) return token;
  const votes = numberOf('votes', text('votes'), 0, 255);
  if (!votes.ok) return votes;
  const group = text('mcast') ?? '226.94.1.1';
  if (isIP(group) === 0 || !isMulticast(group)) return fail(`--mcast: "${group}" is no multicast address`);
  const cpg = text('cpg');
  if (cpg !== null && (cpg === '' || Buffer.byteLength(cpg) > GROUP_OCTETS_MAX || !/^[\x20-\x7e]+$/.test(cpg)))
    return fail(`--cpg wants a name of 1 to ${GROUP_OCTETS_MAX} printable letters`);
  return ok({
    ...self.value,
    dialect: dialect.value,
    transport: transport.value,
    group,
    port: port.value ?? 5405,
    token: token.value,
    cpg,
    state: text('state') ?? stateFolder(),
    votes: votes.value,
  });
}
