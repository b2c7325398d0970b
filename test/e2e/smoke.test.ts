// `--smoke`: one line, a picture, an exit code.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { capture, electronPath, hostArguments, KILL9, Scratch } from './support.ts';

const scratch = new Scratch();
afterAll(() => scratch.remove());

function smoke(...args: string[]) {
  const png = join(scratch.path, 'smoke.png');
  const env = { ...process.env, TOTEM_LAB_SMOKE_PNG: png };
  const { status, stdout, stderr } = spawnSync(electronPath(), [...hostArguments(scratch.path), '--smoke', ...args], {
    encoding: 'utf8',
    env,
    timeout: 300_000,
  });
  return { status, stdout, stderr, png };
}

describe('smoke', () => {
  it('says in one line what it shows, and writes a picture of it', () => {
    const { status, stdout, png } = smoke(KILL9);

    expect(stdout).toMatch(/^bridge\.pcap: 787 frames, 763 Totem packets, 3 rings, 3 nodes, /);
    expect(stdout).toMatch(/, token loss at \d+\.\d{3} s \(.*\); screenshot .*smoke\.png\n$/);
    expect(status).toBe(0);
    expect(existsSync(png) && readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
  });

  it('opens without a capture', () => {
    const { status, stdout } = smoke();

    expect(stdout).toMatch(/^Totem Lab .*: no capture given.*; screenshot .*\n$/);
    expect(status).toBe(0);
  });

  it('fails with a sentence where the capture cannot be opened', () => {
    const { status, stdout, stderr } = smoke(capture('no-such.pcap'));

    expect(stdout).toBe('');
    expect(stderr).toContain('no-such.pcap does not exist');
    expect(status).toBe(1);
  });
});
