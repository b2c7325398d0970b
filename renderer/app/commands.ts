// Everything that a person can do in the window, by name: what the palette lists, what the keys and the menu call.
import { PRESETS, THEMES, type ThemeChoice } from '../../app/settings/settings.ts';
import { PANE_IDS, PANELS } from '../panels/index.ts';
import { followCapture, keepCapture, stopSource } from '../lab/capture-actions.ts';
import { labActions } from '../lab/lab-actions.ts';
import { copyScenario, goOnFromHere, stepVirtual, virtualPace } from '../lab/virtual/controls.ts';
import { REPORT_LAB, VIRTUAL_LAB } from '../lab/start-lab.tsx';
import {
  cancelReading,
  chooseCapture,
  chooseTheme,
  closeCapture,
  fitTimeline,
  selectMatch,
  showOverlay,
  toggleFolding,
} from '../state/actions.ts';
import { goLive } from '../state/following.ts';
import { step, togglePlay } from '../state/playback.ts';
import { chooseKeys } from '../session/keyring.ts';
import { canRedo, canUndo, editAnnotation, placesNow, redo, undo } from '../session/annotations.ts';
import { openExport } from '../session/exporting.ts';
import { filterPackets, highlightPackets } from '../session/query.ts';
import { isShown, useSession } from '../state/session-store.ts';
import { useView } from '../state/view-store.ts';
import { PRESET_TREES } from '../workbench/presets.ts';
import {
  choosePreset,
  focusPane,
  isVisible,
  resetLayout,
  showPane,
  stepPane,
  toggleMaximised,
} from '../workbench/pane-actions.ts';

export interface Command {
  readonly id: string;
  /** A verb and what it is done to. */
  readonly title: string;
  readonly group: 'Capture' | 'Notes' | 'Find' | 'Panes' | 'Look' | 'Help' | 'Time';
  /** As people write them: "Ctrl+K", "M", "?". The first one is shown. */
  readonly keys?: readonly string[];
  readonly isPossible?: () => boolean;
  readonly run: () => void;
}

const isOpen = (): boolean => isShown(useSession.getState().phase);
const isRead = (): boolean => ['done', 'cancelled'].includes(useSession.getState().phase);
const isGoingOn = (): boolean => useSession.getState().phase === 'live';
const isQueried = (): boolean => {
  const { filter, highlight } = useSession.getState();
  return (highlight.rows ?? filter.rows) !== null;
};

/** Puts the caret into the box at the top, to filter or to highlight. */
function focusQuery(queryMode: 'filter' | 'highlight'): void {
  const isOther = useView.getState().queryMode !== queryMode;
  useView.setState({ queryMode });
  const box = document.getElementById('filter');
  if (!(box instanceof HTMLInputElement)) return;
  // At once, so that no letter of a fast typist goes elsewhere.
  box.focus();
  box.select();
  const { text } = useSession.getState()[queryMode];
  if (isOther) requestAnimationFrame(() => box.value === text && box.select());
}

const CAPTURE: readonly Command[] = [
  { id: 'open', title: 'Open a capture…', group: 'Capture', keys: ['Ctrl+O'], run: () => void chooseCapture() },
  {
    id: 'follow',
    title: 'Follow a capture that another program still writes…',
    group: 'Capture',
    run: () => void followCapture(),
  },
  {
    id: 'start-lab',
    title: 'Start a lab of three nodes',
    group: 'Capture',
    keys: ['Ctrl+Shift+Enter'],
    run: () => void labActions.start(REPORT_LAB),
  },
  {
    id: 'start-virtual-lab',
    title: 'Start a virtual lab of three nodes',
    group: 'Capture',
    run: () => void labActions.start(VIRTUAL_LAB),
  },
  {
    id: 'stop-source',
    title: 'End the lab, or the live capture',
    group: 'Capture',
    isPossible: isGoingOn,
    run: () => void stopSource(),
  },
  {
    id: 'keep',
    title: 'Keep the live capture in a file…',
    group: 'Capture',
    keys: ['Ctrl+S'],
    isPossible: () => useSession.getState().source?.live != null,
    run: () => void keepCapture(),
  },
  { id: 'close', title: 'Close the capture', group: 'Capture', isPossible: isOpen, run: () => void closeCapture() },
  {
    id: 'cancel',
    title: 'Stop reading',
    group: 'Capture',
    keys: ['Escape'],
    isPossible: () => useSession.getState().phase === 'reading',
    run: cancelReading,
  },
  { id: 'keys', title: 'See and add keys…', group: 'Capture', keys: ['Ctrl+Shift+K'], run: () => showOverlay('keys') },
  { id: 'add-key', title: 'Add a key from a file…', group: 'Capture', run: () => void chooseKeys() },
];

