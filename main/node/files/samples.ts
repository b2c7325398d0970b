// The captures that come with the program, for who has none at hand: real ones, each with what it shows.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '../../../app/ipc/contract.ts';

/** Below the folder of captures; packaging takes along the same ones (electron-builder.yml). */
const SAMPLES: readonly (readonly [path: string, title: string, says: string])[] = [
  ['03-corosync-kill9/bridge.pcap', 'A node dies', 'Corosync 1.4: kill -9 of one of three nodes, and its return'],
  [
    'c31-udp-partition2-3/brA.pcap',
    'A switch is cut off',
    'Corosync 3.1: two rings where there was one, then the merge',
  ],
  ['c31-udp-sigstop3s/brA.pcap', 'A process is paused', 'Corosync 3.1: three seconds of silence, then back at once'],
  ['c31-udp-form3/brA.pcap', 'Nothing is wrong', 'Corosync 3.1: three nodes start, one leaves cleanly and returns'],
];

/** The samples that are there, in `folder`. */
export function samplesIn(folder: string): readonly Sample[] {
  return SAMPLES.map(([path, title, says]) => ({ path: join(folder, path), title, says })).filter(({ path }) =>
    existsSync(path),
  );
}
