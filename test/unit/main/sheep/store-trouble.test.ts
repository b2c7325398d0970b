// A sheep on a store or a port that it cannot use: it ends with one sentence that names what is wrong and what to do,
// and the store stays as it was. Real files, real TCP.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SheepHost } from '../../../../main/node/sheep/sheep-host.ts';
import { Status } from '../../../../protocol/sheep/operations.ts';
import { startAlone } from '../../../support/one-sheep/alone.ts';
import { blockTrouble, format, newBlock, writeBlock } from '../../../support/one-sheep/blocks.ts';

const HOST = '127.0.0.1';
const PORT = 27_100;
const OID = 0x123456n << 32n;

let store = '';
let running: SheepHost[] = [];

beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'sheep-store-'));
  running = [];
});
afterEach(() => {
  for (const host of running) host.kill();
  rmSync(store, { recursive: true, force: true });
});

interface Started {
  readonly host: SheepHost;
  /** How it ended, once it has. */
  readonly ended: Promise<{ readonly code: number; readonly why: string }>;
}

async function start(folder = store): Promise<Started> {
  let onExit: (code: number, why: string) => void = () => undefined;
  const ended = new Promise<{ code: number; why: string }>((done) => {
    onExit = (code, why) => done({ code, why });
  });
  const host = await startAlone({
    behaviour: 'sound',
    ip: HOST,
    port: PORT,
    store: folder,
    isDurable: false,
    onExit: (code, why) => onExit(code, why),
  });
  running.push(host);
  return { host, ended };
}

async function until(isSo: () => boolean): Promise<void> {
  await expect.poll(isSo, { interval: 5 }).toBe(true);
}

const serves = (host: SheepHost) => (): boolean =>
  host.status().phase === 'joined' && host.status().clusterStatus !== Status.WAIT_FOR_JOIN;

/** A store that has been formatted and holds an object; its sheep was killed. */
async function fill(): Promise<void> {
  const { host, ended } = await start();
  await until(serves(host));
  expect(await format({ host: HOST, port: PORT }, 1)).toBe(true);
  expect(await writeBlock({ host: HOST, port: PORT }, newBlock(OID, 0), 7, 1, true)).toBe(true);
  host.kill();
  await ended;
}

/** Every file of the store but the log, with its octets. */
function files(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const name of readdirSync(store, { recursive: true, encoding: 'utf8' }).sort())
    if (name !== 'sheep.log' && statSync(join(store, name)).isFile())
      found.set(name, readFileSync(join(store, name)).toString('base64'));
  return found;
}

const inStore = (...names: string[]): string => join(store, ...names);

describe('a store that cannot be used', () => {
  it.each([
    [
      'an epoch file of ten octets',
      () => writeFileSync(inStore('epoch', '00000001'), '0123456789'),
      'epoch/00000001 is damaged: it has 10 octets, not 24 for each node and 8 for the time; ' +
        'put the same file of another node in its place, or remove it',
    ],
    [
      'an epoch file that is a folder',
      () => {
        rmSync(inStore('epoch', '00000001'));
        mkdirSync(inStore('epoch', '00000001'));
      },
      'epoch/00000001 cannot be read: look at the rights and the disk of the store',
    ],
    [
      'a config of five octets',
      () => writeFileSync(inStore('config'), 'short'),
      'config cannot be used: it has 5 octets, fewer than 11; ' + "restore it from another node's, byte 10 is copies",
    ],
    [
      'a config that is a folder',
      () => {
        rmSync(inStore('config'));
        mkdirSync(inStore('config'));
      },
      'config cannot be read: look at the rights and the disk of the store',
    ],
    [
      'a file in the place of the folder of objects',
      () => {
        rmSync(inStore('obj'), { recursive: true });
        writeFileSync(inStore('obj'), 'not a folder');
      },
      'the folder obj cannot be made (exists): give sheep a folder that it may write to',
    ],
  ])('%s: one sentence, and nothing is changed', async (_what, spoil, says) => {
    await fill();
    spoil();
    const before = files();

    const { ended } = await start();

    expect(await ended).toEqual({ code: 1, why: `${store}: ${says}` });
    expect(files()).toEqual(before);
  });

  it('what is a file and no folder is said by the system', async () => {
    const file = inStore('file');
    writeFileSync(file, 'not a folder');

    await expect(start(file)).rejects.toThrow(/EEXIST/);
    expect(readFileSync(file, 'utf8')).toBe('not a folder');
  });
});

