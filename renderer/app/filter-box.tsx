// The box at the top: an expression that filters the packets, or marks them; with what may stand at the caret, and
// where an expression goes wrong.
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { complete, completed, type Completion, type Completions } from '../../app/filter/complete.ts';
import { packets } from '../state/capture.ts';
import { ask, rememberQuery } from '../session/query.ts';
import { isShown, useSession } from '../state/session-store.ts';
import { useSettings } from '../state/settings-store.ts';
import { useView } from '../state/view-store.ts';
import { showMenuBelow } from '../widgets/menu.tsx';
import './filter-box.css';

/** Milliseconds of rest after the last letter. */
const REST = 200;
const EXAMPLE = 'totem.kind == orf_token and totem.seq > 100';
/** Values of one kind that are offered. */
const VALUES_MAX = 40;
const USED = 'used before';

/** Values that fields have in the capture that is open. */
function valuesOf(field: string): readonly Completion[] {
  const { nodes, analysis } = useSession.getState();
  const store = packets();
  if (field.endsWith('nodeid') || ['node', 'aru_addr', 'node_id', 'knet.node'].includes(field))
    return nodes.nodes.map(({ nodeid, label, addresses }) => ({
      text: String(nodeid),
      doc: [label, ...addresses].join(', '),
    }));
  if (field.endsWith('ring_id'))
    return (analysis?.rings ?? []).slice(0, VALUES_MAX).map(({ id, members }) => ({
      text: id,
      doc: `ring of ${members.map((member) => nodes.label(member)).join(', ')}`,
    }));
  if (field === 'src' || field === 'dst' || field.endsWith('.ip'))
    return store.addresses
      .slice(0, VALUES_MAX)
      .filter((text) => text !== '')
      .map((text) => ({
        text,
        doc: nodes.labelOfAddress(text) === text ? 'address' : nodes.labelOfAddress(text),
      }));
  if (field === 'security') {
    const known = new Set(store.encodings.map(({ security }) => security));
    return [...known].map((text) => ({ text, doc: 'in this capture' }));
  }
  return [];
}

interface Options extends Completions {
  /** True for filters used before: they take the place of the whole text. */
  readonly isHistory: boolean;
}

function optionsFor(text: string, caret: number, used: readonly string[]): Options {
  const found = complete(text, caret, valuesOf);
  if (text.trim() !== '' || used.length === 0) return { ...found, isHistory: false };
  const options = used.slice(0, 8).map((expression) => ({ text: expression, doc: USED }));
  return { from: 0, to: text.length, what: 'field', options: [...options, ...found.options], isHistory: true };
}

interface Box {
  readonly draft: string;
  readonly setDraft: (text: string) => void;
  readonly apply: () => void;
  readonly mode: 'filter' | 'highlight';
}

/** The text of the box: what is asked, or what is being typed; asked after a rest. */
function useDraft(): Box {
  const mode = useView((state) => state.queryMode);
  const { text } = useSession((state) => (mode === 'filter' ? state.filter : state.highlight));
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text, mode]);
  useEffect(() => {
    if (draft === text) return undefined;
    const timer = setTimeout(() => void ask(mode, draft), REST);
    return () => clearTimeout(timer);
  }, [draft, text]);
  const apply = (): void => {
    rememberQuery(draft);
    void ask(mode, draft);
  };
  return { draft, setDraft, apply, mode };
}

function Problem({ draft }: { readonly draft: string }): ReactNode {
  const mode = useView((state) => state.queryMode);
  const { problem } = useSession((state) => (mode === 'filter' ? state.filter : state.highlight));
  if (problem === null) return null;
  return (
    <div className="filter-problem">
      column {problem.column}: {problem.says}
      <code>{`${draft}\n${' '.repeat(Math.max(0, problem.column - 1))}^`}</code>
    </div>
  );
}

interface ListProps {
  readonly options: Options;
  readonly active: number;
  readonly onChoose: (option: Completion, index: number) => void;
}

function List({ options, active, onChoose }: ListProps): ReactNode {
  const box = useRef<HTMLUListElement>(null);
  useEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <ul ref={box} id="filter-options" role="listbox" aria-label="completions" className="filter-options scroll">
      {options.options.map((option, i) => (
        <li
          key={`${i} ${option.text}`}
          id={`filter-option-${i}`}
          role="option"
          aria-selected={i === active}
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(option, i);
          }}
        >
          <span>{option.text}</span>
          <span>{option.doc}</span>
        </li>
      ))}
    </ul>
  );
}

const MODES = {
  filter: { word: 'Filter', doc: 'shows only the packets that match' },
  highlight: { word: 'Highlight', doc: 'marks the packets that match and leaves the others' },
} as const;

