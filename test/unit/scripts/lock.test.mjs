// One command of a checkout at a time, also after one of them crashed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alone } from '../../../scripts/lib/lock.mjs';
import { ROOT } from '../../../scripts/lib/paths.mjs';

const lockFile = (name) => join(ROOT, '.cache', `${name}.lock`);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const quiet = () => {};

describe('alone', () => {
  it('lets the second wait for the first, and says so once', async () => {
    const name = `test-${process.pid}-a`;
    const order = [];
    const said = [];

    const first = alone(name, quiet, async () => {
      order.push('first begins');
      await pause(500);
      order.push('first ends');
    });
    await alone(
      name,
      (line) => said.push(line),
      () => order.push('second'),
    );
    await first;

    expect(order).toEqual(['first begins', 'first ends', 'second']);
    expect(said).toHaveLength(1);
    expect(existsSync(lockFile(name))).toBe(false);
  });

  it('takes over from a command that is gone', async () => {
    const name = `test-${process.pid}-b`;
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    writeFileSync(lockFile(name), String(pid));

    expect(await alone(name, quiet, () => 'done')).toBe('done');
  });

  it('lets go when the work throws', async () => {
    const name = `test-${process.pid}-c`;

    await expect(alone(name, quiet, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');

    expect(existsSync(lockFile(name))).toBe(false);
  });
});
