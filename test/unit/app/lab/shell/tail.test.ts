// tail over a file as it grows: what each answer says, and where the next one goes on.
import { describe, expect, it } from 'vitest';
import { toolOut, type ToolResult } from '../../../../../app/lab/shell/node-view.ts';
import { partWanted, readCat, readTail, tailResult } from '../../../../../app/lab/shell/tail.ts';
import { runLineOf } from '../../../../../app/lab/shell/words.ts';

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (shown: Uint8Array): string => new TextDecoder().decode(shown);

/** What tail prints of a file with this text. */
function tail(file: string, args: readonly string[], read = readTail): ToolResult {
  const words = read(args);
  if ('code' in words) return words;
  const all = octets(file);
  const { at, length } = partWanted(words, all.length);
  return tailResult(words, { octets: all.subarray(at, at + length), at, size: all.length }, text);
}

/** The words of a line that a command goes on with. */
const wordsOf = (line: string | undefined): readonly string[] =>
  (line ?? '')
    .split(' ')
    .slice(1)
    .map((word) => word.replaceAll('"', ''));

describe('tail', () => {
  const ten = Array.from({ length: 12 }, (_, i) => `${i + 1}\n`).join('');

  it.each([
    [['a'], '3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n'],
    [['-n', '2', 'a'], '11\n12\n'],
    [['-n2', 'a'], '11\n12\n'],
    [['-2', 'a'], '11\n12\n'],
    [['a', '-n', '-2'], '11\n12\n'],
    [['-n', '0', 'a'], ''],
    [['-c', '+25', 'a'], '12\n'],
    [['-c', '+1', 'a'], ten],
  ])('%j', (args, out) => expect(tail(ten, args)).toEqual({ out, err: '', code: 0 }));

  it.each([
    [['-x', 'a'], '-x'],
    [['-n', 'many', 'a'], 'how many lines'],
    [['-n', '+2', 'a'], 'how many lines'],
    [['-c', '5', 'a'], 'octet'],
    [['-n', '5'], 'wants a file'],
    [[], 'wants a file'],
  ])('says what is wrong with %j', (args, says) =>
    expect(tail(ten, args)).toEqual({ out: '', err: expect.stringContaining(says), code: 1 }),
  );

  it('cat gives all', () => expect(tail(ten, ['a'], readCat).out).toBe(ten));
});

describe('tail -f', () => {
  it('begins with the last lines and goes on with whole ones, each once', () => {
    const files = [
      'one\ntwo\nthree\n',
      'one\ntwo\nthree\nfo',
      'one\ntwo\nthree\nfour\nfi',
      'one\ntwo\nthree\nfour\nfive\n',
    ];
    const said: string[] = [];
    let args: readonly string[] = ['-n', '1', '-f', 'the log'];
    for (const file of files) {
      const { out, err, code, again } = tail(file, args);
      expect([err, code]).toEqual(['', 0]);
      said.push(out);
      args = ['-f', '-c', wordsOf(again)[2] ?? '', 'the log'];
      expect(again).toMatch(/^tail -f -c \+\d+ "the log"$/);
    }

    expect(said).toEqual(['three\n', '', 'four\n', 'five\n']);
  });

  it('begins anew where the file has become shorter, and says so', () => {
    const { again } = tail('one\ntwo\n', ['-f', 'a']);
    const { out, err } = tail('1\n', wordsOf(again));

    expect([out, err]).toEqual(['1\n', 'tail: a: file truncated\n']);
  });

  it('takes a megabyte at once, also of one line without an end', () => {
    const long = 'x'.repeat(3 << 20);
    let args: readonly string[] = ['-f', '-c', '+1', 'a'];
    let got = '';
    for (let times = 0; times < 3; times++) {
      const { out, again } = tail(long, args);
      got += out;
      args = wordsOf(again);
    }

    expect(got === long).toBe(true);
  });
});

describe('a line that goes on', () => {
  const run = (line: string): Promise<ToolResult> =>
    runLineOf(line, (_name, args) =>
      Promise.resolve(args.includes('-f') ? { ...toolOut('a\nb\n'), again: 'tail -f -c +5 "log"' } : toolOut('a\nb\n')),
    );

  it('goes on behind grep too, which need not find something each time', async () => {
    expect(await run('tail -f log | grep "b"')).toEqual({
      out: 'b\n',
      err: '',
      code: 0,
      again: 'tail -f -c +5 "log" | grep "b"',
    });
    expect(await run('tail -f log | grep c')).toMatchObject({ out: '', code: 0 });
    expect(await run('tail log | grep c')).toMatchObject({ out: '', code: 1 });
  });

  it('has no end that wc or sort could wait for', async () => {
    expect(await run('tail -f log | wc -l')).toEqual({ out: '', err: expect.stringContaining('no end'), code: 1 });
  });
});
