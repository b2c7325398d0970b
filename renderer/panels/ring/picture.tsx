// Draws what stands still in the ring view, as SVG: rings, nodes, gauges, requests. Decides nothing: where things are
// is layout.ts, what they mean is state/.
import type { ReactNode } from 'react';
import { STATE_LOOKS } from '../../state/looks.ts';
import type { Moment } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import type { Progress } from '../../state/time/progress.ts';
import { CROWN } from '../mark.tsx';
import { onCircle, type Gauge, type PlacedNode, type PlacedRing } from './layout.ts';

/** Smaller rings have room for their name only. */
const ROOMY_RADIUS_MIN = 52;
/** Pixels from the middle to the nodes that a ring's name takes. */
const NAME_ROOM_MIN = 30;
/** More nodes than this have no gauges beside them; a tooltip has the figures. */
const GAUGES_MAX = 12;
/** Hollow ticks that are drawn for what a node lacks. */
const TICKS_MAX = 6;
const GAUGE_WIDTH = 28;
/** Pixels inside the circle at which the ticks stand of what a node lacks: beside it, the token rests before it. */
const LACKS_INSET = 11;
/** Pixels from a node to its first tick, and from tick to tick. */
const LACKS_GAP = 7;

const bare = (label: string): string => label.replace(/^node /, '');

function progressText({ seq, aru, delivered, lacks }: Progress): string {
  const missing = lacks.length === 0 ? '' : `, lacks ${lacks.join(' ')}`;
  return `token seq ${seq}; has delivered up to ${delivered}${missing}; all have up to ${aru}`;
}

const BARS: readonly (readonly [name: keyof Gauge, colour: string, doc: string])[] = [
  ['seq', 'muted', 'the highest sequence number on the token that the node sent last'],
  ['delivered', 'mcast', 'up to where the node has all multicasts, and so has delivered them: inferred'],
  ['aru', 'operational', 'up to where all members had received, by that token'],
];

/** What the three bars of a node mean. */
export function GaugeLegend(): ReactNode {
  return (
    <span className="ring-legend">
      {BARS.map(([name, colour, doc]) => (
        <span key={name} title={doc}>
          <i style={{ background: `var(--${colour})` }} /> {name}
        </span>
      ))}
    </span>
  );
}

function GaugeBars({ gauge, x, y }: { readonly gauge: Gauge; readonly x: number; readonly y: number }): ReactNode {
  return (
    <g className="ring-gauge">
      {BARS.map(([name, colour], i) => (
        <rect
          key={name}
          x={x}
          y={y + i * 4}
          width={Math.max(1, gauge[name] * GAUGE_WIDTH)}
          height={3}
          fill={`var(--${colour})`}
        />
      ))}
    </g>
  );
}

/** What a node lacks, as hollow ticks beside it. */
function Lacks({
  node,
  ring,
  count,
}: {
  readonly node: PlacedNode;
  readonly ring: PlacedRing;
  readonly count: number;
}) {
  const inner = Math.max(1, ring.radius - LACKS_INSET);
  return Array.from({ length: Math.min(count, TICKS_MAX) }, (_, i) => {
    const turn = node.turn - (ring.nodeRadius + LACKS_GAP * (i + 1)) / (2 * Math.PI * inner);
    const at = onCircle(ring.centre, inner, turn);
    return <rect key={i} x={at.x - 2.5} y={at.y - 4} width={5} height={8} className="ring-lack" />;
  });
}

interface NodeProps {
  readonly node: PlacedNode;
  readonly ring: PlacedRing;
  readonly moment: Moment;
  readonly nodes: NodeDirectory;
  readonly progress: Progress | null;
  readonly gauge: Gauge | null;
  readonly isChosen: boolean;
  readonly onChoose: (nodeid: number) => void;
}

function labelY({ isRepresentative, turn, labelAt }: PlacedNode): number {
  // The crown stands between the representative and its name.
  return labelAt.y + (isRepresentative ? -9 : Math.abs(turn - 0.5) < 0.01 ? 8 : 4);
}

