// The hops of the token: one at a row, the last rotation before it, and the same rotation stretched so that each hop
// can be seen. Pure.
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import type { PacketStore } from '../../../app/store/packet-store.ts';
import { transmitter, type NodeDirectory } from '../node-directory.ts';

export interface Hop {
  readonly row: number;
  readonly time: number;
  readonly from: number;
  readonly to: number;
  /** Index into PacketStore.rings. */
  readonly ring: number;
  /** Sent again because nothing was heard of it. */
  readonly isCopy: boolean;
}

/** Rows among which a hop is looked for. */
const SEARCH_MAX = 20_000;
/** Hops of a rotation: Corosync's rings have no more members than this. */
const ROTATION_MAX = 384;

/** The token on its way at a row; null where the row is none, or its ends are not known. */
export function hopAt(store: PacketStore, directory: NodeDirectory, row: number): Hop | null {
  const columns = store.chunks[row >>> 16];
  const index = row & 0xffff;
  if (row < 0 || row >= store.length || columns?.kind[index] !== PacketKind.ORF_TOKEN) return null;
  const flags = columns.flags[index]!;
  if ((flags & RowFlag.FANOUT_COPY) !== 0) return null;
  const { nodes, laneOfAddress } = directory;
  const from = transmitter(directory, columns.src[index]!, columns.sender[index]!);
  const to = nodes[laneOfAddress[columns.dst[index]!] ?? -1]?.nodeid;
  if (to === undefined) return null;
  const isCopy = (flags & RowFlag.REPEATED) !== 0;
  return { row, time: columns.timeNs[index]!, from, to, ring: columns.ring[index]!, isCopy };
}

/** The next hop of a ring behind a row, or before it and at it; null where none is near. */
export function hopNear(
  store: PacketStore,
  directory: NodeDirectory,
  ring: string,
  row: number,
  direction: 1 | -1,
): Hop | null {
  for (let i = 0, at = direction > 0 ? row + 1 : row; i < SEARCH_MAX && at >= 0 && at < store.length; i++) {
    const hop = hopAt(store, directory, at);
    if (hop !== null && store.rings[hop.ring]?.id === ring) return hop;
    at += direction;
  }
  return null;
}

/** The hops of the last rotation up to a row, in order: back to where its last sender sent it before. */
export function lastRotation(store: PacketStore, directory: NodeDirectory, ring: string, row: number): readonly Hop[] {
  const hops: Hop[] = [];
  for (let at = row, i = 0; i < SEARCH_MAX && hops.length < ROTATION_MAX; i++) {
    if (at < 0) break;
    const hop = hopAt(store, directory, at--);
    if (hop === null || hop.isCopy || store.rings[hop.ring]?.id !== ring) continue;
    if (hops[0] !== undefined && hop.from === hops[0].from) break;
    hops.push(hop);
  }
  return hops.reverse();
}

export interface SlowHop {
  readonly hop: Hop;
  /** Milliseconds of the screen since the replay began. */
  readonly start: number;
  /** Milliseconds until the token is there, and that it then rests. */
  readonly travel: number;
  readonly rest: number;
}

export interface SlowMotion {
  readonly hops: readonly SlowHop[];
  /** How many times slower than it was. */
  readonly factor: number;
  /** Nanoseconds from hop to hop, the median. */
  readonly hopNs: number;
  /** Some rests are shorter here than the factor says. */
  readonly isCut: boolean;
  /** Milliseconds of the screen. */
  readonly length: number;
}

/** A replay takes no longer than this many milliseconds, and a hop of it no longer than that. */
const REPLAY_MAX = 12_000;
const HOP_MAX = 700;
const HOP_MIN = 90;
/** Of the time from hop to hop this share is shown as the way, the rest as holding. */
const TRAVEL_SHARE = 0.6;
/** A rest is shown for no more hops than this. */
const REST_HOPS = 1.6;

/** The number that is 1, 2 or 5 times a power of ten and lies nearest. */
function round125(number: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, number)));
  const apart = (step: number): number => Math.abs(Math.log((step * power) / number));
  return [1, 2, 5, 10].reduce((best, step) => (apart(step) < apart(best) ? step : best)) * power;
}

/** A rotation stretched so that each of its hops is seen; null where there is none. */
export function slowMotionOf(rotation: readonly Hop[]): SlowMotion | null {
  if (rotation.length < 2) return null;
  const gaps = rotation.slice(1).map((hop, i) => Math.max(1, hop.time - (rotation[i]?.time ?? 0)));
  const median = [...gaps].sort((a, b) => a - b)[(gaps.length - 1) >> 1] ?? 1;
  const perHop = Math.max(HOP_MIN, Math.min(HOP_MAX, REPLAY_MAX / rotation.length));
  const factor = round125((perHop * 1e6) / median);
  let start = 0;
  let isCut = false;
  const hops = rotation.map((hop, i): SlowHop => {
    // How long the last addressee keeps it is not part of the rotation.
    const gap = ((gaps[i] ?? median) * factor) / 1e6;
    const shown = Math.min(gap, perHop * (1 + REST_HOPS));
    isCut ||= shown < gap;
    const travel = Math.min(shown * TRAVEL_SHARE, perHop);
    const slow = { hop, start, travel, rest: shown - travel };
    start += shown;
    return slow;
  });
  return { hops, factor, hopNs: median, isCut, length: start };
}

/** "slow motion, 1/5,000". */
export function slowText({ factor, isCut }: SlowMotion): string {
  const grouped = String(factor).replace(/\B(?=(\d{3})+$)/g, ',');
  return `slow motion, 1/${grouped}${isCut ? ', rests cut short' : ''}`;
}
