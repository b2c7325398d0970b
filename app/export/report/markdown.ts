// A report as one Markdown file: the pictures lie in it, and below each the same in words. All text is escaped.
import { utf8Bytes } from '../../../protocol/base/bytes.ts';
import { lineText, type Block, type Cell, type Report } from './blocks.ts';
import { fenced, forMarkdown } from './escape.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of octets (RFC 4648). */
export function base64(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i < octets.length; i += 3) {
    const [a = 0, b = 0, c = 0] = octets.subarray(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const left = octets.length - i;
    text += ALPHABET.charAt(word >> 18) + ALPHABET.charAt((word >> 12) & 63);
    text += left > 1 ? ALPHABET.charAt((word >> 6) & 63) : '=';
    text += left > 2 ? ALPHABET.charAt(word & 63) : '=';
  }
  return text;
}

const SEVERITY_WORDS = { failure: 'FAILURE', warning: 'WARNING', calm: 'CALM' } as const;

/** Where a word leads is said by the word: lines of a fence cannot be gone to. */
const cellText = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.map(({ text }) => text).join(', '));

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${forMarkdown(block.text)}`;
    case 'verdict':
      return `> **${SEVERITY_WORDS[block.severity]}:** ${forMarkdown(block.text)}`;
    case 'text':
      return `${block.label === undefined ? '' : `**${forMarkdown(block.label)}** `}${forMarkdown(block.text)}`;
    case 'list':
      return block.items.map((item) => `- ${forMarkdown(item)}`).join('\n');
    case 'table': {
      const line = (cells: readonly Cell[]): string =>
        `| ${cells.map((cell) => forMarkdown(cellText(cell))).join(' | ')} |`;
      return [line(block.heads), `|${block.heads.map(() => ' --- |').join('')}`, ...block.rows.map(line)].join('\n');
    }
    case 'lines':
      return fenced(block.lines.map(lineText));
    case 'picture': {
      const image = `![${forMarkdown(block.says)}](data:image/svg+xml;base64,${base64(utf8Bytes(block.svg))})`;
      return `${image}\n\n${fenced(block.text)}`;
    }
  }
}

/** The report as the text of a Markdown file. */
export function reportMarkdown({ blocks }: Report): string {
  return `${blocks.map(blockMarkdown).join('\n\n')}\n`;
}
