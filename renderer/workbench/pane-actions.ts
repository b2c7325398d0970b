// What a person can do with the panes: hide, show, maximise, walk through them, put everything back.
import { PANELS, type PaneId } from '../panels/index.ts';
import { changeLayout, useSettings } from '../state/settings-store.ts';
import { useLab } from '../lab/lab-store.ts';
import { useView } from '../state/view-store.ts';
import type { PresetId } from '../../app/settings/settings.ts';
import { changeSettings } from '../state/settings-store.ts';
import { panesIn, PRESET_TREES, visiblePart, withPane, type PanePlace } from './presets.ts';

/** The pane that had the focus last. */
let lastFocused: PaneId | null = null;

const isPane = (name: string | undefined): name is PaneId => name !== undefined && Object.hasOwn(PANELS, name);

function paneAt(element: Element | null): PaneId | null {
  const name = element?.closest<HTMLElement>('[data-pane]')?.dataset['pane'];
  return isPane(name) ? name : null;
}

/** Remembers which pane has the focus. Returns the way to stop. */
export function watchPaneFocus(): () => void {
  const onFocus = ({ target }: Event): void => {
    lastFocused = paneAt(target instanceof Element ? target : null) ?? lastFocused;
  };
  document.addEventListener('focusin', onFocus);
  document.addEventListener('pointerdown', onFocus);
  return () => {
    document.removeEventListener('focusin', onFocus);
    document.removeEventListener('pointerdown', onFocus);
  };
}

const hasLab = (): boolean => useLab.getState().snapshot !== null;

/** All panes of the preset in use, hidden ones too. */
export function allPanes(): readonly PanePlace[] {
  return panesIn(PRESET_TREES[useSettings.getState().preset].tree);
}

/** The panes that are to be seen. */
export function visiblePanes(): readonly PanePlace[] {
  const { preset, layouts } = useSettings.getState();
  return panesIn(visiblePart(PRESET_TREES[preset].tree, layouts[preset], hasLab()));
}

export function isVisible(pane: PaneId): boolean {
  return visiblePanes().some((place) => place.pane === pane);
}

export function showPane(pane: PaneId, isShown: boolean): void {
  const place = allPanes().find((other) => other.pane === pane);
  if (place === undefined) return;
  changeLayout((layout) => withPane(layout, place, isShown, hasLab()));
  if (!isShown && useView.getState().maximised === pane) useView.setState({ maximised: null });
}

/** Gives a pane all the room, or everything its own again. */
export function maximise(pane: PaneId | null): void {
  const { maximised } = useView.getState();
  useView.setState({ maximised: pane === maximised ? null : pane });
}

/** Maximises the pane that the person works in, or restores. */
export function toggleMaximised(): void {
  const { maximised } = useView.getState();
  const now = paneAt(document.activeElement) ?? lastFocused ?? visiblePanes()[0]?.pane ?? null;
  maximise(maximised === null ? now : null);
  if (now !== null) requestAnimationFrame(() => focusPane(now));
}

export function choosePreset(preset: PresetId): void {
  useView.setState({ maximised: null });
  changeSettings({ preset, hasChosenPreset: true });
}

/** Sizes, hidden and shown panes of the preset in use are again what they were in a new program. */
export function resetLayout(): void {
  useView.setState({ maximised: null });
  changeLayout(() => ({ splits: {}, hidden: [], shown: [] }));
}

/** Puts the focus on what a pane is for; shows the pane first if it is hidden. */
export function focusPane(pane: PaneId): void {
  if (!isVisible(pane)) showPane(pane, true);
  const { maximised } = useView.getState();
  if (maximised !== null && maximised !== pane) maximise(pane);
  requestAnimationFrame(() => {
    const own = document.querySelector<HTMLElement>(`[data-pane="${pane}"]`);
    (own?.querySelector<HTMLElement>('.pane-body :is([tabindex="0"], button, input)') ?? own)?.focus();
  });
}

/** The focus goes to the next pane, or the one before. */
export function stepPane(by: 1 | -1): void {
  const panes = visiblePanes().map(({ pane }) => pane);
  const now = paneAt(document.activeElement);
  const at = now === null ? (by === 1 ? -1 : 0) : panes.indexOf(now);
  const next = panes[(at + by + panes.length) % panes.length];
  if (next !== undefined) focusPane(next);
}
