// The colours of the style sheet for those who paint by hand: read anew when the theme changes.

export type Palette = (name: string) => string;

/** Looks colours up by the name of their custom property, without dashes in front. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const known = new Map<string, string>();
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) {
      colour = style.getPropertyValue(`--${name}`).trim();
      known.set(name, colour);
    }
    return colour;
  };
}
