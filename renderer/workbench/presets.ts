// Where the panes stand: three presets as trees of splits, and what is left of a tree when panes are hidden. Pure.
import type { PresetId, PresetLayout } from '../../app/settings/settings.ts';
import type { PaneId } from '../panels/index.ts';

export interface PanePlace {
  readonly pane: PaneId;
  /** Pixels below which it cannot be read. */
  readonly min: number;
  /** Percent of its split, where nobody resized it. */
  readonly share: number;
  /** True for a pane that the preset leaves out until it is asked for. */
  readonly isOptional?: boolean;
  /** Left out likewise while there is a lab, or while there is none. */
  readonly when?: 'lab' | 'no-lab';
}

export interface Split {
  readonly id: string;
  readonly direction: 'row' | 'column';
  readonly share: number;
  readonly min: number;
  readonly parts: readonly (Split | PanePlace)[];
}

export type Part = Split | PanePlace;
export const isSplit = (part: Part): part is Split => 'parts' in part;

/** What a part is called in its split, in settings too. */
export const partName = (part: Part): string => (isSplit(part) ? part.id : part.pane);

const DIAGNOSE: Split = {
  id: 'diagnose',
  direction: 'row',
  share: 100,
  min: 0,
  parts: [
    {
      id: 'left',
      direction: 'column',
      share: 79,
      min: 640,
      parts: [
        { pane: 'timeline', min: 160, share: 45 },
        {
          id: 'bottom',
          direction: 'row',
          share: 55,
          min: 160,
          parts: [
            { pane: 'packets', min: 320, share: 65 },
            {
              id: 'opened',
              direction: 'column',
              share: 35,
              min: 260,
              parts: [
                { pane: 'detail', min: 96, share: 62 },
                { pane: 'hex', min: 80, share: 38 },
              ],
            },
          ],
        },
      ],
    },
    {
      id: 'right',
      direction: 'column',
      share: 21,
      min: 200,
      parts: [
        { pane: 'findings', min: 96, share: 52 },
        { pane: 'annotations', min: 96, share: 30, isOptional: true },
        { pane: 'links', min: 120, share: 45, isOptional: true },
        { pane: 'ring', min: 120, share: 48 },
        { pane: 'membership', min: 120, share: 48, isOptional: true },
        { pane: 'nodes', min: 80, share: 30, isOptional: true },
        { pane: 'counters', min: 96, share: 40, isOptional: true },
        { pane: 'traffic', min: 96, share: 40, isOptional: true },
        { pane: 'objects', min: 160, share: 50, isOptional: true },
        { pane: 'stores', min: 96, share: 40, isOptional: true },
        { pane: 'shell', min: 96, share: 40, isOptional: true },
        { pane: 'commands', min: 80, share: 30, isOptional: true },
      ],
    },
  ],
};

const TEACH: Split = {
  id: 'teach',
  direction: 'column',
  share: 100,
  min: 0,
  parts: [
    {
      id: 'lesson',
      direction: 'row',
      share: 62,
      min: 240,
      parts: [
        {
          id: 'pictures',
          direction: 'row',
          share: 50,
          min: 400,
          parts: [
            { pane: 'ring', min: 180, share: 40 },
            { pane: 'membership', min: 220, share: 60 },
          ],
        },
        {
          id: 'explained',
          direction: 'column',
          share: 50,
          min: 320,
          parts: [
            { pane: 'nodes', min: 64, share: 56 },
            { pane: 'findings', min: 96, share: 40, isOptional: true },
            { pane: 'annotations', min: 96, share: 30, isOptional: true },
            { pane: 'links', min: 120, share: 45, isOptional: true },
            { pane: 'packets', min: 96, share: 40, isOptional: true },
            { pane: 'detail', min: 96, share: 44, when: 'no-lab' },
            { pane: 'hex', min: 80, share: 40, isOptional: true },
            { pane: 'counters', min: 96, share: 40, isOptional: true },
            { pane: 'traffic', min: 96, share: 40, isOptional: true },
            {
              id: 'typed',
              direction: 'row',
              share: 56,
              min: 96,
              parts: [
                { pane: 'shell', min: 220, share: 60, when: 'lab' },
                { pane: 'commands', min: 140, share: 40, when: 'lab' },
              ],
            },
          ],
        },
      ],
    },
    { pane: 'timeline', min: 140, share: 38 },
  ],
};

