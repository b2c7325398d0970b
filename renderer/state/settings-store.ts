// How the person likes the window, as it is remembered: a copy of the program's settings, changed through here alone.
import { create } from 'zustand';
import { DEFAULT_SETTINGS, settingsFrom, type PresetLayout, type Settings } from '../../app/settings/settings.ts';
import { bridge } from '../bridge/bridge.ts';

export const useSettings = create<Settings>(() => DEFAULT_SETTINGS);

/** Milliseconds of rest after a change before it is written: dragging a pane's edge is one change. */
const REST = 300;
let waiting: Partial<Settings> = {};
let timer: ReturnType<typeof setTimeout> | null = null;

function write(): void {
  timer = null;
  const change = waiting;
  waiting = {};
  void bridge.call('settings.change', change);
}

/** Changes a part of the settings here and, a little later, where they are remembered. */
export function changeSettings(change: Partial<Settings>): void {
  useSettings.setState(change);
  waiting = { ...waiting, ...change };
  if (timer !== null) clearTimeout(timer);
  timer = setTimeout(write, REST);
}

/** What waits to be written is written now: the window is about to go. */
export function flushSettings(): void {
  if (timer === null) return;
  clearTimeout(timer);
  write();
}

/** Takes over what is remembered. */
export function loadSettings(settings: Settings): void {
  useSettings.setState(settingsFrom(settings));
}

/** Of what another window changed, only the theme concerns this one. */
export function followSettings({ theme }: Settings): void {
  if (useSettings.getState().theme !== theme) useSettings.setState({ theme });
}

/** The preset that fits what is shown: a lab is watched, a capture is examined. A person's own choice stays. */
export function fitPreset(isLab: boolean): void {
  if (!useSettings.getState().hasChosenPreset) useSettings.setState({ preset: isLab ? 'teach' : 'diagnose' });
}

/** Changes how the preset in use is laid out. */
export function changeLayout(change: (layout: PresetLayout) => PresetLayout): void {
  const { preset, layouts } = useSettings.getState();
  changeSettings({ layouts: { ...layouts, [preset]: change(layouts[preset]) } });
}
