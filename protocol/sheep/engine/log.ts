// Lines of sheep.log, with the functions and line numbers of sheepdog 0.3.0 where it has them. Texts as real logs show
// them; addresses of C structures stand for nothing and are made up.
import type { NodeEntry } from '../node-entry.ts';
import { entryText, isSameNode, sheepAddress } from '../node-entry.ts';
import type { LogLevel } from './contract.ts';
import type { Sheep } from './sheep.ts';

const FIRST_POINTER = 0x55d0_0000_0000;
const POINTER_STEP = 0xb0;

/** A line that 0.3.0 has: `where` is its function and line. */
export function say(sheep: Sheep, where: string, text: string, level: LogLevel = 'debug'): void {
  sheep.emit({ kind: 'log', line: { level, where, text } });
}

/** A line of our own. */
export function tell(sheep: Sheep, text: string, level: LogLevel = 'info'): void {
  sheep.emit({ kind: 'log', line: { level, where: null, text } });
}

export function pointer(sheep: Sheep): string {
  sheep.state.nextPointer++;
  return `0x${(FIRST_POINTER + sheep.state.nextPointer * POINTER_STEP).toString(16)}`;
}

/** Object ids in logs have no leading zeros. */
export function oidText(oid: bigint): string {
  return oid.toString(16);
}

export function opText(opcode: number): string {
  return opcode.toString(16);
}

/** `ip: 192.168.1.111, port: 7000`. */
export function nodeText(entry: NodeEntry): string {
  return `ip: ${sheepAddress(entry.addr)}, port: ${entry.port}`;
}

/** The same with a mark for this node: `l ip: 192.168.1.111:7000, port: 7000`. */
export function markedNodeText(sheep: Sheep, entry: NodeEntry): string {
  return `${isSameNode(entry, sheep.self) ? 'l' : ' '} ip: ${entryText(entry)}, port: ${entry.port}`;
}
