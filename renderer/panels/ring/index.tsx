// The ring view: who is in which ring at the chosen moment, where the token is, what the selected packet does.
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { RowFlag } from '../../../app/store/kinds.ts';
import { lengthText } from '../../canvas/time-scale.ts';
import { packets } from '../../state/actions.ts';
import { STATE_LOOKS } from '../../state/looks.ts';
import type { Moment } from '../../state/moment.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { useSession } from '../../state/session-store.ts';
import { useMoment } from '../../state/use-moment.ts';
import { useView } from '../../state/view-store.ts';
import { Pane } from '../../widgets/pane.tsx';
import { layoutRings, raysOf, type Flight } from './layout.ts';
import { RingPicture } from './paint.tsx';
import './ring.css';

const NO_FLIGHT: Flight = { kind: -1, sender: -1, target: null };

function flightOf(row: number | null, nodes: NodeDirectory): Flight & { readonly flags: number } {
  const store = packets();
  const columns = row === null ? undefined : store.chunks[row >>> 16];
  if (row === null || columns === undefined) return { ...NO_FLIGHT, flags: 0 };
  const index = row & 0xffff;
  const source = nodes.laneOfAddress[columns.src[index]!] ?? -1;
  const target = nodes.laneOfAddress[columns.dst[index]!] ?? -1;
  const sender = nodes.nodes[source]?.nodeid ?? columns.sender[index]!;
  return {
    kind: columns.kind[index]!,
    flags: columns.flags[index]!,
    sender,
    target: nodes.nodes[target]?.nodeid ?? null,
  };
}

/** Said in words, for those who do not see the picture, and as its caption. */
function sentences(moment: Moment, nodes: NodeDirectory): readonly string[] {
  return moment.rings.map(({ members, rep, token, isSeen }) => {
    const who = members.map((member) => nodes.label(member)).join(', ');
    const where = !isSeen
      ? 'not in this capture'
      : token === null
        ? 'no token seen yet'
        : token.isOnHop
          ? `token on its way from ${nodes.label(token.from)} to ${nodes.label(token.to)}`
          : `token with ${nodes.label(token.to)} for ${lengthText(token.age)}`;
    return `${who}; representative ${nodes.label(rep)}; ${where}`;
  });
}

function StateTable({ moment, nodes }: { readonly moment: Moment; readonly nodes: NodeDirectory }): ReactNode {
  return (
    <table className="hidden-text">
      <caption>nodes at this moment</caption>
      <thead>
        <tr>
          <th>node</th>
          <th>state</th>
          <th>ring</th>
        </tr>
      </thead>
      <tbody>
        {[...moment.states.values()].map(({ nodeid, state, ring, says }) => (
          <tr key={nodeid}>
            <td>{nodes.label(nodeid)}</td>
            <td>{state ?? says}</td>
            <td>{ring ?? 'none'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Bench({ moment, nodes }: { readonly moment: Moment; readonly nodes: NodeDirectory }): ReactNode {
  if (moment.bench.length === 0) return null;
  return (
    <ul className="ring-bench" aria-label="nodes in no ring">
      {moment.bench.map(({ nodeid, state, says }) => (
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

export function Ring(): ReactNode {
  const nodes = useSession((state) => state.nodes);
  const row = useView((state) => state.row);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const moment = useMoment();
  const rings = moment === null ? [] : layoutRings(moment, size.width, size.height);
  const { flags, ...flight } = flightOf(row, nodes);
  const says = moment === null ? [] : sentences(moment, nodes);
  return (
    <Pane id="ring" title="Ring">
      <div className="ring">
        <div className="ring-box" ref={box}>
          <svg
            width={size.width}
            height={size.height}
            role="img"
            aria-label={says.join('. ') || 'no ring at this moment'}
          >
            {moment === null ? null : (
              <RingPicture
                {...{ rings, moment, nodes, flags }}
                rays={raysOf(rings, flight)}
                kind={flight.kind}
                isCopy={(flags & RowFlag.REPEATED) !== 0}
              />
            )}
          </svg>
          {moment !== null && moment.rings.length === 0 ? <p className="nothing">No ring at this moment.</p> : null}
        </div>
        {moment === null ? null : <Bench moment={moment} nodes={nodes} />}
        <p className="ring-says" title={says.join('\n')}>
          {says.map((sentence) => sentence.split('; ').at(-1)).join(' · ')}
        </p>
        {moment === null ? null : <StateTable moment={moment} nodes={nodes} />}
      </div>
    </Pane>
  );
}
