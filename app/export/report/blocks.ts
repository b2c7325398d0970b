// What a report is made of, whatever it is written as: headings, sentences, tables, pictures. Types only.

export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  /** The sentence that a reader needs first. */
  | { readonly kind: 'verdict'; readonly severity: 'failure' | 'warning' | 'calm'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly label?: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] }
  /** Lines as they are: packets, commands, a file. */
  | { readonly kind: 'lines'; readonly lines: readonly string[] }
  /** `text` says in lines what the picture shows. */
  | { readonly kind: 'picture'; readonly svg: string; readonly says: string; readonly text: readonly string[] };

export interface Report {
  readonly title: string;
  readonly blocks: readonly Block[];
}
