// All scripts by their names: a saved sheep finds them here again.
import { boot } from './boot.ts';
import { dispatch } from './driver/dispatch.ts';
import { dropRefutedLater } from './driver/driver.ts';
import { rejoin } from './driver/rejoin.ts';
import { resend } from './driver/sending.ts';
import { writeOneCopy } from './io/writing.ts';
import type { Script, ScriptDefinition } from './kernel.ts';
import { askForList } from './recovery/newest.ts';
import { commitEpoch, recover, recoveryWorker } from './recovery/recovery.ts';
import { serve } from './serve.ts';
import { removeData } from './vdi/deletion.ts';
import { runOperation } from './vdi/operation.ts';

type AnyScript = (args: unknown) => Script<unknown>;

function entry<Args>({ name, run }: ScriptDefinition<Args, unknown>): readonly [string, AnyScript] {
  // What a script is started with is what it was defined for: spawn() and childOf() see to that.
  return [name, run as AnyScript];
}

export const SCRIPTS: ReadonlyMap<string, AnyScript> = new Map([
  entry(boot),
  entry(dispatch),
  entry(rejoin),
  entry(dropRefutedLater),
  entry(resend),
  entry(serve),
  entry(writeOneCopy),
  entry(askForList),
  entry(recover),
  entry(recoveryWorker),
  entry(commitEpoch),
  entry(removeData),
  entry(runOperation),
]);
