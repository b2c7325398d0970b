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
  // Our own, of sheep that behave soundly; in the process group only.
  [0xf0, operation('EPOCH_COMMITTED', 'list', 'plain')],
  [0xf1, operation('PRESENT', 'plain', 'plain')],
  [0xf2, operation('VOUCHED', 'plain', 'plain')],
]);
/** The operations by their names, for those who carry them out. */
export const Op = {
  CREATE_AND_WRITE_OBJ: 0x01,
  READ_OBJ: 0x02,
  WRITE_OBJ: 0x03,
  NEW_VDI: 0x11,
  LOCK_VDI: 0x12,
  RELEASE_VDI: 0x13,
  GET_VDI_INFO: 0x14,
  READ_VDIS: 0x15,
  DEL_VDI: 0x81,
  GET_NODE_LIST: 0x82,
  MAKE_FS: 0x84,
  SHUTDOWN: 0x85,
  STAT_SHEEP: 0x86,
  STAT_CLUSTER: 0x87,
  KILL_NODE: 0x88,
  GET_VDI_ATTR: 0x89,
  RECOVER: 0x8a,
  REMOVE_OBJ: 0x91,
  GET_OBJ_LIST: 0xa1,
  GET_EPOCH: 0xa2,
  EPOCH_COMMITTED: 0xf0,
  PRESENT: 0xf1,
  VOUCHED: 0xf2,
} as const;

const isOfLaterRelease = (opcode: number): boolean =>
  opcode === 0x04 || opcode === 0x16 || (opcode >= 0xa3 && opcode <= 0xa6);

const isOurs = (opcode: number): boolean => opcode >= Op.EPOCH_COMMITTED;

/** Whether any release has this operation on TCP: what a header must have to be believed. */
export function isKnownOpcode(opcode: number): boolean {
  return (OPERATIONS.has(opcode) && !isOurs(opcode)) || isOfLaterRelease(opcode);
}

/** Name of an operation, or its number. */
export function operationName(opcode: number): string | number {
  return OPERATIONS.get(opcode)?.name ?? opcode;
}

/** Set where the data follows the request; else its data_length is the room for the answer. */
export const FLAG_WRITE = 0x01;
/** A new object starts as a copy of another. */
export const FLAG_COW = 0x02;
/** Ours: passed on by the sheep that was asked, to the one that orders the writes of this object. */
export const FLAG_PASSED_ON = 0x08;
/** For the copy of the sheep that is asked, and no other. */
export const FLAG_IO_LOCAL = 0x10;
export const FLAG_RECOVERY = 0x20;
export const FLAG_WEAK_CONSISTENCY = 0x40;
export const FLAG_CREAT = 0x100;
export const FLAG_EXCL = 0x200;
export const FLAG_DEL = 0x400;
const FLAGS: readonly (readonly [number, string])[] = [
  [FLAG_WRITE, 'WRITE'],
  [FLAG_COW, 'COW'],
  [FLAG_PASSED_ON, 'PASSED_ON'],
  [FLAG_IO_LOCAL, 'IO_LOCAL'],
  [FLAG_RECOVERY, 'RECOVERY'],
  [FLAG_WEAK_CONSISTENCY, 'WEAK_CONSISTENCY'],
  [FLAG_CREAT, 'CREAT'],
  [FLAG_EXCL, 'EXCL'],
  [FLAG_DEL, 'DEL'],
];
/** Every flag of any release. */
export const FLAGS_KNOWN = 0x07ff;

/** Names of the flags set; in a format request the first bit means NOHALT (specs/sheepdog.md 5.1). */
export function flagNames(opcode: number, flags: number): readonly string[] {
  const set = FLAGS.filter(([bit]) => (flags & bit) !== 0);
  return set.map(([bit, name]) => (opcode === Op.MAKE_FS && bit === FLAG_WRITE ? 'NOHALT' : name));
}

/** Results by name. */
export const Res = {
  SUCCESS: 0x00,
  NO_OBJ: 0x02,
  EIO: 0x03,
  VDI_EXIST: 0x04,
  INVALID_PARMS: 0x05,
  SYSTEM_ERROR: 0x06,
  NO_VDI: 0x08,
  NO_BASE_VDI: 0x09,
  VDI_READ: 0x0a,
  VDI_WRITE: 0x0b,
  BASE_VDI_READ: 0x0c,
  BASE_VDI_WRITE: 0x0d,
  NO_TAG: 0x0e,
  SHUTDOWN: 0x11,
  FULL_VDI: 0x13,
  VER_MISMATCH: 0x14,
  NO_SPACE: 0x15,
  WAIT_FOR_FORMAT: 0x16,
  WAIT_FOR_JOIN: 0x17,
  HALT: 0x19,
  MANUAL_RECOVER: 0x1a,
  OLD_NODE_VER: 0x41,
  NEW_NODE_VER: 0x42,
  NOT_FORMATTED: 0x43,
  INVALID_CTIME: 0x44,
  INVALID_EPOCH: 0x45,
  /** Between sheep only: the other could not be reached. */
  NETWORK_ERROR: 0x81,
} as const;

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

/** Cluster status by name (specs/sheepdog.md 3.1). */
export const Status = {
  OK: 0x01,
  WAIT_FOR_FORMAT: 0x02,
  WAIT_FOR_JOIN: 0x04,
  SHUTDOWN: 0x08,
  JOIN_FAILED: 0x10,
  HALT: 0x20,
} as const;
const STATUSES: ReadonlyMap<number, string> = new Map(
  Object.entries(Status).map(([name, status]): [number, string] => [status, name]),
);

/** Name of a cluster status of 0.3.0, or its number (specs/sheepdog.md 3.1). */
export function statusName(status: number): string | number {
  return STATUSES.get(status) ?? status;
}
