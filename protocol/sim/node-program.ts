// A whole node as a program: Totem, totempg, synchronisation and CPG, as real processes of the lab run them.
import { createLabNode } from '../node/node.ts';
import type { NodeState } from '../node/contract.ts';
import type { Micros } from '../totem/engine/contract.ts';
import type { Program, ProgramEffect, ProgramInput, ProgramState, StartProgram } from './program.ts';

/** Every node announces one vote to votequorum, which is a service of Corosync 2 and 3. */
export const nodeProgram: StartProgram = ({ self, dialect, config, lastRingSeq, seed, nodeCount, saved }): Program => {
  const votequorum = dialect === 'corosync-3' ? { votes: 1, expectedVotes: nodeCount } : null;
  const own = { self, dialect, config, lastRingSeq, seed, votequorum };
  const node = createLabNode(saved === undefined ? own : { ...own, saved: saved as unknown as NodeState });
  return {
    step: (now: Micros, input: ProgramInput): readonly ProgramEffect[] =>
      input.kind === 'submit' ? [] : node.step(now, input),
    nextDeadline: () => node.nextDeadline(),
    totemStatus: () => node.inspect().totem,
    nodeStatus: () => node.inspect(),
    save: () => node.save() as unknown as ProgramState,
  };
};
