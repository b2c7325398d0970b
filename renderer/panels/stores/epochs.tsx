// The history of the cluster's epochs: members from when on, who came and who went. Choosing one goes to its moment.
import type { ReactNode } from 'react';
import type { SheepMoment } from '../../../app/analysis/result.ts';
import type { LabObjects } from '../../../app/lab/lab-view.ts';
import { useLabAt } from '../../lab/lab-history.ts';
import { packets, selectTime } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';

interface EpochLine {
  readonly epoch: number;
  /** Nanoseconds since the store's epoch; null where no clock tells. */
  readonly time: number | null;
  readonly members: readonly string[];
  readonly came: readonly string[];
  readonly went: readonly string[];
}

const shortAddress = (address: string): string => address.replace(/^.*?(\.\d+):\d+$/, '$1');

const byAddress = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

function withChanges(lines: readonly Pick<EpochLine, 'epoch' | 'time' | 'members'>[]): readonly EpochLine[] {
  return lines.map(({ epoch, time, members: unsorted }, i) => {
    const members = unsorted.toSorted(byAddress);
    const before = (lines[i - 1]?.members ?? []).toSorted(byAddress);
    const came = i === 0 ? [] : members.filter((member) => !before.includes(member));
    return { epoch, time, members, came, went: before.filter((member) => !members.includes(member)) };
  });
}

function ofLab({ epochs }: LabObjects): readonly EpochLine[] {
  const { epochNs } = packets();
  const timeOf = (atMs: number): number | null => {
    const time = Number(BigInt(Math.round(atMs)) * 1_000_000n - epochNs);
    return epochNs === 0n || time < 0 ? null : time;
  };
  return withChanges(epochs.map(({ epoch, atMs, members }) => ({ epoch, members, time: timeOf(atMs) })));
}

/** Of a capture: the last that was known of each epoch. */
function ofCapture(history: readonly SheepMoment[]): readonly EpochLine[] {
  const last = new Map<number, SheepMoment>();
  for (const moment of history) if (moment.epoch !== null && moment.epoch > 0) last.set(moment.epoch, moment);
  const first = new Map<number, number>();
  for (const { epoch, time } of history) if (epoch !== null && !first.has(epoch)) first.set(epoch, time);
  return withChanges([...last].map(([epoch, { members }]) => ({ epoch, members, time: first.get(epoch) ?? null })));
}

export function Epochs(): ReactNode {
  // All that there were, whatever moment is shown: one is gone to from here.
  const objects = useLabAt()?.snapshot.objects ?? null;
  const history = useSession((state) => state.analysis?.sheepdog?.history ?? null);
  const time = useView((state) => state.time);
  const lines = objects !== null ? ofLab(objects) : ofCapture(history ?? []);
  if (lines.length === 0) return <p className="stores-none">No epoch yet: format the cluster.</p>;
  const now = lines.findLast((line) => line.time !== null && line.time <= (time ?? Infinity))?.epoch ?? null;
  return (
    <>
      <h3>Epochs</h3>
      <ol className="epochs" aria-label="epochs, the newest first">
        {lines.toReversed().map(({ epoch, time: from, members, came, went }) => (
          <li key={epoch}>
            <button
              type="button"
              aria-current={epoch === now}
              disabled={from === null}
              title="Go to the moment from which on it was in force"
              onClick={() => from !== null && selectTime(from)}
            >
              <b>epoch {epoch}</b> {members.map(shortAddress).join(' ')}
              {came.length > 0 ? <span> + {came.map(shortAddress).join(' ')}</span> : null}
              {went.length > 0 ? <span> − {went.map(shortAddress).join(' ')}</span> : null}
            </button>
          </li>
        ))}
      </ol>
    </>
  );
}
