// Senders that share a group or a port, parted by how they send: which dialect, which security, opened by a key or not.
// The odd ones are the fewer. Concludes no findings.
import type { Encoding } from '../../../store/packet-store.ts';
import type { SenderFacts, Use } from '../../traffic/senders/sender-book.ts';
import type { FindingContext } from '../engine/rule.ts';

export interface Member {
  readonly facts: SenderFacts;
  readonly use: Use;
}

export interface Party {
  readonly name: string;
  readonly members: Member[];
}

/** Fewer packets of a kind from an address are chance: an encrypted one that happens to look like something. */
const PACKETS_MIN = 3;
const PACKET_SHARE_MIN = 0.01;

/** Parties by the name that `nameOf` gives an encoding (null: does not count); an address may be in several. */
export function partiesOf(
  { senders, store }: FindingContext,
  nameOf: (encoding: Encoding) => string | null,
): readonly Party[] {
  const parties = new Map<string, Party>();
  for (const facts of senders.all()) {
    const all = [...facts.encodings.values()].reduce((sum, { count }) => sum + count, 0);
    for (const [index, use] of facts.encodings) {
      const encoding = store.encodings[index];
      const name = encoding === undefined ? null : nameOf(encoding);
      if (name === null || use.count < PACKETS_MIN || use.count < all * PACKET_SHARE_MIN) continue;
      let party = parties.get(name);
      if (party === undefined) parties.set(name, (party = { name, members: [] }));
      if (!party.members.some((member) => member.facts === facts)) party.members.push({ facts, use });
    }
  }
  return [...parties.values()];
}

/** The party with fewer addresses; of equals the one that came later. */
export function oddOf(parties: readonly Party[]): Party | null {
  const first = ({ members }: Party): number => Math.min(...members.map(({ use }) => use.firstNs));
  const ranked = [...parties].sort((a, b) => a.members.length - b.members.length || first(b) - first(a));
  return ranked[0] ?? null;
}

/** True where two parties send to a common address, so that each must hear the other. */
export function share(a: Party, b: Party): boolean {
  const destinations = new Set(a.members.flatMap(({ facts }) => [...facts.destinations.keys()]));
  const own = new Set(a.members.map(({ facts }) => facts.address));
  return b.members.some(({ facts }) =>
    [...facts.destinations.keys()].some((to) => destinations.has(to) || own.has(to)),
  );
}

export const framesOf = ({ members }: Party): readonly number[] => members.flatMap(({ use }) => use.frames).slice(0, 6);
export const sinceOf = ({ members }: Party): number => Math.min(...members.map(({ use }) => use.firstNs));
export const untilOf = ({ members }: Party): number => Math.max(...members.map(({ use }) => use.lastNs));
