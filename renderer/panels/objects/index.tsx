// The objects panel: the hash ring of the store with its objects and their copies, and one object explained: its id
// taken apart, its hash, the walk round the ring to its copies. Follows the chosen moment, node and object.
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { StoreMap } from '../../../app/lab/objects/store-map.ts';
import { walkOf } from '../../../protocol/sheep/placement/walk.ts';
import { MotionClock } from '../../canvas/motion-clock.ts';
import { readPalette } from '../../canvas/palette.ts';
import { useLabAt } from '../../lab/lab-history.ts';
import { useShownMoves, type SeenMove } from '../../lab/lab-moves.ts';
import { useStoreMap, type ShownStore } from '../../lab/use-store-map.ts';
import { useWhatIf } from '../../lab/what-if-store.ts';
import { selectObject, selectTime } from '../../state/actions.ts';
import { useSession } from '../../state/session-store.ts';
import { useView } from '../../state/view-store.ts';
import { HiddenTable } from '../../widgets/hidden-table.tsx';
import { Pane } from '../../widgets/pane.tsx';
import { useSize } from '../../widgets/use-size.ts';
import { Chosen } from './chosen.tsx';
import { layoutFlights, layoutHashRing, layoutWalk, objectAt, type HashRingLayout } from './layout.ts';
import { FLIGHTS_MS, paintHashRing, type HashRingScene } from './paint.ts';
import { moveText, Recovery } from './recovery.tsx';
import { StoreLegend } from './store-legend.tsx';
import { countsOf, hashText, namesOf, stateText } from './words.ts';
import './objects.css';

/** Milliseconds between two steps of a walk that is being drawn. */
const STEP_MS = 350;
/** Rows of the table behind the picture. */
const TABLE_MAX = 500;

/** How many steps of a walk are drawn: one after the other, or all at once where motion is to be avoided. */
function useSteps(oid: string | null, count: number): readonly [number, (steps: number) => void] {
  const [steps, setSteps] = useState(0);
  useEffect(() => {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    setSteps(isStill ? count : Math.min(1, count));
    if (isStill) return undefined;
    const timer = setInterval(() => setSteps((now) => Math.min(count, now + 1)), STEP_MS);
    const stop = setTimeout(() => clearInterval(timer), STEP_MS * (count + 1));
    return () => {
      clearInterval(timer);
      clearTimeout(stop);
    };
  }, [oid, count]);
  return [steps, setSteps];
}

