// collie vdi list, tree, graph: the images of a store, three ways.
import { DATA_OBJECT_OCTETS, isDeleted, isSnapshot, type InodeHead } from '../sheep/image/inode.ts';
import { eachImage, everyImage, nameOf, usageOf, type Image } from './images.ts';
import { Exit, localTime, type CollieScript } from './script.ts';
import type { Session } from './session.ts';
import { clockText, dateText, minuteText, out, rawName, sizeText } from './text.ts';

/** Characters that vdi list has for a size. */
const SIZE_ROOM = 15;
const BLOCK = BigInt(DATA_OBJECT_OCTETS);

const seconds = (time: bigint): bigint => time >> 32n;

/** One line, if it is of that name. 0.3.0 counts the blocks of others too. */
function* listOne(session: Session, vdi: number, head: InodeHead, wanted: string | null): CollieScript<void> {
  const { isRaw } = session;
  const usage = yield* usageOf(session, vdi, head);
  if (wanted !== null && nameOf(head) !== wanted) return;
  const sizes = [head.vdiSize, BigInt(usage.own) * BLOCK, BigInt(usage.shared) * BLOCK];
  const [size = '', used = '', shared = ''] = sizes.map((octets) => sizeText(octets, isRaw, SIZE_ROOM));
  const name = nameOf(head);
  const id = vdi.toString(16);
  if (isRaw) {
    const mark = isSnapshot(head) ? 's' : '=';
    yield* out(`${mark} ${rawName(name)} ${head.snapId} ${size} ${used} ${shared} ${seconds(head.ctime)} ${id}\n`);
    return;
  }
  const made = yield* localTime(seconds(head.ctime));
  const mark = isSnapshot(head) ? 's' : ' ';
  const columns = [size, used, shared].map((text) => text.padStart(7)).join(' ');
  const when = `${dateText(made)} ${minuteText(made)}`;
  yield* out(`${mark} ${name.padEnd(8)} ${String(head.snapId).padStart(5)} ${columns} ${when}  ${id.padStart(7)}\n`);
}

/** `collie vdi list`: of one name, or all. */
export function* vdiList(session: Session, name: string | null): CollieScript<number> {
  if (!session.isRaw) yield* out('  Name        Id    Size    Used  Shared    Creation time   VDI id\n');
  yield* eachImage(session, function* ({ vdi, head }): CollieScript<void> {
    if (head === null || isDeleted(head)) return;
    yield* listOne(session, vdi, head, name);
  });
  return Exit.OK;
}

interface Branch {
  readonly label: string;
  readonly isCurrent: boolean;
  readonly branches: Branch[];
}

const YOU_ARE_HERE = '(you are here)';

/** The images as trees, one for each that has no parent of its own name. */
function* growTrees(images: readonly Image[]): CollieScript<readonly Branch[]> {
  const grown = new Map<string, Branch>();
  const roots: Branch[] = [];
  for (const { vdi, head } of images) {
    if (head === null || isDeleted(head)) continue;
    const isCurrent = !isSnapshot(head);
    const made = yield* localTime(seconds(head.ctime));
    const label = isCurrent ? YOU_ARE_HERE : `[${dateText(made)} ${minuteText(made)}]`;
    const branch: Branch = { label, isCurrent, branches: [] };
    const name = nameOf(head);
    grown.set(`${name}/${vdi}`, branch);
    const parent = grown.get(`${name}/${head.parentVdiId}`);
    if (parent !== undefined) parent.branches.push(branch);
    else roots.push({ label: name, isCurrent: false, branches: [branch] });
  }
  return roots;
}

const BOLD = '\u001b[1m';
const NORMAL = '\u001b[0m';

/** Lines of a tree: the first branch goes on in the line, the others stand below it. `bars`: columns still open. */
function drawTree(branch: Branch, isTerminal: boolean): string {
  const draw = (node: Branch, column: number, bars: readonly number[]): string => {
    const text = node.isCurrent && isTerminal ? `${BOLD}${node.label}${NORMAL}` : node.label;
    const at = column + node.label.length;
    const last = node.branches.length - 1;
    const drawn = node.branches.map((child, i) => {
      const open = i < last ? [...bars, at + 1] : bars;
      const before = i === 0 ? (last === 0 ? '---' : '-+-') : `${margin(at + 1, bars)}${i < last ? '|' : '`'}-`;
      return before + draw(child, at + 3, open);
    });
    return text + drawn.join('');
  };
  const margin = (width: number, bars: readonly number[]): string =>
    `\n${Array.from({ length: width }, (_, i) => (bars.includes(i) ? '|' : ' ')).join('')}`;
  return `${draw(branch, 0, [])}\n`;
}

/** `collie vdi tree`. */
export function* vdiTree(session: Session): CollieScript<number> {
  for (const root of yield* growTrees(yield* everyImage(session))) yield* out(drawTree(root, session.isTerminal));
  return Exit.OK;
}

function* graphOne(vdi: number, head: InodeHead): CollieScript<void> {
  const id = vdi.toString(16);
  const name = nameOf(head);
  const made = yield* localTime(seconds(head.ctime));
  const label = [
    `Name: ${name.padStart(10)}`,
    `Tag:  ${head.snapId.toString(16).padStart(10)}`,
    `Size: ${sizeText(head.vdiSize, false, SIZE_ROOM).padStart(10)}`,
    'Date: ' + dateText(made).padStart(10),
    `Time: ${clockText(made).padStart(10)}`,
  ].join('\\n');
  const color = isSnapshot(head) ? '' : ',\n    color="red"';
  yield* out(`  "${head.parentVdiId.toString(16)}" -> "${id}";\n`);
  yield* out(`  "${id}" [\n    group = "${name}",\n    label = "${label}"${color}\n  ];\n\n`);
}

/** `collie vdi graph`. */
export function* vdiGraph(session: Session): CollieScript<number> {
  yield* out('digraph G {\n  node [shape = "box", fontname = "Courier"];\n\n');
  yield* out('  "0" [shape = "ellipse", label = "root"];\n\n');
  for (const { vdi, head } of yield* everyImage(session))
    if (head !== null && !isDeleted(head)) yield* graphOne(vdi, head);
  yield* out('}\n');
  return Exit.OK;
}
