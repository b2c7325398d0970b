// A whole node as a program: Totem, totempg, synchronisation and CPG, as real processes of the lab run them.
import { composeNode, type CreateTotemEngine } from '../node/compose.ts';
import type { NodeState } from '../node/contract.ts';
import type { Micros } from '../totem/engine/contract.ts';
import { createTotemEngine } from '../totem/engine/engine.ts';
import type { Program, ProgramEffect, ProgramInput, ProgramState, StartProgram } from './program.ts';

/**
 * Every node announces one vote to votequorum, which is a service of Corosync 2 and 3. `create`: the engine, or another
 * in its place.
 */
export function nodeProgram(create: CreateTotemEngine = createTotemEngine): StartProgram {
  return ({ self, dialect, config, lastRingSeq, seed, nodeCount, firstSeqno, saved }): Program => {
    const votequorum = dialect === 'corosync-3' ? { votes: 1, expectedVotes: nodeCount } : null;
    const own = { self, dialect, config, lastRingSeq, seed, votequorum };
    const node = composeNode(
      saved === undefined ? own : { ...own, saved: saved as unknown as NodeState },
      // What the hosts of real nodes leave out: where numbers begin, and that invariants are asserted.
      (options) => create({ ...options, firstSeqno, isChecked: true }),
    );
    return {
      step: (now: Micros, input: ProgramInput): readonly ProgramEffect[] =>
        input.kind === 'submit' ? [] : node.step(now, input),
      nextDeadline: () => node.nextDeadline(),
      totemStatus: () => node.inspect().totem,
      nodeStatus: () => node.inspect(),
      save: () => node.save() as unknown as ProgramState,
    };
  };
}
