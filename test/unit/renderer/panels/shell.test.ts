// A shell's line: keys, history, completion, pasted lines, and output that gives no orders to the terminal.
import { describe, expect, it } from 'vitest';
import { SHELL_COMMANDS } from '../../../../app/lab/shell/command-names.ts';
import { COMMANDS } from '../../../../main/node/lab/shell/commands.ts';
import { complete } from '../../../../renderer/panels/shell/completion.ts';
import { keysIn, LineEditor } from '../../../../renderer/panels/shell/line-editor.ts';
import { terminalText } from '../../../../renderer/panels/shell/terminal-text.ts';

/** Types into an editor; the lines that ran, and what stands there at the end, the caret as |. */
function typed(sent: string, editor = new LineEditor()): readonly [ran: readonly string[], line: string] {
  const ran = keysIn(sent).flatMap((key) => {
    const outcome = editor.take(key);
    return outcome.kind === 'run' ? [outcome.line] : [];
  });
  const { text, caret } = editor.line();
  return [ran, `${text.slice(0, caret)}|${text.slice(caret)}`];
}

describe('a line', () => {
  it.each([
    ['collie', 'collie|'],
    ['ab\u001b[D\u001b[Dx', 'x|ab'],
    ['abc\u007f', 'ab|'],
    ['abc\u0001\u001b[3~', '|bc'],
    ['one two\u0017x', 'one x|'],
    ['one two\u0001\u000b', '|'],
    ['one\u0015two', 'two|'],
    ['gone\u0003kept', 'kept|'],
    ['\u001b[1;5Cä€😀', 'ä€😀|'],
  ])('%j gives %s', (sent, line) => {
    expect(typed(sent)).toEqual([[], line]);
  });

  it('recalls what ran, and keeps what is being typed', () => {
    const editor = new LineEditor();
    typed('one\rtwo\r\rtwo\r', editor);

    expect(editor.history()).toEqual(['one', 'two']);
    expect(typed('thr\u001b[A\u001b[A', editor)[1]).toBe('one|');
    expect(typed('\u001b[B\u001b[B', editor)[1]).toBe('thr|');
  });

  it('runs pasted lines one after the other', () => {
    expect(typed('ls\r\ndu -h\nhel')).toEqual([['ls', 'du -h'], 'hel|']);
  });
});

describe('completion', () => {
  it('knows every command that the shell has, and no other', () => {
    expect(Object.keys(SHELL_COMMANDS).sort()).toEqual([...COMMANDS.keys()].sort());
  });

  it.each([
    ['corosync-q', 'corosync-quorumtool ', []],
    ['col', 'collie ', []],
    ['collie cl', 'collie cluster ', ['format', 'info', 'recover', 'shutdown']],
    ['collie vdi cr', 'collie vdi create ', []],
    [
      'corosync-objctl | corosync-c',
      'corosync-objctl | corosync-c',
      ['corosync-cfgtool', 'corosync-cmapctl', 'corosync-cpgtool'],
    ],
    ['service co', 'service corosync ', ['restart', 'start', 'status', 'stop']],
    ['nothing like it', 'nothing like it', []],
  ])('of %j is %j', (line, completed, choices) => {
    expect(complete(line)).toEqual({ line: completed, choices });
  });
});

describe('output', () => {
  it('cannot command the terminal', () => {
    expect(terminalText('a\tb\n\u001b[2Jc\u009b1m\u0007\r\n')).toBe('a\tb\r\n�[2Jc�1m��\r\n');
  });
});
