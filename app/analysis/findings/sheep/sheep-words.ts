// How findings speak of sheep: by address, and by the node where the address is not known.
import { listed } from '../engine/words.ts';

export function sheepText(sheep: readonly { readonly address: string; readonly nodeid: number }[]): string {
  return listed(sheep.map(({ address, nodeid }) => (address === '' ? `the sheep of node ${nodeid}` : address)));
}