const OBJECTS: Split = {
  id: 'objects-preset',
  direction: 'column',
  share: 100,
  min: 0,
  parts: [
    {
      id: 'store',
      direction: 'row',
      share: 69,
      min: 280,
      parts: [
        { pane: 'objects', min: 400, share: 58 },
        {
          id: 'kept',
          direction: 'column',
          share: 42,
          min: 320,
          parts: [
            { pane: 'stores', min: 120, share: 55 },
            { pane: 'nodes', min: 96, share: 40, isOptional: true },
            { pane: 'traffic', min: 96, share: 40, isOptional: true },
            { pane: 'findings', min: 96, share: 40, isOptional: true },
            { pane: 'annotations', min: 96, share: 30, isOptional: true },
            { pane: 'counters', min: 96, share: 40, isOptional: true },
            { pane: 'membership', min: 120, share: 40, isOptional: true },
            { pane: 'packets', min: 96, share: 40, isOptional: true },
            { pane: 'detail', min: 96, share: 40, isOptional: true },
            { pane: 'shell', min: 96, share: 45, when: 'lab' },
            { pane: 'commands', min: 80, share: 30, isOptional: true },
          ],
        },
      ],
    },
    { pane: 'timeline', min: 140, share: 31 },
  ],
};

export interface Preset {
  readonly title: string;
  readonly doc: string;
  readonly tree: Split;
}

export const PRESET_TREES: Readonly<Record<PresetId, Preset>> = {
  teach: { title: 'Teach', doc: 'the ring and what happens in it, step by step', tree: TEACH },
  diagnose: { title: 'Diagnose', doc: 'time, packets, fields and bytes side by side', tree: DIAGNOSE },
  objects: { title: 'Objects', doc: 'the hash ring, who has which copy, what a change would move', tree: OBJECTS },
};

/** Left out until it is asked for. */
const isLeftOut = ({ isOptional = false, when }: PanePlace, hasLab: boolean): boolean =>
  isOptional || (when !== undefined && (when === 'lab') !== hasLab);

function isHidden(place: PanePlace, { hidden, shown }: PresetLayout, hasLab: boolean): boolean {
  return isLeftOut(place, hasLab) ? !shown.includes(place.pane) : hidden.includes(place.pane);
}

/** The tree without hidden panes; a split of one part is that part. Null where nothing is left. */
export function visiblePart(part: Part, layout: PresetLayout, hasLab: boolean): Part | null {
  if (!isSplit(part)) return isHidden(part, layout, hasLab) ? null : part;
  const parts = part.parts.flatMap((inner) => visiblePart(inner, layout, hasLab) ?? []);
  const [first] = parts;
  if (first === undefined) return null;
  return parts.length === 1 ? { ...first, share: part.share, min: part.min } : { ...part, parts };
}

/** The panes of a part, in reading order. */
export function panesIn(part: Part | null): readonly PanePlace[] {
  if (part === null) return [];
  return isSplit(part) ? part.parts.flatMap(panesIn) : [part];
}

/** Percent of each part of a split: as a person left them where the same parts are there, else the preset's. */
export function sharesOf(split: Split, layout: PresetLayout): Readonly<Record<string, number>> {
  const names = split.parts.map(partName);
  const kept = layout.splits[splitKey(split)];
  if (
    kept !== undefined &&
    names.every((name) => kept[name] !== undefined) &&
    Object.keys(kept).length === names.length
  )
    return kept;
  const sum = split.parts.reduce((all, { share }) => all + share, 0);
  return Object.fromEntries(split.parts.map((part) => [partName(part), (part.share / sum) * 100]));
}

/** A split is remembered by what is in it: hiding a pane and showing it again brings its sizes back. */
export function splitKey(split: Split): string {
  return `${split.id}: ${split.parts.map(partName).join(' ')}`.slice(0, 64);
}

/** The layout with a pane hidden or shown. */
export function withPane(layout: PresetLayout, place: PanePlace, isShown: boolean, hasLab: boolean): PresetLayout {
  const { pane } = place;
  const without = (list: readonly string[]): readonly string[] => list.filter((name) => name !== pane);
  if (isLeftOut(place, hasLab))
    return { ...layout, shown: isShown ? [...without(layout.shown), pane] : without(layout.shown) };
  return { ...layout, hidden: isShown ? without(layout.hidden) : [...without(layout.hidden), pane] };
}
