// The captures that come with the program, for who has none at hand: real ones, each with what it shows.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '../../../app/ipc/contract.ts';

interface ListedSample {
  /** Below the folder of captures; packaging takes along the same ones (electron-builder.yml). */
  readonly file: string;
  readonly title: string;
  readonly says: string;
}

/** The first one is shown at the very first start. */
export const SAMPLES: readonly ListedSample[] = [
  {
    file: '03-corosync-kill9/bridge.pcap',
    title: 'A node dies',
    says: 'Corosync 1.4: kill -9 of one of three nodes, and its return',
  },
  {
    file: 'c31-udp-partition2-3/brA.pcap',
    title: 'A switch is cut off',
    says: 'Corosync 3.1: two rings where there was one, then the merge',
  },
  {
    file: 'c31-udp-sigstop3s/brA.pcap',
    title: 'A process is paused',
    says: 'Corosync 3.1: three seconds of silence, then back at once',
  },
  {
    file: 'c31-udp-form3/brA.pcap',
    title: 'Nothing is wrong',
    says: 'Corosync 3.1: three nodes start, one leaves cleanly and returns',
  },
];

/** The samples that are there, in `folder`. */
export function samplesIn(folder: string): readonly Sample[] {
  const there = SAMPLES.filter(({ file }) => existsSync(join(folder, file)));
  return there.map(({ file, title, says }) => ({ path: join(folder, file), title, says }));
}
