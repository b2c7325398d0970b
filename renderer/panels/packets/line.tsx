// One line of the packet table.
import { memo, type MouseEvent, type ReactNode } from 'react';
import type { Annotations } from '../../../app/annotations/list.ts';
import { PACKET_KINDS } from '../../../app/store/kinds.ts';
import { selectRow } from '../../state/actions.ts';
import { packets } from '../../state/capture.ts';
import { factsOf } from '../../session/live.ts';
import { lookOf } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import type { TimeForm } from '../../../app/settings/settings.ts';
import { Mark } from '../mark.tsx';
import { CHAR, COLUMNS, type ColumnId, type ColumnWidth } from './columns.ts';
import { infoOf, infoSentence, plainName, type NameNode } from '../packet-info.ts';

export interface LineProps {
  readonly row: number;
  readonly previous: number;
  readonly position: number;
  readonly top: number;
  readonly columns: readonly ColumnWidth[];
  readonly isShort: boolean;
  readonly isCurrent: boolean;
  /** Column that the keyboard is at; null in lines that are not current. */
  readonly cursor: ColumnId | null;
  readonly isHit: boolean;
  readonly form: TimeForm;
  readonly nodes: NodeDirectory;
  /** Stands for the packets, which are in no store. */
  readonly revision: number;
  /** Stands for what was learned of rows since they were drawn. */
  readonly learned: number;
  /** What a person wrote on it. */
  readonly notes: Annotations | undefined;
  readonly onMenu: (event: MouseEvent, id: ColumnId, row: number, previous: number) => void;
}

/** What the info cell says: nothing that a column beside it says. */
function infoCell(props: LineProps): { readonly text: string; readonly whole: string } {
  const { row, columns, nodes } = props;
  const store = packets();
  const facts = factsOf(row) ?? null;
  const name: NameNode = (node) =>
    typeof node === 'number' ? nodes.label(node).replace(/^node /, '') : nodes.labelOfAddress(node);
  const info = infoOf(store, row, facts, name);
  const has = (id: ColumnId): boolean => columns.some((column) => column.id === id);
  const said = { ...info, ...(has('kind') ? { kind: '' } : {}), ...(has('ring') ? { ring: '' } : {}) };
  const text = infoSentence(has('seq') ? { ...said, seq: '' } : said).replace(/^: /, '');
  return { text, whole: infoSentence(infoOf(store, row, facts, plainName)) };
}

/** Pixels of the mark before a kind. */
const MARK_ROOM = 20;
function NoteMark({ notes }: { readonly notes: Annotations }): ReactNode {
  const says = notes.map(({ text }) => text).join('\n');
  return <span className="note-mark" style={{ background: `var(--${notes[0]?.colour ?? 'note'})` }} title={says} />;
}

interface CellProps {
  readonly id: ColumnId;
  readonly index: number;
  readonly props: LineProps;
}

/** The text of a cell; `isWhole`: never shortened, for a tooltip. */
function textOf({ id, index, props }: CellProps, isWhole: boolean): string {
  const { row, previous, isShort, form, nodes, columns } = props;
  const store = packets();
  const chunk = store.chunks[row >>> 16];
  if (chunk === undefined) return '';
  if (id === 'info') return isWhole ? infoCell(props).whole : infoCell(props).text;
  const isCellShort = !isWhole && isShort && (columns[index]?.width ?? 0) < COLUMNS[id].chars * CHAR;
  const context = { store, directory: nodes, form, previous, isShort: isCellShort };
  return COLUMNS[id].text(row, chunk, row & 0xffff, context);
}

function kindDoc(row: number): string {
  const kind = packets().chunks[row >>> 16]?.kind[row & 0xffff];
  return kind === undefined ? '' : (PACKET_KINDS[kind]?.doc ?? '');
}

function KindMark({ row }: { readonly row: number }): ReactNode {
  const { kind, flags } = packets().chunks[row >>> 16] ?? {};
  const at = row & 0xffff;
  return kind === undefined || flags === undefined ? null : <Mark look={lookOf(kind[at]!, flags[at]!)} />;
}

function Cell(cell: CellProps): ReactNode {
  const { id, index, props } = cell;
  const right = COLUMNS[id].isRight === true ? ' right' : '';
  const faint = id === 'frame' ? ' faint' : '';
  const current = props.cursor === id ? ' cell-current' : '';
  const text = textOf(cell, false);
  const room = (props.columns[index]?.width ?? 0) - (id === 'kind' ? MARK_ROOM : 0);
  // What fits needs no edge to be cut at: of these the page has many, and each costs when lines are scrolled.
  const cut = text.length * CHAR <= room ? '' : ' cell-cut';
  return (
    <span
      role="gridcell"
      aria-colindex={index + 1}
      data-column={id}
      className={`cell-${id}${right}${faint}${current}${cut}`}
      // Made when it is wanted: making all of them would take longer than drawing the lines.
      onPointerEnter={({ currentTarget }) => {
        currentTarget.title = id === 'kind' ? kindDoc(props.row) : textOf(cell, true);
      }}
    >
      {id === 'frame' && props.notes !== undefined ? <NoteMark notes={props.notes} /> : null}
      {id === 'kind' ? <KindMark row={props.row} /> : null}
      {text}
    </span>
  );
}

export const Line = memo(function Line(props: LineProps): ReactNode {
  const { row, previous, position, top, columns, isCurrent, isHit, onMenu } = props;
  if (row < 0 || row >= packets().length) return null;
  const columnAt = (target: EventTarget): ColumnId => {
    const cell = target instanceof Element ? target.closest<HTMLElement>('[data-column]') : null;
    return (cell?.dataset['column'] ?? 'info') as ColumnId;
  };
  return (
    <div
      className={isHit ? 'packet packet-hit' : 'packet'}
      role="row"
      id={`packets-${position}`}
      aria-rowindex={position + 2}
      aria-selected={isCurrent}
      data-row={row}
      style={{ top }}
      onMouseDown={() => selectRow(row)}
      onContextMenu={(event) => onMenu(event, columnAt(event.target), row, previous)}
    >
      {columns.map(({ id }, index) => (
        <Cell key={id} {...{ id, index, props }} />
      ))}
    </div>
  );
});
