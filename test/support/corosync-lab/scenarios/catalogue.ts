// All scenarios and all kinds of clusters, and the record of one of them in a folder: captures, logs, configurations,
// truth.json.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEBIAN_BUILD, type CorosyncBuild } from '../../../../main/node/lab/corosync/daemon.ts';
import { CorosyncLab, labKey, nodeIdOf } from '../lab.ts';
import { CALM } from './calm.ts';
import { LINKS } from './links.ts';
import { NODES } from './nodes.ts';
import type { ClusterKind, Scenario } from './scenario.ts';
import { SETTINGS } from './settings.ts';
import { CALM_SEEN } from './varied/calm.ts';
import { LINKS_VARIED } from './varied/links.ts';
import { NODES_VARIED } from './varied/nodes.ts';
import { SETTINGS_VARIED } from './varied/settings.ts';
import { SHORT_CUTS } from './varied/short.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...CALM,
  ...NODES,
  ...LINKS,
  ...SETTINGS,
  ...CALM_SEEN,
  ...NODES_VARIED,
  ...LINKS_VARIED,
  ...SETTINGS_VARIED,
  ...SHORT_CUTS,
];

export const KINDS: readonly ClusterKind[] = [
  { name: 'c31-udp', generation: 3, transport: 'udp', crypto: null },
  { name: 'c31-udpu', generation: 3, transport: 'udpu', crypto: null },
  { name: 'c31-knet', generation: 3, transport: 'knet', crypto: null },
  { name: 'c31-knet-aes128sha1', generation: 3, transport: 'knet', crypto: ['aes128', 'sha1'] },
  { name: 'c31-knet-aes256', generation: 3, transport: 'knet', crypto: ['aes256', 'sha256'] },
  { name: 'c24-udp', generation: 2, transport: 'udp', crypto: null },
  { name: 'c24-udpu', generation: 2, transport: 'udpu', crypto: null },
  { name: 'c24-udp-aes256sha1', generation: 2, transport: 'udp', crypto: ['aes256', 'sha1'] },
  { name: 'c14-udp', generation: 1, transport: 'udp', crypto: null },
  { name: 'c14-udpu', generation: 1, transport: 'udpu', crypto: null },
  { name: 'c14-udp-secauth', generation: 1, transport: 'udp', crypto: ['sober128', 'sha1'] },
];

/** Builds of the older generations: TOTEM_LAB_COROSYNC_1 and _2 name the folders that they are installed in. */
export function buildOf({ generation }: ClusterKind): CorosyncBuild | null {
  if (generation === 3) return DEBIAN_BUILD;
  const folder = process.env[`TOTEM_LAB_COROSYNC_${generation}`];
  if (folder === undefined) return null;
  const map = generation === 1 ? 'corosync-objctl' : 'corosync-cmapctl';
  return { generation, daemon: join(folder, 'sbin', 'corosync'), map: join(folder, 'sbin', map), prefix: folder };
}

export function fits(scenario: Scenario, kind: ClusterKind): boolean {
  return scenario.fits?.(kind) ?? true;
}

function writeTruth(
  directory: string,
  scenario: Scenario,
  kind: ClusterKind,
  lab: CorosyncLab,
  problem: string | null,
) {
  const idOf = (number: number): number => nodeIdOf(lab.build, { number, addresses: [`10.77.0.${number}`] });
  const truth = {
    scenario: `${kind.name}-${scenario.name}`,
    says: scenario.says,
    ...kind,
    problem,
    expects: scenario.expects.map(({ rule, culprits }) => ({ rule, culprits: culprits?.map(idOf) ?? null })),
    may: scenario.may ?? [],
    captures: lab.captures,
    events: lab.events.map((event) => ({ ...event, node: event.node === null ? null : idOf(event.node) })),
  };
  writeFileSync(join(directory, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
}

/** Runs a scenario and leaves all there is of it in the folder, which is emptied before. */
export async function record(scenario: Scenario, kind: ClusterKind, directory: string): Promise<void> {
  const build = buildOf(kind);
  if (build === null) throw new Error(`there is no Corosync ${kind.generation}: name its folder in the environment`);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const lab = new CorosyncLab({
    directory,
    build,
    transport: kind.transport,
    crypto: kind.crypto,
    token: scenario.token ?? Number(process.env['TOTEM_LAB_TOKEN'] ?? 1000),
    ...(scenario.totem === undefined ? {} : { totem: scenario.totem }),
    switches: scenario.switches ?? ['A'],
  });
  let problem: string | null = null;
  try {
    await scenario.run(lab, kind);
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  } finally {
    await lab.stopCaptures();
    lab.keepWitnesses();
    await lab.close();
    if (kind.crypto !== null)
      writeFileSync(join(directory, 'authkey'), labKey('lab', kind.transport === 'knet' ? 256 : 128));
    writeTruth(directory, scenario, kind, lab, problem);
  }
}
