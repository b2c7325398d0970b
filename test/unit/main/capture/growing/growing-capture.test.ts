// A capture that is being written, through the same stream as a file: everything once and in order, then what comes.
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StreamReply } from '../../../../../app/ipc/stream.ts';
import { serveStream } from '../../../../../app/session/serve-stream.ts';
import { GrowingCapture } from '../../../../../main/node/capture/growing/growing-capture.ts';

let folder: string;
let capture: GrowingCapture;
let replies: StreamReply[];
let ask: (request: unknown) => void;
let octets = 0;

const text = (): string =>
  replies
    .filter((reply) => reply.kind === 'chunk')
    .map(({ bytes }) => Buffer.from(bytes).toString())
    .join('');

function write(more: string): void {
  appendFileSync(capture.path, more);
  octets += more.length;
  capture.grew(octets);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
  writeFileSync(join(folder, 'spool'), '');
  octets = 0;
  capture = new GrowingCapture(join(folder, 'spool'));
  replies = [];
  serveStream(capture, {
    post: (reply) => {
      replies.push(reply);
      if (reply.kind === 'chunk') ask({ kind: 'ack', run: reply.run });
    },
    onRequest: (listener) => (ask = listener),
  });
});
afterEach(async () => {
  await capture.close();
  rmSync(folder, { recursive: true });
});

describe('a growing capture', () => {
  it('gives what is there, then what comes, then its end', async () => {
    write('one ');
    ask({ kind: 'start', run: 1 });
    await expect.poll(text).toBe('one ');
    write('two ');
    await expect.poll(text).toBe('one two ');
    expect(replies.at(-1)?.kind).toBe('chunk');

    write('three');
    capture.end();

    await expect.poll(() => replies.at(-1)?.kind).toBe('end');
    expect(text()).toBe('one two three');
  });

  it('is read again from its first octet while it waits for more', async () => {
    write('abc');
    ask({ kind: 'start', run: 1 });
    await expect.poll(text).toBe('abc');

    ask({ kind: 'start', run: 2 });
    await expect.poll(text).toBe('abcabc');
    write('d');
    await expect.poll(text).toBe('abcabcd');
  });

  it('gives no octet that is not yet in the file, and any range of those that are', async () => {
    appendFileSync(capture.path, 'known and not yet');
    capture.grew(5);
    ask({ kind: 'start', run: 1 });
    await expect.poll(text).toBe('known');

    ask({ kind: 'read', id: 7, ranges: [{ offset: 1, length: 3 }] });

    await expect.poll(() => replies.at(-1)?.kind).toBe('ranges');
    const last = replies.at(-1);
    expect(last?.kind === 'ranges' && Buffer.from(last.pieces[0] ?? []).toString()).toBe('now');
  });
});
