// What the program remembers of how a person likes the window: theme, preset, panes, columns. Anything that is not as
// it should be counts as not set, so that a damaged file costs no more than what was damaged. No captures, no keys.

export const THEMES = ['system', 'light', 'dark', 'contrast'] as const;
/** `system`: what the desktop prefers, also where that changes. */
export type ThemeChoice = (typeof THEMES)[number];

export const PRESETS = ['teach', 'diagnose', 'objects'] as const;
export type PresetId = (typeof PRESETS)[number];

export const TIME_FORMS = ['start', 'previous', 'clock'] as const;
export type TimeForm = (typeof TIME_FORMS)[number];

/** Shares of the parts of one split, by part, in percent. */
export type Shares = { readonly [part: string]: number };

/** How one preset was changed: what is not named stands as the preset has it. */
export interface PresetLayout {
  readonly splits: { readonly [split: string]: Shares };
  readonly hidden: readonly string[];
  readonly shown: readonly string[];
}

export interface ColumnChoice {
  /** Columns in their order; null for the table's own choice. */
  readonly shown: readonly string[] | null;
  /** Pixels, by column. */
  readonly widths: { readonly [column: string]: number };
}

export interface Settings {
  readonly theme: ThemeChoice;
  readonly preset: PresetId;
  /** The person chose the preset: until then it follows what is shown. */
  readonly hasChosenPreset: boolean;
  readonly layouts: { readonly [preset in PresetId]: PresetLayout };
  readonly columns: ColumnChoice;
  readonly timeForm: TimeForm;
  /** Filters used lately, the last one first. */
  readonly filters: readonly string[];
  /** False until the program has run once: the first start shows a capture that comes with it. */
  readonly hasStarted: boolean;
}

/** Names of one list, and entries of one map; what comes beyond is left out. */
export const NAMES_MAX = 64;
export const FILTERS_KEPT_MAX = 20;
const NAME_LENGTH_MAX = 64;
const FILTER_LENGTH_MAX = 4096;
const WIDTH_MIN = 24;
const WIDTH_MAX = 4000;

const NO_LAYOUT: PresetLayout = { splits: {}, hidden: [], shown: [] };

export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  preset: 'diagnose',
  hasChosenPreset: false,
  layouts: { teach: NO_LAYOUT, diagnose: NO_LAYOUT, objects: NO_LAYOUT },
  columns: { shown: null, widths: {} },
  timeForm: 'start',
  filters: [],
  hasStarted: false,
};

type Bag = Readonly<Record<string, unknown>>;

const bagOf = (value: unknown): Bag =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Bag) : {};

function oneOf<T extends string>(list: readonly T[], value: unknown, other: T): T {
  return list.find((known) => known === value) ?? other;
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= NAME_LENGTH_MAX;

const names = (value: unknown): readonly string[] =>
  Array.isArray(value) ? [...new Set(value.filter(isName))].slice(0, NAMES_MAX) : [];

function entries<T>(value: unknown, read: (entry: unknown) => T | null): { readonly [name: string]: T } {
  const found: [string, T][] = [];
  for (const [name, entry] of Object.entries(bagOf(value)).slice(0, NAMES_MAX)) {
    const good = isName(name) ? read(entry) : null;
    if (good !== null) found.push([name, good]);
  }
  return Object.fromEntries(found);
}

function between(value: unknown, min: number, max: number): number | null {
  return typeof value === 'number' && value >= min && value <= max ? value : null;
}

/** Shares that fill their split; others would leave a hole, or hide a pane for good. */
function shares(value: unknown): Shares | null {
  const read = entries(value, (share) => between(share, 1, 100));
  const sum = Object.values(read).reduce((a, b) => a + b, 0);
  return Math.abs(sum - 100) < 1 ? read : null;
}

function layout(value: unknown): PresetLayout {
  const { splits, hidden, shown } = bagOf(value);
  return { splits: entries(splits, shares), hidden: names(hidden), shown: names(shown) };
}

function filters(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const texts = value.filter(
    (text): text is string => typeof text === 'string' && text.trim() !== '' && text.length <= FILTER_LENGTH_MAX,
  );
  return [...new Set(texts)].slice(0, FILTERS_KEPT_MAX);
}

/** The settings in what was read from anywhere: each part that is not as it should be is as in a new program. */
export function settingsFrom(value: unknown): Settings {
  const { theme, preset, hasChosenPreset, layouts, columns, timeForm, filters: kept, hasStarted } = bagOf(value);
  const { shown, widths } = bagOf(columns);
  const { teach, diagnose, objects } = bagOf(layouts);
  const some = names(shown);
  return {
    theme: oneOf(THEMES, theme, DEFAULT_SETTINGS.theme),
    preset: oneOf(PRESETS, preset, DEFAULT_SETTINGS.preset),
    hasChosenPreset: hasChosenPreset === true,
    layouts: { teach: layout(teach), diagnose: layout(diagnose), objects: layout(objects) },
    columns: {
      shown: some.length === 0 ? null : some,
      widths: entries(widths, (width) => between(width, WIDTH_MIN, WIDTH_MAX)),
    },
    timeForm: oneOf(TIME_FORMS, timeForm, DEFAULT_SETTINGS.timeForm),
    filters: filters(kept),
    hasStarted: hasStarted === true,
  };
}
