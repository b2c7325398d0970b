// The status line: the ring at the chosen moment, rotation, counts, and what the program is doing.
import type { ReactNode } from 'react';
import { explainUncounted, lossesOf, type CaptureBackend, type LiveCounts } from '../../app/session/live-capture.ts';
import { LIVE_ROWS_KEPT, timeOf } from '../../app/store/packet-store.ts';
import { lengthText } from '../canvas/time-scale.ts';
import { useLab } from '../lab/lab-store.ts';
import { goOnFromHere, stepVirtual } from '../lab/virtual/controls.ts';
import { keepCapture, stopSource } from '../lab/capture-actions.ts';
import { cancelReading, packets } from '../state/actions.ts';
import { clockText } from '../panels/times.ts';
import { useFollow } from '../state/following.ts';
import { useSession } from '../state/session-store.ts';
import { useMoment } from '../state/use-moment.ts';

const MEGA = 1024 * 1024;
/** Characters of "10:31:07". */
const CLOCK_SECONDS = 8;

const CLOCKS = {
  kernel: ['kernel clock', 'Times are of the kernel, at the arrival of each packet.'],
  userspace: ['this program’s clock', 'Times are of this program when it read each packet: late by some milliseconds.'],
  file: ['the capturing clock', 'Times are of whoever writes the file.'],
  lab: ['the nodes’ clock', 'Times are of the nodes when they sent each packet.'],
} as const;

/** The time of a virtual lab, and what steps it or takes it back. */
function VirtualTime(): ReactNode {
  const virtual = useLab(({ snapshot }) => snapshot?.virtual);
  const isGlued = useFollow((state) => state.isGlued);
  if (virtual === undefined) return null;
  const speed = virtual.speed === Infinity ? 'as fast as it goes' : `${virtual.speed} ×`;
  return (
    <>
      <span data-tip="Time of the simulation, and how fast it passes.">
        {(virtual.nowMicros / 1e6).toFixed(6)} s, {virtual.isRunning ? speed : 'standing'}
      </span>
      {isGlued ? (
        <button type="button" onClick={() => void stepVirtual('event', 1)} title="Step by one event">
          Event
        </button>
      ) : (
        <button
          type="button"
          onClick={() => void goOnFromHere()}
          title="Take the simulation back to the moment; what is done from there on begins another future"
        >
          Go on from here
        </button>
      )}
    </>
  );
}

interface LossesProps {
  readonly counts: LiveCounts | null;
  readonly backend: CaptureBackend;
}

/** What the capture lost so far; that a backend cannot count it looks like a loss, since it may be one. */
function Losses({ counts, backend }: LossesProps): ReactNode {
  if (counts === null) return null;
  const isWhole = counts.dropped === 0 && counts.late === 0;
  const tip = counts.dropped === null ? explainUncounted(backend) : 'By the kernel and by this program, so far.';
  return (
    <span className={isWhole ? '' : 'status-drops'} data-tip={tip}>
      {lossesOf(counts)}
    </span>
  );
}

/** Whose clock, how many were lost, and what ends or keeps what goes on. */
function Live(): ReactNode {
  const live = useSession((state) => state.source?.live ?? null);
  const news = useSession((state) => state.news);
  const [clock, doc] = CLOCKS[live === null || live.kind === 'interface' ? (news?.clock ?? 'kernel') : live.kind];
  const isVirtual = live?.kind === 'lab' && live.lab === 'virtual';
  return (
    <span className="status-live">
      {isVirtual ? <VirtualTime /> : <span data-tip={doc}>{clock}</span>}
      {live?.kind !== 'interface' ? null : <Losses counts={news?.counts ?? null} backend={live.backend} />}
      <button type="button" onClick={() => void keepCapture()} title="Keep what was captured in a file (Ctrl+S)">
        Keep…
      </button>
      <button type="button" onClick={() => void stopSource()}>
        {live?.kind === 'lab' ? 'End the lab' : 'Stop'}
      </button>
    </span>
  );
}

/** From when on a capture that goes on for long is in the window. */
function Since(): ReactNode {
  const store = packets();
  if (store.firstRow === 0) return null;
  const since = clockText(store.epochNs, timeOf(store, store.firstRow)).slice(0, CLOCK_SECONDS);
  const kept = LIVE_ROWS_KEPT.toLocaleString('en');
  const tip =
    `The window holds the last ${kept} packets, so that its memory stays the same for hours. All packets are in the ` +
    'capture’s file: keep it and open it to see them.';
  return <span data-tip={tip}>packets before {since} are in the file, not in the window</span>;
}

function Reading(): ReactNode {
  const phase = useSession((state) => state.phase);
  const done = useSession((state) => state.done);
  const total = useSession((state) => state.total);
  if (phase === 'live') return <Live />;
  if (phase !== 'reading')
    return <span>{phase === 'done' ? 'read whole' : phase === 'cancelled' ? 'stopped' : 'ready'}</span>;
  const percent = Math.min(100, Math.floor((done / Math.max(1, total)) * 100));
  return (
    <span className="status-reading">
      <progress aria-label="reading" value={done} max={Math.max(1, total)} />
      <span className="status-octets">
        {percent} % of {(total / MEGA).toFixed(1)} MiB
      </span>
      <button type="button" onClick={cancelReading} title="Stop reading (Escape)">
        Stop
      </button>
    </span>
  );
}

/** Members of a ring that are named one by one; a tooltip names all. */
const NAMED_MAX = 8;

export function StatusLine(): ReactNode {
  const analysis = useSession((state) => state.analysis);
  const nodes = useSession((state) => state.nodes);
  useSession((state) => state.revision);
  const moment = useMoment();
  const named = (members: readonly number[]): string => members.map((member) => nodes.label(member)).join(', ');
  const short = (members: readonly number[]): string =>
    members.length > NAMED_MAX ? `${members.length} members` : named(members);
  const shown = moment?.rings.map(({ id, members }) => `ring ${id}: ${short(members)}`) ?? [];
  const rings = moment?.rings.map(({ id, members }) => `ring ${id}: ${named(members)}`) ?? [];
  const active = analysis?.rotation.active.p50 ?? null;
  const idle = analysis?.rotation.idle.p50 ?? null;
  return (
    <footer className="status-line">
      <span className="status-ring" title={rings.join('\n')}>
        {shown.join(' · ')}
      </span>
      {active === null ? null : (
        <span data-tip="Median time of a rotation in which the ring had something to say.">
          rotation {lengthText(active * 1e6)}
        </span>
      )}
      {idle === null ? null : (
        <span data-tip="Median time of a rotation of an idle ring, whose representative holds the token.">
          idle {lengthText(idle * 1e6)}
        </span>
      )}
      <span>{packets().frames.toLocaleString('en')} frames</span>
      <Since />
      <Reading />
    </footer>
  );
}
