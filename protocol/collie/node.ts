// collie node: which nodes there are, and how full they are.
import { entryText } from '../sheep/node-entry.ts';
import { Op, Res } from '../sheep/operations.ts';
import { bigField } from '../sheep/tcp-headers.ts';
import { isDeleted, isSnapshot } from '../sheep/image/inode.ts';
import { askPeer, peerOf, resultOf, stop, type Session } from './session.ts';
import { Exit, type CollieScript } from './script.ts';
import { out, sizeText } from './text.ts';
import { everyImage } from './images.ts';

const BOLD = '\u001b[1m';
const NORMAL = '\u001b[0m';
/** Characters that node info has for a size. */
const SIZE_ROOM = 7;

/** `collie node list`. */
export function* nodeList(session: Session): CollieScript<number> {
  const { nodes, isRaw, isTerminal, master } = session;
  if (!isRaw) yield* out('M   Id   Host:Port         V-Nodes       Zone\n');
  for (const [i, entry] of nodes.entries()) {
    const mark = i === master ? '*' : '-';
    // 0.3.0 prints the zone as a signed number.
    const zone = entry.zone | 0;
    const bold = i === master && isTerminal && !isRaw;
    const text = isRaw
      ? `${mark} ${i} ${entryText(entry)} ${entry.nrVnodes} ${zone}`
      : `${mark} ${String(i).padStart(4)}   ${entryText(entry).padEnd(20)}\t` +
        `${String(entry.nrVnodes).padStart(2)}${String(zone).padStart(11)}`;
    yield* out(bold ? `${BOLD}${text}${NORMAL}\n` : `${text}\n`);
  }
  return Exit.OK;
}

function percent(used: bigint, size: bigint): number {
  return size === 0n ? 0 : Math.trunc((Number(used) / Number(size)) * 100);
}

/** Sizes of all current images together. */
function* virtualSize(session: Session): CollieScript<bigint> {
  let sum = 0n;
  for (const vdi of yield* everyImage(session)) {
    const { head } = vdi;
    if (head !== null && !isDeleted(head) && !isSnapshot(head)) sum += head.vdiSize;
  }
  return sum;
}

/** `collie node info`. */
export function* nodeInfo(session: Session): CollieScript<number> {
  const { nodes, isRaw, epoch } = session;
  if (!isRaw) yield* out('Id\tSize\tUsed\tUse%\n');
  let [total, free, answered] = [0n, 0n, 0];
  const text = (octets: bigint): string => sizeText(octets, isRaw, SIZE_ROOM);
  for (const [i, entry] of nodes.entries()) {
    const response = yield* askPeer(peerOf(entry), Op.STAT_SHEEP, { epoch });
    if (response === null) return Exit.FAILURE;
    if (resultOf(response) !== Res.SUCCESS) continue;
    const [size, left] = [bigField(response.header, 'storeSize'), bigField(response.header, 'storeFree')];
    const used = size - left;
    const share = percent(used, size);
    yield* out(
      isRaw
        ? `${i} ${text(size)} ${text(used)} ${share}%\n`
        : `${String(i).padStart(2)}\t${text(size)}\t${text(used)}\t${String(share).padStart(3)}%\n`,
    );
    total += size;
    free += left;
    answered++;
  }
  if (answered === 0) return yield* stop(Exit.SYSFAIL, 'Cannot get information from any nodes');
  const virtual = yield* virtualSize(session);
  const [used, share] = [total - free, percent(total - free, total)];
  yield* out(
    isRaw
      ? `Total ${text(total)} ${text(used)} ${share}% ${text(virtual)}\n`
      : `Total\t${text(total)}\t${text(used)}\t${String(share).padStart(3)}%\n\n` +
          `Total virtual image size\t${text(virtual)}\n`,
  );
  return Exit.OK;
}
