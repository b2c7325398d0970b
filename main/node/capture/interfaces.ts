// The interfaces of this machine that can be captured on, with their addresses.
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CaptureBackend, CaptureInterface } from '../../../app/session/live-capture.ts';

const SYSTEM = '/sys/class/net';

function isUp(name: string): boolean | null {
  try {
    const flags = Number.parseInt(readFileSync(join(SYSTEM, name, 'flags'), 'utf8'), 16);
    return (flags & 1) === 1;
  } catch {
    return null;
  }
}

function systemNames(): readonly string[] {
  try {
    return readdirSync(SYSTEM);
  } catch {
    return [];
  }
}

/** Loopback first, then by name; `any` of Linux last. */
export function captureInterfaces(): readonly CaptureInterface[] {
  const found = networkInterfaces();
  const names = [...new Set([...Object.keys(found), ...systemNames()])].filter((name) => name !== 'bonding_masters');
  const order = (name: string): string => `${name === 'lo' || name === 'lo0' ? 0 : 1}${name}`;
  names.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const list = names.map((name) => ({
    name,
    addresses: (found[name] ?? []).map(({ address }) => address),
    isUp: isUp(name),
  }));
  return process.platform === 'linux' ? [...list, { name: 'any', addresses: [], isUp: true }] : list;
}

function has(command: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, command)));
}

function hasCap(): boolean {
  try {
    return existsSync(createRequire(import.meta.url).resolve('cap'));
  } catch {
    return false;
  }
}

/** Ways to capture that are installed, the better one first. */
export function captureBackends(): readonly CaptureBackend[] {
  return [...(has('tcpdump') ? (['tcpdump'] as const) : []), ...(hasCap() ? (['cap'] as const) : [])];
}