function summaryOf({ map, source }: ShownStore): string {
  const { objects, copies, epoch } = map;
  const { missing, stray, old } = countsOf(map);
  const what = source === 'capture' ? 'known from messages' : 'on the nodes’ disks';
  return [
    `${objects.length} objects ${what}`,
    copies === 0 ? 'not formatted' : `${copies} copies`,
    epoch === 0 ? '' : `epoch ${epoch}`,
    missing > 0 ? `${missing} missing` : '',
    stray > 0 ? `${stray} left over` : '',
    old > 0 ? `${old} in older epochs only` : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

interface PictureProps {
  readonly shown: ShownStore;
  readonly object: number;
  readonly steps: number;
  /** Copies that came to nodes in the epoch that is shown. */
  readonly moves: readonly SeenMove[];
}

function useScene(
  { shown, object, steps, moves }: PictureProps,
  width: number,
  height: number,
): Omit<HashRingScene, 'sinceMs'> {
  const theme = useView((state) => state.theme);
  const node = useView((state) => state.node);
  const plan = useWhatIf((state) => state.result);
  const { map } = shown;
  const layout = useMemo(() => layoutHashRing(map, width, height), [map, width, height]);
  const chosen = map.objects[object];
  const walk = useMemo(
    () => (chosen === undefined ? null : layoutWalk(layout, walkOf(map.ring, chosen.id, chosen.copies))),
    [layout, map, chosen],
  );
  const palette = useMemo(() => readPalette(), [theme]);
  const moving = useMemo(() => {
    const moved = map.objects.flatMap(({ oid }, i) => (plan?.oids.has(oid) === true ? [i] : []));
    return new Set(moved);
  }, [map, plan]);
  const place = map.nodes.findIndex(({ nodeid }) => nodeid !== null && nodeid === node);
  const ways = useMemo(() => {
    const last = moves.findLastIndex(({ time }) => time < (moves.at(-1)?.time ?? 0)) + 1;
    const landed = layoutFlights(layout, map, moves.slice(0, last));
    return { landed, flights: layoutFlights(layout, map, moves.slice(last)) };
  }, [layout, map, moves]);
  return { layout, walk, steps, object, node: place, moving, ...ways, palette };
}

/** Another object by the keys, in order of the hashes. */
function stepObject(event: KeyboardEvent, { objects }: StoreMap, object: number): void {
  const last = objects.length - 1;
  const to = { ArrowRight: object + 1, ArrowLeft: object - 1, Home: 0, End: last }[event.key];
  if (to === undefined || last < 0) return;
  event.preventDefault();
  event.stopPropagation();
  selectObject(objects[(to + objects.length) % objects.length]?.oid ?? null);
}

function Picture(props: PictureProps): ReactNode {
  const { shown, object } = props;
  const { map } = shown;
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scene = useScene(props, width, height);
  const placed = useRef<HashRingLayout>(scene.layout);
  const [clock] = useState(() => new MotionClock(FLIGHTS_MS));
  useLayoutEffect(() => {
    placed.current = scene.layout;
    clock.see(props.moves.at(-1)?.time ?? -Infinity);
    return clock.run((sinceMs) => {
      if (canvas.current !== null) paintHashRing(canvas.current, { ...scene, sinceMs });
    });
  });
  const at = (event: { readonly nativeEvent: MouseEvent }): number | null =>
    objectAt(placed.current, { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY });
  return (
    <div
      className="hash-ring"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={`hash ring: ${map.ring.entries.length} members, ${summaryOf(shown)}; arrow keys choose an object`}
      onKeyDown={(event) => stepObject(event, map, object)}
    >
      <canvas
        ref={canvas}
        aria-hidden="true"
        onClick={(event) => {
          const hit = at(event);
          selectObject(hit === null ? null : (map.objects[hit]?.oid ?? null));
        }}
        onPointerMove={(event) => {
          const hit = map.objects[at(event) ?? -1];
          event.currentTarget.style.cursor = hit === undefined ? 'default' : 'pointer';
          event.currentTarget.title =
            hit === undefined ? '' : `${hit.oid}: ${namesOf(map.nodes, hit.wanted)}; ${stateText(hit, map.nodes)}`;
        }}
      />
      <p className="hash-ring-middle" aria-hidden="true">
        <b>{map.objects.length}</b>
        objects
      </p>
    </div>
  );
}

function Shown({ shown }: { readonly shown: ShownStore }): ReactNode {
  const oid = useView((state) => state.object);
  const { map } = shown;
  const object = map.objects.findIndex((own) => own.oid === oid);
  const chosen = map.objects[object];
  const walk = useMemo(
    () => (chosen === undefined ? null : walkOf(map.ring, chosen.id, chosen.copies)),
    [map.ring, chosen],
  );
  const moves = useShownMoves(map);
  const [steps, setSteps] = useSteps(chosen?.oid ?? null, walk?.steps.length ?? 0);
  return (
    <div className="objects">
      <Picture {...{ shown, object, steps, moves }} />
      <div className="objects-side scroll" tabIndex={0} role="region" aria-label="the chosen object">
        <StoreLegend shown={shown} />
        <Recovery {...{ map, moves }} />
        <Chosen {...{ shown, walk, steps }} object={chosen ?? null} onStep={setSteps} />
      </div>
      <HiddenTable
        caption="objects of the store"
        heads={['object', 'hash', 'placed on', 'disks']}
        rows={map.objects
          .slice(0, TABLE_MAX)
          .map((own) => [own.oid, hashText(own.hash), namesOf(map.nodes, own.wanted), stateText(own, map.nodes)])}
      />
      {moves.length === 0 ? null : (
        <HiddenTable
          caption={`copies that came in epoch ${map.epoch}`}
          heads={['object', 'to', 'from', 'epoch']}
          rows={moves.slice(-TABLE_MAX).map((move) => moveText(map, move))}
        />
      )}
    </div>
  );
}

/** What to do where nothing is shown: go to where the store is first heard of, or get one. */
function NoStore(): ReactNode {
  const first = useSession((state) => state.analysis?.sheepdog?.history[0] ?? null);
  const hasLab = useLabAt() !== null;
  if (first !== null && !hasLab)
    return (
      <div className="nothing">
        <p>Nothing is known of the store at this moment: its members are first heard of later.</p>
        <button type="button" onClick={() => selectTime(first.time)}>
          Go to its first sign
        </button>
      </div>
    );
  return (
    <p className="nothing">
      Nothing is known of a store at this moment. Start a lab of processes with sheep, or open a capture in which
      sheepdog’s nodes join or talk.
    </p>
  );
}

export function Objects(): ReactNode {
  const shown = useStoreMap();
  return (
    <Pane id="objects" title="Objects" aside={shown === null ? null : <span>{summaryOf(shown)}</span>}>
      {shown === null || shown.map.nodes.length === 0 ? <NoStore /> : <Shown shown={shown} />}
    </Pane>
  );
}
