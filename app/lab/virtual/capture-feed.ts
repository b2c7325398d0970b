// The capture of a virtual lab for a reader that takes it in portions: when the lab goes back in time, the reader is
// told to begin anew. Knows octets only.

/** Octets that a lab's capture keeps; packets that come later are not in it, and that is told. */
const CAPTURE_OCTETS_MAX = 512 << 20;

export interface CapturePortion {
  /** What was taken before no longer holds: these octets are the whole capture. */
  readonly isAnew: boolean;
  readonly octets: readonly Uint8Array[];
}

export class CaptureFeed {
  readonly #parts: Uint8Array[] = [];
  #octets = 0;
  /** Parts of the capture up to the lab's present: fewer than there are while a known future is gone over again. */
  #present = 0;
  #taken = 0;
  #isAnew = true;

  /** True where packets are missing at the end. */
  get isFull(): boolean {
    return this.#octets >= CAPTURE_OCTETS_MAX;
  }

  /** Parts so far: where the capture is at this moment. */
  get place(): number {
    return this.#present;
  }

  write(bytes: Uint8Array): void {
    if (this.#present === this.#parts.length) {
      if (this.isFull) return;
      this.#parts.push(bytes);
      this.#octets += bytes.length;
    }
    this.#present++;
  }

  /** The lab has gone to where the capture had so many parts. What follows is known, until something else is done. */
  goTo(place: number): void {
    this.#present = place;
  }

  /** The future will be another. */
  forget(): void {
    for (const part of this.#parts.splice(this.#present)) this.#octets -= part.length;
  }

  /** What the reader lacks to have the capture up to the present. */
  take(): CapturePortion {
    const isAnew = this.#isAnew || this.#taken > this.#present;
    const octets = this.#parts.slice(isAnew ? 0 : this.#taken, this.#present);
    this.#taken = this.#present;
    this.#isAnew = false;
    return { isAnew, octets };
  }
}
