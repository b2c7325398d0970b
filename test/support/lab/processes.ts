// Processes that tests ask after while they may end: whether one still runs, and what it was started with. To have
// ended is an answer here, never an error, also where it happens between two looks.
import { readFileSync } from 'node:fs';

/** What a file of this process in /proc says; empty once it has ended. */
function told(pid: number, file: 'status' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a process runs; one that ended and that nobody has waited for yet does not. Linux only. */
export const isAlive = (pid: number): boolean => /^State:\s+[^ZX\s]/m.test(told(pid, 'status'));

/** The words that a process was started with, by spaces; empty once it has ended. Linux only. */
export const commandOf = (pid: number): string => told(pid, 'cmdline').replaceAll('\0', ' ').trimEnd();
