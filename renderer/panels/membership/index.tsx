// The membership panel: in which of the four states each node is and by which edge it came there; below, what each
// node holds of the protocol.
import { useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Transition } from '../../../app/analysis/result.ts';
import { selectNode } from '../../state/actions.ts';
import { packets } from '../../state/capture.ts';
import { STATE_LOOKS } from '../../state/looks.ts';
import { rowBefore, type Moment } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { causeText, lastChanges, membershipNow } from '../../state/time/membership-now.ts';
import { useMoment } from '../../state/use-moment.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { chipsIn, firstFitting, fittingText, layoutChart, type Box, type Edge } from './layout.ts';
import { Members } from './members.tsx';
import { useInside } from './use-inside.ts';
import './membership.css';

const CHART_HEIGHT_MIN = 168;
const CHART_HEIGHT_MAX = 300;
const CHART_SHARE = 0.48;

const bare = (label: string): string => label.replace(/^node /, '');

/** The label of the node whose message moved another, where one did. */
function triggerOf({ frames, nodeid }: Transition, nodes: NodeDirectory): string | null {
  const row = (frames[0] ?? 0) - 1;
  const columns = packets().chunks[row >>> 16];
  if (row < 0 || frames.length < 2 || columns === undefined) return null;
  const lane = nodes.laneOfAddress[columns.src[row & 0xffff]!] ?? -1;
  const sender = nodes.nodes[lane]?.nodeid ?? columns.sender[row & 0xffff]!;
  return sender === nodeid ? null : nodes.label(sender);
}

interface Taken {
  /** Nodes that took the edge at last, and why. */
  readonly causes: ReadonlyMap<string, readonly string[]>;
  readonly count: number;
}

/** Edges that were taken in the last change, by id. */
function takenEdges(changes: readonly Transition[], nodes: NodeDirectory): ReadonlyMap<string, Taken> {
  const taken = new Map<string, { causes: Map<string, string[]>; count: number }>();
  for (const change of changes) {
    const id = `${change.from ?? 'gather'} ${change.to}`;
    const cause = causeText(change, triggerOf(change, nodes));
    const own = taken.get(id) ?? { causes: new Map<string, string[]>(), count: 0 };
    own.causes.set(cause, [...(own.causes.get(cause) ?? []), bare(nodes.label(change.nodeid))]);
    own.count++;
    taken.set(id, own);
  }
  return taken;
}

function EdgeLine({ edge, taken }: { readonly edge: Edge; readonly taken: Taken | undefined }): ReactNode {
  const { path, words, labelAt, anchor, room } = edge;
  const said = taken === undefined ? words : [...taken.causes.keys()].join(', ');
  const doc =
    taken === undefined ? words : [...taken.causes].map(([cause, who]) => `${who.join(', ')}: ${cause}`).join('; ');
  return (
    <g className={taken === undefined ? 'membership-edge' : 'membership-edge membership-taken'} data-edge={edge.id}>
      <title>{doc}</title>
      <path d={path} markerEnd={`url(#membership-tip${taken === undefined ? '' : '-taken'})`} />
      <text x={labelAt.x} y={labelAt.y} textAnchor={anchor}>
        {firstFitting(said === words ? [words, edge.short] : [said], room)}
      </text>
    </g>
  );
}

function StateBox({ box }: { readonly box: Box }): ReactNode {
  const { state, x, y, width, height } = box;
  const { doc, colour } = STATE_LOOKS[state];
  return (
    <g>
      <title>{doc}</title>
      <rect {...{ x, y, width, height }} rx="4" className="membership-box" stroke={`var(--${colour})`} />
      <text x={x + 8} y={y + 14} className="membership-state">
        {state}
      </text>
    </g>
  );
}

/** The chips of all nodes; each keeps its element, so that it moves where its node goes. */
function Chips({ boxes, moment, nodes }: ChipsProps): ReactNode {
  const node = useView((state) => state.node);
  const placed = boxes.flatMap((box) => {
    const within = nodes.nodes
      .filter(({ nodeid }) => moment.states.get(nodeid)?.state === box.state)
      .map(({ nodeid, label }) => ({ nodeid, label: bare(label) }));
    return chipsIn(box, within).map((chip) => ({ ...chip, colour: STATE_LOOKS[box.state].colour }));
  });
  placed.sort((a, b) => a.nodeid - b.nodeid);
  return placed.map(({ nodeid, x, y, width, height, colour, isLabelled }) => (
    <g
      key={nodeid}
      className={nodeid === node ? 'membership-chip membership-chosen' : 'membership-chip'}
      style={{ transform: `translate(${x}px, ${y}px)` }}
      onClick={() => selectNode(nodeid)}
    >
      <title>{`${nodes.label(nodeid)}: ${moment.states.get(nodeid)?.says ?? ''}`}</title>
      <rect width={width} height={height} rx={height / 2} stroke={`var(--${colour})`} />
      {isLabelled ? (
        <text x={width / 2} y={12} textAnchor="middle">
          {fittingText(bare(nodes.label(nodeid)), width - 4)}
        </text>
      ) : null}
    </g>
  ));
}
interface ChipsProps {
  readonly boxes: readonly Box[];
  readonly moment: Moment;
  readonly nodes: NodeDirectory;
}

function Tip({ id, colour }: { readonly id: string; readonly colour: string }): ReactNode {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="2"
      refY="4"
      markerUnits="userSpaceOnUse"
      markerWidth="9"
      markerHeight="9"
      orient="auto-start-reverse"
    >
      <path d="M0 0.5L7 4L0 7.5Z" fill={`var(--${colour})`} />
    </marker>
  );
}

export function Membership(): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const analysis = useSession((state) => state.analysis);
  const row = useView((state) => state.row);
  const moment = useMoment();
  const inside = useInside(analysis, nodes);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const height = Math.min(CHART_HEIGHT_MAX, Math.max(CHART_HEIGHT_MIN, size.height * CHART_SHARE));
  const chart = useMemo(() => layoutChart(size.width, height), [size.width, height]);
  const members = useMemo(() => {
    if (analysis === null || moment === null) return [];
    return membershipNow(analysis, packets(), nodes, moment, row ?? rowBefore(packets(), moment.time));
  }, [analysis, nodes, moment, row]);
  const taken = takenEdges(lastChanges(analysis?.transitions ?? [], moment?.time ?? -1), nodes);
  const counts = chart.boxes
    .map(({ state }) => `${members.filter((member) => member.state === state).length} ${state}`)
    .join(', ');
  return (
    <Pane id="membership" title="Membership">
      <div className="membership scroll" ref={box} tabIndex={0} role="region" aria-label="membership of each node">
        {moment === null || size.width === 0 ? null : (
          <>
            <svg width={size.width} height={height} role="img" aria-label={`states of the nodes: ${counts}`}>
              <defs>
                <Tip id="membership-tip" colour="muted" />
                <Tip id="membership-tip-taken" colour="text" />
              </defs>
              {chart.edges.map((edge) => (
                <EdgeLine key={edge.id} edge={edge} taken={taken.get(edge.id)} />
              ))}
              {chart.boxes.map((own) => (
                <StateBox key={own.state} box={own} />
              ))}
              <Chips boxes={chart.boxes} {...{ moment, nodes }} />
            </svg>
            <Members {...{ members, nodes, inside }} time={moment.time} timers={analysis?.timers ?? null} />
          </>
        )}
      </div>
    </Pane>
  );
}
