// The transport bar: play and pause, speed, steps, and the moment in figures. The same for every source; its buttons
// never move.
import { useEffect, type ReactNode } from 'react';
import { useLab } from '../../lab/lab-store.ts';
import { wholeSpan } from '../../state/actions.ts';
import { setSpeed, SPEED_MAX, SPEED_MIN, step, togglePlay, usePlayback } from '../../state/playback.ts';
import { goLive, useFollow } from '../../state/following.ts';
import { useSession } from '../../state/session-store.ts';
import type { Direction, StepKind } from '../../state/steps.ts';
import { useView } from '../../state/view-store.ts';
import { startTransportKeys } from './keys.ts';
import { speedText } from './layout.ts';
import './transport.css';

const STEPS: readonly { readonly kind: StepKind; readonly word: string; readonly keys: string }[] = [
  { kind: 'change', word: 'change of membership', keys: 'Alt' },
  { kind: 'rotation', word: 'rotation of the token', keys: 'Shift' },
  { kind: 'hop', word: 'hop of the token', keys: '' },
];
/** Bars of each picture: the coarser the step, the more. */
const BARS: Readonly<Record<StepKind, number>> = { hop: 0, rotation: 1, change: 2 };

function StepIcon({ kind, direction }: { readonly kind: StepKind; readonly direction: Direction }): ReactNode {
  return (
    <svg width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
      <g transform={direction > 0 ? '' : 'matrix(-1 0 0 1 16 0)'} fill="currentColor">
        <path d="M3 1.5L8.5 6L3 10.5Z" />
        {Array.from({ length: BARS[kind] + 1 }, (_, i) => (
          <rect key={i} x={9 + i * 2.6} y="1.5" width="1.4" height="9" />
        ))}
      </g>
    </svg>
  );
}

function Step({ kind, direction }: { readonly kind: StepKind; readonly direction: Direction }): ReactNode {
  const own = STEPS.find((entry) => entry.kind === kind);
  const way = direction > 0 ? 'next' : 'previous';
  const keys = [own?.keys ?? '', direction > 0 ? '.' : ','].filter((key) => key !== '').join(' ');
  return (
    <button
      type="button"
      data-step={`${kind} ${way}`}
      aria-label={`${way} ${own?.word ?? ''}`}
      title={`${way} ${own?.word ?? ''} (${keys})`}
      onClick={() => step(kind, direction)}
    >
      <StepIcon {...{ kind, direction }} />
    </button>
  );
}

function Play(): ReactNode {
  const isReplaying = usePlayback((state) => state.isPlaying);
  const isGlued = useFollow((state) => state.isGlued);
  const isStanding = useLab(({ snapshot }) => snapshot?.virtual?.isRunning === false);
  const isPlaying = isReplaying || (isGlued && !isStanding);
  return (
    <button
      type="button"
      className="transport-play"
      aria-label={isPlaying ? 'pause' : 'play'}
      title={isPlaying ? 'Pause (Space)' : 'Play (Space)'}
      onClick={togglePlay}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="currentColor">
        <path d={isPlaying ? 'M2 1h3v10h-3zM7 1h3v10h-3z' : 'M2 0.5L11 6L2 11.5Z'} />
      </svg>
    </button>
  );
}

function Speed(): ReactNode {
  const speed = usePlayback((state) => state.speed);
  return (
    <label className="transport-speed" title="How fast time runs; a double click brings the real speed back">
      <input
        type="range"
        aria-label="speed"
        aria-valuetext={speedText(speed)}
        min={SPEED_MIN}
        max={SPEED_MAX}
        step={0.1}
        value={speed}
        onChange={(event) => setSpeed(Number(event.target.value))}
        onDoubleClick={() => setSpeed(0)}
      />
      <output>{speedText(speed)}</output>
    </label>
  );
}

function Now(): ReactNode {
  const time = useView((state) => state.time);
  useSession((state) => state.revision);
  const since = time === null ? '' : `${((time - wholeSpan().from) / 1e9).toFixed(6)} s`;
  return (
    <output className="transport-now" aria-label="moment" title="The moment that all panels show, since the start">
      {since}
    </output>
  );
}

/** Where the moment of a source that goes on is: at now, or so far behind it. */
function Behind(): ReactNode {
  const { isLive, isGlued } = useFollow();
  const time = useView((state) => state.time);
  useSession((state) => state.revision);
  if (!isLive) return null;
  const behind = time === null ? 0 : Math.max(0, (wholeSpan().to - time) / 1e9);
  return (
    <button
      type="button"
      className="transport-live"
      aria-pressed={isGlued}
      title={isGlued ? 'The moment is now: everything follows what comes (Space stops it)' : 'Go live (G)'}
      onClick={goLive}
    >
      {isGlued ? 'live' : `${behind.toFixed(1)} s behind · go live`}
    </button>
  );
}

export function Transport(): ReactNode {
  useEffect(startTransportKeys, []);
  return (
    <div className="transport" role="toolbar" aria-label="time">
      {STEPS.map(({ kind }) => (
        <Step key={kind} kind={kind} direction={-1} />
      ))}
      <Play />
      {[...STEPS].reverse().map(({ kind }) => (
        <Step key={kind} kind={kind} direction={1} />
      ))}
      <Speed />
      <Now />
      <Behind />
    </div>
  );
}
