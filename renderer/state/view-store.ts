// How the person looks at the capture: one selection, one time, one stretch of the timeline. Panels follow it.
import type { Sample } from '../../app/ipc/contract.ts';
import type { Span } from '../canvas/time-scale.ts';
import type { Theme } from '../theme/theme.ts';
import { createPaced } from './turns/paced-store.ts';

/** A field of the opened row: which layer, and which of its fields; -1 for the layer itself. */
export interface FieldChoice {
  readonly layer: number;
  readonly field: number;
}

/** What lies over the panes; one thing at a time. */
export type Overlay = 'palette' | 'go-to' | 'keys' | 'annotate' | 'export' | 'glossary' | 'second-lab' | 'shortcuts';

export interface ViewState {
  readonly row: number | null;
  /** The moment that all panels show, nanoseconds since the store's epoch. */
  readonly time: number | null;
  readonly field: FieldChoice | null;
  /** What the expression in the top bar does. */
  readonly queryMode: 'filter' | 'highlight';
  /** Null until the capture's length is known. */
  readonly span: Span | null;
  /** The stretch of time that the person marked. */
  readonly marked: Span | null;
  /** The finding that was chosen last, while its packet is the chosen one. */
  readonly finding: string | null;
  /** The node that was chosen last. */
  readonly node: number | null;
  /** The object of the store that was chosen last: 16 hex digits. */
  readonly object: string | null;
  /** Idle stretches of the timeline are folded. */
  readonly isFolding: boolean;
  /** Starts of folds that the person opened. */
  readonly openedFolds: ReadonlySet<number>;
  /** The theme that is shown: the chosen one, or what the system prefers. */
  readonly theme: Theme;
  readonly overlay: Overlay | null;
  /** The term that the glossary opens at. */
  readonly term: string | null;
  /** The pane that has all the room. */
  readonly maximised: string | null;
  /** Captures that come with the program. */
  readonly samples: readonly Sample[];
}

/** What is forgotten with the capture that it belongs to. */
export const NOTHING_CHOSEN = {
  row: null,
  time: null,
  field: null,
  span: null,
  marked: null,
  finding: null,
  node: null,
  object: null,
  openedFolds: new Set<number>(),
} satisfies Partial<ViewState>;

export const FIRST_VIEW: ViewState = {
  ...NOTHING_CHOSEN,
  isFolding: true,
  queryMode: 'filter',
  theme: 'light',
  overlay: null,
  term: null,
  maximised: null,
  samples: [],
};

export const useView = createPaced<ViewState>(() => FIRST_VIEW);
