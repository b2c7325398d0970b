// The two expressions that a person asks of the packets: one filters the table, one marks lines in it. Both go on over
// packets that arrive later, and are asked anew where rows may have changed.
import { FILTERS_KEPT_MAX } from '../../app/settings/settings.ts';
import { positionIn } from '../../app/store/row-list.ts';
import type { QuerySlot } from '../ingest/messages.ts';
import { packets } from '../state/capture.ts';
import { live } from './live.ts';
import { NO_QUERY, useSession, type Query } from '../state/session-store.ts';
import { changeSettings, useSettings } from '../state/settings-store.ts';
import { turns } from '../state/turns/turns.ts';

interface Progress {
  /** Tells the latest question from those it overtook. */
  number: number;
  /** Rows below this were looked at. */
  upTo: number;
}

const progress: Record<QuerySlot, Progress> = {
  filter: { number: 0, upTo: 0 },
  highlight: { number: 0, upTo: 0 },
};

function show(slot: QuerySlot, query: Query): void {
  const change = (): void => useSession.setState(slot === 'filter' ? { filter: query } : { highlight: query });
  if (useSession.getState().phase === 'live') turns.inTurns(change);
  else change();
}

/** Without the rows that are forgotten. */
function kept(rows: Uint32Array | null): Uint32Array | null {
  const { firstRow } = packets();
  return rows === null || (rows[0] ?? firstRow) >= firstRow ? rows : rows.slice(positionIn(rows, firstRow - 1) + 1);
}

function joined(before: Uint32Array | null, added: Uint32Array): Uint32Array {
  if (before === null || before.length === 0) return added;
  if (added.length === 0) return before;
  const all = new Uint32Array(before.length + added.length);
  all.set(before);
  all.set(added, before.length);
  return all;
}

/** Asks the worker about the rows from `from` on. */
async function run(slot: QuerySlot, text: string, from: number): Promise<void> {
  const client = live();
  const own = ++progress[slot].number;
  if (client === null) return;
  show(slot, { ...useSession.getState()[slot], text, isRunning: true });
  const found = await client.filter(slot, text, from);
  if (own !== progress[slot].number || found === null) return;
  const { rows } = useSession.getState()[slot];
  if ('problem' in found) {
    show(slot, { text, rows, problem: found.problem, isRunning: false });
    return;
  }
  progress[slot].upTo = found.upTo;
  show(slot, { text, rows: joined(from === 0 ? null : kept(rows), found.rows), problem: null, isRunning: false });
}

/** Asks a question; an empty one asks nothing. */
export async function ask(slot: QuerySlot, text: string): Promise<void> {
  if (text.trim() !== '') {
    await run(slot, text, 0);
    return;
  }
  progress[slot].number++;
  show(slot, { ...NO_QUERY, text });
}

/** Shows the packets that match; an empty text shows all. */
export const filterPackets = (text: string): Promise<void> => ask('filter', text);

/** Marks the packets that match, and leaves the others where they are. */
export const highlightPackets = (text: string): Promise<void> => ask('highlight', text);

/** Packets were added, or all may have changed: the questions that stand are asked of them. */
export function askAgain(isAnew: boolean): void {
  for (const slot of ['filter', 'highlight'] as const) {
    const { text, isRunning, problem } = useSession.getState()[slot];
    const { upTo } = progress[slot];
    if (text.trim() === '' || (!isAnew && (isRunning || problem !== null || upTo >= packets().length))) continue;
    void run(slot, text, isAnew ? 0 : upTo);
  }
}

/** Forgets how far was looked: the packets are others now. */
export function forgetProgress(): void {
  for (const slot of ['filter', 'highlight'] as const) {
    progress[slot].number++;
    progress[slot].upTo = 0;
  }
}

/** Keeps an expression among those used lately. */
export function rememberQuery(text: string): void {
  const asked = text.trim();
  if (asked === '') return;
  const { filters } = useSettings.getState();
  if (filters[0] === asked) return;
  changeSettings({ filters: [asked, ...filters.filter((other) => other !== asked)].slice(0, FILTERS_KEPT_MAX) });
}
