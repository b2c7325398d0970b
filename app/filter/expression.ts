// Filter expressions as text and as a tree: `totem.kind == orf_token and (totem.seq > 20 or node == 3)`.
// Parsing only; what a field means is in fields.ts.
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import { isRelevant, PACKET_KINDS } from '../store/kinds.ts';
import { isField, nearestFields } from './fields.ts';
import { nearestText } from './nearest.ts';

/** Characters of an expression, and how deep parentheses go. */
export const EXPRESSION_LENGTH_MAX = 4096;
export const DEPTH_MAX = 64;

export const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>', 'contains'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'present'; readonly field: string }
  | { readonly kind: 'compare'; readonly field: string; readonly by: Comparison; readonly value: string }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly string[] };

export interface FilterProblem {
  /** From 1. */
  readonly column: number;
  readonly says: string;
}

interface Token {
  readonly text: string;
  readonly column: number;
  readonly isQuoted: boolean;
}

const SYMBOLS = ['==', '!=', '<=', '>=', '&&', '||', '<', '>', '(', ')', '{', '}', ',', '!'];
const WORDS: { readonly [symbol: string]: string } = { '&&': 'and', '||': 'or', '!': 'not' };

/** What a character stands for elsewhere, and how it is written here. */
const REMEDIES: { readonly [char: string]: string } = {
  '=': ': equal is ==',
  '&': ': write and',
  '|': ': write or',
};

const KINDS = PACKET_KINDS.filter((_, kind) => isRelevant(kind));

/** Why no packet can be of this kind; the window's names of kinds are known too. Null where it can. */
function kindProblem(kind: string): string | null {
  if (KINDS.some(({ name }) => name === kind)) return null;
  const meant = KINDS.find(({ label }) => label === kind.replaceAll('_', ' '));
  const names = KINDS.map(({ name }) => name);
  const near = meant === undefined ? nearestText(kind, names) : `; did you mean ${meant.name}?`;
  return `there is no kind "${kind}"${near === '' ? `: it is one of ${names.join(', ')}` : near}`;
}

/** Turned into a value by parseFilter. */
class Unparsed extends Error {
  readonly problem: FilterProblem;
  constructor(column: number, says: string) {
    super(says);
    this.problem = { column, says };
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const column = at + 1;
    if (/\s/.test(char)) at++;
    else if (char === '"' || char === "'") {
      const close = text.indexOf(char, at + 1);
      if (close < 0) throw new Unparsed(column, `the text that starts here has no closing ${char}`);
      tokens.push({ text: text.slice(at + 1, close), column, isQuoted: true });
      at = close + 1;
    } else {
      const symbol = SYMBOLS.find((known) => text.startsWith(known, at));
      const word = symbol ?? /^[^\s(){},!<>="'&|]+/.exec(text.slice(at))?.[0];
      if (word === undefined) throw new Unparsed(column, `"${char}" means nothing here${REMEDIES[char] ?? ''}`);
      tokens.push({ text: WORDS[word] ?? word, column, isQuoted: false });
      at += word.length;
    }
  }
  return tokens;
}

class Parser {
  private readonly tokens: readonly Token[];
  private readonly end: number;
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
    this.end = text.length + 1;
  }

  whole(): Expression {
    const expression = this.either();
    const rest = this.tokens[this.next];
    if (rest !== undefined)
      throw new Unparsed(rest.column, `"${rest.text}" does not belong here: join two conditions with and, or`);
    return expression;
  }

  private takes(word: string): boolean {
    const token = this.tokens[this.next];
    if (token === undefined || token.isQuoted || token.text !== word) return false;
    this.next++;
    return true;
  }

  private either(): Expression {
    let left = this.both();
    while (this.takes('or')) left = { kind: 'or', left, right: this.both() };
    return left;
  }

  private both(): Expression {
    let left = this.one();
    while (this.takes('and')) left = { kind: 'and', left, right: this.one() };
    return left;
  }

  private one(): Expression {
    const column = this.tokens[this.next]?.column ?? this.end;
    if (++this.depth > DEPTH_MAX) throw new Unparsed(column, `more than ${DEPTH_MAX} levels of not and parentheses`);
    try {
      if (this.takes('not')) return { kind: 'not', of: this.one() };
      if (!this.takes('(')) return this.condition();
      const inner = this.either();
      if (!this.takes(')'))
        throw new Unparsed(
          this.tokens[this.next]?.column ?? this.end,
          `the parenthesis at column ${column} is not closed`,
        );
      return inner;
    } finally {
      this.depth--;
    }
  }

  private condition(): Expression {
    const token = this.tokens[this.next];
    if (token === undefined) throw new Unparsed(this.end, 'a field is missing here, like totem.kind or node');
    const field = token.text;
    if (token.isQuoted || !isField(field)) {
      const near = nearestFields(field);
      throw new Unparsed(
        token.column,
        `there is no field "${field}"${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`,
      );
    }
    this.next++;
    if (this.takes('in')) return { kind: 'in', field, values: this.list(field) };
    const by = COMPARISONS.find((comparison) => this.takes(comparison));
    if (by === undefined) return { kind: 'present', field };
    return { kind: 'compare', field, by, value: this.value(by, field) };
  }

  private value(after: string, field: string): string {
    const token = this.tokens[this.next];
    const isValue =
      token !== undefined &&
      (token.isQuoted || !(SYMBOLS.includes(token.text) || ['and', 'or', 'not'].includes(token.text)));
    if (!isValue) throw new Unparsed(token?.column ?? this.end, `a value is missing after "${after}"`);
    const isExact = after !== 'contains' && /^(totem\.)?kind$/.test(field);
    const problem = isExact ? kindProblem(token.text) : null;
    if (problem !== null) throw new Unparsed(token.column, problem);
    this.next++;
    return token.text;
  }

  private list(field: string): readonly string[] {
    if (!this.takes('{'))
      throw new Unparsed(this.tokens[this.next]?.column ?? this.end, '"in" wants a list: in {1, 2, 3}');
    const values = [this.value('{', field)];
    while (!this.takes('}')) {
      this.takes(',');
      if (this.tokens[this.next] === undefined) throw new Unparsed(this.end, 'the list is not closed with }');
      values.push(this.value(',', field));
    }
    return values;
  }
}

/** Reads an expression; a problem names its column. */
export function parseFilter(text: string): Result<Expression, FilterProblem> {
  if (text.length > EXPRESSION_LENGTH_MAX)
    return fail({ column: EXPRESSION_LENGTH_MAX, says: 'the expression is too long' });
  try {
    return ok(new Parser(text).whole());
  } catch (error) {
    if (error instanceof Unparsed) return fail(error.problem);
    throw error;
  }
}
