// The top bar: what is open, the filter, keys, theme, help. Its parts never move.
import { useEffect, useState, type ReactNode } from 'react';
import { chooseCapture, chooseKeys, filterPackets, packets, showShortcuts, toggleTheme } from '../state/actions.ts';
import { Transport } from '../panels/transport/index.tsx';
import { folderOf } from './folder.ts';
import { useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';

const FILTER_TITLE =
  "Shows the packets that match. Fields are those of the command line's decode, after totem.; " +
  '/ goes here, Escape clears.';

/** Milliseconds of rest after the last letter of a filter. */
const FILTER_REST = 200;
const FILTER_EXAMPLE = 'filter: totem.kind == orf_token and totem.seq > 100';

function sourceText(epochNs: bigint): string {
  if (epochNs === 0n) return '';
  return new Date(Number(epochNs / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ');
}

function FilterBox(): ReactNode {
  const { text, problem } = useSession((state) => state.filter);
  const phase = useSession((state) => state.phase);
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text]);
  useEffect(() => {
    if (draft === text) return undefined;
    const timer = setTimeout(() => void filterPackets(draft), FILTER_REST);
    return () => clearTimeout(timer);
  }, [draft, text]);
  return (
    <div className="filter" role="search">
      <input
        id="filter"
        type="text"
        spellCheck={false}
        autoComplete="off"
        aria-label="filter packets"
        placeholder={FILTER_EXAMPLE}
        title={FILTER_TITLE}
        disabled={phase !== 'reading' && phase !== 'done' && phase !== 'cancelled'}
        aria-invalid={problem !== null}
        aria-describedby="filter-problem"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void filterPackets(draft);
          if (event.key === 'Escape') {
            setDraft('');
            event.currentTarget.blur();
          }
        }}
      />
      <output id="filter-problem" className={problem === null ? 'hidden-text' : 'filter-problem'}>
        {problem === null ? '' : `column ${problem.column}: ${problem.says}`}
        {problem === null ? null : <code>{`${draft}\n${' '.repeat(Math.max(0, problem.column - 1))}^`}</code>}
      </output>
    </div>
  );
}

export function TopBar(): ReactNode {
  const source = useSession((state) => state.source);
  const keyNames = useSession((state) => state.keyNames);
  const revision = useSession((state) => state.revision);
  const theme = useView((state) => state.theme);
  const clock = revision === 0 ? '' : sourceText(packets().epochNs);
  return (
    <header className="top-bar">
      <button type="button" onClick={() => void chooseCapture()} title="Open a capture (Ctrl+O)">
        Open…
      </button>
      <h1 title={source?.path ?? ''}>
        <span>{source === null ? '' : folderOf(source.path)}</span>
        {source?.name ?? 'Totem Lab'}
        <small>{clock === '' ? '' : `${clock} UTC, the capturing host's clock`}</small>
      </h1>
      {source === null ? null : <Transport />}
      <FilterBox />
      <button
        type="button"
        disabled={source === null}
        onClick={() => void chooseKeys()}
        title="Open encrypted packets with the cluster's authkey; it stays in memory"
      >
        {keyNames.length === 0 ? 'Keys…' : `Keys: ${keyNames.length}`}
      </button>
      <button type="button" onClick={toggleTheme} title="Light or dark (Ctrl+Shift+L)">
        {theme === 'dark' ? 'Light' : 'Dark'}
      </button>
      <button
        type="button"
        onClick={() => showShortcuts(true)}
        aria-label="keyboard shortcuts"
        title="Keyboard shortcuts (?)"
      >
        ?
      </button>
    </header>
  );
}
