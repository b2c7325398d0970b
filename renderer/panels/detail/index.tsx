// The detail tree: the selected packet layer by layer, field by field, with what each field means.
import { useEffect, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Dissection } from '../../../protocol/dissect/dissection.ts';
import { FixedList } from '../../widgets/fixed-list.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { selectField } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView, type FieldChoice } from '../../state/view-store.ts';
import { detailLines, keysAbove, withOpen, type DetailLine } from './layout.ts';
import './detail.css';

const ROW_HEIGHT = 20;

interface LineProps {
  readonly line: DetailLine;
  readonly position: number;
  readonly top: number;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
}

function Line({ line, position, top, isCurrent, onChoose, onToggle }: LineProps): ReactNode {
  const { depth, label, text, doc, isOpen, problem } = line;
  return (
    <div
      className={`detail-line ${depth === 0 ? 'detail-layer' : ''} ${problem === null ? '' : 'detail-problem'}`}
      role="treeitem"
      id={`detail-${position}`}
      aria-level={depth + 1}
      aria-selected={isCurrent}
      {...(isOpen === null ? {} : { 'aria-expanded': isOpen })}
      title={problem ?? doc}
      data-path={line.key}
      style={{ transform: `translateY(${top}px)`, paddingLeft: 8 + depth * 14 }}
      onMouseDown={onChoose}
      onDoubleClick={onToggle}
    >
      <span className="detail-fold" aria-hidden="true" onMouseDown={onToggle}>
        {isOpen === null ? '' : isOpen ? '▾' : '▸'}
      </span>
      <span className="detail-label">{label}</span>
      <span className="detail-text">{problem === null ? text : `${text} – ${problem}`}</span>
    </div>
  );
}

const NO_LINES: readonly DetailLine[] = [];

interface OpenDetail {
  readonly lines: readonly DetailLine[];
  /** Position of the chosen line, -1 for none. */
  readonly current: number;
  readonly chosen: DetailLine | undefined;
  readonly toggle: (line: DetailLine) => void;
}

/** The tree of a dissection as it is open now, and the line that is chosen in it. */
function useDetail(dissection: Dissection | null, choice: FieldChoice | null): OpenDetail {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(
    () => (dissection === null ? NO_LINES : detailLines(dissection, toggled)),
    [dissection, toggled],
  );

  // A field chosen in the hex view is shown here, whatever is closed above it.
  useEffect(() => {
    if (dissection !== null && choice !== null) setToggled((before) => withOpen(before, keysAbove(dissection, choice)));
  }, [dissection, choice]);

  const isChosen = (line: DetailLine): boolean =>
    choice !== null &&
    line.choice.layer === choice.layer &&
    line.choice.field === choice.field &&
    (line.isOpen === null || choice.field === -1);
  const current = lines.findIndex(isChosen);
  const toggle = ({ key }: DetailLine): void => {
    const next = new Set(toggled);
    if (!next.delete(key)) next.add(key);
    setToggled(next);
  };
  return { lines, current, chosen: lines[current], toggle };
}

/** Whether a key opens the chosen line or closes it; null where it does neither. */
function wantsOpen(key: string, isOpen: boolean): boolean | null {
  if (key === 'ArrowRight') return true;
  if (key === 'ArrowLeft') return false;
  return key === 'Enter' ? !isOpen : null;
}

export function Detail(): ReactNode {
  const opened = useSession((state) => state.opened);
  const choice = useView((state) => state.field);
  const { lines, current, chosen, toggle } = useDetail(opened?.dissection ?? null, choice);
  const onKey = (event: KeyboardEvent): boolean => {
    if (chosen === undefined || chosen.isOpen === null) return false;
    const wanted = wantsOpen(event.key, chosen.isOpen);
    if (wanted === null) return false;
    if (wanted !== chosen.isOpen) toggle(chosen);
    return true;
  };
  const note = chosen === undefined ? 'Choose a field to read what it means and to see its bytes.' : chosen.doc;
  return (
    <Pane id="detail" title="Detail" aside={opened === null ? null : <span>frame {opened.row + 1}</span>}>
      <div className="detail">
        <FixedList
          id="detail"
          role="tree"
          label="layers and fields of the selected packet"
          count={lines.length}
          rowHeight={ROW_HEIGHT}
          current={current}
          onCurrent={(position) => selectField(lines[position]?.choice ?? null)}
          onKey={onKey}
          renderRow={(position, top) => {
            const line = lines[position];
            if (line === undefined) return null;
            return (
              <Line
                key={line.key}
                {...{ line, position, top }}
                isCurrent={position === current}
                onChoose={() => selectField(line.choice)}
                onToggle={() => toggle(line)}
              />
            );
          }}
        />
        <p className="detail-note" aria-live="polite">
          {opened?.says ?? note}
          {chosen === undefined || chosen.ctype === '' ? null : <code>{chosen.ctype}</code>}
        </p>
      </div>
    </Pane>
  );
}