const NOTES: readonly Command[] = [
  {
    id: 'annotate',
    title: 'Annotate what is chosen…',
    group: 'Notes',
    keys: ['A'],
    isPossible: () => isOpen() && placesNow().length > 0,
    run: () => editAnnotation(null),
  },
  { id: 'undo', title: 'Undo the last annotation', group: 'Notes', keys: ['Ctrl+Z'], isPossible: canUndo, run: undo },
  { id: 'redo', title: 'Redo it', group: 'Notes', keys: ['Ctrl+Shift+Z'], isPossible: canRedo, run: redo },
  {
    id: 'export-capture',
    title: 'Export the annotated capture…',
    group: 'Notes',
    keys: ['Ctrl+E'],
    isPossible: isRead,
    run: () => openExport('capture'),
  },
  {
    id: 'export-report',
    title: 'Write the report…',
    group: 'Notes',
    isPossible: isRead,
    run: () => openExport('report'),
  },
  { id: 'export-table', title: 'Write the table…', group: 'Notes', isPossible: isRead, run: () => openExport('table') },
];

const FIND: readonly Command[] = [
  {
    id: 'palette',
    title: 'Find everything by name…',
    group: 'Find',
    keys: ['Ctrl+K', 'Ctrl+Shift+P'],
    run: () => showOverlay('palette'),
  },
  {
    id: 'go-to',
    title: 'Go to a frame or a time…',
    group: 'Find',
    keys: ['Ctrl+G'],
    isPossible: isOpen,
    run: () => showOverlay('go-to'),
  },
  {
    id: 'filter',
    title: 'Filter packets',
    group: 'Find',
    keys: ['/'],
    isPossible: isOpen,
    run: () => focusQuery('filter'),
  },
  {
    id: 'highlight',
    title: 'Highlight packets without filtering',
    group: 'Find',
    keys: ['Ctrl+F'],
    isPossible: isOpen,
    run: () => focusQuery('highlight'),
  },
  {
    id: 'next-match',
    title: 'Go to the next match',
    group: 'Find',
    keys: ['F3', 'N'],
    isPossible: isQueried,
    run: () => selectMatch(1),
  },
  {
    id: 'previous-match',
    title: 'Go to the previous match',
    group: 'Find',
    keys: ['Shift+F3', 'Shift+N'],
    isPossible: isQueried,
    run: () => selectMatch(-1),
  },
  {
    id: 'clear',
    title: 'Clear filter and highlight',
    group: 'Find',
    isPossible: isQueried,
    run: () => {
      void filterPackets('');
      void highlightPackets('');
    },
  },
];

const PANES: readonly Command[] = [
  ...PRESETS.map((preset, i): Command => ({
    id: `preset-${preset}`,
    title: `${PRESET_TREES[preset].title}: ${PRESET_TREES[preset].doc}`,
    group: 'Panes',
    keys: [String(i + 1)],
    run: () => choosePreset(preset),
  })),
  {
    id: 'maximise',
    title: 'Maximise or restore the pane',
    group: 'Panes',
    keys: ['M'],
    isPossible: isOpen,
    run: toggleMaximised,
  },
  {
    id: 'next-pane',
    title: 'Go to the next pane',
    group: 'Panes',
    keys: ['F6'],
    isPossible: isOpen,
    run: () => stepPane(1),
  },
  {
    id: 'previous-pane',
    title: 'Go to the pane before',
    group: 'Panes',
    keys: ['Shift+F6'],
    isPossible: isOpen,
    run: () => stepPane(-1),
  },
  { id: 'reset-layout', title: 'Reset the panes', group: 'Panes', run: resetLayout },
];

