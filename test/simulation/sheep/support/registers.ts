// Blocks of objects as registers: every value is written once, with the times between which it may have taken effect.
// A read is right where it gives a value that no acknowledged write has replaced since before the read began. While a
// write is under way, or was never answered, both the old and the new value are right. Nothing of sheep.

export const BLOCK = 4096;

interface Write {
  readonly value: number;
  readonly start: number;
  /** When it can take effect no more; never, where the client went away without an answer. */
  end: number;
  isAcknowledged: boolean;
}

export interface WriteEnd {
  acknowledged(): void;
  /** Refused, or the connection broke: it may have taken effect, and may no more. */
  failed(): void;
}

export class Register {
  private readonly writes: Write[];

  /** `initial`: what is there before anything is written. */
  constructor(initial = 0) {
    this.writes = [{ value: initial, start: -1, end: -1, isAcknowledged: true }];
  }

  begin(value: number, now: () => number): WriteEnd {
    const write: Write = { value, start: now(), end: Number.POSITIVE_INFINITY, isAcknowledged: false };
    this.writes.push(write);
    return {
      acknowledged: () => Object.assign(write, { end: now(), isAcknowledged: true }),
      failed: () => Object.assign(write, { end: now() }),
    };
  }

  /** What is wrong with a read of this value that began at `start`; null where it is right. */
  trouble(value: number | 'torn', start: number): string | null {
    if (value === 'torn') return 'torn';
    const read = this.writes.find((write) => write.value === value);
    if (read === undefined) return `${value}, which nobody wrote there`;
    const newer = this.writes.find(
      (write) => write.isAcknowledged && write.start > read.end && write.end < start && write !== read,
    );
    return newer === undefined ? null : `${value}, though ${newer.value} was acknowledged at ${newer.end}`;
  }

  /** The value, where only one can be there. */
  settled(now: number): number | null {
    const right = this.writes.filter(({ value, start }) => start <= now && this.trouble(value, now) === null);
    return right.length === 1 ? (right[0]?.value ?? null) : null;
  }
}

export function blockOctets(value: number, blocks = 1): Uint8Array {
  const octets = new Uint8Array(BLOCK * blocks);
  new Uint32Array(octets.buffer).fill(value);
  return octets;
}

/** The value of a block, or why it is none. */
export function blockValue(octets: Uint8Array): number | 'torn' {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const value = view.getUint32(0, true);
  for (let i = 0; i < octets.length; i += 4) if (view.getUint32(i, true) !== value) return 'torn';
  return value;
}

/** An object whose blocks are written and read. */
export class TrackedObject {
  readonly oid: bigint;
  /** Since when it is there, acknowledged; null before. */
  madeAt: number | null = null;
  /** Whether it is there is not known: nobody uses it any more. */
  isGivenUp = false;
  private readonly blocks = new Map<number, Register>();
  private readonly initial: (block: number) => number;

  constructor(oid: bigint, initial: (block: number) => number = () => 0) {
    this.oid = oid;
    this.initial = initial;
  }

  register(block: number): Register {
    const known = this.blocks.get(block);
    if (known !== undefined) return known;
    const made = new Register(this.initial(block));
    this.blocks.set(block, made);
    return made;
  }

  /** Blocks that were written or read. */
  get known(): readonly number[] {
    return [...this.blocks.keys()];
  }
}
