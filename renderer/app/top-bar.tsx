// The top bar: what is open, the filter, presets, keys, theme, help. Its parts never move.
import type { MouseEvent, ReactNode } from 'react';
import { PRESETS, THEMES } from '../../app/settings/settings.ts';
import { chooseCapture, chooseTheme, closeCapture, openCapture, packets, showOverlay } from '../state/actions.ts';
import { useSession } from '../state/session-store.ts';
import { useSettings } from '../state/settings-store.ts';
import { useView } from '../state/view-store.ts';
import { showMenuBelow } from '../widgets/menu.tsx';
import { PANELS } from '../panels/index.ts';
import { Transport } from '../panels/transport/index.tsx';
import { allPanes, choosePreset, isVisible, resetLayout, showPane } from '../workbench/pane-actions.ts';
import { PRESET_TREES } from '../workbench/presets.ts';
import { THEME_TITLES } from './commands.ts';
import { FilterBox } from './filter-box.tsx';
import { folderOf } from './folder.ts';

function startText(epochNs: bigint): string {
  if (epochNs === 0n) return '';
  return new Date(Number(epochNs / 1_000_000n)).toISOString().slice(0, 19).replace('T', ' ');
}

function openMenu(event: MouseEvent): void {
  const { recent, source } = useSession.getState();
  const { samples } = useView.getState();
  showMenuBelow('open', event.currentTarget, [
    [{ label: 'Open a capture…', hint: 'Ctrl+O', run: () => void chooseCapture() }],
    recent.map(({ path, name }) => ({
      label: `${folderOf(path)}${name}`,
      isChecked: path === source?.path,
      run: () => void openCapture(path),
    })),
    samples.map(({ path, title, says }) => ({
      label: `Sample: ${title}`,
      hint: says,
      isChecked: path === source?.path,
      run: () => void openCapture(path),
    })),
    source === null ? [] : [{ label: 'Close the capture', run: () => void closeCapture() }],
  ]);
}

function Source(): ReactNode {
  const source = useSession((state) => state.source);
  const live = source?.live ?? null;
  const filter = live?.kind === 'interface' ? live.filter : '';
  const hasPackets = useSession((state) => state.revision > 0);
  const start = hasPackets ? startText(packets().epochNs) : '';
  return (
    <h1 title={filter === '' ? (source?.path ?? '') : `${source?.path ?? ''}\ncapture filter: ${filter}`}>
      <span className="source-folder">{source === null ? '' : folderOf(source.path)}</span>
      <span className="source-name">{source?.name ?? 'Totem Lab'}</span>
      {start === '' ? null : (
        <small data-tip="Date and time of the first packet, by the clock of the host that captured it.">
          {start} UTC, the capturing host&apos;s clock
        </small>
      )}
    </h1>
  );
}

function Presets(): ReactNode {
  const preset = useSettings((state) => state.preset);
  return (
    <div className="presets" role="group" aria-label="preset">
      {PRESETS.map((id, i) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === preset}
          data-tip={`${PRESET_TREES[id].title} (${i + 1}): ${PRESET_TREES[id].doc}`}
          onClick={() => choosePreset(id)}
        >
          {PRESET_TREES[id].title}
        </button>
      ))}
      <button
        type="button"
        aria-haspopup="menu"
        aria-label="panes"
        data-tip="Which panes are shown"
        onClick={(event) =>
          showMenuBelow('panes', event.currentTarget, [
            allPanes().map(({ pane }) => ({
              label: PANELS[pane].title,
              isChecked: isVisible(pane),
              run: () => showPane(pane, !isVisible(pane)),
            })),
            [{ label: 'Reset the panes', run: resetLayout }],
          ])
        }
      >
        <span aria-hidden="true">▾</span>
      </button>
    </div>
  );
}

const THEME_SIGN = 'M7 1.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0 -11M7 1.5v11a5.5 5.5 0 0 0 0 -11z';

function ThemeButton(): ReactNode {
  const choice = useSettings((state) => state.theme);
  return (
    <button
      type="button"
      className="sign-button"
      aria-haspopup="menu"
      aria-label={`theme: ${THEME_TITLES[choice].toLowerCase()}`}
      data-tip="Theme (Ctrl+Shift+L: the next one)"
      onClick={(event) =>
        showMenuBelow('theme', event.currentTarget, [
          THEMES.map((theme) => ({
            label: THEME_TITLES[theme],
            isChecked: theme === choice,
            run: () => chooseTheme(theme),
          })),
        ])
      }
    >
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <path d={THEME_SIGN} fill="currentColor" fillRule="evenodd" stroke="currentColor" />
      </svg>
    </button>
  );
}

const KEY_SIGN = 'M7.6 7a3 3 0 1 1 0-.1M7.6 7H15M12 7v3M14.4 7v2';

function KeysButton(): ReactNode {
  const count = useSession((state) => state.keys.length);
  return (
    <button
      type="button"
      className="sign-button keys-button"
      aria-label={count === 0 ? 'keys' : `keys: ${count}`}
      data-tip="Keys of encrypted captures (Ctrl+Shift+K): which packets each opens. They stay in memory."
      onClick={() => showOverlay('keys')}
    >
      <svg width="16" height="14" viewBox="0 0 16 14" aria-hidden="true">
        <path d={KEY_SIGN} fill="none" stroke="currentColor" strokeWidth="1.4" />
      </svg>
      {count === 0 ? null : <span>{count}</span>}
    </button>
  );
}

export function TopBar(): ReactNode {
  const isOpen = useSession((state) => state.source !== null);
  return (
    <header className="top-bar">
      <button type="button" aria-haspopup="menu" data-tip="Open a capture (Ctrl+O)" onClick={openMenu}>
        Open <span aria-hidden="true">▾</span>
      </button>
      <Source />
      {isOpen ? <Transport /> : null}
      <FilterBox />
      <Presets />
      <KeysButton />
      <ThemeButton />
      <button
        type="button"
        className="sign-button"
        aria-label="glossary"
        data-tip="Glossary: the words of the field (F1)"
        onClick={() => showOverlay('glossary')}
      >
        Aa
      </button>
      <button
        type="button"
        className="sign-button"
        onClick={() => showOverlay('shortcuts')}
        aria-label="keyboard shortcuts"
        data-tip="Keyboard shortcuts (?)"
      >
        ?
      </button>
    </header>
  );
}