/** One for each pane: they are too many for the list of keys, and found by name. */
function paneCommands(): readonly Command[] {
  return PANE_IDS.flatMap((pane): readonly Command[] => {
    const { title } = PANELS[pane];
    return [
      { id: `go-${pane}`, title: `Go to ${title}`, group: 'Panes', isPossible: isOpen, run: () => focusPane(pane) },
      isVisible(pane)
        ? { id: `hide-${pane}`, title: `Hide ${title}`, group: 'Panes', run: () => showPane(pane, false) }
        : { id: `show-${pane}`, title: `Show ${title}`, group: 'Panes', run: () => showPane(pane, true) },
    ];
  });
}

export const THEME_TITLES: Readonly<Record<ThemeChoice, string>> = {
  system: 'As the system',
  light: 'Light',
  dark: 'Dark',
  contrast: 'High contrast',
};

const LOOK: readonly Command[] = [
  ...THEMES.map((theme): Command => ({
    id: `theme-${theme}`,
    title: `Theme: ${THEME_TITLES[theme].toLowerCase()}`,
    group: 'Look',
    run: () => chooseTheme(theme),
  })),
  {
    id: 'next-theme',
    title: 'Next theme',
    group: 'Look',
    keys: ['Ctrl+Shift+L'],
    run: () => {
      const { theme } = useView.getState();
      const order: readonly ThemeChoice[] = ['light', 'dark', 'contrast'];
      chooseTheme(order[(order.indexOf(theme) + 1) % order.length] ?? 'light');
    },
  },
  { id: 'fit', title: 'Fit the timeline', group: 'Time', keys: ['F'], isPossible: isOpen, run: fitTimeline },
];

const STEPS = [
  ['hop', 'hop of the token'],
  ['rotation', 'rotation of the token'],
  ['change', 'change of membership'],
] as const;

/** The transport listens to its keys itself; here its deeds are found by name. */
const TIME: readonly Command[] = [
  { id: 'play', title: 'Play or pause', group: 'Time', isPossible: isOpen, run: togglePlay },
  ...STEPS.flatMap(([kind, word]): readonly Command[] => [
    {
      id: `next-${kind}`,
      title: `Step to the next ${word}`,
      group: 'Time',
      isPossible: isOpen,
      run: () => step(kind, 1),
    },
    {
      id: `previous-${kind}`,
      title: `Step back to the ${word} before`,
      group: 'Time',
      isPossible: isOpen,
      run: () => step(kind, -1),
    },
  ]),
  {
    id: 'next-event',
    title: 'Step the virtual lab by one event',
    group: 'Time',
    isPossible: () => virtualPace() !== null,
    run: () => void stepVirtual('event', 1),
  },
  {
    id: 'go-on-from-here',
    title: 'Take the virtual lab back to the moment, and go on from there',
    group: 'Time',
    isPossible: () => virtualPace() !== null,
    run: () => void goOnFromHere(),
  },
  {
    id: 'copy-scenario',
    title: 'Copy the virtual lab as a scenario',
    group: 'Capture',
    isPossible: () => virtualPace() !== null,
    run: () => void copyScenario(),
  },
  {
    id: 'fast',
    title: 'Run the virtual lab as fast as it goes',
    group: 'Time',
    isPossible: () => virtualPace() !== null,
    run: () => void labActions.command('speed max'),
  },
  { id: 'go-live', title: 'Go live', group: 'Time', keys: ['G'], isPossible: isGoingOn, run: goLive },
  { id: 'fold', title: 'Fold idle time, or show it to scale', group: 'Time', isPossible: isOpen, run: toggleFolding },
];

const HELP: readonly Command[] = [
  { id: 'glossary', title: 'Open the glossary', group: 'Help', keys: ['F1'], run: () => showOverlay('glossary') },
  { id: 'shortcuts', title: 'List the keys', group: 'Help', keys: ['?'], run: () => showOverlay('shortcuts') },
];

export const COMMANDS: readonly Command[] = [...CAPTURE, ...NOTES, ...FIND, ...TIME, ...LOOK, ...PANES, ...HELP];

/** All that can be done now, those of single panes too. */
export function possibleCommands(): readonly Command[] {
  return [...COMMANDS, ...paneCommands()].filter(({ isPossible }) => isPossible?.() ?? true);
}

export function runCommand(id: string): void {
  const command = COMMANDS.find((known) => known.id === id);
  if (command !== undefined && (command.isPossible?.() ?? true)) command.run();
}
