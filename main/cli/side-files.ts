// The files that `analyse` takes beside a capture: logs of nodes and a corosync.conf. Reads them whole, within limits.
import { readFileSync, statSync } from 'node:fs';
import { fail, ok, type Result } from '../../protocol/base/result.ts';
import type { GivenLog } from '../../app/analysis/witnesses/beside.ts';
import type { Calendar } from '../../app/analysis/witnesses/log-time.ts';
import { explainSystemError } from '../node/files/open-problem.ts';

const LOG_OCTETS_MAX = 512 * 1024 * 1024;

/** A file's text; the problem is a sentence. */
export function readText(path: string): Result<string, string> {
  try {
    if (statSync(path).size > LOG_OCTETS_MAX) return fail(`${path} is too large: cut out the time of the capture`);
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    return fail(explainSystemError(error, path).says);
  }
}

/** `NODE=FILE` taken apart. */
function splitLog(argument: string): Result<{ readonly node: string; readonly path: string }, string> {
  const at = argument.indexOf('=');
  if (at < 1 || at === argument.length - 1) return fail(`--log wants NODE=FILE, not "${argument}"`);
  return ok({ node: argument.slice(0, at), path: argument.slice(at + 1) });
}

/** The logs of `--log NODE=FILE`; a problem is a sentence. */
export function readLogs(given: readonly string[]): Result<readonly GivenLog[], string> {
  const logs: GivenLog[] = [];
  for (const argument of given) {
    const split = splitLog(argument);
    if (!split.ok) return split;
    const text = readText(split.value.path);
    if (!text.ok) return text;
    logs.push({ node: split.value.node, text: text.value });
  }
  return ok(logs);
}

/** Dates in the local zone unless the log names one, and in the capture's year where a log does not name one. */
export function localCalendar(epochNs: bigint): Calendar {
  const thisYear = new Date(Number(epochNs / 1_000_000n)).getFullYear();
  return ({ year, month, day, hour, minute, second, ms, zoneMinutes }) =>
    zoneMinutes === null
      ? new Date(year ?? thisYear, month, day, hour, minute, second, ms).getTime()
      : Date.UTC(year ?? thisYear, month, day, hour, minute - zoneMinutes, second, ms);
}
