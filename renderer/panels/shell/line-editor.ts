// The line that a person types into a shell: caret, history, completion, and lines pasted at once. Pure: told what
// a terminal sends, says what the line is now.
import { complete } from './completion.ts';

export const HISTORY_MAX = 500;

export interface EditedLine {
  readonly text: string;
  /** Letters before the caret. */
  readonly caret: number;
}

/** What came of a key: nothing but another line, a line to run, choices to print, or a wish. */
export type Outcome =
  | { readonly kind: 'edited' }
  | { readonly kind: 'run'; readonly line: string }
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'cancelled' | 'clear' };

const EDITED: Outcome = { kind: 'edited' };
const ESCAPES: { readonly [code: string]: string } = {
  '\u001b[A': 'up',
  '\u001b[B': 'down',
  '\u001b[C': 'right',
  '\u001b[D': 'left',
  '\u001b[H': 'home',
  '\u001b[F': 'end',
  '\u001b[1~': 'home',
  '\u001b[4~': 'end',
  '\u001b[3~': 'delete',
  '\u001bOA': 'up',
  '\u001bOB': 'down',
  '\u001bOC': 'right',
  '\u001bOD': 'left',
  '\u001bOH': 'home',
  '\u001bOF': 'end',
  '\u0001': 'home',
  '\u0002': 'left',
  '\u0003': 'cancel',
  '\u0004': 'delete',
  '\u0005': 'end',
  '\u0006': 'right',
  '\u0008': 'back',
  '\u000b': 'kill-end',
  '\u000c': 'clear',
  '\u000e': 'down',
  '\u0010': 'up',
  '\u0015': 'kill-start',
  '\u0017': 'kill-word',
  '\u007f': 'back',
  '\t': 'complete',
  '\r': 'run',
  '\n': 'run',
};

/** Splits what a terminal sends into keys: escape sequences, control characters, letters. */
export function keysIn(sent: string): readonly string[] {
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is looked for
  return sent.replaceAll('\r\n', '\r').match(/\u001b(\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[^]/gu) ?? [];
}

export class LineEditor {
  private text = '';
  private caret = 0;
  private readonly past: string[] = [];
  /** Place in the history; its length for the line that is being typed. */
  private at = 0;
  private typed = '';

  line(): EditedLine {
    return { text: this.text, caret: this.caret };
  }

  history(): readonly string[] {
    return this.past;
  }

  private set(text: string, caret: number): Outcome {
    this.text = text;
    this.caret = Math.max(0, Math.min(text.length, caret));
    return EDITED;
  }

  private recall(by: 1 | -1): Outcome {
    if (this.at === this.past.length) this.typed = this.text;
    this.at = Math.max(0, Math.min(this.past.length, this.at + by));
    const text = this.past[this.at] ?? this.typed;
    return this.set(text, text.length);
  }

  private run(): Outcome {
    const line = this.text;
    if (line.trim() !== '' && line !== this.past.at(-1)) this.past.push(line);
    if (this.past.length > HISTORY_MAX) this.past.shift();
    this.at = this.past.length;
    this.typed = '';
    this.set('', 0);
    return { kind: 'run', line };
  }

  private complete(): Outcome {
    const { line, choices } = complete(this.text.slice(0, this.caret));
    this.set(line + this.text.slice(this.caret), line.length);
    return choices.length === 0 ? EDITED : { kind: 'choices', choices };
  }

  private insert(key: string): Outcome {
    // oxlint-disable-next-line no-control-regex -- what cannot be typed is left out
    if (/^[\u0000-\u001f\u007f]/.test(key)) return EDITED;
    const { text, caret } = this;
    return this.set(text.slice(0, caret) + key + text.slice(caret), caret + key.length);
  }

  /** Takes one of keysIn(). */
  take(key: string): Outcome {
    const { text, caret } = this;
    const before = text.slice(0, caret);
    const behind = text.slice(caret);
    switch (ESCAPES[key]) {
      case 'left':
        return this.set(text, caret - 1);
      case 'right':
        return this.set(text, caret + 1);
      case 'home':
        return this.set(text, 0);
      case 'end':
        return this.set(text, text.length);
      case 'back':
        return this.set(before.slice(0, -1) + behind, caret - 1);
      case 'delete':
        return this.set(before + behind.slice(1), caret);
      case 'kill-start':
        return this.set(behind, 0);
      case 'kill-end':
        return this.set(before, caret);
      case 'kill-word': {
        const kept = before.replace(/\S+\s*$/, '');
        return this.set(kept + behind, kept.length);
      }
      case 'up':
        return this.recall(-1);
      case 'down':
        return this.recall(1);
      case 'run':
        return this.run();
      case 'complete':
        return this.complete();
      case 'cancel':
        this.set('', 0);
        this.at = this.past.length;
        return { kind: 'cancelled' };
      case 'clear':
        return { kind: 'clear' };
      default:
        return this.insert(key);
    }
  }
}
