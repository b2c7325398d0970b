// A report as one HTML file: no scripts, nothing loaded, its own style for light, dark and paper. All text is escaped.
import type { Block, Cell, Line, Report } from './blocks.ts';
import { forHtml } from './escape.ts';

const STYLE = `
:root { color-scheme: light dark; --ground: #ffffff; --text: #16191c; --muted: #5a6570; --line: #d5dade;
  --pane: #f3f5f6;
  --failure: #a83200; --warning: #7a5600; --calm: #006b4e; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --text: #e6e9eb; --muted: #a3adb6; --line: #3a4249;
  --pane: #1c2125; --failure: #ff8a5c; --warning: #f0b429; --calm: #4fd6a8; } }
body { max-width: 1040px; margin: 32px auto; padding: 0 24px 48px; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 12px; font-size: 22px; } h2 { margin: 32px 0 8px; padding-top: 12px; border-top: 1px solid var(--line);
  font-size: 17px; } h3 { margin: 20px 0 4px; font-size: 14px; }
p { margin: 6px 0; max-width: 90ch; } .label { color: var(--muted); }
.verdict { max-width: none; margin: 12px 0; padding: 12px 16px; border-left: 4px solid; background: var(--pane);
  font-size: 18px; line-height: 1.4; }
.verdict.failure { border-color: var(--failure); } .verdict.warning { border-color: var(--warning); }
.verdict.calm { border-color: var(--calm); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: 8px 0; font-size: 13px; }
th, td { padding: 3px 14px 3px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; } th { color: var(--muted); font-weight: 600; }
pre { overflow-x: auto; margin: 8px 0; padding: 8px 12px; background: var(--pane);
  font: 12px/1.5 ui-monospace, monospace; }
figure { margin: 12px 0; padding: 8px; border: 1px solid var(--line); background: #ffffff; overflow-x: auto; }
figure svg { display: block; max-width: 100%; height: auto; } figcaption { color: #5a6570; font-size: 13px; }
a { color: inherit; } :target { outline: 2px solid var(--warning); }
@media print { body { margin: 0; } h2, figure, table { break-inside: avoid; } }
`;

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return forHtml(cell);
  return cell.map(({ text, to }) => `<a href="#${forHtml(to)}">${forHtml(text)}</a>`).join(' ');
}

function lineHtml(line: Line): string {
  return typeof line === 'string' ? forHtml(line) : `<span id="${forHtml(line.id)}">${forHtml(line.text)}</span>`;
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${forHtml(block.text)}</h${block.level}>`;
    case 'verdict':
      return `<p class="verdict ${block.severity}">${forHtml(block.text)}</p>`;
    case 'text': {
      const label = block.label === undefined ? '' : `<span class="label">${forHtml(block.label)}</span> `;
      return `<p>${label}${forHtml(block.text)}</p>`;
    }
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${forHtml(item)}</li>`).join('')}</ul>`;
    case 'table': {
      const cells = (tag: string, row: readonly Cell[]): string =>
        `<tr>${row.map((cell) => `<${tag}>${cellHtml(cell)}</${tag}>`).join('')}</tr>`;
      const body = block.rows.map((row) => cells('td', row)).join('\n');
      const head = cells('th', block.heads);
      return `<div class="scroll"><table><thead>${head}</thead><tbody>\n${body}\n</tbody></table></div>`;
    }
    case 'lines':
      return `<pre>${block.lines.map(lineHtml).join('\n')}</pre>`;
    case 'picture':
      return `<figure>${block.svg}<figcaption>${forHtml(block.says)}</figcaption></figure>`;
  }
}

/** The report as the text of an HTML file. */
export function reportHtml({ title, blocks }: Report): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${forHtml(title)}</title><style>${STYLE}</style></head><body>`,
    ...blocks.map(blockHtml),
    '</body></html>',
    '',
  ].join('\n');
}
