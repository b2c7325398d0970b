// LabNode: what a host runs. The Totem engine and all that runs above it, composed.
import { createTotemEngine } from '../totem/engine/engine.ts';
import { composeNode } from './compose.ts';
import type { LabNode, LabNodeOptions } from './contract.ts';

/**
 * A node that is not up yet: it starts with `interface` up. Throws where `self` has no address in the dialect of
 * Corosync 1; the configuration is checked by totemConfig().
 */
export function createLabNode(options: LabNodeOptions): LabNode {
  return composeNode(options, createTotemEngine);
}
