// Records scenarios of the lab for closer looks, on request only: TOTEM_LAB_RECORD names the folder, TOTEM_LAB_ONLY a
// pattern of what to record, like "c31-udp-kill9$".
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { whyNoClient, whyNoLab } from '../../main/node/lab/corosync/availability.ts';
import { buildOf, fits, KINDS, record, SCENARIOS } from '../support/corosync-lab/scenarios/catalogue.ts';

const folder = process.env['TOTEM_LAB_RECORD'];
const only = new RegExp(process.env['TOTEM_LAB_ONLY'] ?? '.');
const why = folder === undefined ? 'recording is not asked for' : (whyNoLab() ?? whyNoClient());

const wanted = KINDS.filter((kind) => buildOf(kind) !== null).flatMap((kind) =>
  SCENARIOS.filter((scenario) => fits(scenario, kind) && only.test(`${kind.name}-${scenario.name}`)).map(
    (scenario) => ({
      name: `${kind.name}-${scenario.name}`,
      kind,
      scenario,
    }),
  ),
);

describe.skipIf(why !== null)(why ?? 'records', () => {
  it.each(wanted)('$name', async ({ name, kind, scenario }) => {
    const directory = join(folder ?? '', name);
    if (existsSync(join(directory, 'truth.json')) && process.env['TOTEM_LAB_AGAIN'] === undefined) return;
    await record(scenario, kind, directory);
  });
});
