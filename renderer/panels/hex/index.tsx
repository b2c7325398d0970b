// The hex view: the bytes that the selected packet was read from, as captured, joined, or opened with a key; the bytes
// of the selected field are marked, and a byte selects its field.
import { useEffect, useState, type ReactNode } from 'react';
import { FixedList } from '../../widgets/fixed-list.tsx';
import { Pane } from '../../widgets/pane.tsx';
import type { Dissection } from '../../../protocol/dissect/dissection.ts';
import { selectField } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import {
  fieldAt,
  firstSource,
  hexRow,
  offsetText,
  ROW_OCTETS,
  stretchOf,
  type HexCell,
  type Stretch,
} from './layout.ts';
import './hex.css';

const ROW_HEIGHT = 18;

interface RowProps {
  readonly bytes: Uint8Array;
  readonly row: number;
  readonly top: number;
  readonly marked: Stretch | null;
  readonly layer: Stretch | null;
  readonly onByte: (at: number) => void;
}

function HexRow({ bytes, row, top, marked, layer, onByte }: RowProps): ReactNode {
  const cells = hexRow(bytes, row);
  const isIn = (stretch: Stretch | null, at: number): boolean =>
    stretch !== null && at >= stretch.from && at < stretch.to;
  const className = ({ at }: HexCell): string => (isIn(marked, at) ? 'hex-marked' : isIn(layer, at) ? 'hex-layer' : '');
  const byte = (cell: HexCell, text: string): ReactNode => (
    <span key={cell.at} className={className(cell)} data-at={cell.at} onMouseDown={() => onByte(cell.at)}>
      {text}
    </span>
  );
  return (
    <div
      className="hex-row"
      role="option"
      aria-selected={false}
      id={`hex-${row}`}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span className="hex-offset">{offsetText(row)}</span>
      <span className="hex-bytes">{cells.map((cell) => byte(cell, cell.hex))}</span>
      <span className="hex-text">{cells.map((cell) => byte(cell, cell.text))}</span>
    </div>
  );
}

function Tabs({
  dissection,
  source,
  onSource,
}: {
  readonly dissection: Dissection;
  readonly source: number;
  readonly onSource: (source: number) => void;
}): ReactNode {
  return (
    <div className="hex-tabs" role="group" aria-label="which bytes">
      {dissection.sources.map(({ label, bytes }, i) => (
        <button
          key={i}
          type="button"
          aria-pressed={i === source}
          title={`${bytes.length} octets`}
          onClick={() => onSource(i)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}

export function Hex(): ReactNode {
  const opened = useSession((state) => state.opened);
  const choice = useView((state) => state.field);
  const [source, setSource] = useState(0);
  const dissection = opened?.dissection ?? null;
  const marked = dissection === null || choice === null ? null : stretchOf(dissection, choice);
  const layer =
    dissection === null || choice === null ? null : stretchOf(dissection, { layer: choice.layer, field: -1 });

  useEffect(() => {
    if (dissection !== null) setSource(firstSource(dissection));
  }, [dissection]);
  useEffect(() => {
    if (marked !== null) setSource(marked.source);
    // A new choice turns to its bytes; turning by hand afterwards stays.
  }, [dissection, choice]);

  const shown = Math.min(source, (dissection?.sources.length ?? 1) - 1);
  const bytes = dissection?.sources[shown]?.bytes ?? new Uint8Array();
  const own = (stretch: Stretch | null): Stretch | null => (stretch?.source === shown ? stretch : null);
  const aside = dissection === null ? null : <Tabs dissection={dissection} source={shown} onSource={setSource} />;
  const ownMarked = own(marked);
  return (
    <Pane id="hex" title="Bytes" aside={aside}>
      <FixedList
        id="hex"
        role="listbox"
        label="bytes of the selected packet"
        className="hex"
        count={Math.ceil(bytes.length / ROW_OCTETS)}
        rowHeight={ROW_HEIGHT}
        current={ownMarked === null || ownMarked.from === ownMarked.to ? -1 : Math.floor(ownMarked.from / ROW_OCTETS)}
        renderRow={(row, top) => (
          <HexRow
            key={row}
            {...{ bytes, row, top }}
            marked={ownMarked}
            layer={own(layer)}
            onByte={(at) => {
              if (dissection !== null) selectField(fieldAt(dissection, shown, at));
            }}
          />
        )}
      />
    </Pane>
  );
}
