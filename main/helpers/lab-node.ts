// One node of the mini cluster, a process of its own: Totem, CPG and what is on them, over real UDP. Told what to do by
// messages of its parent, and gone with it. Its own datagrams come out on descriptor 4 as pcapng, for who has no right
// to capture.
import { setFlagsFromString } from 'node:v8';
import type { LabNodeOrder, LabNodeReport } from '../../app/lab/cluster.ts';
import { giveBackGarbage } from '../node/lab/give-back.ts';
import { NodeProcess } from '../node/lab/node-process.ts';
import { createTapOutput } from '../node/lab/tap-output.ts';

const TAP = 4;
/**
 * Octets of code that a function runs through before V8 compiles it for speed, six times what V8 takes: a sheep that
 * stores a gibibyte would spend more on compiling than on running what was compiled. A ring under load gets there in a
 * moment.
 */
const COMPILED_AFTER = 400_000;

// As V8 calls it in Node 20; a V8 that calls it otherwise would complain on standard error.
if (process.versions.v8.startsWith('11.3.')) setFlagsFromString(`--interrupt-budget=${COMPILED_AFTER}`);

function tell(report: LabNodeReport): void {
  process.send?.(report);
}

const node = new NodeProcess({
  tell,
  tapFor: (name) => createTapOutput(TAP, name),
  end: (code) => {
    process.disconnect?.();
    process.exitCode = code;
    // Its sockets are closed; a store that is still at work ends itself.
    setTimeout(() => process.exit(code), 1000).unref();
  },
});

giveBackGarbage();
process.on('message', (order: LabNodeOrder) => node.order(order));
process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => node.order({ kind: 'leave' }));
// Ctrl-C reaches the whole group of processes: the parent decides.
process.on('SIGINT', () => undefined);
