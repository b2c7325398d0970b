// The membership protocol as a picture: four boxes in fixed places, each edge once with room for its words. Pure.
import type { MembershipState } from '../../../app/analysis/result.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Box extends Point {
  readonly state: MembershipState;
  readonly width: number;
  readonly height: number;
}

export interface Edge {
  /** "from to". */
  readonly id: string;
  readonly path: string;
  /** Words that stand at the edge when nothing has happened on it. */
  readonly words: string;
  /** The same where there is little room. */
  readonly short: string;
  readonly labelAt: Point;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Pixels for the words. */
  readonly room: number;
}

export interface Chart {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

const MARGIN = 10;
const TOP = 16;
const BOX_WIDTH_MAX = 210;
const BOX_HEIGHT_MIN = 46;
const BOX_HEIGHT_MAX = 92;
/** Of the height, what a box takes. */
const BOX_SHARE = 0.42;
/** Share of the width that the boxes take together. */
const BOXES_SHARE = 0.62;
/** Two edges between the same boxes stand so far apart. */
const APART = 7;
const TIP = 6;

const line = (a: Point, b: Point): string => `M${a.x} ${a.y}L${b.x} ${b.y}`;

/** The chart on so many pixels. */
export function layoutChart(width: number, height: number): Chart {
  const w = Math.min(BOX_WIDTH_MAX, (width - 2 * MARGIN) * (BOXES_SHARE / 2));
  const h = Math.min(BOX_HEIGHT_MAX, Math.max(BOX_HEIGHT_MIN, (height - TOP - MARGIN) * BOX_SHARE));
  const left = MARGIN;
  const right = width - MARGIN - w - TIP;
  const bottom = height - MARGIN - h;
  const box = (state: MembershipState, x: number, y: number): Box => ({ state, x, y, width: w, height: h });
  const boxes = [
    box('operational', left, TOP),
    box('gather', right, TOP),
    box('commit', right, bottom),
    box('recovery', left, bottom),
  ];
  const measures = { w, h, left, right, bottom, width };
  return { width, height, boxes, edges: [...straightEdges(measures), ...backEdges(measures)] };
}

interface Measures {
  /** Of a box. */
  readonly w: number;
  readonly h: number;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
}

/** The way of a ring that forms, clockwise. */
function straightEdges({ w, h, left, right, bottom, width }: Measures): readonly Edge[] {
  const gap = right - left - w;
  const middle = (left + w + right) / 2;
  const half = (TOP + h + bottom) / 2;
  const row = TOP + h * 0.4;
  const low = bottom + h * 0.6;
  const up = left + w * 0.3;
  const down = right + w * DOWN_SHARE;
  return [
    {
      id: 'operational gather',
      path: line({ x: left + w, y: row }, { x: right - TIP, y: row }),
      words: 'token lost, join, merge',
      short: 'lost, join, merge',
      labelAt: { x: middle, y: row - 6 },
      anchor: 'middle',
      room: gap - 12,
    },
    {
      id: 'gather commit',
      path: line({ x: down, y: TOP + h }, { x: down, y: bottom - TIP }),
      words: 'consensus',
      short: 'consensus',
      labelAt: { x: down + 6, y: half + 4 },
      anchor: 'start',
      room: width - down - 8,
    },
    {
      id: 'commit recovery',
      path: line({ x: right, y: low }, { x: left + w + TIP, y: low }),
      words: 'commit token came round',
      short: 'token came round',
      labelAt: { x: middle, y: low + 14 },
      anchor: 'middle',
      room: gap - 12,
    },
    {
      id: 'recovery operational',
      path: line({ x: up, y: bottom }, { x: up, y: TOP + h + TIP }),
      words: 'all have recovered',
      short: 'all recovered',
      labelAt: { x: up + 6, y: half + 4 },
      anchor: 'start',
      room: w * 0.7 + gap * 0.2,
    },
  ];
}

/** Share of a box's width at which the way from gather to commit stands. */
const DOWN_SHARE = 0.46;

/** What leads back to gather. */
function backEdges({ w, h, left, right, bottom }: Measures): readonly Edge[] {
  const gap = right - left - w;
  const half = (TOP + h + bottom) / 2;
  const back = right + w * DOWN_SHARE - APART * 2;
  const [loopFrom, loopTo] = [right + w * 0.55, right + w * 0.85];
  return [
    {
      id: 'commit gather',
      path: line({ x: back, y: bottom }, { x: back, y: TOP + h + TIP }),
      words: 'token lost, join',
      short: 'lost, join',
      labelAt: { x: back - 6, y: half + 4 },
      anchor: 'end',
      room: w * 0.6,
    },
    {
      id: 'recovery gather',
      path: line({ x: left + w, y: bottom + 8 }, { x: right - TIP * 0.7, y: TOP + h - 8 }),
      words: 'token lost, join',
      short: 'lost, join',
      labelAt: { x: left + w + 12, y: bottom + 23 },
      anchor: 'start',
      room: gap - 16,
    },
    {
      id: 'gather gather',
      path: `M${loopFrom} ${TOP}C${loopFrom} ${TOP - 16} ${loopTo} ${TOP - 16} ${loopTo} ${TOP - TIP}`,
      words: 'join, consensus timeout',
      short: 'join, consensus',
      labelAt: { x: right + w * 0.52, y: 12 },
      anchor: 'end',
      room: gap + w * 0.4,
    },
  ];
}

export interface Chip extends Point {
  readonly nodeid: number;
  readonly width: number;
  readonly height: number;
  /** False where there is no room for words. */
  readonly isLabelled: boolean;
}

const CHIPS_TOP = 18;
const CHIP_GAP = 3;
const DOT_GAP = 1;
const CHIP_HEIGHT = 16;
/** Pixels of a letter on a chip, about. */
const LETTER = 6.4;
/** Sides of a chip without words, the first that fits. */
const DOTS = [12, 10, 8, 7, 6, 5, 4, 3];

/** Places of the chips of one box: with their labels where all fit, else as dots, the larger the fewer. */
export function chipsIn(
  box: Box,
  nodes: readonly { readonly nodeid: number; readonly label: string }[],
): readonly Chip[] {
  const inner = { width: box.width - 12, height: box.height - CHIPS_TOP - 4 };
  const longest = Math.max(0, ...nodes.map(({ label }) => label.length));
  const wanted = { width: Math.min(inner.width, longest * LETTER + 12), height: CHIP_HEIGHT, gap: CHIP_GAP };
  const dots = DOTS.map((side) => ({ width: side, height: side, gap: DOT_GAP }));
  const columnsOf = ({ width, gap }: typeof wanted): number =>
    Math.max(1, Math.floor((inner.width + gap) / (width + gap)));
  const rowsOf = ({ height, gap }: typeof wanted): number =>
    Math.max(1, Math.floor((inner.height + gap) / (height + gap)));
  const smallest = dots.at(-1) ?? wanted;
  const size = [wanted, ...dots].find((own) => columnsOf(own) * rowsOf(own) >= nodes.length) ?? smallest;
  const columns = columnsOf(size);
  const { width, height, gap } = size;
  return nodes.map(({ nodeid }, i) => ({
    nodeid,
    x: box.x + 6 + (i % columns) * (width + gap),
    y: box.y + CHIPS_TOP + Math.floor(i / columns) * (height + gap),
    width,
    height,
    isLabelled: size === wanted,
  }));
}

/** Pixels of a letter at an edge, about. */
const LETTER_SMALL = 5.8;

/** What fits into so many pixels; with an ellipsis where it is cut. */
export function fittingText(text: string, room: number): string {
  const letters = Math.floor(room / LETTER_SMALL);
  return text.length <= letters ? text : letters < 3 ? '' : `${text.slice(0, letters - 1)}…`;
}

/** The first of the texts that fits into so many pixels, else the last one cut. */
export function firstFitting(texts: readonly string[], room: number): string {
  return texts.find((text) => text.length <= Math.floor(room / LETTER_SMALL)) ?? fittingText(texts.at(-1) ?? '', room);
}

/** Names that are numbers in a row, of which three or more follow each other, as one: "1–64". */
export function inRuns(names: readonly string[]): readonly string[] {
  const runs: { first: string; last: string; count: number }[] = [];
  for (const name of names) {
    const run = runs.at(-1);
    const follows = run !== undefined && /^\d+$/.test(name) && Number(run.last) + 1 === Number(name);
    if (follows) {
      run.last = name;
      run.count++;
    } else runs.push({ first: name, last: name, count: 1 });
  }
  return runs.flatMap(({ first, last, count }) =>
    count > 2 ? [`${first}–${last}`] : count === 2 ? [first, last] : [first],
  );
}
