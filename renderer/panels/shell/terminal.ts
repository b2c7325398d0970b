// The terminal of one node: a prompt, a line, what its command said. Lives on while its pane is hidden, so that nothing
// that was said is lost. What commands do is the lab's.
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { labActions } from '../../lab/lab-actions.ts';
import { copyText } from '../../widgets/copy.ts';
import { withAdoptedStyles } from './adopted-styles.ts';
import { terminalText } from './terminal-text.ts';
import { keysIn, LineEditor, type Outcome } from './line-editor.ts';

/** Milliseconds from one look at a command that goes on to the next. */
const AGAIN_MS = 250;
/** Lines that can be scrolled back to. */
const SCROLLBACK = 5000;

/** Keys that mean something to the window, not to the shell. */
const isOfWindow = ({ key, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean =>
  /^F\d+$/.test(key) || ((ctrlKey || metaKey) && ['k', 'g', 'o'].includes(key)) || (ctrlKey && shiftKey);

/** Ctrl+V and Ctrl+Shift+V paste, as everywhere else: the browser does it, and the terminal hears of it. */
const isPaste = ({ key, ctrlKey, metaKey }: KeyboardEvent): boolean =>
  (ctrlKey || metaKey) && key.toLowerCase() === 'v';

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export class NodeTerminal {
  readonly host = document.createElement('div');
  private readonly number: number;
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly editor = new LineEditor();
  /** Keys that came while a command ran. */
  private waiting: string[] = [];
  private isRunning = false;
  /** Ctrl+C was typed while a command ran, or the terminal is no more. */
  private isInterrupted = false;
  /** Rows below the prompt's first at which the caret stands. */
  private caretRow = 0;

  constructor(number: number) {
    this.number = number;
    this.host.className = 'shell-host';
    this.terminal = new Terminal({
      scrollback: SCROLLBACK,
      fontSize: 12,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      lineHeight: 1.2,
      cursorBlink: false,
      screenReaderMode: true,
    });
    this.terminal.loadAddon(this.fit);
    this.terminal.attachCustomKeyEventHandler((event) => this.isForShell(event));
    this.terminal.onData((sent) => this.take(keysIn(sent)));
  }

  /** Puts the terminal into the page; the first time it is opened there. */
  show(place: HTMLElement): void {
    place.replaceChildren(this.host);
    if (this.terminal.element === undefined) {
      withAdoptedStyles(() => this.terminal.open(this.host));
      this.terminal.textarea?.setAttribute('aria-label', `shell of node ${this.number}`);
      this.terminal.write(`Tab completes, help lists the commands, F6 leaves.\r\n`);
      this.prompt();
    }
    this.resize();
    this.theme();
  }

  theme(): void {
    this.terminal.options.theme = {
      background: colour('panel'),
      foreground: colour('text'),
      cursor: colour('accent'),
      cursorAccent: colour('panel'),
      selectionBackground: colour('selected'),
      brightBlack: colour('muted'),
      red: colour('failure-text'),
      green: colour('operational'),
    };
  }

  resize(): void {
    this.fit.fit();
  }

  focus(): void {
    this.terminal.focus();
  }

  dispose(): void {
    this.isInterrupted = true;
    this.terminal.dispose();
    this.host.remove();
  }

  /** False for keys that the shell does not get. With something marked, Ctrl+C copies it. */
  private isForShell(event: KeyboardEvent): boolean {
    const { key, ctrlKey, metaKey, type } = event;
    if (isPaste(event)) return false;
    const isCopy = (ctrlKey || metaKey) && key.toLowerCase() === 'c';
    if (isCopy && this.terminal.hasSelection()) {
      if (type === 'keydown') copyText(this.terminal.getSelection());
      event.preventDefault();
      return false;
    }
    return !isOfWindow(event);
  }

  private promptText(): string {
    return `[n${this.number}]# `;
  }

  private prompt(): void {
    this.caretRow = 0;
    this.draw();
  }

  /** Writes prompt and line anew, and puts the caret where it belongs. */
  private draw(): void {
    const { text, caret } = this.editor.line();
    const columns = Math.max(2, this.terminal.cols);
    const prompt = this.promptText();
    const length = prompt.length + text.length;
    const at = prompt.length + caret;
    const up = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : '');
    const lastRow = Math.floor(length / columns);
    const row = Math.floor(at / columns);
    // A line that fills its last row has its end on the next one.
    const fill = length > 0 && length % columns === 0 ? ' \r' : '';
    const out = `${up(this.caretRow)}\r\u001b[J\u001b[90m${prompt}\u001b[0m${text}${fill}`;
    const right = at % columns;
    this.terminal.write(`${out}${up(lastRow - row)}\r${right > 0 ? `\u001b[${right}C` : ''}`);
    this.caretRow = row;
  }

  private take(keys: readonly string[]): void {
    if (this.isRunning) {
      // Ctrl+C forgets what was typed ahead and ends a command that goes on; another one runs to its end.
      this.isInterrupted ||= keys.includes('\u0003');
      this.waiting = keys.includes('\u0003') ? [] : [...this.waiting, ...keys];
      return;
    }
    for (const [i, key] of keys.entries()) {
      // What stands behind a pasted or early line is drawn before it runs.
      if (i > 0 && (key === '\r' || key === '\n')) this.draw();
      const outcome = this.editor.take(key);
      if (outcome.kind === 'run') {
        this.waiting = keys.slice(i + 1);
        void this.run(outcome.line);
        return;
      }
      this.tell(outcome);
    }
    this.draw();
  }

  private tell(outcome: Outcome): void {
    if (outcome.kind === 'choices') {
      this.terminal.write(`\r\n${outcome.choices.join('  ')}\r\n`);
      this.caretRow = 0;
    } else if (outcome.kind === 'cancelled') {
      this.terminal.write('^C\r\n');
      this.caretRow = 0;
    } else if (outcome.kind === 'clear') this.terminal.clear();
  }

  /** Runs a line that a person typed, or that stands for a click. */
  private async run(line: string): Promise<void> {
    const below = Math.floor((this.promptText().length + line.length) / Math.max(2, this.terminal.cols));
    this.terminal.write(`${'\u001b[B'.repeat(Math.max(0, below - this.caretRow))}\r\n`);
    if (line.trim() === 'clear') this.terminal.clear();
    else if (line.trim() !== '') await this.say(line);
    const { waiting } = this;
    this.waiting = [];
    this.prompt();
    if (waiting.length > 0) this.take(waiting);
  }

  private write(output: string): void {
    const end = output === '' || output.endsWith('\n') ? '' : '\n';
    this.terminal.write(terminalText(output + end));
  }

  private async say(line: string): Promise<void> {
    this.isRunning = true;
    this.isInterrupted = false;
    try {
      let reply = await labActions.command(`n${this.number}> ${line.trim()}`);
      this.write(reply.output);
      while (reply.again !== undefined && !this.isInterrupted) {
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        if (this.isInterrupted) break;
        reply = await labActions.goOn(reply.again);
        this.write(reply.output);
      }
      if (reply.again !== undefined) this.terminal.write('^C\r\n');
      const { exitCode } = reply;
      if (exitCode !== 0) this.terminal.write(`\u001b[31mexit code ${exitCode}\u001b[0m\r\n`);
    } finally {
      this.isRunning = false;
    }
  }
}
