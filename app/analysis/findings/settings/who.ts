// Which node is at an address, also where nothing that it sends can be opened: told from the rule by which the others'
// ids follow from their addresses.
import type { FindingContext } from '../engine/rule.ts';

const octetsOf = (text: string): readonly number[] | null => {
  const octets = text.split('.').map(Number);
  return octets.length === 4 && octets.every((octet) => octet >= 0 && octet < 256) ? octets : null;
};

type IdRule = (octets: readonly number[]) => number;
const bigEndian: IdRule = (octets) => octets.reduce((id, octet) => id * 256 + octet, 0);
const littleEndian: IdRule = (octets) => octets.reduceRight((id, octet) => id * 256 + octet, 0);

/** The node heard at the address, or the id that the others' ids and addresses suggest; null where they do not. */
export function nodeOf(context: FindingContext, address: number): number | null {
  const known = context.addresses.nodeAt(address);
  if (known !== null) return known;
  const octets = octetsOf(context.store.address(address));
  const others = context.nodes.flatMap(({ nodeid, addresses }) =>
    addresses.flatMap((text) => {
      const its = octetsOf(text);
      return its === null ? [] : [{ nodeid, its }];
    }),
  );
  if (octets === null || others.length === 0) return null;
  for (const rule of [bigEndian, littleEndian])
    if (others.every(({ nodeid, its }) => rule(its) === nodeid)) return rule(octets);
  const last = (its: readonly number[]): number => its[3] ?? 0;
  const [first] = others;
  const step = first === undefined ? 0 : first.nodeid - last(first.its);
  const isRegular = others.length > 1 && others.every(({ nodeid, its }) => nodeid - last(its) === step);
  const guess = last(octets) + step;
  return isRegular && !context.nodes.some(({ nodeid }) => nodeid === guess) ? guess : null;
}

/** "10.77.0.3 (node 3)", or the address alone. */
export function addressText(context: FindingContext, address: number): string {
  const node = nodeOf(context, address);
  const text = context.store.address(address);
  if (node === null) return text;
  return context.addresses.nodeAt(address) === null
    ? `${text} (node ${node} by its address)`
    : `node ${node} (${text})`;
}
