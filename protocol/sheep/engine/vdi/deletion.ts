// Images are deleted by name; their data goes when every image of the same tree is deleted (specs/sheepdog.md 1.5).
import {
  blockCount,
  childrenOf,
  DATA_OBJECTS_MAX,
  INODE_HEAD_OCTETS,
  isDeleted,
  NAME_OCTETS,
  readBlockEntry,
  readInodeHead,
} from '../../image/inode.ts';
import { objectIdOf } from '../../object-id.ts';
import { FLAG_IO_LOCAL, Op, Res } from '../../operations.ts';
import type { NodeEntry } from '../../node-entry.ts';
import { operateCopy } from '../io/copy.ts';
import { copiesOf } from '../io/reading.ts';
import { makeObjectRequest, objectHeader } from '../io/request.ts';
import { act, defineScript, type Script } from '../kernel.ts';
import { say } from '../log.ts';
import { call } from '../net/peers.ts';
import { readHead, readInode, toldAs, writeHead } from './inodes.ts';
import { lookUp, type ImageName } from './lookup.ts';

/** Images of one tree that are looked at; a larger tree keeps its data. */
export const TREE_MAX = 65_536;

interface Deleted {
  readonly result: number;
  readonly vdi: number;
}

/** The image that a tree grows from. */
function* rootOf(vdi: number): Script<number | null> {
  let at = vdi;
  for (let depth = 0; depth < TREE_MAX; depth++) {
    const head = yield* readHead(at);
    if (typeof head === 'number') return null;
    if (head.parentVdiId === 0) return at;
    at = head.parentVdiId;
  }
  return null;
}

/** All images of a tree where every one of them is deleted; none otherwise. */
function* deletedTree(root: number): Script<readonly number[]> {
  const tree = [root];
  for (let i = 0; i < tree.length && tree.length <= TREE_MAX; i++) {
    const head = yield* readHead(tree[i] ?? 0);
    if (typeof head === 'number' || !isDeleted(head)) return [];
    tree.push(...childrenOf(head));
  }
  return tree.length > TREE_MAX ? [] : tree;
}

/** Has one object removed wherever a copy may be; a copy that is not there is as good. */
function* removeEverywhere(oid: bigint): Script {
  const { holders, epoch, isFromAll } = yield* act((sheep) => ({
    holders: sheep.policy.removal === 'from-all' ? sheep.state.cluster.members : copiesOf(sheep, oid, 0),
    epoch: sheep.state.cluster.epoch,
    isFromAll: sheep.policy.removal === 'from-all',
  }));
  const request = makeObjectRequest(Op.REMOVE_OBJ, oid);
  for (const to of holders) {
    const isHere = isFromAll && (yield* isSelf(to));
    if (isHere) yield* operateCopy({ request, epoch, conn: null });
    else {
      const header = objectHeader(request, isFromAll ? FLAG_IO_LOCAL : 0, epoch);
      yield* call({ to, request: header, parts: [], isAlone: true });
    }
  }
}

function* isSelf(to: NodeEntry): Script<boolean> {
  return yield* act(
    (sheep) => to.port === sheep.self.port && to.addr.every((octet, i) => octet === sheep.self.addr[i]),
  );
}

/** Removes the data of images, in the background, one object after the other. */
export const removeData = defineScript(
  'remove-data',
  function* ({ vdis }: { readonly vdis: readonly number[] }): Script {
    for (const [i, vdi] of vdis.entries()) {
      yield* act((sheep) => {
        say(sheep, 'delete_one(442)', `${i} ${vdis.length}, ${vdi.toString(16).padStart(16)}`);
      });
      const whole = yield* readInode(vdi);
      const head = readInodeHead(whole.octets);
      if (!head.ok) continue;
      const table = whole.octets.subarray(INODE_HEAD_OCTETS);
      const blocks = Math.min(DATA_OBJECTS_MAX, blockCount(head.value.vdiSize));
      for (let index = 0; index < blocks; index++) {
        // A block that belongs to an ancestor goes with that.
        if (readBlockEntry(table, index) === vdi) yield* removeEverywhere(objectIdOf({ kind: 'data', vdi, index }));
      }
    }
  },
);

/** Deletes an image: its name first; then the data of its tree, if none of it is left. */
export function* deleteImage(asked: ImageName): Script<Deleted> {
  const found = yield* lookUp(asked);
  if (found.result !== Res.SUCCESS) return { result: found.result, vdi: 0 };
  const { vdi } = found;
  const head = yield* readHead(vdi);
  if (typeof head === 'number') return { result: toldAs(head, Res.VDI_READ), vdi };
  const written = yield* writeHead(vdi, { ...head, name: new Uint8Array(NAME_OCTETS) });
  if (written !== Res.SUCCESS) return { result: toldAs(written, Res.VDI_WRITE), vdi };
  const root = yield* rootOf(vdi);
  const tree = root === null ? [] : yield* deletedTree(root);
  yield* act((sheep) => {
    if (tree.length === 0) return;
    say(sheep, 'start_deletion(627)', String(tree.length));
    sheep.spawn(removeData, { vdis: tree });
  });
  return { result: Res.SUCCESS, vdi };
}