function Node({ node, ring, moment, nodes, progress, gauge, isChosen, onChoose }: NodeProps): ReactNode {
  const { x, y, nodeid, isRepresentative, labelAt, anchor, isLabelled } = node;
  const { nodeRadius } = ring;
  const now = moment.states.get(nodeid);
  const state = now?.state ?? null;
  const look = state === null ? null : STATE_LOOKS[state];
  const gaugeX =
    anchor === 'start' ? labelAt.x : anchor === 'end' ? labelAt.x - GAUGE_WIDTH : labelAt.x - GAUGE_WIDTH / 2;
  const textY = labelY(node);
  return (
    <g className="ring-node" data-node={nodeid} onClick={() => onChoose(nodeid)}>
      <title>
        {`${nodes.label(nodeid)}: ${now?.says ?? ''}${isRepresentative ? ', representative' : ''}`}
        {progress === null ? '' : `\n${progressText(progress)}`}
      </title>
      {isChosen ? <circle cx={x} cy={y} r={nodeRadius + 5} fill="none" stroke="var(--accent)" strokeWidth={2} /> : null}
      <circle
        cx={x}
        cy={y}
        r={nodeRadius}
        fill="var(--panel)"
        stroke={look === null ? 'var(--muted)' : `var(--${look.colour})`}
        strokeWidth={nodeRadius < 8 ? 1.5 : 2.5}
        strokeDasharray={state === null ? '3 3' : undefined}
      />
      {nodeRadius < 8 ? null : (
        <text x={x} y={y + 4} textAnchor="middle" className="ring-initial">
          {look?.initial ?? '?'}
        </text>
      )}
      {isRepresentative ? (
        <path d={CROWN} transform={`translate(${x} ${y - nodeRadius - 6})`} fill="var(--muted)" />
      ) : null}
      {isLabelled ? (
        <text
          x={labelAt.x}
          y={textY}
          textAnchor={anchor}
          className={isChosen ? 'ring-label ring-chosen' : 'ring-label'}
        >
          {nodes.label(nodeid)}
        </text>
      ) : null}
      {gauge === null || !isLabelled ? null : (
        <GaugeBars
          gauge={gauge}
          x={node.turn === 0 ? x + nodeRadius + 8 : gaugeX}
          y={node.turn === 0 ? y - 18 : textY + 5}
        />
      )}
      {progress === null ? null : <Lacks {...{ node, ring }} count={progress.lacks.length} />}
    </g>
  );
}

function RingName({ placed, nodes }: { readonly placed: PlacedRing; readonly nodes: NodeDirectory }): ReactNode {
  const { ring, centre, radius } = placed;
  const isRoomy = radius >= ROOMY_RADIUS_MIN;
  const name = ring === null ? 'no ring' : `${bare(nodes.label(ring.rep))}:${ring.id.split(':')[1] ?? ''}`;
  const count = placed.nodes.length;
  const still = ring?.members.length ?? count;
  const members = still < count ? `${still} of ${count} still on it` : count === 1 ? '1 member' : `${count} members`;
  const says = ring === null ? 'gathering' : ring.isSeen ? members : 'not in this capture';
  // Without room between the nodes the line below the picture names the ring.
  if (radius - placed.nodeRadius < NAME_ROOM_MIN) return null;
  return (
    <>
      <text x={centre.x} y={centre.y + (isRoomy ? -10 : 4)} textAnchor="middle" className="ring-name">
        {name}
      </text>
      {isRoomy ? (
        <text x={centre.x} y={centre.y + 6} textAnchor="middle" className="ring-small">
          {says}
        </text>
      ) : null}
    </>
  );
}

export interface RingPictureProps {
  readonly rings: readonly PlacedRing[];
  readonly moment: Moment;
  readonly nodes: NodeDirectory;
  readonly progress: ReadonlyMap<number, Progress>;
  readonly gauges: ReadonlyMap<number, Gauge>;
  readonly chosen: number | null;
  readonly onChoose: (nodeid: number) => void;
}

export function RingPicture({ rings, moment, nodes, progress, gauges, chosen, onChoose }: RingPictureProps): ReactNode {
  return rings.map((placed) => {
    const { key, radius } = placed;
    const hasGauges = placed.nodes.length <= GAUGES_MAX && radius >= ROOMY_RADIUS_MIN;
    return (
      <g key={key}>
        <RingName {...{ placed, nodes }} />
        {placed.nodes.map((node) => (
          <Node
            key={node.nodeid}
            {...{ node, moment, nodes, onChoose }}
            ring={placed}
            progress={progress.get(node.nodeid) ?? null}
            gauge={hasGauges ? (gauges.get(node.nodeid) ?? null) : null}
            isChosen={node.nodeid === chosen}
          />
        ))}
      </g>
    );
  });
}
