// The packet table: one line a captured frame, in capture order, the filtered ones where a filter is set.
import {
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from 'react';
import { FixedList } from '../../widgets/fixed-list.tsx';
import { showMenu } from '../../widgets/menu.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { copyText } from '../../widgets/copy.ts';
import { useWidth } from '../../widgets/use-width.ts';
import { packets, selectMatch, selectRow } from '../../state/actions.ts';
import { annotationsByFrame, useAnnotations } from '../../session/annotations.ts';
import { learnFacts, useFactsLearned } from '../../session/live.ts';
import { isAmong, positionIn } from '../../../app/store/row-list.ts';
import { highlightPackets } from '../../session/query.ts';
import { useFollow } from '../../state/following.ts';
import { useSession } from '../../state/session-store.ts';
import { useSettings } from '../../state/settings-store.ts';
import { useView } from '../../state/view-store.ts';
import { cellGroups, cellText } from './cell-menu.ts';
import { columnWidths, shownColumns, type CellContext, type ColumnId, type ColumnWidth } from './columns.ts';
import { Head } from './head.tsx';
import { countText } from './layout.ts';
import { Line, type LineProps } from './line.tsx';
import './packets.css';

const ROW_HEIGHT = 22;
/** Pixels that the scroll bar takes. */
const SCROLL_BAR = 12;
/** Milliseconds that lines rest in view before their bytes are looked at. */
const LEARN_REST = 60;
/** The same where all of them run through the view with each update: until that has come to rest. */
const LEARN_REST_RUNNING = 600;

/** Learns what the lines say that rest in view, which it is told of. */
function useLearning(rowOf: (position: number) => number, revision: number): (first: number, last: number) => void {
  const seen = useRef<readonly number[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const isRunning = useRef(false);
  const plan = useCallback((): void => {
    if (timer.current !== null) clearTimeout(timer.current);
    const rest = isRunning.current ? LEARN_REST_RUNNING : LEARN_REST;
    timer.current = setTimeout(() => void learnFacts(seen.current), rest);
  }, []);
  useEffect(plan, [plan, revision]);
  return (first, last) => {
    const before = seen.current.at(-1) ?? -1;
    seen.current = Array.from({ length: Math.max(0, last - first) }, (_, i) => rowOf(first + i));
    isRunning.current = useFollow.getState().isGlued && before < (seen.current[0] ?? -1);
    plan();
  };
}

function templateOf(columns: readonly ColumnWidth[]): string {
  return columns.map(({ width }) => (width === 0 ? 'minmax(80px, 1fr)' : `${width}px`)).join(' ');
}

/** What is highlighted, with ways to go through it and to end it. */
function Highlighted(): ReactNode {
  const { text, rows } = useSession((state) => state.highlight);
  const row = useView((state) => state.row);
  if (text.trim() === '' || rows === null) return null;
  const at = row !== null && isAmong(rows, row) ? positionIn(rows, row) + 1 : 0;
  const count = `${at === 0 ? '' : `${at} of `}${rows.length.toLocaleString('en')}`;
  return (
    <span className="hits" title={text}>
      <span className="hits-text">{text}</span>
      <span>{count}</span>
      <button
        type="button"
        aria-label="previous highlighted packet"
        title="previous (Shift+F3)"
        onClick={() => selectMatch(-1)}
      >
        ‹
      </button>
      <button type="button" aria-label="next highlighted packet" title="next (F3)" onClick={() => selectMatch(1)}>
        ›
      </button>
      <button
        type="button"
        aria-label="end highlighting"
        title="end highlighting"
        onClick={() => void highlightPackets('')}
      >
        ×
      </button>
    </span>
  );
}

function Count(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const filter = useSession((state) => state.filter);
  useSession((state) => state.revision);
  return (
    <span className="packet-count">
      {filter.isRunning ? 'filtering … ' : ''}
      {countText(packets(), filter.rows, analysis)}
    </span>
  );
}

interface TableRows {
  readonly count: number;
  /** Position of the selected row in the list, -1 for none. */
  readonly current: number;
  readonly rowOf: (position: number) => number;
  /** Rows before the list that the window held once. */
  readonly gone: number;
}

/** The rows that the table lists: all, or those that the filter found. */
function useRows(row: number | null): TableRows {
  const { rows } = useSession((state) => state.filter);
  const { length, firstRow } = packets();
  return {
    count: rows === null ? length - firstRow : rows.length,
    gone: rows === null ? firstRow : 0,
    current: row === null ? -1 : rows === null ? row - firstRow : positionIn(rows, row),
    rowOf: (position) => (rows === null ? firstRow + position : (rows[position] ?? -1)),
  };
}

/** What cells are in, and the menu that a right click opens on them. */
function useCellMenu(setCursor: (id: ColumnId) => void): {
  readonly contextOf: (previous: number) => CellContext;
  readonly onMenu: LineProps['onMenu'];
} {
  const nodes = useSession((state) => state.nodes);
  const form = useSettings((state) => state.timeForm);
  const contextOf = useCallback(
    (previous: number): CellContext => ({ store: packets(), directory: nodes, form, previous, isShort: false }),
    [nodes, form],
  );
  const onMenu = useCallback<LineProps['onMenu']>(
    (event, id, at, previous) => {
      event.preventDefault();
      setCursor(id);
      showMenu('this cell', { x: event.clientX, y: event.clientY }, cellGroups(id, at, contextOf(previous)));
    },
    [contextOf, setCursor],
  );
  return { contextOf, onMenu };
}

function Table(): ReactNode {
  const revision = useSession((state) => state.revision);
  const nodes = useSession((state) => state.nodes);
  const hits = useSession((state) => state.highlight.rows);
  const row = useView((state) => state.row);
  const form = useSettings((state) => state.timeForm);
  const choice = useSettings((state) => state.columns);
  const written = useAnnotations((state) => state.history.now);
  const notes = useMemo(() => annotationsByFrame(written), [written]);
  const { box, width } = useWidth();
  const { columns, isShort, gap } = useMemo(() => columnWidths(choice, width - SCROLL_BAR), [choice, width]);
  const [cursor, setCursor] = useState<ColumnId>('info');
  const { count, current, rowOf, gone } = useRows(row);
  const learned = useFactsLearned((state) => state.learned);
  const onSeen = useLearning(rowOf, revision);
  const { contextOf, onMenu } = useCellMenu(setCursor);
  const previousOf = (position: number): number => (position <= 0 ? -1 : rowOf(position - 1));
  const renderRow = (position: number, top: number): ReactNode => {
    const at = rowOf(position);
    const isCurrent = at === row;
    return (
      <Line
        {...{ position, top, form, nodes, revision, columns, isShort, learned, onMenu, isCurrent }}
        cursor={isCurrent ? cursor : null}
        isHit={isAmong(hits, at)}
        notes={notes.get(at + 1)}
        row={at}
        previous={previousOf(position)}
      />
    );
  };
  return (
    <div
      className="packets-box"
      ref={box}
      style={{ '--packet-columns': templateOf(columns), '--packet-gap': `${gap}px` } as CSSProperties}
    >
      <FixedList
        id="packets"
        role="grid"
        label="packets"
        className="packets"
        {...{ count, current, gone, renderRow, onSeen }}
        rowHeight={ROW_HEIGHT}
        columnCount={columns.length}
        header={<Head columns={columns} />}
        headerHeight={ROW_HEIGHT}
        onCurrent={(position) => selectRow(rowOf(position))}
        onKey={(event) => pressKey(event, { cursor, setCursor, row, context: contextOf(previousOf(current)) })}
      />
      {count === 0 && packets().length > 0 ? <p className="nothing">No packet matches this filter.</p> : null}
    </div>
  );
}

export function Packets(): ReactNode {
  const aside = (
    <>
      <Highlighted />
      <Count />
    </>
  );
  return (
    <Pane id="packets" title="Packets" aside={aside}>
      <Table />
    </Pane>
  );
}

interface Pressed {
  readonly cursor: ColumnId;
  readonly setCursor: (id: ColumnId) => void;
  readonly row: number | null;
  readonly context: CellContext;
}

/** Left and right go from cell to cell; the menu key opens the menu of the cell; Ctrl+C copies it. */
function pressKey(event: KeyboardEvent, { cursor, setCursor, row, context }: Pressed): boolean {
  if (row === null) return false;
  const shown = shownColumns(useSettings.getState().columns);
  const { key } = event;
  if ((key === 'ArrowLeft' || key === 'ArrowRight') && !event.altKey && !event.ctrlKey) {
    const at = shown.indexOf(cursor) + (key === 'ArrowLeft' ? -1 : 1);
    setCursor(shown[Math.min(Math.max(0, at), shown.length - 1)] ?? cursor);
    return true;
  }
  if (key === 'ContextMenu' || (key === 'F10' && event.shiftKey)) {
    const cell = document.querySelector(`.packet[data-row="${row}"] [data-column="${cursor}"]`);
    const { left, bottom } = (cell ?? event.currentTarget).getBoundingClientRect();
    showMenu('this cell', { x: left, y: bottom }, cellGroups(cursor, row, context));
    return true;
  }
  if (key.toLowerCase() !== 'c' || !(event.ctrlKey || event.metaKey)) return false;
  copyText(event.shiftKey ? shown.map((id) => cellText(id, row, context)).join('\t') : cellText(cursor, row, context));
  return true;
}