describe('files in epoch/ that are no epochs', () => {
  it('one without members, which 0.3.0 wrote when its last member left, counts as none', async () => {
    await fill();
    writeFileSync(inStore('epoch', '00000002'), Buffer.alloc(8));

    const { host, ended } = await start();
    await until(serves(host));
    const { clusterStatus } = host.status();
    const trouble = await blockTrouble({ host: HOST, port: PORT }, { ...newBlock(OID, 0), acknowledged: 7 });
    host.kill();
    await ended;

    expect({ clusterStatus, trouble }).toEqual({ clusterStatus: Status.OK, trouble: null });
    expect(readFileSync(inStore('sheep.log'), 'utf8')).toContain('epoch/00000002 has no members');
  });

  it('are left alone, are not taken for the latest epoch, and are told of in the log', async () => {
    await fill();
    const strangers = ['00000003~', '99', '00000009.tmp', 'notes.txt', '0000000a'];
    for (const name of strangers) writeFileSync(inStore('epoch', name), `a stranger: ${name}`);

    const { host, ended } = await start();
    await until(serves(host));
    const { epoch } = host.status();
    const trouble = await blockTrouble({ host: HOST, port: PORT }, { ...newBlock(OID, 0), acknowledged: 7 });
    host.kill();
    await ended;

    // It was killed while it wrote, so it goes on in an epoch of its own: the one after its latest.
    expect([epoch, trouble]).toEqual([2, null]);
    const log = readFileSync(inStore('sheep.log'), 'utf8');
    for (const name of strangers) {
      expect(readFileSync(inStore('epoch', name), 'utf8')).toBe(`a stranger: ${name}`);
      expect(log).toContain(`epoch/${name} is no epoch file: it is left alone`);
    }
  });
});

describe('a port that is in use', () => {
  it('is said, the sheep that has it goes on, and the store is as it was', async () => {
    await fill();
    const before = files();
    const other = mkdtempSync(join(tmpdir(), 'sheep-store-'));
    const first = await start(other);
    await until(serves(first.host));

    const { ended } = await start();
    const { code, why } = await ended;

    expect(code).not.toBe(0);
    expect(why).toBe(`${HOST}:${PORT} is in use: another sheep runs there`);
    expect(files()).toEqual(before);
    expect(first.host.status().phase).toBe('joined');
    rmSync(other, { recursive: true, force: true });
  });
});

describe('a disk that is full', () => {
  it('is said to the client; what is stored can be read and written over, and the sheep goes on', async () => {
    await fill();
    const { host } = await start();
    await until(serves(host));
    const to = { host: HOST, port: PORT };
    host.setDisk({ isFull: true, delayMs: 0 });

    expect(await writeBlock(to, newBlock(OID + 1n, 0), 9, 1, true)).toBe(false);
    const kept = { ...newBlock(OID, 0), acknowledged: 7 };
    expect(await blockTrouble(to, kept)).toBeNull();
    expect(await writeBlock(to, kept, 8, 1, false)).toBe(true);
    expect(await blockTrouble(to, kept)).toBeNull();
    expect([...files().keys()].filter((name) => name.includes('0012345600000001'))).toEqual([]);
    host.setDisk({ isFull: false, delayMs: 0 });
    expect(await writeBlock(to, newBlock(OID + 1n, 0), 9, 1, true)).toBe(true);
  });
});
