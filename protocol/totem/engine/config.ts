// What corosync.conf says and what it comes to: defaults, formulae, ranges (specs/totem.md 4.1; totemconfig.c). The
// values are local: nodes do not tell each other, and the shortest token is the first to declare loss.
import { fail, ok, type Result } from '../../base/result.ts';
import type { NodeRef } from '../identity.ts';
import type { DialectOfEngine, TotemConfig } from './contract.ts';
import { ENGINE_DIALECTS } from './wire/dialect.ts';

/** What may be set; all that is left out has Corosync's default. Times in milliseconds. */
export interface TotemSettings extends Partial<TotemConfig> {
  /** Added to `token` for each configured node beyond two; 0 in Corosync 1. */
  readonly tokenCoefficient?: number;
}

/** Jiffies a second of the kernels that Corosync was made for: a timer may be late by one. */
const HZ = 100;
const JIFFY_MS = 1000 / HZ;
const TIMEOUT_MIN = 3 * JIFFY_MS;
/** What the formula of hold makes of the least token_retransmit. */
const HOLD_MIN = Math.floor(TIMEOUT_MIN * 0.8 - JIFFY_MS);
const TIMEOUT_MAX = 24 * 60 * 60 * 1000;
const NETMTU_MIN = 500;
const NETMTU_MAX = 65_536;

const COMMON = {
  tokenRetransmitsBeforeLossConst: 4,
  join: 50,
  sendJoin: 0,
  merge: 200,
  downcheck: 1000,
  failRecvConst: 2500,
  seqnoUnchangedConst: 30,
  heartbeatFailuresAllowed: 0,
  maxNetworkDelay: 50,
  windowSize: 50,
  maxMessages: 17,
  missCountConst: 5,
  netmtu: 1500,
  cancelTokenHoldOnRetransmit: false,
};

/** Of 1.4 and of 3.1. */
const DEFAULTS: { readonly [K in DialectOfEngine]: typeof COMMON & TotemDefaults } = {
  'corosync-1': { ...COMMON, token: 1000, tokenCoefficient: 0, tokenWarning: 0 },
  'corosync-3': { ...COMMON, token: 3000, tokenCoefficient: 650, tokenWarning: 75 },
};
interface TotemDefaults {
  readonly token: number;
  readonly tokenCoefficient: number;
  readonly tokenWarning: number;
}

/** The effective configuration of a node, or one sentence that says what is wrong and what to do. */
export function totemConfig(
  settings: TotemSettings,
  configuredNodes: number,
  dialect: DialectOfEngine = 'corosync-3',
): Result<TotemConfig, string> {
  const { tokenCoefficient, ...set } = { ...DEFAULTS[dialect], ...settings };
  const token = set.token + Math.max(0, configuredNodes - 2) * tokenCoefficient;
  const tokenRetransmit = set.tokenRetransmit ?? Math.floor(token / (set.tokenRetransmitsBeforeLossConst + 0.2));
  const config: TotemConfig = {
    ...set,
    token,
    tokenRetransmit,
    hold: set.hold ?? Math.floor(tokenRetransmit * 0.8 - JIFFY_MS),
    consensus: set.consensus ?? consensusOf(token),
  };
  const problem = problemOf(config, tokenCoefficient, dialect);
  return problem === null ? ok(config) : fail(problem);
}

/** 1.2 times token, as C makes it by way of a float. */
const consensusOf = (token: number): number => Math.floor(Math.fround(1.2 * token));

/** Names as corosync.conf writes them: token_retransmit. */
const confName = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

type Range = readonly [name: keyof TotemConfig, min: number, max: number, unit: string];

const RANGES: readonly Range[] = [
  ['token', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['tokenRetransmit', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['hold', HOLD_MIN, TIMEOUT_MAX, 'ms'],
  ['join', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['consensus', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['merge', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['downcheck', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['maxNetworkDelay', TIMEOUT_MIN, TIMEOUT_MAX, 'ms'],
  ['sendJoin', 0, TIMEOUT_MAX, 'ms'],
  ['tokenRetransmitsBeforeLossConst', 1, 1000, ''],
  ['tokenWarning', 0, 100, '%'],
  ['failRecvConst', 1, 1_000_000_000, ''],
  ['seqnoUnchangedConst', 1, 1_000_000_000, ''],
  ['heartbeatFailuresAllowed', 0, 1000, ''],
  ['windowSize', 1, 8192, ''],
  ['maxMessages', 1, 4096, ''],
  ['missCountConst', 1, 1_000_000, ''],
  ['netmtu', NETMTU_MIN, NETMTU_MAX, ''],
];

function problemOf(config: TotemConfig, tokenCoefficient: number, dialect: DialectOfEngine): string | null {
  if (!Number.isInteger(tokenCoefficient) || tokenCoefficient < 0)
    return `token_coefficient is ${tokenCoefficient}: set it to a whole number of ms, 0 to switch it off.`;
  for (const [name, min, max, unit] of RANGES) {
    const value = Number(config[name]);
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    const range = `from ${min} to ${max}${unit === '' ? '' : ` ${unit}`}`;
    return `${confName(name)} is ${value}: set it to a whole number ${range}, or leave it out.`;
  }
  const { token, consensus, join, tokenRetransmit, hold, maxMessages, netmtu } = config;
  if (tokenRetransmit >= token)
    return `token_retransmit ${tokenRetransmit} ms is not less than token ${token} ms: leave token_retransmit out.`;
  if (hold >= tokenRetransmit)
    return `hold ${hold} ms is not less than token_retransmit ${tokenRetransmit} ms: leave hold out.`;
  if (consensus < consensusOf(token))
    return `consensus ${consensus} ms is less than 1.2 × token ${token} ms: set it to ${consensusOf(token)} or more.`;
  if (consensus < join) return `consensus ${consensus} ms is less than join ${join} ms: leave join out.`;
  const { queueOctetsMax, packetOctets } = ENGINE_DIALECTS[dialect];
  const queue = Math.floor(queueOctetsMax / packetOctets(netmtu));
  if (maxMessages > queue) return `max_messages ${maxMessages} is more than the ${queue} that a queue holds: lower it.`;
  return null;
}

/** Why a node cannot take part under this identity, and what to do; null where it can. */
export function identityProblem(self: NodeRef, dialect: DialectOfEngine): string | null {
  const { nodeid } = self;
  if (!Number.isInteger(nodeid) || nodeid < 1 || nodeid > 0xffffffff)
    return `Node id ${nodeid} is none: give the node a whole number from 1 to 4294967295.`;
  const address = ENGINE_DIALECTS[dialect].addressOf(self);
  return address.ok ? null : address.problem;
}
