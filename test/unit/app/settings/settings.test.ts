// Settings that were written by hand, by an older program, or by nobody: what is good stays, what is not is unset.
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, FILTERS_KEPT_MAX, NAMES_MAX, settingsFrom } from '../../../../app/settings/settings.ts';

describe('settings', () => {
  it.each([[null], [undefined], [7], ['text'], [[]], [{}]])('%j is a new program', (value) => {
    expect(settingsFrom(value)).toEqual(DEFAULT_SETTINGS);
  });

  it('keep what is good beside what is not', () => {
    const read = settingsFrom({
      theme: 'contrast',
      preset: 'mosaic',
      timeForm: 'clock',
      layouts: {
        teach: {
          splits: { 'a: x y': { x: 40, y: 60 }, 'b: x y': { x: 90, y: 90 }, 'c: x': 'wide' },
          hidden: ['x', 3, ''],
        },
        diagnose: 'broken',
      },
      columns: { shown: ['frame', 'info', 'frame', 5], widths: { frame: 80, info: -4, time: '9' } },
      filters: ['node == 1', '', 7, 'node == 1'],
      hasStarted: 'yes',
    });

    expect(read).toEqual({
      ...DEFAULT_SETTINGS,
      theme: 'contrast',
      timeForm: 'clock',
      layouts: {
        teach: { splits: { 'a: x y': { x: 40, y: 60 } }, hidden: ['x'], shown: [] },
        diagnose: DEFAULT_SETTINGS.layouts.diagnose,
        objects: DEFAULT_SETTINGS.layouts.objects,
      },
      columns: { shown: ['frame', 'info'], widths: { frame: 80 } },
      filters: ['node == 1'],
    });
  });

  it('are bounded', () => {
    const many = Array.from({ length: 500 }, (_, i) => `name ${i}`);
    const read = settingsFrom({ filters: many, layouts: { teach: { hidden: many } } });

    expect(read.filters).toHaveLength(FILTERS_KEPT_MAX);
    expect(read.layouts.teach.hidden).toHaveLength(NAMES_MAX);
  });

  it('read again what they wrote', () => {
    const read = settingsFrom({
      theme: 'light',
      columns: { shown: ['info'], widths: { frame: 60 } },
      hasStarted: true,
    });

    expect(settingsFrom(JSON.parse(JSON.stringify(read)))).toEqual(read);
  });
});
