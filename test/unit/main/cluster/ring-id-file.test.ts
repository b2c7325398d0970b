// The ring sequence number outlives the process; what cannot be kept is said (specs/totem.md 2.6).
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { explainNodeProblem } from '../../../../main/node/cluster/node-problem.ts';
import { ringIdFile } from '../../../../main/node/cluster/ring-id-file.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-ringid-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('ring id file', () => {
  it('is 0 where there is none', async () => {
    expect(await ringIdFile(folder, '1').load()).toEqual({ ok: true, value: 0n });
  });

  it('keeps the number as 8 octets, little-endian, and leaves nothing beside it', async () => {
    const file = ringIdFile(folder, '192.168.1.111');
    await file.store(0x0102n);
    expect([...readFileSync(file.path)]).toEqual([2, 1, 0, 0, 0, 0, 0, 0]);
    expect(await file.load()).toEqual({ ok: true, value: 0x0102n });
    expect(readdirSync(folder)).toEqual(['ringid_192.168.1.111']);
  });

  it('refuses a file of another length instead of starting from 0', async () => {
    const file = ringIdFile(folder, '1');
    writeFileSync(file.path, 'abc');
    const loaded = await file.load();
    expect(loaded).toEqual({ ok: false, problem: { kind: 'corrupt', path: file.path, octets: 3 } });
    expect(loaded.ok ? '' : explainNodeProblem(loaded.problem)).toContain('3 octets instead of 8');
  });

  it('says what to do where it cannot be written', async () => {
    const stored = await ringIdFile(join(folder, 'gone'), '1').store(4n);
    expect(stored.ok ? '' : explainNodeProblem(stored.problem)).toMatch(/its folder does not exist: create it/);
  });
});
