// The Totem datagrams of a golden capture, one by one, with who sent them where and when.
import type { IndexedMessage } from '../../../app/store/indexed-message.ts';
import { PacketKind, RowFlag } from '../../../app/store/kinds.ts';
import { goldenBytes } from '../golden.ts';
import { newIndex } from '../index-only.ts';

export interface Captured {
  /** Microseconds since the first frame. */
  readonly at: number;
  readonly kind: number;
  readonly src: string;
  readonly dst: string;
  readonly toGroup: boolean;
  readonly bytes: Uint8Array;
}

export function capturedTotem(scenario: string, file: string): readonly Captured[] {
  const messages: (Omit<Captured, 'src' | 'dst'> & { readonly ids: readonly [number, number] })[] = [];
  const ingest = (m: IndexedMessage): void => {
    if (m.kind > PacketKind.TOKEN_HOLD_CANCEL || (m.flags & RowFlag.PROBLEM) !== 0) return;
    messages.push({
      at: Math.round(m.timeNs / 1000),
      kind: m.kind,
      ids: [m.src, m.dst],
      toGroup: m.toGroup,
      bytes: m.bytes.slice(m.at, m.end),
    });
  };
  const { reader, indexer, table } = newIndex([], [{ ingest }]);
  reader.push(goldenBytes(scenario, file));
  reader.finish();
  indexer.finish();
  return messages.map(({ ids, ...message }) => ({
    ...message,
    src: table.addressText(ids[0]),
    dst: table.addressText(ids[1]),
  }));
}
