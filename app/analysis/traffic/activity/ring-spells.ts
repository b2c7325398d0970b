// Which node spoke on which ring from when to when: tokens, multicasts of its own, merge detections and hold cancels
// are sent by a node that is on the ring, and by nobody else. A long silence begins another spell. Bounded.
import type { Analyzer, IndexedMessage } from '../../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../../store/kinds.ts';
import type { AddressBook } from '../address-book.ts';

/** Spells of all nodes together; later ones are not kept. */
export const SPELLS_MAX = 100_000;

/** Silence that parts two spells on one ring: an idle ring is quiet for its hold, 2 s at a token timeout of 10 s. */
const PARTED_NS = 2.5e9;

export interface RingSpell {
  readonly node: number;
  /** Number in the store. */
  readonly ring: number;
  readonly fromNs: number;
  readonly firstFrame: number;
  untilNs: number;
  lastFrame: number;
  /** Messages to all at which members of another ring must gather; hold cancels of strangers are ignored. */
  calls: number;
}

/** Sent by one that is on the ring; copies that others send again are not. */
function speaks({ kind, flags, sender }: IndexedMessage, nodeid: number): boolean {
  if (kind === PacketKind.ORF_TOKEN) return (flags & RowFlag.REPEATED) === 0;
  if (kind === PacketKind.MCAST) return sender === nodeid && (flags & (RowFlag.ENCAPSULATED | RowFlag.REPEATED)) === 0;
  return kind === PacketKind.MEMB_MERGE_DETECT || kind === PacketKind.TOKEN_HOLD_CANCEL;
}

export class RingSpells implements Analyzer {
  /** In order of their beginning. */
  readonly all: RingSpell[] = [];
  private readonly addresses: AddressBook;
  /** By ring and node. */
  private readonly known = new Map<number, RingSpell>();
  /** By address number: the spell that goes on there. */
  private readonly current: (RingSpell | undefined)[] = [];

  constructor(addresses: AddressBook) {
    this.addresses = addresses;
  }

  ingest(m: IndexedMessage): void {
    if (m.kind > PacketKind.TOKEN_HOLD_CANCEL || m.kind === PacketKind.MEMB_JOIN) return;
    if (m.kind === PacketKind.MEMB_COMMIT_TOKEN) return;
    const node = this.addresses.nodeAt(m.src);
    if (node === null || !speaks(m, node)) return;
    let spell = this.current[m.src];
    if (spell?.ring !== m.ring || spell.node !== node || m.timeNs - spell.untilNs > PARTED_NS) {
      if (this.all.length >= SPELLS_MAX) return;
      const known = this.known.get(m.ring * 2 ** 32 + node);
      const isParted = known === undefined || m.timeNs - known.untilNs > PARTED_NS;
      spell = isParted ? this.begin(node, m) : known;
      this.current[m.src] = spell;
    }
    spell.untilNs = m.timeNs;
    spell.lastFrame = m.row + 1;
    if (m.kind === PacketKind.MCAST || m.kind === PacketKind.MEMB_MERGE_DETECT) spell.calls++;
  }

  private begin(node: number, { ring, timeNs, row }: IndexedMessage): RingSpell {
    const [firstFrame, lastFrame] = [row + 1, row + 1];
    const spell = { node, ring, fromNs: timeNs, firstFrame, untilNs: timeNs, lastFrame, calls: 0 };
    this.all.push(spell);
    this.known.set(ring * 2 ** 32 + node, spell);
    return spell;
  }

  /** Spells that overlap the time. */
  during(fromNs: number, untilNs: number): readonly RingSpell[] {
    return this.all.filter((spell) => spell.untilNs >= fromNs && spell.fromNs <= untilNs);
  }
}
