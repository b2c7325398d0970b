// What follows a refusal to collie: its own text is that of 0.3.0, which does not say what helps where a sheep is not
// up yet.
import type { LabNodeStatus } from '../cluster.ts';

/** A line while the sheep of a node that runs is on its way; empty where it is up, or stopped. */
export function startHint(number: number, nodes: number, status: LabNodeStatus | null): string {
  const isUp = status !== null && status.node.isSynchronised && (status.sheep?.phase ?? 'joined') === 'joined';
  return isUp ? '' : `The sheep of node ${number} is still starting: wait sheep ${nodes}\n`;
}

/** Whether collie says that nobody takes its connection. */
export const isRefused = (err: string): boolean => err.includes('Connection refused');
