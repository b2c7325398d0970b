// The detail tree: the selected packet layer by layer, field by field, with what each field means.
import { useEffect, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Dissection } from '../../../protocol/dissect/dissection.ts';
import { FixedList } from '../../widgets/fixed-list.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { copyText } from '../../widgets/copy.ts';
import { showMenu } from '../../widgets/menu.tsx';
import { termOf } from '../../../app/glossary/glossary.ts';
import { annotationsByFrame, editAnnotation, useAnnotations } from '../../session/annotations.ts';
import { selectField, showOverlay } from '../../state/actions.ts';
import { stretchOf } from '../hex/layout.ts';
import { queryGroups } from '../query-menu.ts';
import { filterOf } from './filter-of.ts';
import { useSession } from '../../state/session-store.ts';
import { useView, type FieldChoice } from '../../state/view-store.ts';
import { detailLines, keysAbove, withOpen, type DetailLine } from './layout.ts';
import '../annotations/annotations.css';
import './detail.css';

const ROW_HEIGHT = 20;

interface LineProps {
  readonly line: DetailLine;
  readonly position: number;
  readonly top: number;
  readonly isCurrent: boolean;
  readonly onChoose: () => void;
  readonly onToggle: () => void;
  readonly onMenu: (at: { readonly x: number; readonly y: number }) => void;
  readonly isAsked: boolean;
}

function Line({ line, position, top, isCurrent, onChoose, onToggle, onMenu, isAsked }: LineProps): ReactNode {
  const { depth, label, text, doc, isOpen, problem, choice } = line;
  return (
    <div
      className={`detail-line ${depth === 0 ? 'detail-layer' : ''} ${problem === null ? '' : 'detail-problem'}`}
      role="treeitem"
      id={`detail-${position}`}
      aria-level={depth + 1}
      aria-selected={isCurrent}
      {...(isOpen === null ? {} : { 'aria-expanded': isOpen })}
      data-tip={problem ?? (choice.field < 0 ? '' : doc)}
      data-path={line.key}
      style={{ top, paddingLeft: 8 + depth * 14 }}
      onMouseDown={onChoose}
      onDoubleClick={onToggle}
      onContextMenu={(event) => {
        event.preventDefault();
        onMenu({ x: event.clientX, y: event.clientY });
      }}
    >
      <span className="detail-fold" aria-hidden="true" onMouseDown={onToggle}>
        {isOpen === null ? '' : isOpen ? '▾' : '▸'}
      </span>
      <span className="detail-label">{label}</span>
      <span className="detail-text">{problem === null ? text : `${text} – ${problem}`}</span>
      {isAsked ? (
        <span
          className="detail-filter"
          aria-hidden="true"
          title="filter by this value (Shift+F10)"
          onClick={(event) => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            onMenu({ x: left, y: bottom });
          }}
        >
          filter ▾
        </span>
      ) : null}
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

/** What the chosen field means, and where it stands. */
function Note({ chosen }: { readonly chosen: DetailLine | undefined }): ReactNode {
  const opened = useSession((state) => state.opened);
  const dissection = opened?.dissection ?? null;
  const says = opened?.says ?? null;
  const stretch = dissection === null || chosen === undefined ? null : stretchOf(dissection, chosen.choice);
  const source = stretch === null ? '' : (dissection?.sources[stretch.source]?.label ?? '');
  const word = chosen === undefined || chosen.choice.field < 0 ? null : termOf(chosen.label);
  const empty = 'Choose a field to see it explained.';
  const doc = chosen === undefined ? empty : word === null ? chosen.doc : `${chosen.doc}. ${word.says}`;
  const place = stretch === null || chosen?.isOpen === true ? '' : placeText(stretch, source);
  return (
    <div className="detail-note" aria-live="polite">
      <p title={doc}>{says ?? doc}</p>
      <p>
        {says !== null || chosen === undefined ? null : (
          <>
            {chosen.ctype === '' ? null : <code>{chosen.ctype}</code>}
            {place}
          </>
        )}
      </p>
    </div>
  );
}

function placeText({ from, to }: { readonly from: number; readonly to: number }, source: string): string {
  if (to <= from) return '';
  const where = to - from === 1 ? `octet ${from}` : `octets ${from} to ${to - 1}`;
  return `${where} of the ${source}`;
}

const openMenu = (dissection: Dissection, line: DetailLine, at: { readonly x: number; readonly y: number }): void => {
  const expression = filterOf(dissection, line.choice);
  const copy = [
    { label: 'Copy the value', isDisabled: line.text === '', run: () => copyText(line.text) },
    { label: 'Copy the field', run: () => copyText(`${line.label}: ${line.text}`) },
  ];
  const word = termOf(line.label);
  const explain =
    word === null ? [] : [{ label: `What is ${word.word}?`, run: () => showOverlay('glossary', word.word) }];
  showMenu('this field', at, [...(expression === null ? [] : queryGroups(expression)), copy, explain]);
};

/** What a person wrote on this packet. */
function Notes(): ReactNode {
  const row = useSession((state) => state.opened?.row ?? -1);
  const written = useAnnotations((state) => state.history.now);
  const own = useMemo(() => annotationsByFrame(written).get(row + 1) ?? [], [written, row]);
  if (own.length === 0) return null;
  return (
    <ul className="detail-notes" aria-label="annotations of this packet">
      {own.map(({ id, text, colour, tags }) => (
        <li key={id} className="note" style={{ borderColor: `var(--${colour})` }}>
          <button type="button" className="note-go" onClick={() => editAnnotation(id)}>
            <span className="note-text">{text}</span>
            <span className="note-tags">{tags.map((tag) => `#${tag}`).join(' ')}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Detail(): ReactNode {
  const opened = useSession((state) => state.opened);
  const choice = useView((state) => state.field);
  const dissection = opened?.dissection ?? null;
  const { lines, current, chosen, toggle } = useDetail(dissection, choice);
  const onKey = (event: KeyboardEvent): boolean => {
    if (chosen === undefined || dissection === null) return false;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const { left, bottom } = (
        document.getElementById(`detail-${current}`) ?? event.currentTarget
      ).getBoundingClientRect();
      openMenu(dissection, chosen, { x: left + 24, y: bottom });
      return true;
    }
    const wanted = chosen.isOpen === null ? null : wantsOpen(event.key, chosen.isOpen);
    if (wanted === null) return false;
    if (wanted !== chosen.isOpen) toggle(chosen);
    return true;
  };
  return (
    <Pane id="detail" title="Detail" aside={opened === null ? null : <span>frame {opened.row + 1}</span>}>
      <div className="detail">
        <Notes />
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
            if (line === undefined || dissection === null) return null;
            return (
              <Line
                {...{ line, position, top }}
                isCurrent={position === current}
                isAsked={filterOf(dissection, line.choice) !== null}
                onChoose={() => selectField(line.choice)}
                onToggle={() => toggle(line)}
                onMenu={(at) => openMenu(dissection, line, at)}
              />
            );
          }}
        />
        <Note chosen={chosen} />
      </div>
    </Pane>
  );
}
