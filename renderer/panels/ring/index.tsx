// The ring view: who is in which ring at the chosen moment, where the token is, what the selected packet does.
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import { PacketKind } from '../../../app/store/kinds.ts';
import { lengthText } from '../../canvas/time-scale.ts';
import { readPalette } from '../../canvas/palette.ts';
import { selectNode } from '../../state/actions.ts';
import { useFollow } from '../../state/following.ts';
import { packets } from '../../state/capture.ts';
import { STATE_LOOKS } from '../../state/looks.ts';
import { rowBefore, type Moment, type NodeNow } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { cursorTime, onCursor, toggleSlow, usePlayback } from '../../state/playback.ts';
import { useSession } from '../../state/session-store.ts';
import { hopNear, lastRotation, slowMotionOf, slowText, type Hop, type SlowMotion } from '../../state/time/hops.ts';
import { missedBy, progressAt, type Progress } from '../../state/time/progress.ts';
import { useMoment } from '../../state/use-moment.ts';
import { useView } from '../../state/view-store.ts';
import { HiddenTable } from '../../widgets/hidden-table.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { RingFigures } from '../rotation/index.tsx';
import { gaugesOf, labelRoom, layoutRings, onBench, raysOf, type Flight, type PlacedRing } from './layout.ts';
import { RingMotion, type Scene } from './motion.ts';
import { GaugeLegend, RingPicture } from './picture.tsx';
import { useNothing } from '../nothing.tsx';
import './ring.css';

const NS_PER_MS = 1e6;

interface Chosen extends Flight {
  readonly flags: number;
}
const NO_FLIGHT: Chosen = { kind: -1, sender: -1, target: null, missed: [], flags: 0 };

/** What the chosen packet is and whom it is for. */
function flightOf(row: number | null, nodes: NodeDirectory): Chosen {
  const store = packets();
  const columns = row === null ? undefined : store.chunks[row >>> 16];
  const { analysis } = useSession.getState();
  if (row === null || columns === undefined) return NO_FLIGHT;
  const index = row & 0xffff;
  const kind = columns.kind[index]!;
  const source = nodes.nodes[nodes.laneOfAddress[columns.src[index]!] ?? -1]?.nodeid;
  const target = nodes.nodes[nodes.laneOfAddress[columns.dst[index]!] ?? -1]?.nodeid ?? null;
  const missed =
    kind !== PacketKind.MCAST || analysis === null
      ? []
      : missedBy(analysis.requests, columns.ring[index]!, columns.seq[index]!, columns.timeNs[index]!);
  return { kind, flags: columns.flags[index]!, sender: source ?? columns.sender[index]!, target, missed };
}

/** Said in words, for those who do not see the picture, and as its caption. */
function sentences(moment: Moment, nodes: NodeDirectory): readonly string[] {
  return moment.rings.map(({ members, rep, token, isSeen }) => {
    const who = members.map((member) => nodes.label(member)).join(', ');
    const copy = token?.isCopy === true ? 'copy of the token' : 'token';
    const where = !isSeen
      ? 'not in this capture'
      : token === null
        ? 'no token seen yet'
        : token.isOnHop
          ? `${copy} on its way from ${nodes.label(token.from)} to ${nodes.label(token.to)}`
          : `token with ${nodes.label(token.to)} for ${lengthText(token.age)}`;
    return `${who}; representative ${nodes.label(rep)}; ${where}`;
  });
}

