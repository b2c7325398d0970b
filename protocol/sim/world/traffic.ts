// Traffic that a node makes by itself: messages of a size, at a rhythm, each with a text that tells them apart.
import type { Guarantee } from '../../totem/engine/contract.ts';

export interface Traffic {
  /** Index of the node, from 0. */
  readonly node: number;
  /** Microseconds between messages. */
  readonly every: number;
  readonly size: number;
  readonly count: number;
  readonly guarantee: Guarantee;
  /** The process group and the process that send it, in the stack `node`. */
  readonly group: { readonly name: string; readonly pid: number } | null;
}

const FILLER = 0x2e;

/** The message number `serial` of a node, readable in a hex dump: `node 2 message 17 ....`. */
export function messageOf(node: number, serial: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size).fill(FILLER);
  const text = `node ${node} message ${serial} `;
  const length = Math.min(size, text.length);
  for (let i = 0; i < length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
