// Below the chart: of each node its lists, whose agreement it lacks, and its timers as bars that shrink.
import type { ReactNode } from 'react';
import type { RingTimers } from '../../../app/analysis/result.ts';
import { lengthText } from '../../canvas/time-scale.ts';
import { selectNode } from '../../state/actions.ts';
import { STATE_LOOKS } from '../../state/looks.ts';
import type { NodeDirectory } from '../../state/node-directory.ts';
import { inRuns } from './layout.ts';
import type { MemberNow, RunningTimer } from '../../state/time/membership-now.ts';
import { useView } from '../../state/view-store.ts';
import { InsideLine } from './inside-line.tsx';
import type { InsideNow } from './use-inside.ts';

const TIMER_DOCS: Readonly<Record<RunningTimer['name'], string>> = {
  token: 'token timeout: without a token for this long the node declares it lost',
  join: 'join timer: the node says its join again when it runs out',
  consensus: 'consensus timeout: who has not agreed by then is given up',
};

function Timer({ name, length, left }: RunningTimer): ReactNode {
  const share = Math.min(1, Math.max(0, left / length));
  const says = left >= 0 ? `${lengthText(left)} left of ${lengthText(length)}` : `over by ${lengthText(-left)}`;
  return (
    <span className="member-timer" title={`${TIMER_DOCS[name]}; ${says}`}>
      <span>{name}</span>
      <span className="member-bar" data-timer={name}>
        <i style={{ width: `${share * 100}%` }} />
      </span>
      <span className="member-left">{left >= 0 ? lengthText(left) : 'over'}</span>
    </span>
  );
}

function Ids({ word, doc, ids, nodes }: IdsProps): ReactNode {
  const names = inRuns(ids.map((id) => nodes.label(id).replace(/^node /, ''))).join(' ');
  return (
    <span className={ids.length === 0 ? 'member-ids member-none' : 'member-ids'} title={doc}>
      <span>{word}</span> {names === '' ? 'none' : names}
    </span>
  );
}
interface IdsProps {
  readonly word: string;
  readonly doc: string;
  readonly ids: readonly number[];
  readonly nodes: NodeDirectory;
}

/** Where the timers' lengths come from. */
function sourceOf(timers: RingTimers | null): { readonly says: string; readonly doc: string } {
  if (timers === null) return { says: 'This capture does not tell how long the timers are.', doc: '' };
  const { token, consensus, join, isConfigured } = timers;
  const lengths = `Timers: token ${token}, consensus ${consensus}, join ${join} ms`;
  return isConfigured
    ? { says: `${lengths}, configured.`, doc: 'When they started is inferred from the packets.' }
    : { says: `${lengths}, inferred.`, doc: "Inferred from the packets, the lengths from the idle ring's hold." };
}

export interface MembersProps {
  readonly members: readonly MemberNow[];
  readonly nodes: NodeDirectory;
  readonly time: number;
  readonly timers: RingTimers | null;
  /** By node id: what the lab's own nodes say themselves. */
  readonly inside: ReadonlyMap<number, InsideNow>;
}

/** So many nodes and more say in one line what is as it should be. */
const DENSE_FROM = 5;

export function Members({ members, nodes, time, timers, inside }: MembersProps): ReactNode {
  const chosen = useView((state) => state.node);
  const source = sourceOf(timers);
  return (
    <>
      <ul className={members.length >= DENSE_FROM ? 'members members-dense' : 'members'}>
        {members.map((member) => {
          const { nodeid, state, says, since, proc, failed, lacks } = member;
          const own = inside.get(nodeid);
          return (
            <li
              key={nodeid}
              className={nodeid === chosen ? 'member member-chosen' : 'member'}
              onClick={() => selectNode(nodeid)}
            >
              <span className="member-head" title={says}>
                <b>{nodes.label(nodeid)}</b>
                {state === null ? (
                  <span className="member-silent">{says.split(':')[0]}</span>
                ) : (
                  <span className={`state state-${state}`} title={STATE_LOOKS[state].doc}>
                    {state}
                  </span>
                )}
                {since === null ? null : <span className="member-since">{lengthText(time - since)}</span>}
              </span>
              <span className="member-timers">
                {member.timers.map((timer) => (
                  <Timer key={timer.name} {...timer} />
                ))}
              </span>
              {state === null ? null : (
                <span className="member-lists">
                  <Ids word="proc" doc="proc_list: whom it wants in its ring" ids={proc} nodes={nodes} />
                  <Ids word="failed" doc="failed_list: whom it gave up" ids={failed} nodes={nodes} />
                  {state === 'gather' ? (
                    <Ids word="waits for" doc="whose agreement it lacks" ids={lacks} nodes={nodes} />
                  ) : null}
                </span>
              )}
              {own === undefined ? null : (
                <InsideLine {...own} nodes={nodes} isBrief={members.length >= DENSE_FROM && nodeid !== chosen} />
              )}
            </li>
          );
        })}
      </ul>
      <p className="members-source" title={source.doc}>
        {source.says}
      </p>
    </>
  );
}
