// Reads of an object from whichever copy has it: this sheep's own, else those of the others in their order.
import { isSameNode, type NodeEntry } from '../../node-entry.ts';
import { FLAG_IO_LOCAL, Res } from '../../operations.ts';
import { holdersOf } from '../../placement/hash-ring.ts';
import { numberField } from '../../tcp-headers.ts';
import { act, until, type Script } from '../kernel.ts';
import { call } from '../net/peers.ts';
import { answer } from '../net/server.ts';
import type { Answer } from '../state.ts';
import { isRecovered, wantRecovered } from '../recovery/wanted.ts';
import type { Sheep } from '../sheep.ts';
import { readObject } from '../store/objects.ts';
import { objectHeader, type ObjectRequest } from './request.ts';

/** The nodes that have copies of an object, in their order; 0 wants the cluster's default number. */
export function copiesOf({ state }: Sheep, oid: bigint, copies: number): readonly NodeEntry[] {
  const { ring, copies: usual } = state.cluster;
  return holdersOf(ring, oid, copies === 0 ? usual : copies);
}

/** Asks one other sheep for its copy. */
export function* readRemoteCopy(to: NodeEntry, request: ObjectRequest, epoch: number, isAlone = false): Script<Answer> {
  const header = objectHeader(request, request.flags | FLAG_IO_LOCAL, epoch);
  const reply = yield* call({ to, request: header, parts: [], isAlone });
  if (reply === null) return answer(Res.NETWORK_ERROR);
  const result = reply.header.result ?? Res.SYSTEM_ERROR;
  return answer(result, { copies: numberField(reply.header, 'copies') }, result === Res.SUCCESS ? reply.parts : []);
}

/** Reads from this sheep's own copy where it has one, else from the first other that answers. */
export function* readAnyCopy(request: ObjectRequest): Script<Answer> {
  const { oid, offset, length } = request;
  const { holders, epoch, isHere } = yield* act((sheep) => {
    const holding = copiesOf(sheep, oid, request.copies);
    wantRecovered(sheep, oid);
    return {
      holders: holding.filter((entry) => !isSameNode(entry, sheep.self)),
      epoch: sheep.state.cluster.epoch,
      isHere: holding.some((entry) => isSameNode(entry, sheep.self)),
    };
  });
  let last = answer(Res.NO_OBJ);
  if (isHere) {
    yield* until((sheep) => isRecovered(sheep, oid) || sheep.state.cluster.epoch !== epoch);
    const read = yield* readObject({ oid, epoch }, offset, length);
    if (read.result === Res.SUCCESS) return answer(read.result, {}, [read.octets]);
    last = answer(read.result);
  }
  for (const to of holders) {
    const read = yield* readRemoteCopy(to, request, epoch);
    if (read.result === Res.SUCCESS) return read;
    last = read;
  }
  return last;
}