function Bench({ bench, nodes }: { readonly bench: readonly NodeNow[]; readonly nodes: NodeDirectory }): ReactNode {
  return (
    <ul className="ring-bench" aria-label="nodes in no ring">
      {bench.length === 0 ? <li className="ring-bench-empty">nobody is outside</li> : null}
      {bench.map(({ nodeid, state, says }) => (
        <li key={nodeid} title={says}>
          <b>{nodes.label(nodeid)}</b>
          {state === null ? (
            <span>{says.split(':')[0]}</span>
          ) : (
            <span className={`state state-${state}`} title={STATE_LOOKS[state].doc}>
              {state}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function useSize(): readonly [RefObject<HTMLDivElement | null>, { width: number; height: number }] {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [box, size];
}

/** Slow motion of each ring that turns at the moment; none where its token has stopped. */
function replaysOf(moment: Moment, nodes: NodeDirectory, longest: number): ReadonlyMap<string, SlowMotion> {
  const replays = new Map<string, SlowMotion>();
  for (const { id, token } of moment.rings) {
    if (token === null || token.isCopy || token.age > longest) continue;
    const slow = slowMotionOf(lastRotation(packets(), nodes, id, token.row));
    if (slow !== null) replays.set(id, slow);
  }
  return replays;
}

/** Where running time is between two hops, each looked for once. */
function runningOf(nodes: NodeDirectory): NonNullable<Scene['running']> {
  const known = new Map<string, { readonly hop: Hop; readonly next: number | null }>();
  return (ring) => {
    const time = cursorTime();
    if (time === null) return null;
    let own = known.get(ring);
    if (own === undefined || time < own.hop.time || (own.next !== null && time >= own.next)) {
      const row = rowBefore(packets(), time);
      const hop = hopNear(packets(), nodes, ring, row, -1);
      if (hop === null) return null;
      own = { hop, next: hopNear(packets(), nodes, ring, row, 1)?.time ?? null };
      known.set(ring, own);
    }
    return { ...own, time };
  };
}

/** Milliseconds of the screen below which a hop cannot be followed. */
const HOP_SEEN_MIN = 60;
/** Milliseconds of the screen after which a token is seen to rest. */
const REST_SEEN = 700;

function useReplays(moment: Moment | null, nodes: NodeDirectory): ReadonlyMap<string, SlowMotion> {
  const isSlow = usePlayback((state) => state.isSlow);
  const isPlaying = usePlayback((state) => state.isPlaying);
  const speed = usePlayback((state) => state.speed);
  return useMemo(() => {
    const nsPerMs = NS_PER_MS * 10 ** speed;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (moment === null || (!isSlow && (!isPlaying || isStill))) return new Map();
    const longest = isPlaying ? REST_SEEN * nsPerMs : Infinity;
    const replays = replaysOf(moment, nodes, longest);
    if (isSlow) return replays;
    // Running time shows hops as they are where they can be followed.
    return new Map([...replays].filter(([, { hopNs }]) => hopNs / nsPerMs < HOP_SEEN_MIN));
  }, [moment, nodes, isSlow, isPlaying, speed]);
}

/** How far the members of each ring had come by the token that was sent last. */
function useProgress(moment: Moment | null, nodes: NodeDirectory): ReadonlyMap<number, Progress> {
  const analysis = useSession((state) => state.analysis);
  return useMemo(() => {
    const all = new Map<number, Progress>();
    for (const { id, members, token } of moment?.rings ?? [])
      if (analysis !== null && token !== null)
        for (const entry of progressAt(packets(), nodes, analysis.requests, id, members, token.row)) all.set(...entry);
    return all;
  }, [moment, nodes, analysis]);
}

/** Binds the canvas to what moves on it. */
function useMotion(
  moment: Moment | null,
  nodes: NodeDirectory,
  rings: readonly PlacedRing[],
  replays: ReadonlyMap<string, SlowMotion>,
): RefObject<HTMLCanvasElement | null> {
  const analysis = useSession((state) => state.analysis);
  const row = useView((state) => state.row);
  const theme = useView((state) => state.theme);
  const isPlaying = usePlayback((state) => state.isPlaying);
  const speed = usePlayback((state) => state.speed);
  const isGlued = useFollow((state) => state.isGlued);
  const isGoingOn = isPlaying || isGlued;
  const canvas = useRef<HTMLCanvasElement>(null);
  const motion = useRef<RingMotion | null>(null);
  const flight = useMemo(() => flightOf(row, nodes), [row, nodes]);
  const palette = useMemo(() => readPalette(), [theme]);
  const running = useMemo(() => (isPlaying ? runningOf(nodes) : null), [isPlaying, nodes]);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const own = new RingMotion(canvas.current);
    motion.current = own;
    const stop = onCursor(() => own.request());
    return () => {
      stop();
      own.stop();
    };
  }, []);
  useLayoutEffect(() => {
    if (moment === null) return;
    const { kind, flags } = flight;
    const timers = analysis?.timers ?? null;
    const timeout = timers === null ? null : timers.token * NS_PER_MS;
    const rays = isPlaying ? [] : raysOf(rings, flight);
    const scene = { moment, rings, rays, kind, flags, slow: replays, isGoingOn, timeout, palette, running };
    motion.current?.show({ ...scene, speed: NS_PER_MS * 10 ** speed });
  });
  return canvas;
}

function SlowButton({ replays }: { readonly replays: ReadonlyMap<string, SlowMotion> }): ReactNode {
  const isSlow = usePlayback((state) => state.isSlow);
  const [slow] = replays.values();
  return (
    <>
      <span className="ring-slow">{slow !== undefined ? slowText(slow) : isSlow ? 'no rotation to replay' : ''}</span>
      <button
        type="button"
        className="ring-slow-button"
        aria-pressed={isSlow}
        title="Replay the last rotation so slowly that each hop is seen"
        onClick={toggleSlow}
      >
        Slow motion
      </button>
    </>
  );
}

export function Ring(): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const chosen = useView((state) => state.node);
  const moment = useMoment();
  const [box, { width, height }] = useSize();
  const nothing = useNothing();
  const replays = useReplays(moment, nodes);
  const labels = labelRoom(Math.max(0, ...nodes.nodes.map(({ label }) => label.length)));
  const rings = useMemo(
    () => (moment === null ? [] : layoutRings(moment, width, height, labels)),
    [moment, width, height, labels],
  );
  const canvas = useMotion(moment, nodes, rings, replays);
  const progress = useProgress(moment, nodes);
  const gauges = useMemo(() => gaugesOf(progress), [progress]);
  const says = moment === null ? [] : sentences(moment, nodes);
  const states = [...(moment?.states.values() ?? [])];
  return (
    <Pane id="ring" title="Ring" aside={<SlowButton replays={replays} />}>
      <div className="ring">
        <div className="ring-box" ref={box}>
          <canvas ref={canvas} aria-hidden="true" />
          <svg width={width} height={height} role="img" aria-label={says.join('. ') || 'no ring at this moment'}>
            {moment === null ? null : (
              <RingPicture {...{ rings, moment, nodes, progress, gauges, chosen }} onChoose={selectNode} />
            )}
          </svg>
          {moment !== null && rings.length === 0 ? (
            <p className="nothing">{nothing ?? 'No ring at this moment.'}</p>
          ) : null}
        </div>
        <Bench bench={moment === null ? [] : onBench(moment)} nodes={nodes} />
        <p className="ring-says" title={says.join('\n')}>
          <span>{says.map((sentence) => sentence.split('; ').at(-1)).join(' · ')}</span>
          <GaugeLegend />
        </p>
        <RingFigures moment={moment} nodes={nodes} />
        <HiddenTable
          caption="nodes at this moment"
          heads={['node', 'state', 'ring']}
          rows={states.map(({ nodeid, state, ring, says: does }) => [
            nodes.label(nodeid),
            state ?? does,
            ring ?? 'none',
          ])}
        />
      </div>
    </Pane>
  );
}
