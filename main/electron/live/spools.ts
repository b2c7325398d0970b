// Where live captures are written while they grow: a folder of the program's own, so that one that was killed leaves
// them. The last few stay, as recent captures do.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { app } from 'electron';
import { granted, recent } from '../remembered.ts';

/** Live captures that stay, the latest. */
export const SPOOLS_KEPT_MAX = 10;

/** Those that are being written, or shown. */
const inUse = new Set<string>();

const folder = (): string => join(app.getPath('userData'), 'captures');
const two = (value: number): string => String(value).padStart(2, '0');

/** Captures there are, the latest first. Names begin with the time. */
export async function spooled(): Promise<readonly string[]> {
  const names = await readdir(folder()).catch(() => []);
  return names
    .filter((name) => name.endsWith('.pcapng'))
    .sort()
    .reverse()
    .map((name) => join(folder(), name));
}

/** A live capture that is shown no more is one of the recent captures. */
export async function remember(path: string): Promise<void> {
  inUse.delete(path);
  granted.grant(path);
  await recent.add(path);
}

/** A capture that never began leaves nothing. */
export async function forget(path: string): Promise<void> {
  inUse.delete(path);
  await rm(path, { force: true });
}

/** What a program that was killed has left is offered among the recent captures. */
export async function offerLeftOver(): Promise<void> {
  const [latest] = await spooled();
  if (latest !== undefined && !recent.list().includes(latest)) await remember(latest);
}

/** A name for the next live capture, of what it is: `20261126-020355-lo.pcapng`. Old ones go. */
export async function newSpool(what: string): Promise<string> {
  await mkdir(folder(), { recursive: true });
  const old = (await spooled()).slice(SPOOLS_KEPT_MAX - 1).filter((path) => !inUse.has(path));
  await Promise.all(old.map((path) => rm(path, { force: true })));
  const now = new Date();
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = `${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`;
  const ms = String(now.getMilliseconds()).padStart(3, '0');
  const path = join(folder(), `${day}-${time}.${ms}-${what.replace(/[^\w.-]/g, '_')}.pcapng`);
  inUse.add(path);
  return path;
}
