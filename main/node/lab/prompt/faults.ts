// The prompt's word `fault`: one or several faults in the words of app/lab/fault.ts.
import { labFaultDone, readLabFaults } from '../../../../app/lab/fault.ts';
import { ok, type Result } from '../../../../protocol/base/result.ts';
import type { LabCluster } from '../lab-cluster.ts';

/** Finds a node by its number, id, address or the end of its address. */
export type FindNode = (text: string) => number | null;

/** Does what the words behind `fault` say; what was done, one line a fault, or what is wrong. */
export async function injectFaults(cluster: LabCluster, text: string, find: FindNode): Promise<Result<string, string>> {
  const faults = readLabFaults(text, { count: cluster.nodes().length, find });
  if (!faults.ok) return faults;
  for (const fault of faults.value) {
    const done = await cluster.inject(fault);
    if (!done.ok) return done;
  }
  return ok(faults.value.map(labFaultDone).join('\n'));
}
