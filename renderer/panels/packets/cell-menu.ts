// The menus of the packet table: on a cell what can be done with what it says, on a heading what the table shows.
import type { MenuGroup } from '../../widgets/menu.tsx';
import { TIME_FORMS, type TimeForm } from '../../../app/settings/settings.ts';
import { factsOf } from '../../session/live.ts';
import { useSession } from '../../state/session-store.ts';
import { changeSettings, useSettings } from '../../state/settings-store.ts';
import { copyText } from '../../widgets/copy.ts';
import {
  cellFilter,
  COLUMN_IDS,
  COLUMNS,
  FIRST_COLUMNS,
  shownColumns,
  type CellContext,
  type ColumnId,
} from './columns.ts';
import { queryGroups } from '../query-menu.ts';
import { infoOf, infoSentence, plainName } from '../packet-info.ts';

/** Pixels by which a column grows or shrinks in its menu. */
const WIDTH_STEP = 24;

/** The text of a cell as it is copied: whole, never shortened. */
export function cellText(id: ColumnId, row: number, context: CellContext): string {
  if (id === 'info') return infoSentence(infoOf(context.store, row, factsOf(row) ?? null, plainName));
  const columns = context.store.chunks[row >>> 16];
  return columns === undefined ? '' : COLUMNS[id].text(row, columns, row & 0xffff, { ...context, isShort: false });
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The command line that prints this packet. */
export function commandOf(row: number): string {
  const { source, keys } = useSession.getState();
  const isPath = source !== null && !source.path.includes(':');
  const file = source === null ? 'FILE' : quoted(isPath ? source.path : source.name);
  const given = keys.map(({ name }) => ` --key ${quoted(name)}`).join('');
  return `totemlab decode ${file}${given} --filter 'frame == ${row + 1}'`;
}

/** What can be done with a cell. */
export function cellGroups(id: ColumnId, row: number, context: CellContext): readonly MenuGroup[] {
  const expression = cellFilter(id, row, context.store);
  const text = cellText(id, row, context);
  const line = shownColumns(useSettings.getState().columns).map((column) => cellText(column, row, context));
  return [
    ...(expression === null ? [] : queryGroups(expression)),
    [
      { label: 'Copy the cell', hint: 'Ctrl+C', isDisabled: text === '', run: () => copyText(text) },
      { label: 'Copy the line', hint: 'Ctrl+Shift+C', run: () => copyText(line.join('\t')) },
      { label: 'Copy as command line', hint: 'totemlab decode …', run: () => copyText(commandOf(row)) },
    ],
  ];
}

const FORM_LABELS: Readonly<Record<TimeForm, string>> = {
  start: 'Time since the start',
  previous: 'Time since the line before',
  clock: 'Time of day',
};

function withColumn(shown: readonly ColumnId[], id: ColumnId): readonly ColumnId[] {
  if (shown.includes(id)) return shown.filter((other) => other !== id);
  // A column comes where the list of all columns has it, among those that are shown.
  return COLUMN_IDS.filter((other) => other === id || shown.includes(other));
}

export function setWidth(id: ColumnId, width: number | null): void {
  const { columns } = useSettings.getState();
  const others = Object.entries(columns.widths).filter(([name]) => name !== id);
  const own = width === null ? [] : [[id, Math.min(2000, Math.max(32, Math.round(width)))] as const];
  const widths = Object.fromEntries([...others, ...own]);
  changeSettings({ columns: { ...columns, widths } });
}

/** What the table shows, from the heading of a column. */
export function headGroups(id: ColumnId, width: number): readonly MenuGroup[] {
  const { columns, timeForm } = useSettings.getState();
  const shown = shownColumns(columns);
  return [
    TIME_FORMS.map((form) => ({
      label: FORM_LABELS[form],
      isChecked: form === timeForm,
      run: () => changeSettings({ timeForm: form }),
    })),
    COLUMN_IDS.map((column) => ({
      label: COLUMNS[column].title,
      hint: COLUMNS[column].doc.split(/[:;,]/)[0] ?? '',
      isChecked: shown.includes(column),
      isDisabled: shown.length === 1 && shown[0] === column,
      run: () => changeSettings({ columns: { ...columns, shown: withColumn(shown, column) } }),
    })),
    id === 'info'
      ? []
      : [
          { label: `Widen ${COLUMNS[id].title}`, run: () => setWidth(id, width + WIDTH_STEP) },
          { label: `Narrow ${COLUMNS[id].title}`, run: () => setWidth(id, width - WIDTH_STEP) },
        ],
    [
      {
        label: 'Reset the columns',
        isDisabled: columns.shown === null && Object.keys(columns.widths).length === 0,
        run: () => changeSettings({ columns: { shown: null, widths: {} } }),
      },
    ],
  ];
}

/** Swaps a column with its neighbour. */
export function moveColumn(id: ColumnId, by: 1 | -1): void {
  const { columns } = useSettings.getState();
  const shown = [...shownColumns(columns)];
  const at = shown.indexOf(id);
  const other = shown[at + by];
  if (at < 0 || other === undefined) return;
  shown[at + by] = id;
  shown[at] = other;
  const isAsFirst = shown.join() === FIRST_COLUMNS.join();
  changeSettings({ columns: { ...columns, shown: isAsFirst ? null : shown } });
}
