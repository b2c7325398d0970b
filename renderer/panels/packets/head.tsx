// The heading of the packet table: names of the columns, edges to resize them by, a menu for what is shown.
import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { showMenu, showMenuBelow } from '../../widgets/menu.tsx';
import { headGroups, moveColumn, setWidth } from './cell-menu.ts';
import { COLUMNS, type ColumnId, type ColumnWidth } from './columns.ts';

interface Drag {
  readonly from: number;
  readonly width: number;
}

/** The edge at the right of a heading: dragging resizes the column, a double click gives it its own width back. */
function Edge({ id, width }: { readonly id: ColumnId; readonly width: number }): ReactNode {
  const drag = useRef<Drag | null>(null);
  return (
    <i
      className="packet-edge"
      title="drag to resize, double-click to reset"
      onPointerDown={(event: PointerEvent<HTMLElement>) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { from: event.clientX, width };
      }}
      onPointerMove={({ clientX }) => {
        if (drag.current !== null) setWidth(id, drag.current.width + clientX - drag.current.from);
      }}
      onPointerUp={() => (drag.current = null)}
      onDoubleClick={() => setWidth(id, null)}
    />
  );
}

export function Head({ columns }: { readonly columns: readonly ColumnWidth[] }): ReactNode {
  const onKey = (event: KeyboardEvent, id: ColumnId, width: number): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      const by = event.key === 'ArrowLeft' ? -1 : 1;
      if (event.altKey) moveColumn(id, by);
      else if (event.shiftKey) setWidth(id, width + by * 8);
      else return;
      event.preventDefault();
    }
    event.stopPropagation();
  };
  return (
    <div className="packet-head" role="row" aria-rowindex={1}>
      {columns.map(({ id, width }, index) => (
        <span
          key={id}
          role="columnheader"
          aria-colindex={index + 1}
          data-column={id}
          className={COLUMNS[id].isRight === true ? 'right' : ''}
          onContextMenu={(event) => {
            event.preventDefault();
            showMenu('columns', { x: event.clientX, y: event.clientY }, headGroups(id, width));
          }}
        >
          <button
            type="button"
            aria-haspopup="menu"
            data-tip={`${COLUMNS[id].doc}\nClick: columns and times. Alt+arrows move it, Shift+arrows resize it.`}
            onClick={(event) => showMenuBelow('columns', event.currentTarget, headGroups(id, width))}
            onKeyDown={(event) => onKey(event, id, width)}
          >
            {COLUMNS[id].title}
          </button>
          {width === 0 ? null : <Edge {...{ id, width }} />}
        </span>
      ))}
    </div>
  );
}
