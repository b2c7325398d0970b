// When the sheep of a lab have come to rest after a change, by what they say of themselves: what waits of the prompt
// wait for, in a lab of processes and in a virtual one alike. Of every node that runs, null for one without a sheep.
import type { SheepStatus } from '../../protocol/sheep/engine/contract.ts';
import { isChanging } from '../../protocol/sheep/engine/inspect.ts';

type Sheep = readonly (SheepStatus | null)[];

/** So many sheep that all know each other. */
export function areTogether(sheep: Sheep, size: number): boolean {
  const there = sheep.flatMap((one) => one ?? []);
  return there.length === size && there.every(({ phase, members }) => phase === 'joined' && members.length === size);
}

/**
 * All nodes that run have a sheep; they and no others are the members of one epoch, and nothing of it is under way
 * anywhere. Who has not noticed yet that a node died or came still has other members.
 */
export function areRecovered(sheep: Sheep): boolean {
  const epoch = sheep[0]?.epoch;
  return (
    sheep.length > 0 &&
    areTogether(sheep, sheep.length) &&
    sheep.every(
      (one) =>
        one !== null && one.epoch === epoch && one.committedEpoch === epoch && !one.isSuspended && !isChanging(one),
    )
  );
}
