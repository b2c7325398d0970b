// What a report is made of, whatever it is written as: headings, sentences, tables, pictures. No text is escaped here.

/** A word that leads to a line of the report that has this id. */
export interface Ref {
  readonly text: string;
  readonly to: string;
}
export type Cell = string | readonly Ref[];

/** A line that a word of the report may lead to. */
export interface NamedLine {
  readonly id: string;
  readonly text: string;
}
export type Line = string | NamedLine;

export const lineText = (line: Line): string => (typeof line === 'string' ? line : line.text);

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  /** The sentence that a reader needs first. */
  | { readonly kind: 'verdict'; readonly severity: 'failure' | 'warning' | 'calm'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly label?: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly heads: readonly string[]; readonly rows: readonly (readonly Cell[])[] }
  /** Lines as they are: packets, commands, a file. */
  | { readonly kind: 'lines'; readonly lines: readonly Line[] }
  /** `text` says in lines what the picture shows. */
  | { readonly kind: 'picture'; readonly svg: string; readonly says: string; readonly text: readonly string[] };

export interface Report {
  readonly title: string;
  readonly blocks: readonly Block[];
}
