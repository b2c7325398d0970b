// The membership protocol as a picture: four boxes in fixed places, each edge once. Pure; paint.tsx draws it.
import type { MembershipState } from '../../../app/analysis/result.ts';

export interface Box {
  readonly state: MembershipState;
  readonly x: number;
  readonly y: number;
}

/** Units of the picture. */
export const PICTURE = { width: 480, height: 230 } as const;
export const BOX = { width: 168, height: 74 } as const;

/** Clockwise from the top left: the way of a ring that forms anew. */
export const BOXES: readonly Box[] = [
  { state: 'operational', x: 8, y: 10 },
  { state: 'gather', x: 304, y: 10 },
  { state: 'commit', x: 304, y: 146 },
  { state: 'recovery', x: 8, y: 146 },
];

const CHIP_HEIGHT = 18;
const CHIP_GAP = 4;
const CHIPS_TOP = 24;

export interface Chip {
  readonly nodeid: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Places of the chips of one box: rows of as many as fit. */
export function chipsIn(box: Box, nodeids: readonly number[]): readonly Chip[] {
  const perRow = nodeids.length <= 6 ? 3 : nodeids.length <= 16 ? 6 : 12;
  const width = (BOX.width - 12 - CHIP_GAP * (perRow - 1)) / perRow;
  return nodeids.map((nodeid, i) => ({
    nodeid,
    x: box.x + 6 + (i % perRow) * (width + CHIP_GAP),
    y: box.y + CHIPS_TOP + Math.floor(i / perRow) * (CHIP_HEIGHT + CHIP_GAP),
    width,
  }));
}
