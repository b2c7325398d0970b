// The theme of the page: what was chosen, or what the system prefers. Sets one attribute; the style sheets do the rest.

/** `contrast`: black and white with the colours of meaning at their strongest. */
export type Theme = 'dark' | 'light' | 'contrast';

const DARK = '(prefers-color-scheme: dark)';
const CONTRAST = '(prefers-contrast: more)';
const FORCED = '(forced-colors: active)';

/** What the system prefers. */
export function systemTheme(): Theme {
  if (matchMedia(CONTRAST).matches || matchMedia(FORCED).matches) return 'contrast';
  return matchMedia(DARK).matches ? 'dark' : 'light';
}

export function showTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

/** Calls back whenever the system's preference changes. */
export function watchSystemTheme(changed: () => void): void {
  for (const query of [DARK, CONTRAST, FORCED]) matchMedia(query).addEventListener('change', changed);
}
