// What the processes of the program hold, read from /proc: the page with its workers, the main process, what Electron
// keeps beside them, and the lab's nodes and helpers. Linux only.
import { readdirSync, readFileSync } from 'node:fs';
import type { ElectronApplication } from 'playwright-core';

const KIB_PER_MIB = 1024;

/** Children of all processes, by parent. */
function children(): ReadonlyMap<number, readonly number[]> {
  const by = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      by.set(parent, [...(by.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended meanwhile.
    }
  }
  return by;
}

/** MiB that stay in memory for a process; 0 for one that has ended. */
function residentOf(pid: number): number {
  try {
    const kib = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Rss:\s+(\d+)/m)?.[1];
    return Number(kib ?? 0) / KIB_PER_MIB;
  } catch {
    return 0;
  }
}

/** MiB resident by what the processes are. */
export async function processesOf(app: ElectronApplication): Promise<Readonly<Record<string, number>>> {
  const { page, own } = await app.evaluate(({ app: electron, BrowserWindow }) => ({
    page: BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
    own: electron.getAppMetrics().map(({ pid }) => pid),
  }));
  const main = app.process().pid ?? 0;
  const by = children();
  const all = [main];
  for (let i = 0; i < all.length; i++) all.push(...(by.get(all[i] ?? 0) ?? []));
  const sum = (pids: readonly number[]): number => pids.reduce((total, pid) => total + residentOf(pid), 0);
  return {
    'page process': residentOf(page),
    'main process': residentOf(main),
    'other Electron processes': sum(own.filter((pid) => pid !== page && pid !== main)),
    'nodes and helpers': sum(all.filter((pid) => pid !== main && !own.includes(pid))),
  };
}
