// tcpdump on a machine that is busy: it begins late, and is asked for its count of drops only then. A stand-in that
// takes as long as it is told to; the real one is in interop/capture.test.ts.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { CaptureTrouble } from '../../../../app/session/live-capture.ts';
import { createPacketOutput } from '../../../../main/node/capture/packet-output.ts';
import { captureWithTcpdump } from '../../../../main/node/capture/tcpdump-backend.ts';

/** Longer than two questions are apart; before it has begun it knows no question, as the real one. */
const STAND_IN = `#!/bin/sh
sleep 2.5
trap 'echo "7 packets dropped by kernel" >&2' USR1
trap 'exit 0' INT
echo 'listening on eth0' >&2
while :; do sleep 0.05; done
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'totem-lab-test-'));
  writeFileSync(join(folder, 'tcpdump'), STAND_IN);
  chmodSync(join(folder, 'tcpdump'), 0o755);
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it.skipIf(process.platform === 'win32')('is asked for its drops once it has begun, however late', async () => {
  const output = createPacketOutput(new Writable({ write: (_chunk, _encoding, done) => done() }), {
    interfaceName: 'eth0',
    isCounted: true,
    now: () => BigInt(Date.now()) * 1_000_000n,
    lost: () => undefined,
  });
  const said: string[] = [];
  const ended: (CaptureTrouble | null)[] = [];
  const request = { interface: 'eth0', backend: 'tcpdump', filter: '', bufferOctets: 1 << 20 } as const;
  const running = captureWithTcpdump(request, {
    output,
    started: (clock) => said.push(clock),
    ended: (trouble) => ended.push(trouble),
  });

  await expect.poll(() => [ended, said, output.counts().dropped]).toEqual([[], ['kernel'], 7]);
  running.stop();
  await expect.poll(() => ended).toEqual([null]);
});
