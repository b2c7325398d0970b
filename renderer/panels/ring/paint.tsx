// Draws placed rings as SVG. Decides nothing: where things are is layout.ts, what they mean is state/.
import type { ReactNode } from 'react';
import { isOutline, markPath } from '../../canvas/marks.ts';
import { lookOf, STATE_LOOKS } from '../../state/looks.ts';
import type { Moment } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import type { PlacedNode, PlacedRing, Point, Ray } from './layout.ts';

/** Smaller rings have room for their name only. */
const ROOMY_RADIUS_MIN = 46;
const CROWN = 'M-7 3L-7 -4L-3.5 -1L0 -6L3.5 -1L7 -4L7 3Z';

function Node({
  node,
  radius,
  moment,
  nodes,
}: {
  readonly node: PlacedNode;
  readonly radius: number;
  readonly moment: Moment;
  readonly nodes: NodeDirectory;
}): ReactNode {
  const { x, y, nodeid, isRepresentative, isHolder, labelAt, anchor } = node;
  const state = moment.states.get(nodeid)?.state ?? null;
  const look = state === null ? null : STATE_LOOKS[state];
  return (
    <g>
      <title>
        {`${nodes.label(nodeid)}: ${moment.states.get(nodeid)?.says ?? ''}`}
        {`${isRepresentative ? ', representative' : ''}${isHolder ? ', holds the token' : ''}`}
      </title>
      <circle
        cx={x}
        cy={y}
        r={radius}
        fill="var(--panel)"
        stroke={look === null ? 'var(--line)' : `var(--${look.colour})`}
        strokeWidth={2}
      />
      <text x={x} y={y + 4} textAnchor="middle" className="ring-initial">
        {isHolder ? '' : (look?.initial ?? '?')}
      </text>
      {isRepresentative ? <path d={CROWN} transform={`translate(${x} ${y - radius - 7})`} fill="var(--muted)" /> : null}
      <text x={labelAt.x} y={labelAt.y + (isRepresentative ? -8 : 4)} textAnchor={anchor} className="ring-label">
        {nodes.label(nodeid)}
      </text>
    </g>
  );
}

function Token({ at, isCopy }: { readonly at: Point; readonly isCopy: boolean }): ReactNode {
  return (
    <circle
      cx={at.x}
      cy={at.y}
      r={7}
      fill={isCopy ? 'var(--panel)' : 'var(--token)'}
      stroke="var(--token)"
      strokeWidth={2}
      className="ring-token"
    />
  );
}

export interface RingPictureProps {
  readonly rings: readonly PlacedRing[];
  readonly rays: readonly Ray[];
  readonly kind: number;
  readonly flags: number;
  readonly isCopy: boolean;
  readonly moment: Moment;
  readonly nodes: NodeDirectory;
}

export function RingPicture({ rings, rays, kind, flags, isCopy, moment, nodes }: RingPictureProps): ReactNode {
  const look = lookOf(kind, flags);
  const paint = `var(--${look.colour})`;
  return (
    <>
      {rings.map(({ ring, centre, radius, hop }) => (
        <g key={ring.id}>
          <circle cx={centre.x} cy={centre.y} r={radius} fill="none" stroke="var(--line)" strokeWidth={2} />
          {hop === null ? null : <path d={hop} fill="none" stroke="var(--token)" strokeWidth={3} />}
          <text
            x={centre.x}
            y={centre.y + (radius < ROOMY_RADIUS_MIN ? 4 : -2)}
            textAnchor="middle"
            className="ring-name"
          >
            {nodes.label(ring.rep).replace(/^node /, '')}:{ring.id.split(':')[1]}
          </text>
          {radius < ROOMY_RADIUS_MIN ? null : (
            <text x={centre.x} y={centre.y + 14} textAnchor="middle" className="ring-small">
              {ring.members.length === 1 ? '1 member' : `${ring.members.length} members`}
            </text>
          )}
        </g>
      ))}
      {rays.map(({ from, to }, i) => (
        <g key={i}>
          <line x1={from.x} y1={from.y} x2={to.x} y2={to.y} stroke={paint} strokeWidth={1.5} strokeDasharray="5 3" />
          <path
            d={markPath(look.shape, to.x, to.y, 4.5)}
            fill={isOutline(look.shape) ? 'none' : paint}
            stroke={paint}
          />
        </g>
      ))}
      {rings.map(({ ring, nodes: placed, nodeRadius }) =>
        placed.map((node) => (
          <Node key={`${ring.id} ${node.nodeid}`} {...{ node, moment, nodes }} radius={nodeRadius} />
        )),
      )}
      {rings.map(({ ring, token }) => (token === null ? null : <Token key={ring.id} at={token} isCopy={isCopy} />))}
    </>
  );
}
