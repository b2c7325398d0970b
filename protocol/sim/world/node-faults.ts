// What a fault does to one node of a world: its process, its clock, its interface, its disks.
import type { Fault } from '../fault.ts';
import type { Program } from '../program.ts';
import type { Flock } from '../sheep/flock.ts';
import type { SimNode } from './sim-node.ts';

/** What the world can do to a node. */
export interface NodeDeeds {
  readonly now: number;
  readonly flock: Flock | null;
  boot(node: SimNode): void;
  kill(node: SimNode): void;
  leave(node: SimNode, program: Program): void;
  loseDisk(node: SimNode): void;
  setInterface(node: SimNode, up: boolean): void;
  /** Tells a process what its interface is, where it does not know. */
  tellInterface(node: SimNode): void;
  /** Gives a process a turn. */
  enlist(node: SimNode): void;
  /** Sees to it that it wakes at its deadline. */
  schedule(node: SimNode, program: Program): void;
}

/** Whether the fault changed something; null where it is none of a node alone. */
export function applyToNode(node: SimNode, fault: Fault, deeds: NodeDeeds): boolean | null {
  const { program } = node;
  switch (fault.kind) {
    case 'start':
      deeds.boot(node);
      return program === null;
    case 'kill':
      deeds.kill(node);
      return program !== null;
    case 'restart':
      deeds.kill(node);
      if (fault.disk === 'lost') deeds.loseDisk(node);
      deeds.boot(node);
      return true;
    case 'leave':
      if (program === null || node.phase !== 'running') return false;
      deeds.leave(node, program);
      return true;
    case 'pause':
      if (node.phase !== 'running') return false;
      node.phase = 'paused';
      return true;
    case 'resume':
      if (node.phase !== 'paused' || program === null) return false;
      node.phase = 'running';
      deeds.tellInterface(node);
      deeds.enlist(node);
      deeds.schedule(node, program);
      deeds.flock?.nodeResumed(node);
      return true;
    case 'tear':
      node.torn = fault.leaves;
      return program !== null;
    case 'interface':
      deeds.setInterface(node, fault.up);
      return true;
    case 'clock':
      node.clock.setSpeed(deeds.now, fault.ppm);
      // What was set for its deadline no longer holds.
      node.wakeAt = Infinity;
      if (program !== null) deeds.schedule(node, program);
      deeds.flock?.clockChanged(node);
      return true;
    case 'disk':
      deeds.flock?.setDisk(fault);
      return deeds.flock !== null;
    default:
      return null;
  }
}