function ModeButton(): ReactNode {
  const mode = useView((state) => state.queryMode);
  const { filter, highlight } = useSession();
  const isOn = { filter: filter.text.trim() !== '', highlight: highlight.text.trim() !== '' };
  const choose = (queryMode: 'filter' | 'highlight') => ({
    label: `${MODES[queryMode].word}: ${MODES[queryMode].doc}`,
    hint: queryMode === 'filter' ? '/' : 'Ctrl+F',
    isChecked: mode === queryMode,
    run: () => {
      useView.setState({ queryMode });
      document.getElementById('filter')?.focus();
    },
  });
  const other = mode === 'filter' ? 'highlight' : 'filter';
  return (
    <button
      type="button"
      className="filter-mode"
      aria-haspopup="menu"
      data-tip={`${MODES[mode].word}: ${MODES[mode].doc}${isOn[other] ? `\nThere is a ${other}, too.` : ''}`}
      onClick={(event) =>
        showMenuBelow('what the expression does', event.currentTarget, [[choose('filter'), choose('highlight')]])
      }
    >
      {MODES[mode].word}
      <span aria-hidden="true">{isOn[other] ? ' •' : ''} ▾</span>
    </button>
  );
}

interface Caret {
  readonly options: Options;
  readonly isOpen: boolean;
  readonly active: number;
  readonly choose: (option: Completion, index: number) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLInputElement>) => void;
  readonly follow: (event: { readonly currentTarget: HTMLInputElement }, isTyped: boolean) => void;
  readonly list: (isListed: boolean) => void;
}

/** What may stand at the caret, and the keys that choose it. */
function useCaret({ draft, setDraft, apply }: Box, input: RefObject<HTMLInputElement | null>): Caret {
  const used = useSettings((state) => state.filters);
  const [caret, setCaret] = useState(0);
  const [isListed, setIsListed] = useState(false);
  const [active, setActive] = useState(-1);
  const options = useMemo(() => optionsFor(draft, caret, used), [draft, caret, used, isListed]);
  const isOpen = isListed && options.options.length > 0;
  // The caret goes behind what was completed, before the next letter comes.
  const wanted = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (wanted.current !== null) input.current?.setSelectionRange(wanted.current, wanted.current);
    wanted.current = null;
  });
  const choose = (option: Completion, index: number): void => {
    const isWhole = options.isHistory && index < used.length && option.doc === USED;
    const next = isWhole ? { text: option.text, caret: option.text.length } : completed(draft, options, option);
    setDraft(next.text);
    setCaret(next.caret);
    setActive(-1);
    wanted.current = next.caret;
  };
  const walk = (step: number): void => {
    const { length } = options.options;
    setIsListed(true);
    if (isOpen) setActive((active + step + length + (active < 0 && step < 0 ? 1 : 0)) % length);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const { key } = event;
    const first = key === 'Tab' && draft !== '' ? options.options[0] : undefined;
    const current = isOpen && (key === 'Tab' || key === 'Enter') ? (options.options[active] ?? first) : undefined;
    if (key === 'ArrowDown' || key === 'ArrowUp') walk(key === 'ArrowDown' ? 1 : -1);
    else if (key === ' ' && event.ctrlKey) setIsListed(true);
    else if (current !== undefined) choose(current, options.options.indexOf(current));
    else if (key === 'Enter') {
      apply();
      setIsListed(false);
    } else if (key === 'Escape' && isOpen) setIsListed(false);
    else if (key === 'Escape') {
      setDraft('');
      event.currentTarget.blur();
    } else return;
    event.preventDefault();
  };
  const follow: Caret['follow'] = ({ currentTarget: { selectionStart, value } }, isTyped) => {
    setCaret(selectionStart ?? value.length);
    if (!isTyped) return;
    setIsListed(true);
    setActive(-1);
  };
  return { options, isOpen, active, choose, onKeyDown, follow, list: setIsListed };
}

export function FilterBox(): ReactNode {
  const phase = useSession((state) => state.phase);
  const input = useRef<HTMLInputElement>(null);
  const box = useDraft();
  const { draft, setDraft, mode } = box;
  const { options, isOpen, active, choose, onKeyDown, follow, list } = useCaret(box, input);
  const problem = useSession((state) => (mode === 'filter' ? state.filter : state.highlight).problem);
  return (
    <div className={`filter filter-${mode}`} role="search">
      <ModeButton />
      <input
        id="filter"
        ref={input}
        type="text"
        role="combobox"
        spellCheck={false}
        autoComplete="off"
        aria-label={mode === 'filter' ? 'filter packets' : 'highlight packets'}
        aria-expanded={isOpen}
        aria-controls="filter-options"
        aria-autocomplete="list"
        {...(active >= 0 && isOpen ? { 'aria-activedescendant': `filter-option-${active}` } : {})}
        placeholder={EXAMPLE}
        disabled={!isShown(phase)}
        aria-invalid={problem !== null}
        aria-describedby="filter-problem"
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value);
          follow(event, true);
        }}
        onSelect={(event) => follow(event, false)}
        onFocus={() => list(draft === '')}
        onBlur={() => {
          list(false);
          if (problem === null) rememberQuery(draft);
        }}
        onKeyDown={onKeyDown}
      />
      {draft === '' ? null : (
        <button type="button" className="filter-clear" aria-label={`clear the ${mode}`} onClick={() => setDraft('')}>
          ×
        </button>
      )}
      <div className={isOpen || problem !== null ? 'filter-drop' : 'hidden-text'}>
        {isOpen ? <List {...{ options, active }} onChoose={choose} /> : null}
        <output id="filter-problem">
          <Problem draft={draft} />
        </output>
      </div>
    </div>
  );
}
