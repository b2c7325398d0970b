// The last tokens of each ring and their copies: where a token stopped, and which hops the capture does not see.
import type { Analyzer, IndexedMessage } from '../../store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../store/kinds.ts';

/** New tokens and copies remembered per ring. */
const KEPT_MAX = 32;

export interface TokenSeen {
  readonly timeNs: number;
  readonly frame: number;
  readonly src: number;
  readonly dst: number;
  readonly tokenSeq: number;
  readonly seq: number;
  readonly aru: number;
}

export interface RingTokens {
  /** The latest new tokens, oldest first. */
  readonly fresh: TokenSeen[];
  /** The latest copies of tokens that were there before. */
  readonly copies: TokenSeen[];
  /** Hops between captured tokens, and how many of them were not captured. */
  hops: number;
  unseen: number;
}

export class TokenWatch implements Analyzer {
  private readonly rings: (RingTokens | undefined)[] = [];

  ingest(m: IndexedMessage): void {
    if (m.kind !== PacketKind.ORF_TOKEN) return;
    const ring = (this.rings[m.ring] ??= { fresh: [], copies: [], hops: 0, unseen: 0 });
    const isCopy = (m.flags & RowFlag.REPEATED) !== 0;
    const kept = isCopy ? ring.copies : ring.fresh;
    const last = ring.fresh.at(-1);
    if (!isCopy && last !== undefined) {
      const step = (m.tokenSeq - last.tokenSeq) >>> 0;
      if (step < 1000) {
        ring.hops += step;
        ring.unseen += step - 1;
      }
    }
    if (kept.length >= KEPT_MAX) kept.shift();
    const { timeNs, row, src, dst, tokenSeq, seq, aru } = m;
    kept.push({ timeNs, frame: row + 1, src, dst, tokenSeq, seq, aru });
  }

  of(ring: number): RingTokens | null {
    return this.rings[ring] ?? null;
  }

  all(): readonly { readonly ring: number; readonly tokens: RingTokens }[] {
    return this.rings.flatMap((tokens, ring) => (tokens === undefined ? [] : [{ ring, tokens }]));
  }
}
