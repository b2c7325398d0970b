// A lab of the installed Corosync that is open: its cluster, its folders, what a line of its prompt does. Ended, also
// by SIGKILL, it leaves nothing but a folder that was to be kept.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail, ok, type Result } from '../../../../protocol/base/result.ts';
import { setGuardian } from '../guardian.ts';
import type { RunningLab } from '../open-lab.ts';
import { runInNode, runLine } from '../prompt/line.ts';
import { whyNoLab } from './availability.ts';
import type { Transport } from './conf.ts';
import { CorosyncCluster, type CorosyncEvent } from './corosync-cluster.ts';

export interface CorosyncLabSettings {
  readonly nodes: number;
  readonly transport: Transport;
  /** As in corosync.conf; null for 1000. */
  readonly token: number | null;
  /** Kept and used again; null for a temporary one. */
  readonly directory: string | null;
  readonly port: number;
  /** File of a capture on the switch; null for none. */
  readonly capture: string | null;
}

const TOKEN = 1000;

/** Starts the daemons; why they cannot run here, in a sentence. */
export async function openCorosyncLab(
  settings: CorosyncLabSettings,
  onEvent: (event: CorosyncEvent) => void,
): Promise<Result<RunningLab, string>> {
  const why = whyNoLab();
  if (why !== null) return fail(why);
  const runFolder = await mkdtemp(join(tmpdir(), 'totem-lab-'));
  const directory = settings.directory === null ? runFolder : resolve(settings.directory);
  let lastEvent = Date.now();
  const cluster = new CorosyncCluster({
    transport: settings.transport,
    port: settings.port,
    token: settings.token ?? TOKEN,
    directory,
    runFolder,
    capture: settings.capture === null ? null : resolve(settings.capture),
    onEvent: (event) => {
      if (event.kind !== 'log' || event.news !== null) lastEvent = Date.now();
      onEvent(event);
    },
  });
  const guardian = setGuardian(cluster.namespacePrefix, [runFolder]);
  const context = { cluster, lastEventMs: () => lastEvent };
  cluster.begin(settings.nodes);
  return ok({
    directory,
    run: (line) => runLine(context, line),
    runIn: (node, command) => runInNode(context, node, command),
    async end(how) {
      await cluster.end(how);
      await rm(runFolder, { recursive: true, force: true });
      await guardian.release();
    },
  });
}
