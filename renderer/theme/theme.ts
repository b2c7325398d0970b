// Dark or light: what the system prefers until the person says otherwise. Sets one attribute; the style sheets do the
// rest.

export type Theme = 'dark' | 'light';
const KEY = 'totem-lab.theme';

function stored(): Theme | null {
  const value = localStorage.getItem(KEY);
  return value === 'dark' || value === 'light' ? value : null;
}

const preferred = (): Theme => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

export function currentTheme(): Theme {
  return document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light';
}

function show(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

/** Follows the system until a theme is chosen. `onChange` is told of every change. */
export function startTheme(onChange: (theme: Theme) => void): void {
  show(stored() ?? preferred());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (stored() !== null) return;
    show(preferred());
    onChange(currentTheme());
  });
}

/** Chooses the other one, and remembers it. */
export function toggleTheme(): Theme {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, theme);
  show(theme);
  return theme;
}
