// The history of the cluster's epochs: members from when on, who came and who went. Choosing one shows the placement
// that it had, beside what lay on the disks: as it ended, or from its beginning on, while its copies were recovered.
import { useMemo, type ReactNode } from 'react';
import type { SheepMoment } from '../../../app/analysis/result.ts';
import type { LabObjects } from '../../../app/lab/lab-view.ts';
import { useLabAt, useLabHistory, type LabSample } from '../../lab/lab-history.ts';
import { selectTime, wholeSpan } from '../../state/actions.ts';
import { goLive } from '../../state/following.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';

interface EpochLine {
  readonly epoch: number;
  /** Its beginning, nanoseconds since the store's epoch; null where no clock tells. */
  readonly time: number | null;
  /** The last moment that shows it; null where it is in force at the end. */
  readonly until: number | null;
  readonly members: readonly string[];
  readonly came: readonly string[];
  readonly went: readonly string[];
}

const shortAddress = (address: string): string => address.replace(/^.*?(\.\d+):\d+$/, '$1');

const byAddress = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

type Known = Pick<EpochLine, 'epoch' | 'time' | 'members'>;

/** `lastOf`: the last moment at which an epoch is seen, where another follows it. */
function withChanges(lines: readonly Known[], lastOf: (next: Known) => number | null): readonly EpochLine[] {
  return lines.map(({ epoch, time, members: unsorted }, i) => {
    const members = unsorted.toSorted(byAddress);
    const before = (lines[i - 1]?.members ?? []).toSorted(byAddress);
    const came = i === 0 ? [] : members.filter((member) => !before.includes(member));
    const went = before.filter((member) => !members.includes(member));
    const next = lines[i + 1];
    return { epoch, time, until: next === undefined ? null : lastOf(next), members, came, went };
  });
}

/** Of a lab: seen from the look at the disks on that first found it, which is later than what its log has. */
function ofLab({ epochs }: LabObjects, samples: readonly LabSample[]): readonly EpochLine[] {
  const first = new Map<number, { readonly time: number; readonly before: number | null }>();
  let before: number | null = null;
  for (const { objects, time } of samples) {
    const epoch = objects?.epochs.at(-1)?.epoch ?? 0;
    if (!first.has(epoch)) first.set(epoch, { time, before });
    before = time;
  }
  const known = epochs.map(({ epoch, members }) => ({ epoch, members, time: first.get(epoch)?.time ?? null }));
  return withChanges(known, ({ epoch }) => first.get(epoch)?.before ?? null);
}

/** Of a capture: the last that was known of each epoch. */
function ofCapture(history: readonly SheepMoment[]): readonly EpochLine[] {
  const last = new Map<number, SheepMoment>();
  for (const moment of history) if (moment.epoch !== null && moment.epoch > 0) last.set(moment.epoch, moment);
  const first = new Map<number, number>();
  for (const { epoch, time } of history) if (epoch !== null && !first.has(epoch)) first.set(epoch, time);
  const known = [...last].map(([epoch, { members }]) => ({ epoch, members, time: first.get(epoch) ?? null }));
  return withChanges(known, ({ time }) => (time === null ? null : time - 1));
}

function showEnd(): void {
  if (useSession.getState().phase === 'live') goLive();
  else selectTime(wholeSpan().to);
}

interface EntryProps {
  readonly line: EpochLine;
  readonly isShown: boolean;
}

function Entry({ line, isShown }: EntryProps): ReactNode {
  const { epoch, time, until, members, came, went } = line;
  return (
    <li>
      <button
        type="button"
        aria-current={isShown}
        disabled={time === null}
        title={until === null ? 'Show it as it is now' : 'Show the placement that it had at its end, and the disks'}
        onClick={() => (until === null ? showEnd() : selectTime(until))}
      >
        <b>epoch {epoch}</b> {members.map(shortAddress).join(' ')}
        {came.length > 0 ? <span> + {came.map(shortAddress).join(' ')}</span> : null}
        {went.length > 0 ? <span> − {went.map(shortAddress).join(' ')}</span> : null}
      </button>
      <button
        type="button"
        className="epoch-start"
        disabled={time === null}
        aria-label={`go to the start of epoch ${epoch}`}
        title="Go to its start, to see its copies come"
        onClick={() => time !== null && selectTime(time)}
      >
        start
      </button>
    </li>
  );
}

export function Epochs(): ReactNode {
  // All that there were, whatever moment is shown: one is gone to from here.
  const objects = useLabAt()?.snapshot.objects ?? null;
  const history = useSession((state) => state.analysis?.sheepdog?.history ?? null);
  const time = useView((state) => state.time);
  const samples = useLabHistory((state) => state.samples);
  const lines = useMemo(
    () => (objects !== null ? ofLab(objects, samples) : ofCapture(history ?? [])),
    [objects, samples, history],
  );
  if (lines.length === 0) return <p className="stores-none">No epoch yet: format the cluster.</p>;
  const now = lines.findLast((line) => line.time !== null && line.time <= (time ?? Infinity))?.epoch ?? null;
  return (
    <>
      <h3>Epochs</h3>
      <ol className="epochs" aria-label="epochs, the newest first">
        {lines.toReversed().map((line) => (
          <Entry key={line.epoch} line={line} isShown={line.epoch === now} />
        ))}
      </ol>
    </>
  );
}
