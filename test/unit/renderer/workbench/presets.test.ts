// Trees of panes: hiding, showing, sizes that were left.
import { describe, expect, it } from 'vitest';
import type { PresetLayout } from '../../../../app/settings/settings.ts';
import {
  isSplit,
  panesIn,
  partName,
  PRESET_TREES,
  sharesOf,
  splitKey,
  visiblePart,
  withPane,
  type Split,
} from '../../../../renderer/workbench/presets.ts';

const NONE: PresetLayout = { splits: {}, hidden: [], shown: [] };
const TREE: Split = {
  id: 'all',
  direction: 'row',
  share: 100,
  min: 0,
  parts: [
    { pane: 'timeline', min: 100, share: 60 },
    {
      id: 'side',
      direction: 'column',
      share: 40,
      min: 100,
      parts: [
        { pane: 'detail', min: 80, share: 50 },
        { pane: 'hex', min: 80, share: 50 },
        { pane: 'ring', min: 80, share: 50, isOptional: true },
      ],
    },
  ],
};
const names = (layout: PresetLayout): readonly string[] =>
  panesIn(visiblePart(TREE, layout, false)).map(({ pane }) => pane);
const place = (pane: string) => panesIn(TREE).find((one) => one.pane === pane) ?? panesIn(TREE)[0];

function change(layout: PresetLayout, pane: string, isShown: boolean): PresetLayout {
  const one = place(pane);
  return one === undefined ? layout : withPane(layout, one, isShown, false);
}

describe('a tree of panes', () => {
  it('leaves out what is hidden, and what nobody asked for', () => {
    expect(names(NONE)).toEqual(['timeline', 'detail', 'hex']);
    expect(names(change(NONE, 'hex', false))).toEqual(['timeline', 'detail']);
    expect(names(change(NONE, 'ring', true))).toEqual(['timeline', 'detail', 'hex', 'ring']);
    expect(names(change(change(NONE, 'hex', false), 'hex', true))).toEqual(['timeline', 'detail', 'hex']);
  });

  it('becomes a lone pane, or nothing', () => {
    const lone = visiblePart(TREE, { ...NONE, hidden: ['timeline', 'hex'] }, false);
    expect(lone !== null && !isSplit(lone) && lone.pane).toBe('detail');
    expect(visiblePart(TREE, { ...NONE, hidden: ['timeline', 'hex', 'detail'] }, false)).toBeNull();
  });

  it('has the sizes that were left, as long as the same panes are there', () => {
    const layout = { ...NONE, splits: { [splitKey(TREE)]: { timeline: 30, side: 70 } } };
    expect(sharesOf(TREE, layout)).toEqual({ timeline: 30, side: 70 });

    const smaller = visiblePart(TREE, { ...layout, hidden: ['hex'] }, false);
    expect(smaller !== null && isSplit(smaller) && sharesOf(smaller, layout)).toEqual({ timeline: 60, detail: 40 });
  });

  it('fills each split', () => {
    const check = (split: Split): void => {
      const shares = sharesOf(split, NONE);
      expect(Object.values(shares).reduce((a, b) => a + b, 0)).toBeCloseTo(100);
      for (const part of split.parts) if (isSplit(part)) check(part);
    };
    for (const { tree } of Object.values(PRESET_TREES)) check(tree);
  });

  it.each(Object.entries(PRESET_TREES))('%s names each pane and split once', (_id, { tree }) => {
    const all: string[] = [];
    const walk = (split: Split): void => {
      all.push(...split.parts.map(partName));
      for (const part of split.parts) if (isSplit(part)) walk(part);
    };
    walk(tree);

    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });
});

describe('panes that need a lab', () => {
  const shown = (layout: PresetLayout, hasLab: boolean): readonly string[] =>
    panesIn(visiblePart(PRESET_TREES.teach.tree, layout, hasLab)).map(({ pane }) => pane);
  const placeOf = (pane: string) => panesIn(PRESET_TREES.teach.tree).find((one) => one.pane === pane);
  const shell = placeOf('shell');
  const detail = placeOf('detail');
  if (shell === undefined || detail === undefined) throw new Error('the preset has no such panes');

  it('take the place of others while there is one', () => {
    expect(shown(NONE, false)).toEqual(['ring', 'membership', 'nodes', 'detail', 'timeline']);
    expect(shown(NONE, true)).toEqual(['ring', 'membership', 'nodes', 'shell', 'commands', 'timeline']);
  });

  it('stay hidden where a person hid them, and shown where a person wants them without a lab', () => {
    const without = withPane(NONE, shell, false, true);
    const beside = withPane(NONE, detail, true, true);

    expect(shown(without, true)).not.toContain('shell');
    expect(shown(beside, true)).toContain('detail');
    expect(shown(withPane(NONE, shell, true, false), false)).toContain('shell');
    expect(withPane(beside, detail, false, true)).toEqual(NONE);
  });
});
