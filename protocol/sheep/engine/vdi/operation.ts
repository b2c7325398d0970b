// Operations on images: carried out by the sheep whose client asks, while all others wait for what comes of it.
import { Op, Res } from '../../operations.ts';
import { bigField, makeHeader, numberField, type SheepHeader } from '../../tcp-headers.ts';
import { multicastOperation } from '../driver/sending.ts';
import { serviceResult } from '../io/gate.ts';
import { act, defineScript, type Script } from '../kernel.ts';
import { isConnected } from '../net/server.ts';
import type { PendingOperation } from '../state.ts';
import { operateAttribute } from './attributes.ts';
import { createImage } from './creation.ts';
import { deleteImage } from './deletion.ts';
import { imageName, lookUp } from './lookup.ts';

interface Outcome {
  readonly result: number;
  readonly vdiId?: number;
  readonly attrId?: number;
  readonly copies?: number;
}

/** Version of the protocol that a client must speak to open an image. */
const CLIENT_PROTO_VER = 1;

function* carryOut(request: SheepHeader, data: Uint8Array): Script<Outcome> {
  const { opcode, flags } = request;
  const asked = imageName(data, numberField(request, 'snapid'));
  const copies = yield* act(({ state }) => state.cluster.copies);
  if (opcode === Op.NEW_VDI) {
    const made = yield* createImage({
      asked: imageName(data.subarray(0, 256), 0),
      vdiSize: bigField(request, 'vdiSize'),
      baseVdi: numberField(request, 'baseVdiId'),
      copies: numberField(request, 'copies'),
      isSnapshot: numberField(request, 'snapid') !== 0,
    });
    return { result: made.result, vdiId: made.vdi, copies: made.copies };
  }
  if (opcode === Op.DEL_VDI) {
    const deleted = yield* deleteImage(asked);
    return { result: deleted.result, vdiId: deleted.vdi, copies };
  }
  if (opcode === Op.GET_VDI_ATTR) {
    const attribute = yield* operateAttribute(flags, data);
    return { result: attribute.result, vdiId: attribute.vdi, attrId: attribute.attr, copies: attribute.copies };
  }
  if (opcode === Op.RELEASE_VDI) return { result: Res.SUCCESS };
  if (request.protoVer !== CLIENT_PROTO_VER) return { result: Res.VER_MISMATCH };
  const found = yield* lookUp(asked);
  if (found.head === null) return { result: found.result };
  return { result: Res.SUCCESS, vdiId: found.vdi, copies: found.head.nrCopies };
}

/** The own operation whose turn it is. */
function takeNext(operations: readonly PendingOperation[]): PendingOperation | null {
  return operations.find((one) => one.isBlocking && one.answer === null) ?? null;
}

/** Carries out the operation whose turn it is, and tells all. */
export const runOperation = defineScript('run-operation', function* (_: null): Script {
  const next = yield* act((sheep) => {
    const operation = takeNext(sheep.state.driver.operations);
    if (operation === null) return null;
    const isDropped = sheep.policy.deadClients === 'dropped' && !isConnected(sheep, operation.conn);
    const refused = serviceResult(sheep, operation.request.opcode);
    return { ...operation, refused: isDropped ? Res.SYSTEM_ERROR : refused };
  });
  if (next === null) return;
  const { request, data, refused } = next;
  const {
    result,
    vdiId = 0,
    attrId = 0,
    copies = 0,
  } = refused === Res.SUCCESS ? yield* carryOut(request, data) : { result: refused };
  yield* act((sheep) => {
    const response = makeHeader('response', request.opcode, { opcode: 0, result, vdiId, attrId, copies });
    multicastOperation(sheep, 'UNBLOCK', request, response);
  });
});
