// The addresses of the lab's sheep, 127.168.1.x:7000: tests that start a lab with sheep take them, one file at a time.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LOCK = join(tmpdir(), 'totem-lab-test-addresses');
const LOOK_MS = 100;

function isHeld(): boolean {
  try {
    mkdirSync(LOCK);
  } catch {
    return false;
  }
  writeFileSync(join(LOCK, 'pid'), String(process.pid));
  return true;
}

/** Whoever held them is gone without a word. */
function isStale(): boolean {
  try {
    process.kill(Number(readFileSync(join(LOCK, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Waits until they are free; the result gives them back. */
export async function takeLabAddresses(): Promise<() => void> {
  while (!isHeld()) {
    if (isStale()) rmSync(LOCK, { recursive: true, force: true });
    else await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  return () => rmSync(LOCK, { recursive: true, force: true });
}
