// The numbers of sheepdog 0.3.0's protocol and what they mean: operations, flags, results, cluster status. Tables only.

/** How the last 32 octets of a header are laid out: tcp-headers.ts declares each. */
export type RequestForm = 'object' | 'vdi' | 'format' | 'list' | 'plain';
export type ResponseForm = 'object' | 'vdi' | 'node' | 'plain';

export interface Operation {
  readonly name: string;
  readonly request: RequestForm;
  readonly response: ResponseForm;
}

const operation = (name: string, request: RequestForm, response: ResponseForm): Operation => ({
  name,
  request,
  response,
});

/** Operations by their number (specs/sheepdog.md 5.2); 0xa3 to 0xa6 are 0.4.0's and not described. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  [0x01, operation('CREATE_AND_WRITE_OBJ', 'object', 'object')],
  [0x02, operation('READ_OBJ', 'object', 'object')],
  [0x03, operation('WRITE_OBJ', 'object', 'object')],
  [0x11, operation('NEW_VDI', 'vdi', 'vdi')],
  [0x12, operation('LOCK_VDI', 'vdi', 'vdi')],
  [0x13, operation('RELEASE_VDI', 'vdi', 'vdi')],
  [0x14, operation('GET_VDI_INFO', 'vdi', 'vdi')],
  [0x15, operation('READ_VDIS', 'plain', 'plain')],
  [0x81, operation('DEL_VDI', 'vdi', 'vdi')],
  [0x82, operation('GET_NODE_LIST', 'plain', 'node')],
  [0x83, operation('GET_VM_LIST', 'plain', 'plain')],
  [0x84, operation('MAKE_FS', 'format', 'plain')],
  [0x85, operation('SHUTDOWN', 'plain', 'plain')],
  [0x86, operation('STAT_SHEEP', 'plain', 'node')],
  [0x87, operation('STAT_CLUSTER', 'plain', 'plain')],
  [0x88, operation('KILL_NODE', 'plain', 'plain')],
  [0x89, operation('GET_VDI_ATTR', 'vdi', 'vdi')],
  [0x8a, operation('RECOVER', 'plain', 'plain')],
  [0x91, operation('REMOVE_OBJ', 'object', 'object')],
  [0xa1, operation('GET_OBJ_LIST', 'list', 'plain')],
  [0xa2, operation('GET_EPOCH', 'object', 'plain')],
]);
const MAKE_FS = 0x84;
const isOfLaterRelease = (opcode: number): boolean =>
  opcode === 0x04 || opcode === 0x16 || (opcode >= 0xa3 && opcode <= 0xa6);

/** Whether any release has this operation: what a header must have to be believed. */
export function isKnownOpcode(opcode: number): boolean {
  return OPERATIONS.has(opcode) || isOfLaterRelease(opcode);
}

/** Name of an operation, or its number. */
export function operationName(opcode: number): string | number {
  return OPERATIONS.get(opcode)?.name ?? opcode;
}

/** Set where the data follows the request; else its data_length is the room for the answer. */
export const FLAG_WRITE = 0x01;
const FLAGS: readonly (readonly [number, string])[] = [
  [FLAG_WRITE, 'WRITE'],
  [0x02, 'COW'],
  [0x10, 'IO_LOCAL'],
  [0x20, 'RECOVERY'],
  [0x40, 'WEAK_CONSISTENCY'],
  [0x100, 'CREAT'],
  [0x200, 'EXCL'],
  [0x400, 'DEL'],
];
/** Every flag of any release. */
export const FLAGS_KNOWN = 0x07ff;

/** Names of the flags set; in a format request the first bit means NOHALT (specs/sheepdog.md 5.1). */
export function flagNames(opcode: number, flags: number): readonly string[] {
  const set = FLAGS.filter(([bit]) => (flags & bit) !== 0);
  return set.map(([bit, name]) => (opcode === MAKE_FS && bit === FLAG_WRITE ? 'NOHALT' : name));
}

/** What sheepdog 0.3.0 prints for a result (specs/sheepdog.md 5.2). */
const RESULTS: ReadonlyMap<number, string> = new Map([
  [0x00, 'Success'],
  [0x01, 'Unknown error'],
  [0x02, 'No object found'],
  [0x03, 'I/O error'],
  [0x04, 'VDI exists already'],
  [0x05, 'Invalid parameters'],
  [0x06, 'System error'],
  [0x07, 'VDI is already locked'],
  [0x08, 'No VDI found'],
  [0x09, 'No base VDI found'],
  [0x0a, 'Failed to read from requested VDI'],
  [0x0b, 'Failed to write to requested VDI'],
  [0x0c, 'Failed to read from base VDI'],
  [0x0d, 'Failed to write to base VDI'],
  [0x0e, 'Failed to find requested tag'],
  [0x0f, 'System is still booting'],
  [0x10, 'VDI is not locked'],
  [0x11, 'System is shutting down'],
  [0x12, 'Out of memory on server'],
  [0x13, 'Maximum number of VDIs reached'],
  [0x14, 'Protocol version mismatch'],
  [0x15, 'Server has no space for new objects'],
  [0x16, 'Waiting for cluster to be formatted'],
  [0x17, 'Waiting for other nodes to join cluster'],
  [0x18, 'Node has failed to join cluster'],
  [0x19, 'IO has halted as there are too few living nodes'],
  [0x1a, 'Cluster is running/halted and cannot be manually recovered'],
  [0x41, 'Remote node has an old epoch'],
  [0x42, 'Remote node has a new epoch'],
  [0x43, 'Cluster has not been formatted'],
  [0x44, 'Creation times differ'],
  [0x45, 'Invalid epoch'],
]);

/** The text of a result code; 0.3.0 has one for every other code too. */
export function resultText(result: number): string {
  return RESULTS.get(result) ?? 'Invalid error code';
}

/** Whether any release answers with this code. */
export function isKnownResult(result: number): boolean {
  return RESULTS.has(result) || result === 0x20 || result === 0x21 || (result >= 0x81 && result <= 0x86);
}

const STATUSES: ReadonlyMap<number, string> = new Map([
  [0x01, 'OK'],
  [0x02, 'WAIT_FOR_FORMAT'],
  [0x04, 'WAIT_FOR_JOIN'],
  [0x08, 'SHUTDOWN'],
  [0x10, 'JOIN_FAILED'],
  [0x20, 'HALT'],
]);

/** Cluster status OK of 0.3.0. */
export const STATUS_OK = 0x01;

/** Name of a cluster status of 0.3.0, or its number (specs/sheepdog.md 3.1). */
export function statusName(status: number): string | number {
  return STATUSES.get(status) ?? status;
}
