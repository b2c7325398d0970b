// A member whose barriers nobody understands: its ring turns and never gets through its synchronisation.
import { describe, expect, it } from 'vitest';
import { nodeProgram } from '../../../../../protocol/sim/node-program.ts';
import type { ProgramEffect, StartProgram } from '../../../../../protocol/sim/program.ts';
import { capture } from '../../../../simulation/support/captured.ts';

/** "sync" behind a count of one group and a length of four. */
const SYNC = [1, 0, 4, 0, 0x73, 0x79, 0x6e, 0x63];
/** A list of services is longer, a barrier shorter. */
const BARRIER_OCTETS_MAX = 300;

/** The same packet, its barriers to another group than "sync": all the other nodes wait for them. */
function misdirected(bytes: Uint8Array): Uint8Array {
  if (bytes.length > BARRIER_OCTETS_MAX) return bytes;
  const copy = bytes.slice();
  for (let at = 0; at + SYNC.length <= copy.length; at++)
    if (SYNC.every((octet, i) => copy[at + i] === octet)) copy[at + 4] = 0x78;
  return copy;
}

const owesBarriers = (nodeid: number): StartProgram => {
  const start = nodeProgram();
  return (options) => {
    const program = start(options);
    if (options.self.nodeid !== nodeid) return program;
    const change = (effect: ProgramEffect): ProgramEffect =>
      effect.kind === 'send-mcast' ? { ...effect, bytes: misdirected(effect.bytes) } : effect;
    return { ...program, step: (now, input) => program.step(now, input).map(change) };
  };
};

const TEXT = 'cluster nodes=3 token=1000ms cpu=30us start=all\nrun 9s\n';

function wrongIn(start?: StartProgram) {
  const { findings } = capture(TEXT, start).opened.ingest.analysis();
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ rule, culprits, evidence }) => [rule, culprits, evidence.length > 0]);
}

describe('sync-hang', () => {
  it('names the member that owes a barrier', () => {
    expect(wrongIn(owesBarriers(3))).toEqual([['sync-hang', [3], true]]);
  });

  it('is not told of a ring that is idle for as long', () => {
    expect(wrongIn()).toEqual([]);
  });
});
