// One at a time: when two commands are started at once, the second waits until the first has installed or built.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './paths.mjs';

const WAIT_MS_MAX = 15 * 60_000;
const STEP_MS = 200;
/** A lock that names nobody is left over from a crash when it is older than this. */
const NAMELESS_MS_MAX = 5_000;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function isTaken(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return false;
  } catch (error) {
    if (error.code === 'EEXIST') return true;
    throw error;
  }
}

function ownerOf(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Runs work while no other command of this checkout runs work of the same name. `says` is told if it must wait. */
export async function alone(name, says, work) {
  const path = join(ROOT, '.cache', `${name}.lock`);
  mkdirSync(dirname(path), { recursive: true });
  const start = Date.now();
  let nameless = 0;
  for (let isTold = false; isTaken(path); await sleep(STEP_MS)) {
    const owner = ownerOf(path);
    nameless = owner === 0 ? nameless + STEP_MS : 0;
    if (nameless > NAMELESS_MS_MAX || (owner !== 0 && !isAlive(owner)) || Date.now() - start > WAIT_MS_MAX) {
      rmSync(path, { force: true });
    } else if (!isTold) {
      says(`another command of this checkout is at it (${name}): waiting for it`);
      isTold = true;
    }
  }
  const leave = () => rmSync(path, { force: true });
  process.once('exit', leave);
  try {
    return await work();
  } finally {
    process.off('exit', leave);
    leave();
  }
}
