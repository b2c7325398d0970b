// Files written whole or not at all.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createAtomicFile, writeWhole } from '../../../../main/node/files/atomic-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-atomic-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a file that is written whole', () => {
  it('stands there only once it is complete', () => {
    const path = join(folder, 'whole');
    writeFileSync(path, 'before');
    const file = createAtomicFile(path, []);
    if (!file.ok) throw new Error(file.problem);

    file.value.write(bytes('half'));
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(file.value.commit()).toBeNull();

    expect(readFileSync(path, 'utf8')).toBe('half');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('leaves what was there when it is given up', () => {
    const path = join(folder, 'given-up');
    writeFileSync(path, 'before');
    const file = createAtomicFile(path, []);
    if (!file.ok) throw new Error(file.problem);

    file.value.write(bytes('half'));
    file.value.abandon();

    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('is never one that is being read, by whatever name', () => {
    const input = join(folder, 'input');
    writeFileSync(input, 'capture');
    symlinkSync(input, join(folder, 'symbolic'));
    linkSync(input, join(folder, 'hard'));

    for (const name of ['input', 'symbolic', 'hard', '../' + folder.split('/').at(-1) + '/input'])
      expect(writeWhole(join(folder, name), [input], bytes('x'))).toMatch(
        /is being read: give the result another name/,
      );
    expect(readFileSync(input, 'utf8')).toBe('capture');
  });

  it.each([
    [join(folder, 'nowhere', 'x'), /there is no folder/],
    [folder, /is a folder: name a file in it/],
    ['/proc/table.csv', /^\/proc\/table\.csv cannot be written: \/proc takes no new files; choose another folder$/],
  ])('says why it cannot be written: %s', (path, says) => {
    expect(writeWhole(path, [], bytes('x'))).toMatch(says);
  });

  it.skipIf(process.platform === 'win32')('is given as it comes to a pipe, which stays one', async () => {
    const path = join(folder, 'pipe');
    spawnSync('mkfifo', [path]);
    const reader = spawn('cat', [path]);
    let got = '';
    reader.stdout.on('data', (text: Buffer) => (got += text.toString()));

    expect(writeWhole(path, ['-'], bytes('through'))).toBeNull();
    await once(reader, 'close');

    expect(got).toBe('through');
    expect(lstatSync(path).isFIFO()).toBe(true);
  });
});
