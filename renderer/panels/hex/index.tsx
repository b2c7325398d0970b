// The hex view: the bytes that the selected packet was read from, as captured, joined, or opened with a key; the bytes
// of the selected field are marked, and a byte selects its field.
import { useEffect, useState, type KeyboardEvent, type ReactNode } from 'react';
import { FixedList } from '../../widgets/fixed-list.tsx';
import { Pane } from '../../widgets/pane.tsx';
import type { Dissection } from '../../../protocol/dissect/dissection.ts';
import { selectField } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView, type FieldChoice } from '../../state/view-store.ts';
import { useWidth } from '../../widgets/use-width.ts';
import {
  fieldAt,
  firstSource,
  hexRow,
  NARROW_OCTETS,
  offsetText,
  ROW_OCTETS,
  stretchOf,
  type HexCell,
  type Stretch,
} from './layout.ts';
import './hex.css';

const ROW_HEIGHT = 18;

interface RowProps {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly row: number;
  /** Octets of a row. */
  readonly octets: number;
  readonly top: number;
  readonly marked: Stretch | null;
  readonly layer: Stretch | null;
  /** Octet that the keyboard is at. */
  readonly at: number | null;
  readonly onByte: (at: number) => void;
}

function HexRow({ id, bytes, row, octets, top, marked, layer, at: cursor, onByte }: RowProps): ReactNode {
  const cells = hexRow(bytes, row, octets);
  const isIn = (stretch: Stretch | null, at: number): boolean =>
    stretch !== null && at >= stretch.from && at < stretch.to;
  const className = ({ at }: HexCell): string => {
    const mark = isIn(marked, at) ? 'hex-marked' : isIn(layer, at) ? 'hex-layer' : '';
    return at === cursor ? `${mark} hex-cursor` : mark;
  };
  const byte = (cell: HexCell, text: string): ReactNode => (
    <span key={cell.at} className={className(cell)} data-at={cell.at} onMouseDown={() => onByte(cell.at)}>
      {text}
    </span>
  );
  return (
    <div className="hex-row" role="option" aria-selected={false} id={`${id}-${row}`} style={{ top }}>
      <span className="hex-offset">{offsetText(row, octets)}</span>
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

/** Octets that each key moves by, in rows of so many octets. */
function stepOf(key: string, octets: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -octets,
    ArrowDown: octets,
    PageUp: -8 * octets,
    PageDown: 8 * octets,
  };
  return steps[key] ?? null;
}

interface BytesProps {
  readonly id: string;
  readonly dissection: Dissection;
  readonly source: number;
  readonly choice: FieldChoice | null;
  readonly octets: number;
}

/** The bytes of one source, with those of the chosen field marked. */
function Bytes({ id, dissection, source, choice, octets }: BytesProps): ReactNode {
  const [cursor, setCursor] = useState<number | null>(null);
  const { bytes, label } = dissection.sources[source] ?? { bytes: new Uint8Array(), label: '' };
  const own = (stretch: Stretch | null): Stretch | null => (stretch?.source === source ? stretch : null);
  const marked = choice === null ? null : own(stretchOf(dissection, choice));
  const layer = choice === null ? null : own(stretchOf(dissection, { layer: choice.layer, field: -1 }));
  // A field that was chosen elsewhere takes the cursor along.
  useEffect(() => {
    if (marked !== null && (cursor === null || cursor < marked.from || cursor >= marked.to)) setCursor(marked.from);
  }, [dissection, choice, source]);
  const at = cursor === null || cursor >= bytes.length ? null : cursor;
  const moveTo = (octet: number): void => {
    const next = Math.min(Math.max(0, octet), bytes.length - 1);
    setCursor(next);
    selectField(fieldAt(dissection, source, next));
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.altKey || event.metaKey || bytes.length === 0) return false;
    const step = stepOf(event.key, octets);
    if (event.key === 'Home') moveTo(0);
    else if (event.key === 'End') moveTo(bytes.length - 1);
    else if (step !== null) moveTo(at === null ? 0 : at + step);
    else return false;
    return true;
  };
  return (
    <FixedList
      id={id}
      role="listbox"
      label={`bytes of the ${label || 'selected packet'}; arrows go from byte to byte`}
      className="hex"
      count={Math.ceil(bytes.length / octets)}
      rowHeight={ROW_HEIGHT}
      current={at === null ? -1 : Math.floor(at / octets)}
      onKey={onKey}
      renderRow={(row, top) => <HexRow {...{ id, bytes, row, octets, top, marked, layer, at }} onByte={moveTo} />}
    />
  );
}

/** Pixels from which on captured and decrypted bytes fit side by side. */
const SIDE_BY_SIDE = 1040;
/** Pixels from which on a row of sixteen octets and their text fit. */
const WIDE = 500;

export function Hex(): ReactNode {
  const opened = useSession((state) => state.opened);
  const choice = useView((state) => state.field);
  const [source, setSource] = useState(0);
  const { box, width } = useWidth();
  const dissection = opened?.dissection ?? null;
  const marked = dissection === null || choice === null ? null : stretchOf(dissection, choice);
  useEffect(() => {
    if (dissection !== null) setSource(firstSource(dissection));
  }, [dissection]);
  useEffect(() => {
    if (marked !== null) setSource(marked.source);
    // A new choice turns to its bytes; turning by hand afterwards stays.
  }, [dissection, choice]);
  const shown = Math.min(source, (dissection?.sources.length ?? 1) - 1);
  const isBoth = width >= SIDE_BY_SIDE && shown > 0;
  const octets = width >= WIDE ? ROW_OCTETS : NARROW_OCTETS;
  const aside = dissection === null ? null : <Tabs dissection={dissection} source={shown} onSource={setSource} />;
  return (
    <Pane id="hex" title="Bytes" aside={aside}>
      <div className="hex-sides" ref={box}>
        {dissection === null || !isBoth ? null : (
          <Bytes id="hex-frame" {...{ dissection, choice, octets }} source={0} />
        )}
        {dissection === null ? null : <Bytes id="hex" {...{ dissection, choice, octets }} source={shown} />}
      </div>
    </Pane>
  );
}
