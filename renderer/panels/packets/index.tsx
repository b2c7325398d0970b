// The packet table: one line a captured frame, in capture order, the filtered ones where a filter is set.
import { memo, type KeyboardEvent, type ReactNode } from 'react';
import { FixedList } from '../../widgets/fixed-list.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { chooseTimeForm, packets, selectRow } from '../../state/actions.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useView, type TimeForm } from '../../state/view-store.ts';
import { Mark } from '../mark.tsx';
import { countText, packetLine, wayText } from './layout.ts';
import './packets.css';

const ROW_HEIGHT = 22;
const COLUMNS = [
  ['no.', 'number of the frame in the file, from 1'],
  ['time', 'seconds since the first packet, since the one before, or the clock of the capturing host'],
  ['from → to', 'who sent it, and to whom or to which multicast group'],
  ['kind', 'what the packet is'],
  ['ring', 'ring id: representative and number of the ring that the packet belongs to'],
  ['seq', "a multicast's place in the total order; on a token, the highest place given"],
  ['says', 'what it says, in the words of the field'],
] as const;
const FORMS: readonly (readonly [TimeForm, string])[] = [
  ['start', 'since the start'],
  ['previous', 'since the packet before'],
  ['clock', 'clock'],
];

interface LineProps {
  readonly row: number;
  readonly previous: number;
  readonly position: number;
  readonly top: number;
  readonly isCurrent: boolean;
  readonly form: TimeForm;
  readonly nodes: NodeDirectory;
  readonly revision: number;
}

const Line = memo(function Line({ row, previous, position, top, isCurrent, form, nodes }: LineProps): ReactNode {
  const line = packetLine(packets(), nodes, row, previous, form);
  if (line === null) return null;
  return (
    <div
      className="packet"
      role="row"
      id={`packets-${position}`}
      aria-rowindex={position + 2}
      aria-selected={isCurrent}
      data-row={row}
      style={{ transform: `translateY(${top}px)` }}
      onMouseDown={() => selectRow(row)}
    >
      <span role="gridcell" className="right faint">
        {line.number}
      </span>
      <span role="gridcell" className="right">
        {line.time}
      </span>
      <span role="gridcell" title={wayText(line.source, line.target)}>
        <span className="long">{wayText(line.source, line.target)}</span>
        <span className="short">{wayText(nodes.labelOfAddress(line.source), nodes.labelOfAddress(line.target))}</span>
      </span>
      <span role="gridcell" className="kind" title={line.kindDoc}>
        <Mark look={line.look} />
        {line.kind}
      </span>
      <span role="gridcell" title={line.ringDoc}>
        {line.ring}
      </span>
      <span role="gridcell" className="right">
        {line.seq}
      </span>
      <span role="gridcell" className="says" title={line.says}>
        {line.says}
      </span>
    </div>
  );
});

const header = (
  <div className="packet-head" role="row" aria-rowindex={1}>
    {COLUMNS.map(([name, doc], i) => (
      <span key={name} role="columnheader" className={i === 0 || i === 1 || i === 5 ? 'right' : ''} title={doc}>
        {name}
      </span>
    ))}
  </div>
);

/** Position of a row in the sorted list of filtered rows, or of the nearest before it. */
function positionIn(rows: Uint32Array, row: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) <= row) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export function Packets(): ReactNode {
  const revision = useSession((state) => state.revision);
  const nodes = useSession((state) => state.nodes);
  const analysis = useSession((state) => state.analysis);
  const { rows } = useSession((state) => state.filter);
  const row = useView((state) => state.row);
  const form = useView((state) => state.timeForm);
  const rowOf = (position: number): number => (rows === null ? position : (rows[position] ?? -1));
  const count = rows === null ? packets().length : rows.length;
  const current = row === null ? -1 : rows === null ? row : positionIn(rows, row);

  const aside = (
    <>
      <span>{countText(packets(), rows, analysis)}</span>
      <select
        aria-label="time column"
        value={form}
        onChange={(event) => chooseTimeForm(event.target.value as TimeForm)}
      >
        {FORMS.map(([value, label]) => (
          <option key={value} value={value}>
            time {label}
          </option>
        ))}
      </select>
    </>
  );
  const onKey = (event: KeyboardEvent): boolean => event.key === 'Enter';
  return (
    <Pane id="packets" title="Packets" aside={aside}>
      <FixedList
        id="packets"
        role="grid"
        label="packets"
        className="packets"
        count={count}
        rowHeight={ROW_HEIGHT}
        current={current}
        header={header}
        headerHeight={ROW_HEIGHT}
        onCurrent={(position) => selectRow(rowOf(position))}
        onKey={onKey}
        renderRow={(position, top) => (
          <Line
            key={position}
            {...{ position, top, form, nodes, revision }}
            row={rowOf(position)}
            previous={position === 0 ? -1 : rowOf(position - 1)}
            isCurrent={rowOf(position) === row}
          />
        )}
      />
      {count === 0 && rows !== null ? <p className="nothing">No packet matches this filter.</p> : null}
    </Pane>
  );
}
