// Captures on disk as the window streams them: in order, gunzipped, in ranges, no faster than they are read.
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import {
  CHUNK_OCTETS,
  CHUNKS_IN_FLIGHT_MAX,
  type StreamReply,
  type StreamRequest,
} from '../../../../app/ipc/stream.ts';
import { serveStream, type ByteSource } from '../../../../app/session/serve-stream.ts';
import { concatBytes } from '../../../../protocol/base/bytes.ts';
import { openCaptureFile, type CaptureFile } from '../../../../main/node/files/capture-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'totem-lab-unit-'));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

const content = Uint8Array.from({ length: 3 * CHUNK_OCTETS + 1234 }, (_, i) => (i * 7 + (i >> 9)) & 0xff);

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function opened(path: string): Promise<CaptureFile> {
  const found = await openCaptureFile(path);
  if (!found.ok) throw new Error(found.problem.says);
  return found.value;
}

async function all(source: ByteSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of source.portions()) parts.push(bytes.slice());
  return concatBytes(parts);
}

describe.each([
  ['plain', (bytes: Uint8Array) => bytes],
  ['gzipped', (bytes: Uint8Array) => gzipSync(bytes)],
])('a %s capture', (kind, pack) => {
  it('comes in order, and any range of it again', async () => {
    const capture = await opened(file(`${kind}.pcap`, pack(content)));

    const whole = await all(capture);
    const pieces = await capture.read([
      { offset: 5, length: 10 },
      { offset: content.length - 3, length: 10 },
    ]);

    await capture.close();
    expect(Buffer.compare(whole, content)).toBe(0);
    expect(pieces).toEqual([content.slice(5, 15), content.slice(-3)]);
  });

  it('can be read a second time', async () => {
    const capture = await opened(file(`${kind}-twice.pcap`, pack(content)));
    await all(capture);

    const again = await all(capture);

    await capture.close();
    expect(again.length).toBe(content.length);
  });
});

it('gives what a cut gzip holds', async () => {
  const packed = gzipSync(content);
  const capture = await opened(file('cut.gz', packed.subarray(0, packed.length - 100)));

  const whole = await all(capture);

  await capture.close();
  expect(whole.length).toBeGreaterThan(0);
  expect(Buffer.compare(whole, content.subarray(0, whole.length))).toBe(0);
});

it('says it where a file shrinks under it', async () => {
  const path = file('shrinks.pcap', content);
  const capture = await opened(path);
  truncateSync(path, 100);

  await expect(all(capture)).rejects.toThrow('shrank');
  await capture.close();
});

it('leaves nothing spooled behind, however the program ends', async () => {
  const own = mkdtempSync(join(folder, 'spools-'));
  vi.stubEnv('TMPDIR', own);
  const capture = await opened(file('spooled.gz', gzipSync(content)));
  await all(capture);
  const whileOpen = readdirSync(own).length;
  const pieces = await capture.read([{ offset: content.length - 3, length: 3 }]);
  await capture.close();

  expect(pieces).toEqual([content.slice(-3)]);
  expect(whileOpen).toBe(process.platform === 'win32' ? 1 : 0);
  expect(readdirSync(own)).toEqual([]);
});

it.each([
  ['missing', () => join(folder, 'none.pcap'), 'does not exist'],
  ['directory', () => folder, 'is a folder'],
  ['empty', () => file('empty.pcap', new Uint8Array()), 'is empty'],
])('%s: a sentence', async (kind, path, says) => {
  const found = await openCaptureFile(path());

  expect(found.ok ? null : found.problem.kind).toBe(kind);
  expect(found.ok ? '' : found.problem.says).toContain(says);
});

describe('serving a stream', () => {
  function serve(source: ByteSource) {
    const replies: StreamReply[] = [];
    let ask: (request: unknown) => void = () => undefined;
    serveStream(source, { post: (reply) => replies.push(reply), onRequest: (listener) => (ask = listener) });
    return { replies, ask: (request: StreamRequest) => ask(request) };
  }
  const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 5));
  const endless: ByteSource = {
    async *portions() {
      for (let i = 1; i <= 20; i++) yield { bytes: Uint8Array.of(i), done: i, total: 20 };
    },
    read: (ranges) => Promise.resolve(ranges.map(({ length }) => new Uint8Array(length))),
  };

  it('waits for the reader', async () => {
    const { replies, ask } = serve(endless);

    ask({ kind: 'start', run: 1 });
    await settle();
    expect(replies).toHaveLength(CHUNKS_IN_FLIGHT_MAX);

    ask({ kind: 'ack', run: 1 });
    await settle();
    expect(replies).toHaveLength(CHUNKS_IN_FLIGHT_MAX + 1);
  });

  it('starts anew, and then sends nothing of the run before', async () => {
    const { replies, ask } = serve(endless);
    ask({ kind: 'start', run: 1 });
    await settle();

    ask({ kind: 'start', run: 2 });
    await settle();

    expect(replies.slice(CHUNKS_IN_FLIGHT_MAX).every((reply) => 'run' in reply && reply.run === 2)).toBe(true);
    expect(replies.length).toBe(2 * CHUNKS_IN_FLIGHT_MAX);
  });

  it('stops', async () => {
    const { replies, ask } = serve(endless);
    ask({ kind: 'start', run: 1 });
    await settle();

    ask({ kind: 'stop' });
    ask({ kind: 'ack', run: 1 });
    await settle();

    expect(replies).toHaveLength(CHUNKS_IN_FLIGHT_MAX);
  });

  it('answers for ranges while it streams', async () => {
    const { replies, ask } = serve(endless);

    ask({ kind: 'read', id: 9, ranges: [{ offset: 0, length: 3 }] });
    await settle();

    expect(replies).toEqual([{ kind: 'ranges', id: 9, pieces: [new Uint8Array(3)] }]);
  });
});

it('reads a golden capture as the file has it', async () => {
  const path = join(import.meta.dirname, '../../../golden/captures/03-corosync-kill9/bridge.pcap');
  const capture = await opened(path);

  const whole = await all(capture);

  await capture.close();
  expect(Buffer.compare(whole, readFileSync(path))).toBe(0);
});
