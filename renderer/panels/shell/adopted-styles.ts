// The terminal makes style elements, which the page's policy does not let in: while it is opened, it gets elements that
// hand their text to sheets of the page's own. Knows nothing of terminals.

function adoptingStyle(): HTMLStyleElement {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  // An element that is no style element holds the place; nothing of its text reaches the page.
  const stand = document.createElementNS('http://www.w3.org/1999/xhtml', 'style-stand') as HTMLStyleElement;
  Object.defineProperty(stand, 'textContent', {
    get: () => '',
    set: (text: string) => {
      sheet.replaceSync(text);
    },
  });
  stand.hidden = true;
  stand.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    Element.prototype.remove.call(stand);
  };
  return stand;
}

/** Runs `open`, and gives every style element that it makes a sheet of its own. */
export function withAdoptedStyles(open: () => void): void {
  const own = document.createElement.bind(document);
  document.createElement = ((tag: string, options?: ElementCreationOptions) =>
    tag === 'style' ? adoptingStyle() : own(tag, options)) as typeof document.createElement;
  try {
    open();
  } finally {
    Reflect.deleteProperty(document, 'createElement');
  }
}
