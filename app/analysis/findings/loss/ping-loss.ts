// Frames that knet's pings show to be lost: on which paths single pings, or a few in a row, got no pong while others
// did, and the one node, if there is one, at which all those paths meet. Concludes no findings. Reference: specs 1.11;
// signatures 23.
import type { LostRow } from '../../traffic/senders/knet-links.ts';
import type { FindingContext } from '../engine/rule.ts';

export interface PingLoss {
  readonly link: number;
  readonly lost: number;
  readonly pings: number;
  /** Times at which pings were lost on some paths, while others of the same node went well. */
  readonly moments: number;
  readonly firstNs: number;
  readonly lastNs: number;
  readonly frames: readonly number[];
  /** The node at whose end all of it lies; null where paths of several lose pings. */
  readonly node: number | null;
  readonly paths: readonly Path[];
}

/** Pings of one node to another. */
interface Path {
  readonly from: number;
  readonly to: number;
  lost: number;
  pings: number;
  /** Pings that are not in the capture though their pongs are. */
  holes: number;
}

interface Row extends LostRow {
  readonly path: Path;
}

/** Pings of a path without which the share of lost ones says nothing. */
const PINGS_MIN = 10;
/** A node's own paths each lose no less than this share of what they lose on the average. */
const EVEN_SHARE = 1 / 3;
/** Chi-square of a table of two by two beyond chance (p < 0.005). */
const CHI_MIN = 8;
const FRAMES_MAX = 12;

interface Paths {
  readonly paths: readonly Path[];
  readonly rows: readonly Row[];
}

function pathsOf({ links, addresses }: FindingContext, link: number): Paths {
  const paths = new Map<string, Path>();
  const pathOf = (src: number, dst: number): Path | null => {
    const [from, to] = [addresses.nodeAt(src), addresses.nodeAt(dst)];
    if (from === null || to === null || from === to) return null;
    const known = paths.get(`${from} ${to}`) ?? { from, to, lost: 0, pings: 0, holes: 0 };
    paths.set(`${from} ${to}`, known);
    return known;
  };
  for (const { link: of, pongs, src, dst, pings, unasked } of links.paths) {
    const path = of === link && pongs > 0 ? pathOf(src, dst) : null;
    if (path === null) continue;
    path.pings += pings;
    path.holes += unasked;
  }
  const rows = links.lossy.flatMap(({ link: of, src, dst, rows: its }) => {
    const path = of === link ? pathOf(src, dst) : null;
    return path === null ? [] : its.map((row) => ({ ...row, path }));
  });
  for (const { path, pings } of rows) path.lost += pings;
  // A pong is missing in the capture as often as a ping is: then nothing was lost.
  for (const path of paths.values()) path.lost = Math.max(0, path.lost - path.holes);
  return { paths: [...paths.values()], rows: rows.sort((a, b) => a.fromNs - b.fromNs) };
}

const touches = ({ from, to }: Path, node: number): boolean => from === node || to === node;

/** Rows that overlap are of one moment; one of all paths to a node together is a link that was down. */
function momentsOf(rows: readonly Row[], paths: readonly Path[]): number {
  let moments = 0;
  let group: Row[] = [];
  let untilNs = -Infinity;
  const close = (): void => {
    const lost = new Set(group.map(({ path }) => path));
    const isWhole = [...new Set(group.map(({ path }) => path.to))].some((node) => {
      const own = paths.filter(({ to, pings }) => to === node && pings >= PINGS_MIN);
      return own.length > 1 && own.every((path) => lost.has(path));
    });
    if (group.length > 0 && !isWhole) moments++;
  };
  for (const row of rows) {
    if (row.fromNs > untilNs) {
      close();
      group = [];
    }
    group.push(row);
    untilNs = Math.max(untilNs, row.untilNs);
  }
  close();
  return moments;
}

function chiSquare(lost: number, kept: number, otherLost: number, otherKept: number): number {
  const total = lost + kept + otherLost + otherKept;
  const off = lost * otherKept - kept * otherLost;
  const sides = (lost + kept) * (otherLost + otherKept) * (lost + otherLost) * (kept + otherKept);
  return sides === 0 ? 0 : (total * off ** 2) / sides;
}

interface Sum {
  readonly lost: number;
  readonly pings: number;
}

const sum = (paths: readonly Path[]): Sum =>
  paths.reduce((all, { lost, pings }) => ({ lost: all.lost + lost, pings: all.pings + pings }), { lost: 0, pings: 0 });

/** How far these paths lose more than the others, each of them; 0 where they do not. */
function excess(paths: readonly Path[], own: readonly Path[]): number {
  const [inner, outer] = [sum(own), sum(paths.filter((path) => !own.includes(path)))];
  const rate = inner.lost / inner.pings;
  if (own.length === 0 || inner.lost === 0 || own.some(({ lost, pings }) => lost / pings < rate * EVEN_SHARE)) return 0;
  if (outer.pings > 0 && rate <= outer.lost / outer.pings) return 0;
  return chiSquare(inner.lost, inner.pings - inner.lost, outer.lost, outer.pings - outer.lost);
}

/**
 * The node all of whose paths lose pings, far more than the others do: those to it, as the capture of a switch shows
 * them, those from it, as its own capture does, or both.
 */
function nodeOf(paths: readonly Path[]): number | null {
  const told = paths.filter(({ pings }) => pings >= PINGS_MIN);
  const ranked = [...new Set(told.flatMap(({ from, to }) => [from, to]))]
    .map((node) => {
      const sides = [
        told.filter(({ to }) => to === node),
        told.filter(({ from }) => from === node),
        told.filter((path) => touches(path, node)),
      ];
      return { node, chi: Math.max(...sides.map((own) => excess(told, own))) };
    })
    .sort((a, b) => b.chi - a.chi);
  const [first, second] = ranked;
  if (first === undefined || first.chi < CHI_MIN) return null;
  return second !== undefined && second.chi >= first.chi ? null : first.node;
}

/** Of the link that loses the most; null where no path loses single pings. */
export function pingLossOf(context: FindingContext): PingLoss | null {
  const byLink = new Map<number, number>();
  for (const { link, rows } of context.links.lossy)
    for (const { pings } of rows) byLink.set(link, (byLink.get(link) ?? 0) + pings);
  const [most] = [...byLink].sort((a, b) => b[1] - a[1]);
  if (most === undefined) return null;
  const [link] = most;
  const { paths, rows } = pathsOf(context, link);
  if (rows.length === 0) return null;
  const node = nodeOf(paths);
  const lossy = paths.filter((path) => path.lost > 0 && (node === null || touches(path, node)));
  const its = rows.filter(({ path }) => lossy.includes(path));
  if (its.length === 0) return null;
  return {
    link,
    ...sum(lossy),
    moments: momentsOf(its, paths) - lossy.reduce((holes, path) => holes + path.holes, 0),
    firstNs: its[0]?.fromNs ?? 0,
    lastNs: Math.max(...its.map(({ untilNs }) => untilNs)),
    frames: its.map(({ frame }) => frame).slice(0, FRAMES_MAX),
    node,
    paths,
  };
}
