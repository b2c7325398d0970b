// One packet taken apart, layer by layer, for the detail tree and the hex view. Types only.
import type { FieldSpan } from '../wire/layout.ts';

/** Bytes that a layer was read from: the frame, what several frames made together, what a key opened. */
export interface DissectedBytes {
  /** "frame", "reassembled datagram", "decrypted", "message" … */
  readonly label: string;
  readonly bytes: Uint8Array;
}

export interface DissectedProblem {
  readonly kind: string;
  /** Offset in the bytes of the layer's source. */
  readonly at: number;
  readonly says: string;
}

export interface Layer {
  /** "ethernet", "ipv4", "udp", "knet", "totem", "totempg", "message", "sheep" … */
  readonly name: string;
  /** One line for the closed tree: "orf_token, ring 1:9, seq 4, aru 4". */
  readonly summary: string;
  /** Index into Dissection.sources. */
  readonly source: number;
  readonly offset: number;
  readonly length: number;
  /** Offsets are those of the source's bytes. */
  readonly fields: readonly FieldSpan[];
  readonly problem: DissectedProblem | null;
}

export interface Dissection {
  readonly sources: readonly DissectedBytes[];
  readonly layers: readonly Layer[];
}
