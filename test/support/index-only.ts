// A capture indexed without analysis: for tests of the store and for speed.
import { createKeyring, type Key } from '../../protocol/crypto/keyring.ts';
import { createCaptureReader, type CaptureReader, type FrameSink } from '../../protocol/pcap/capture-reader.ts';
import type { Analyzer } from '../../app/store/indexed-message.ts';
import type { DeliveryListener } from '../../app/store/delivered-message.ts';
import { Indexer } from '../../app/store/indexer.ts';
import { PacketTable } from '../../app/store/packet-table.ts';

export interface Indexed {
  readonly table: PacketTable;
  readonly indexer: Indexer;
  readonly reader: CaptureReader;
}

export function newIndex(
  keys: readonly Key[] = [],
  analyzers: readonly Analyzer[] = [],
  listeners: readonly DeliveryListener[] = [],
): Indexed {
  const table = new PacketTable();
  const keyring = keys.length === 0 ? null : createKeyring(keys);
  const indexer = new Indexer({ table, keyring, analyzers, listeners });
  // Named one by one, as in the session: a list of them would be made for every frame.
  const frame: FrameSink['frame'] = (bytes, start, captured, original, timeNs, linktype, offset) =>
    indexer.frame(bytes, start, captured, original, timeNs, linktype, offset);
  return { table, indexer, reader: createCaptureReader({ frame }) };
}

/** Indexes whole capture bytes, pushed in portions of `portion` octets. */
export function indexBytes(bytes: Uint8Array, keys: readonly Key[] = [], portion = bytes.length): Indexed {
  const indexed = newIndex(keys);
  for (let at = 0; at < bytes.length; at += Math.max(1, portion)) indexed.reader.push(bytes.subarray(at, at + portion));
  indexed.reader.finish();
  indexed.indexer.finish();
  indexed.table.epochNs = indexed.reader.epochNs;
  return indexed;
}
