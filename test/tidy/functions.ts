// Finds functions and methods in a formatted source by its lines and indentation. A heuristic, not a parser: it relies
// on the formatter, by which a block ends at the first later line that closes at the indentation of its header.

export interface FunctionSpan {
  /** From 1: the line of its name. */
  readonly line: number;
  /** Header and closing brace included. */
  readonly length: number;
}

const STATEMENT = /^\s*(?:\}\s*)?(?:if|for|while|switch|catch|else|return|do|try|with)\b/;
const WORDS = /(?:(?:export|private|protected|public|static|override|async|get|set|declare)\s+)*/;
/** `function f(): T {`, `name(a: A) {` of a method, `get x(): T {`; such words before them in any number. */
const NAMED = new RegExp(
  String.raw`^\s*${WORDS.source}(?:function\b.*|\*?\s*#?[\w$]+\s*(?:<.*>)?\(.*\)(?::.+)?)\s*\{$`,
);
/** The last line of a header that took several: `): T {`, `) => {`, and `} {` after a return type in braces. */
const CLOSES_HEADER = /^\s*[)}](?::.+)?\s*(?:=>\s*)?\{$/;
const ARROW = /=>\s*\{$/;

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? '';

function headerOf(lines: readonly string[], at: number): number {
  const indent = indentOf(lines[at] ?? '');
  for (let i = at - 1; i >= 0; i--) {
    const line = lines[i] ?? '';
    if (line.trim() !== '' && indentOf(line) === indent && !/^\s*[)}\]]/.test(line)) return i;
  }
  return at;
}

/** Every function with a block of its own, in order of its braces. */
export function functionsIn(lines: readonly string[]): readonly FunctionSpan[] {
  return lines.flatMap((raw, at) => {
    const line = raw.replace(/\s+\/\/.*$/, '');
    if (!line.endsWith('{')) return [];
    const isLong = CLOSES_HEADER.test(line);
    const start = isLong ? headerOf(lines, at) : at;
    if (STATEMENT.test(lines[start] ?? '') && !ARROW.test(line)) return [];
    if (!isLong && !ARROW.test(line) && !NAMED.test(line)) return [];
    const indent = indentOf(line);
    const end = lines.findIndex((other, i) => i > at && other.startsWith(`${indent}}`));
    return end < 0 ? [] : [{ line: start + 1, length: end - start + 1 }];
  });
}
