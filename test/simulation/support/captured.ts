// A scenario run with a wire tap, and its capture opened like any other.
import { concatBytes } from '../../../protocol/base/bytes.ts';
import type { MembershipState } from '../../../protocol/totem/engine/contract.ts';
import type { StartProgram } from '../../../protocol/sim/program.ts';
import type { Runner } from '../../../protocol/sim/run/runner.ts';
import { WireTap } from '../../../protocol/sim/tap/wire-tap.ts';
import { openBytes, type Opened } from '../../support/open-golden.ts';
import { runNotebook } from './notebook.ts';

/** What an engine said of itself: seconds since the world began. */
export interface OwnTransition {
  readonly time: number;
  readonly nodeid: number;
  readonly to: MembershipState;
  readonly gatherFrom: number | null;
  /** Members of the ring that was installed, where `to` is operational. */
  readonly ring: string;
}

export interface Captured {
  readonly bytes: Uint8Array;
  readonly opened: Opened;
  readonly own: readonly OwnTransition[];
  readonly runner: Runner;
}

/** `start`: another program in the place of the usual one. */
export function capture(text: string, start?: StartProgram): Captured {
  const parts: Uint8Array[] = [];
  const own: OwnTransition[] = [];
  let tap: WireTap | null = null;
  const { runner } = runNotebook(text, {
    ...(start === undefined ? {} : { start }),
    prepare({ world }) {
      tap = new WireTap(world, (bytes) => parts.push(bytes));
      world.watch({
        stepped(node, at, _input, effects) {
          for (const effect of effects)
            if (effect.kind === 'note' && effect.note.kind === 'state') {
              const { state: to, gatherFrom, ringId } = effect.note;
              own.push({
                time: at / 1e6,
                nodeid: node.spec.nodeid,
                to,
                gatherFrom,
                ring: `${ringId.rep}:${ringId.seq}`,
              });
            }
        },
      });
    },
  });
  (tap as WireTap | null)?.finish();
  const bytes = concatBytes(parts);
  return { bytes, opened: openBytes(bytes), own, runner };
}
