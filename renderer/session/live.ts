// The worker of the one live session of this window, and what it has said of single rows. Panels never reach it or the
// bridge; the packets themselves are in state/capture.ts.
import type { RowFacts } from '../../app/session/row-facts.ts';
import type { Key } from '../../protocol/crypto/keyring.ts';
import { IngestClient, type IngestListener } from '../ingest/ingest-client.ts';
import { packets, showPackets } from '../state/capture.ts';
import { createPaced } from '../state/turns/paced-store.ts';
import { turns } from '../state/turns/turns.ts';

let client: IngestClient | null = null;

/** The worker of the session; null where nothing is open. */
export function live(): IngestClient | null {
  return client;
}

/** `isGrowing`: the source goes on while it is read. */
export function startLive(port: MessagePort, keys: readonly Key[], isGrowing: boolean, listener: IngestListener): void {
  client = new IngestClient(port, keys, isGrowing, listener);
  showPackets(client.mirror);
}

export function stopLive(): void {
  client?.close();
  client = null;
  showPackets(null);
  forgetFacts();
}

/** Facts kept, of the rows seen lately. */
const FACTS_KEPT_MAX = 4096;
/** Counts what was learned: what panels depend on instead of facts. */
export const useFactsLearned = createPaced(() => ({ learned: 0 }));
const facts = new Map<number, RowFacts | null>();
let asked: ReadonlySet<number> = new Set();

/** What a row says beyond its columns; undefined while that is not known. */
export function factsOf(row: number): RowFacts | null | undefined {
  return facts.get(row);
}

/** Rows change their meaning with new keys and at the end of the reading. */
export function forgetFacts(): void {
  facts.clear();
  asked = new Set();
}

/** Learns what the rows say that are in view. */
export async function learnFacts(rows: readonly number[]): Promise<void> {
  const own = client;
  const missing = rows.filter((row) => row >= packets().firstRow && !facts.has(row) && !asked.has(row));
  if (own === null || missing.length === 0) return;
  const { mirror } = own;
  asked = new Set(missing);
  const found = await own.describe(missing);
  if (own !== client || mirror !== own.mirror) return;
  if (facts.size + missing.length > FACTS_KEPT_MAX) facts.clear();
  for (const [i, row] of missing.entries()) facts.set(row, found[i] ?? null);
  turns.inTurns(() => useFactsLearned.setState(({ learned }) => ({ learned: learned + 1 })));
}
