// Blocks of objects that are written over and over: every block is full of one number, so that a torn one is seen, and
// what may be there is remembered. Over real TCP.
import { FLAG_WRITE, Op, Res } from '../../../protocol/sheep/operations.ts';
import { makeHeader } from '../../../protocol/sheep/tcp-headers.ts';
import { exchange } from '../../../main/node/sheep-client.ts';

export const BLOCK_OCTETS = 16_384;
const FLAG_WEAK = 0x40;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Block {
  readonly oid: bigint;
  /** Place in the object, in blocks. */
  readonly at: number;
  /** Last acknowledged number; 0 before there is one. */
  acknowledged: number;
  /** Numbers sent since. */
  readonly sent: Set<number>;
}

export function newBlock(oid: bigint, at: number): Block {
  return { oid, at, acknowledged: 0, sent: new Set() };
}

const offsetOf = ({ at }: Block): bigint => BigInt(at * BLOCK_OCTETS);

async function ask(to: Address, opcode: number, fields: Record<string, number | bigint>, parts: Uint8Array[]) {
  const done = await exchange({ ask: 'exchange', to, request: makeHeader('request', opcode, fields), parts });
  return done.ok ? done.response : null;
}

/** Writes a number; true where that was acknowledged. The first write of an object makes it. */
export async function writeBlock(to: Address, block: Block, value: number, copies: number, isNew: boolean) {
  block.sent.add(value);
  const octets = new Uint8Array(new Uint32Array(BLOCK_OCTETS / 4).fill(value).buffer);
  const opcode = isNew ? Op.CREATE_AND_WRITE_OBJ : Op.WRITE_OBJ;
  const fields = { oid: block.oid, copies, offset: offsetOf(block), flags: FLAG_WRITE, dataLength: BLOCK_OCTETS };
  const answer = await ask(to, opcode, fields, [octets]);
  if (answer?.header.result !== Res.SUCCESS) return false;
  block.acknowledged = value;
  block.sent.clear();
  return true;
}

/** What is wrong with a block as it is read; null where it holds what it may. From then on it must hold just that. */
export async function blockTrouble(to: Address, block: Block): Promise<string | null> {
  const fields = { oid: block.oid, offset: offsetOf(block), flags: FLAG_WEAK, dataLength: BLOCK_OCTETS };
  const answer = await ask(to, Op.READ_OBJ, fields, []);
  const where = `block ${block.at} of ${block.oid.toString(16)}`;
  if (answer === null) return `${where} cannot be read`;
  const { result } = answer.header;
  if (result === Res.NO_OBJ && block.acknowledged === 0) return null;
  if (result !== Res.SUCCESS) return `${where}: result ${result}`;
  const words = new Uint32Array(Uint8Array.from(answer.data).buffer);
  const [value = 0] = words;
  if (words.length !== BLOCK_OCTETS / 4 || words.some((word) => word !== value)) return `${where} is torn`;
  const isGood = value === block.acknowledged || block.sent.has(value);
  if (!isGood) return `${where} is ${value}, not ${block.acknowledged} or one of ${[...block.sent].join(' ')}`;
  block.acknowledged = value;
  block.sent.clear();
  return null;
}

export async function format({ host, port }: Address, copies: number): Promise<boolean> {
  const answer = await ask({ host, port }, Op.MAKE_FS, { copies, ctime: 77n }, []);
  return answer?.header.result === Res.SUCCESS;
}
