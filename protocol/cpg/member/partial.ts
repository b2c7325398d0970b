// Joins the parts of PARTIAL_MCAST into messages, per sending process (specs/totem.md 5.5). Not the pieces of totempg.
import { concatBytes } from '../../base/bytes.ts';

/** The longest message in parts that is put together. Ours are at most 1 MiB; clients of real nodes may send more. */
export const PARTIAL_OCTETS_MAX = 16 * 1024 * 1024;
/** Octets held of all messages in parts together; the one begun first goes first. */
export const PARTIAL_HELD_MAX = 64 * 1024 * 1024;
/** Parts of one message: those of real nodes have up to 1,047,552 octets. */
export const PARTIAL_PARTS_MAX = 4096;

const COPIED_OCTETS = 65_536;

/** The numbers on the wire. */
export const PART_TYPES = { first: 1, continued: 2, last: 3 } as const;

interface Partial {
  readonly msglen: number;
  readonly parts: Uint8Array[];
  octets: number;
  /** Local processes that heard the first part. */
  readonly to: readonly number[];
}

/** Plain data: structuredClone() copies it. */
export type PartialState = readonly (readonly [sender: string, Partial])[];

export interface WholeMessage {
  readonly message: Uint8Array;
  readonly to: readonly number[];
}

/** What a process is called here. */
export function senderKey(group: string, nodeid: number, pid: number): string {
  return `${nodeid}:${pid}:${group}`;
}

export class PartialMessages {
  readonly #partials: Map<string, Partial>;
  #held = 0;

  constructor(saved: PartialState = []) {
    this.#partials = new Map(saved.map(([sender, partial]) => [sender, { ...partial, parts: [...partial.parts] }]));
    for (const { octets } of this.#partials.values()) this.#held += octets;
  }

  /** The message that ends with this part, null where it goes on, or why the part was dropped. */
  add(
    sender: string,
    part: { readonly type: number; readonly msglen: number; readonly octets: Uint8Array },
    to: readonly number[],
  ): WholeMessage | string | null {
    if (part.type === PART_TYPES.first) {
      this.drop(sender);
      this.#partials.set(sender, { msglen: part.msglen, parts: [], octets: 0, to });
    }
    const partial = this.#partials.get(sender);
    if (partial === undefined) return 'its first part was not received';
    partial.octets += part.octets.length;
    this.#held += part.octets.length;
    if (partial.octets > Math.min(partial.msglen, PARTIAL_OCTETS_MAX) || partial.parts.length >= PARTIAL_PARTS_MAX) {
      this.drop(sender);
      return `its parts are more than the ${partial.msglen} octets said or the ${PARTIAL_OCTETS_MAX} allowed`;
    }
    // A small part is copied: it would keep the packet that it came in.
    partial.parts.push(part.octets.length < COPIED_OCTETS ? part.octets.slice() : part.octets);
    if (part.type !== PART_TYPES.last) return this.#keepBounds();
    this.drop(sender);
    if (partial.octets !== partial.msglen) return `its parts have ${partial.octets} of ${partial.msglen} octets`;
    return { message: concatBytes(partial.parts), to: partial.to };
  }

  /** A process left: its message will not be completed. */
  drop(sender: string): void {
    this.#held -= this.#partials.get(sender)?.octets ?? 0;
    this.#partials.delete(sender);
  }

  save(): PartialState {
    return [...this.#partials].map(([sender, partial]) => [sender, { ...partial, parts: [...partial.parts] }] as const);
  }

  #keepBounds(): string | null {
    let dropped: string | null = null;
    for (const sender of this.#partials.keys()) {
      if (this.#held <= PARTIAL_HELD_MAX) break;
      this.drop(sender);
      dropped = `more than ${PARTIAL_HELD_MAX} octets of messages in parts: the oldest was dropped`;
    }
    return dropped;
  }
}
