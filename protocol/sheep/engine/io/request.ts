// One operation on an object, as a client or another sheep asks for it. No behaviour.
import { FLAG_WRITE, Op } from '../../operations.ts';
import { bigField, makeHeader, numberField, type SheepHeader } from '../../tcp-headers.ts';
import { lengthOf } from '../net/octets.ts';

export interface ObjectRequest {
  readonly opcode: number;
  readonly flags: number;
  readonly oid: bigint;
  readonly cowOid: bigint;
  /** 0: the cluster's default. */
  readonly copies: number;
  readonly offset: number;
  /** Octets to read; of a write those in `parts`. */
  readonly length: number;
  readonly tgtEpoch: number;
  readonly parts: readonly Uint8Array[];
}

export function objectRequest(header: SheepHeader, parts: readonly Uint8Array[]): ObjectRequest {
  return {
    opcode: header.opcode,
    flags: header.flags,
    oid: bigField(header, 'oid'),
    cowOid: bigField(header, 'cowOid'),
    copies: numberField(header, 'copies'),
    offset: Number(bigField(header, 'offset')),
    length: (header.flags & FLAG_WRITE) === 0 ? header.dataLength : lengthOf(parts),
    tgtEpoch: numberField(header, 'tgtEpoch'),
    parts,
  };
}

/** A request of our own; 0 and nothing where not given. */
export function makeObjectRequest(
  opcode: number,
  oid: bigint,
  given: Partial<Omit<ObjectRequest, 'opcode' | 'oid'>> = {},
): ObjectRequest {
  const parts = given.parts ?? [];
  const length = given.length ?? lengthOf(parts);
  return { opcode, oid, flags: 0, cowOid: 0n, copies: 0, offset: 0, tgtEpoch: 0, ...given, parts, length };
}

/** Its header, for another sheep. */
export function objectHeader(request: ObjectRequest, flags: number, epoch: number): SheepHeader {
  const { opcode, oid, cowOid, copies, offset, length, tgtEpoch } = request;
  const fields = { oid, cowOid, copies, tgtEpoch, offset: BigInt(offset) };
  return makeHeader('request', opcode, { ...fields, flags, epoch, dataLength: length });
}

export function isWriting({ opcode }: ObjectRequest): boolean {
  return opcode === Op.CREATE_AND_WRITE_OBJ || opcode === Op.WRITE_OBJ;
}
