// Text of a capture, a log or a person, made harmless for where it is put: HTML, SVG, Markdown. Nothing else here.

/** Without characters that a terminal or a viewer would obey, and without those that turn the reading direction. */
function plain(text: string): string {
  return Array.from(text, (char) =>
    (char < ' ' && char !== '\n' && char !== '\t') ||
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(char)
      ? '\ufffd'
      : char,
  ).join('');
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For elements and quoted attributes of HTML and SVG. */
export function forHtml(text: string): string {
  return plain(text).replace(/[&<>"']/g, (char) => HTML[char] ?? char);
}

/** For a line of Markdown: nothing in it makes a link, an image, an element, a heading or a cell. */
export function forMarkdown(text: string): string {
  return plain(text)
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~$^]/g, '\\$&')
    .replace(/^(\s*)([-+=]|\d+[.)])(?=\s|$)/, '$1\\$2')
    .replace(/(https?|ftp|mailto|www)([:.])/gi, '$1\u200b$2')
    .replace(/@/g, '&#64;')
    .replace(/&(?!#64;)/g, '&amp;');
}

/** Lines for a fenced block of Markdown; the fence is longer than any in them. */
export function fenced(lines: readonly string[]): string {
  const body = lines.map((line) => plain(line).replace(/\n/g, ' '));
  const longest = Math.max(
    2,
    ...body.map((line) => Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...body, fence].join('\n');
}

/** A text within a line of code of Markdown or as plain text. */
export const forText = plain;
