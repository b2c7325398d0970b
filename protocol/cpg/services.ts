// The names of Corosync's services and of their functions, by number and generation. A number without a name here stays
// a number. No layouts: those are in messages.ts.
import type { DialectId } from '../totem/dialect.ts';

const SERVICES_1 = [
  'EVS',
  'CLM',
  'AMF',
  'CKPT',
  'EVT',
  'LCK',
  'MSG',
  'CFG',
  'CPG',
  'CMAN',
  'PCMK',
  'CONFDB',
  'QUORUM',
  'PLOAD',
  'TMR',
  'VOTEQUORUM',
] as const;
const SERVICES_2 = ['CMAP', 'CFG', 'CPG', 'QUORUM', 'PLOAD', 'VOTEQUORUM', 'MON', 'WD'] as const;

export type ServiceName = (typeof SERVICES_1)[number] | (typeof SERVICES_2)[number] | 'SYNC';

const CPG_FUNCTIONS_1 = ['PROCJOIN', 'PROCLEAVE', 'JOINLIST', 'MCAST', 'DOWNLIST_OLD', 'DOWNLIST'] as const;
const CPG_FUNCTIONS_2 = [...CPG_FUNCTIONS_1, 'PARTIAL_MCAST'] as const;
const SYNC_FUNCTIONS = ['BARRIER', 'SERVICE_BUILD', 'MEMB_DETERMINE'] as const;

/** Functions whose layout is known, by their number; the others are told by number. */
export type FunctionName = (typeof CPG_FUNCTIONS_2)[number] | (typeof SYNC_FUNCTIONS)[number] | 'NODEINFO';

/** The groups whose messages synchronise the services (specs/totem.md 5.2). */
const SYNC_GROUPS: ReadonlySet<string> = new Set(['sync', 'syncv2']);
/** The group that carries the messages of the services themselves. */
export const SERVICES_GROUP = 'a';

/** Name of a service of group `a`, or its number (specs/totem.md 5.3). */
export function serviceName(generation: DialectId, service: number): ServiceName | number {
  return (generation === 'corosync-1' ? SERVICES_1 : SERVICES_2)[service] ?? service;
}

function functionTable(generation: DialectId, service: ServiceName | number): readonly FunctionName[] {
  if (service === 'SYNC') return SYNC_FUNCTIONS;
  if (service === 'CPG') return generation === 'corosync-1' ? CPG_FUNCTIONS_1 : CPG_FUNCTIONS_2;
  // 1.x has another, undescribed message under the same number.
  if (service === 'VOTEQUORUM' && generation !== 'corosync-1') return ['NODEINFO'];
  return [];
}

/** What a message is, from its group and the id in its header. */
export interface ServiceFunction {
  /** Null where the group is none of Corosync's. */
  readonly service: ServiceName | number | null;
  readonly function: FunctionName | number | null;
}

/** Takes the id of a message apart: service << 16 | function in group `a`, the function alone in the sync groups. */
export function serviceFunctionOf(generation: DialectId, group: string, id: number): ServiceFunction {
  const inServices = group === SERVICES_GROUP;
  if (!inServices && !SYNC_GROUPS.has(group)) return { service: null, function: null };
  const service = inServices ? serviceName(generation, id >>> 16) : 'SYNC';
  const number = inServices ? id & 0xffff : id >>> 0;
  return { service, function: functionTable(generation, service)[number] ?? number };
}

/** The number of a service of group `a`; the inverse of serviceName. */
export function serviceNumberOf(generation: DialectId, service: ServiceName): number {
  const services: readonly string[] = generation === 'corosync-1' ? SERVICES_1 : SERVICES_2;
  return services.indexOf(service);
}

/** The id in a message's header; the inverse of serviceFunctionOf for the functions that have a name. */
export function messageIdOf(generation: DialectId, service: ServiceName, name: FunctionName): number {
  const inGroup = functionTable(generation, service).indexOf(name);
  return service === 'SYNC' ? inGroup : (serviceNumberOf(generation, service) << 16) | inGroup;
}
